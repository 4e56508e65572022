"""Take the pictures of the docs: the editor in a real JupyterLab, before and after a visit."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from lab import run_all, serving
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = "01_draft_feedback.ipynb"
BEFORE = "You are lazy and your slides are a mess."
AFTER = (
    "In Tuesday's demo you showed slide 4 without units on the axis, so two people asked what they"
    " saw. Next time, could you write the units beside each axis before you send the slides?"
)
SHOWN = (
    "You never listen. In Tuesday's meeting you answered for Ana twice, so she left her question"
    " out. Next time, please let her finish before you answer."
)


def _write(page: Page, text: str) -> None:
    page.locator(".fnlp-coach .cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    page.locator(".fnlp-coach[data-read=true]").wait_for(timeout=60_000)
    page.wait_for_timeout(1500)  # the dials move to their place


def main() -> None:
    """Open the notebook, write the drafts and save the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--out", type=Path, default=ROOT / "docs" / "images")
    out = parser.parse_args().out
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        root = Path(folder) / "root"
        root.mkdir()
        shutil.copy(ROOT / "notebooks" / NOTEBOOK, root)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with serving(root / NOTEBOOK, Path(folder)) as server:
            page = browser.new_page(viewport={"width": 1280, "height": 1500})
            page.goto(server.notebook_url(NOTEBOOK))
            run_all(page)
            coach = page.locator(".fnlp-coach")
            coach.locator("h2").first.wait_for(timeout=90_000)
            for name, text in (
                ("coach_before", BEFORE), ("coach_after", AFTER), ("draft_coach", SHOWN),
            ):  # fmt: skip
                _write(page, text)
                page.mouse.move(5, 5)
                coach.screenshot(path=out / f"{name}.png")
                dials = coach.locator("[data-dial]").all()
                shown = [dial.get_attribute("aria-valuenow") for dial in dials]
                print(name, *shown)
        browser.close()


if __name__ == "__main__":
    main()

"""What a widget looks like, and whether everybody can use it: axe-core, and pictures compared."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

HERE = Path(__file__).resolve().parent
AXE = HERE.parents[1] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
REFERENCES = HERE / "references"
WIDTHS = (390, 768, 1280)
THEMES = ("JupyterLab Light", "JupyterLab Dark")
#: A pixel differs when a colour channel does by more than this: fonts are smoothed differently.
CHANNEL_TOLERANCE = 48
#: Share of the pixels that may differ.
SHARE_TOLERANCE = 0.03
_TWO_FRAMES = """() => new Promise(
    done => requestAnimationFrame(() => requestAnimationFrame(done))
)"""


def violations(page: Page, selector: str) -> list[str]:
    """Return what axe-core finds in a part of the page, best practices included."""
    if not AXE.exists():
        if os.environ.get("CI"):
            pytest.fail("axe-core is missing; run: make front.")
        pytest.skip("axe-core is not installed; run: make front.")
    if not page.evaluate("Boolean(window.axe)"):
        page.add_script_tag(content=AXE.read_text("utf-8"))
    run = "selector => axe.run(selector, {resultTypes: ['violations']})"
    return [
        f"{v['id']}: {node['html'][:160]} {node['failureSummary']}"
        for v in page.evaluate(run, selector)["violations"]
        for node in v["nodes"]
    ]


def changed_pictures(root: Locator, name: str) -> dict[str, float | str]:
    """Return which of the pictures of `root`, one for each width, are not as they were."""
    page = root.page
    wrong = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 2400})
        page.evaluate(_TWO_FRAMES)
        page.mouse.move(1, 1)
        picture = f"{name}-{width}.png"
        if share := _difference(root.screenshot(), picture):
            wrong[picture] = share
    return wrong


def _difference(picture: bytes, name: str) -> float | str:
    """Return how far a picture is from its reference; 0 within the tolerance."""
    from PIL import Image, ImageChops

    reference = REFERENCES / name
    if os.environ.get("FEEDBACK_NLP_UPDATE_REFERENCES"):
        REFERENCES.mkdir(exist_ok=True)
        Image.open(BytesIO(picture)).convert("RGB").quantize(64).save(reference, optimize=True)
        return 0
    now, then = Image.open(BytesIO(picture)).convert("RGB"), Image.open(reference).convert("RGB")
    if abs(now.width - then.width) > 2 or abs(now.height - then.height) > 0.04 * then.height:
        return f"size {now.size}, was {then.size}"
    changed = ImageChops.difference(now, then.crop((0, 0, *now.size)))
    bright = changed.convert("L").point(lambda value: 255 * (value > CHANNEL_TOLERANCE))
    share = bright.histogram()[255] / (now.width * now.height)
    return share if share > SHARE_TOLERANCE else 0

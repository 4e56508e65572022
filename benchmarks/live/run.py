"""How fast the live editor feels: real Chromium, real JupyterLab, clocks inside of the page.

Run: ``make bench-live``; it writes ``docs/speed-live.md``.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import statistics
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import spacy
from kernel import draft, kernel_times
from lab import NOTEBOOK, Server, running_lab
from memory import kernel_memory

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HERE = Path(__file__).resolve().parent
PAGE = HERE.parents[1] / "docs" / "speed-live.md"
KEYS = 60
COLD_STARTS = 5
KEYS_PER_SECOND = 12
TYPED = "When you read the results aloud, two people asked what the second line stood for. "
SENTENCES_TYPED = 3
STAGES = {
    "keys to sent": "the editor takes the key and sends",
    "sent to received": "server and kernel",
    "received to answers": "marks and panel are drawn",
    "answers to frames": "the next frame shows them",
}
_CHROMIUM = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run")


def percentile(values: list[float], share: float) -> float:
    """Return the smallest value that at least `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def open_notebook(browser: Browser, lab: Server) -> tuple[Page, float]:
    """Run the cell on a fresh kernel; return the page and milliseconds to the first editor."""
    from playwright.sync_api import expect

    page = browser.new_page(viewport={"width": 1280, "height": 940})
    page.set_default_timeout(60_000)
    page.add_init_script((HERE / "wire.js").read_text("utf-8"))
    page.goto(lab.notebook_url(NOTEBOOK))
    expect(page.locator(".jp-NotebookPanel-toolbar .jp-Toolbar-kernelName")).to_have_text(
        "Python 3 (ipykernel)", timeout=60_000
    )
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    page.locator(".jp-Cell .cm-content").first.click()
    page.evaluate((HERE / "first_coach.js").read_text("utf-8"))
    page.keyboard.press("Shift+Enter")
    return page, float(page.evaluate("window.fnlpFirst"))


def write(page: Page, text: str) -> None:
    """Put a draft into the editor and place the cursor at the end of its sixth line."""
    page.locator(".fnlp-coach .cm-content").click()
    page.keyboard.press("Control+a")
    before = page.locator(".fnlp-coach").get_attribute("data-revision")
    page.keyboard.insert_text(text)
    page.wait_for_function(
        "before => document.querySelector('.fnlp-coach').dataset.revision !== before", arg=before
    )
    page.keyboard.press("Control+Home")
    for _ in range(5):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.press("Space")
    settle(page)
    page.evaluate((HERE / "watch.js").read_text("utf-8"))


def settle(page: Page) -> None:
    """Wait until the text is read as it stands, and no answer has come for half a second."""
    page.evaluate(
        """() => new Promise(resolve => {
            const root = document.querySelector('.fnlp-coach');
            const done = () => { if (root.dataset.read === 'true') resolve(); else again(); };
            let timer = setTimeout(done, 500);
            const again = () => { clearTimeout(timer); timer = setTimeout(done, 500); };
            new MutationObserver(again)
                .observe(root, {attributes: true, attributeFilter: ['data-revision']});
        })"""
    )


def key_by_key(page: Page, keys: int) -> dict[str, list[float]]:
    """Press keys, each after the other's answer; return the times of each stage in ms."""
    for number in range(keys):
        page.keyboard.press((TYPED * 9)[number].replace(" ", "Space"))
        page.evaluate("count => window.fnlpFrames(count)", number + 1)
    clock = page.evaluate("({...window.fnlpWatch, ...window.fnlpWire})")
    stages = ("keys", "sent", "received", "answers", "frames")
    between = {
        f"{first} to {then}": [b - a for a, b in zip(clock[first], clock[then], strict=False)]
        for first, then in pairwise(stages)
    }
    marks = [end - start for start, end in zip(clock["keys"], clock["answers"], strict=False)]
    return {"keys to marks": marks, **between}


def without_pause(page: Page) -> tuple[int, float]:
    """Type at a steady rate; return characters lost and the longest wait for new marks (ms)."""
    text = (TYPED * SENTENCES_TYPED).strip()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    settle(page)
    page.evaluate((HERE / "watch.js").read_text("utf-8"))
    page.keyboard.type(text, delay=1000 / KEYS_PER_SECOND)
    settle(page)
    # The line where the cursor is: long drafts are not in the page as a whole.
    line: str = page.evaluate(
        """() => {
            const node = document.getSelection().anchorNode;
            return (node.closest ? node : node.parentElement).closest('.cm-line').textContent;
        }"""
    )
    watch: dict[str, Any] = page.evaluate("window.fnlpWatch")
    answers = [watch["keys"][0], *watch["answers"]]
    waits = [b - a for a, b in pairwise(answers)]
    # A lost character shifts all that follow, so only equal places count as kept.
    kept = sum(a == b for a, b in zip(text, line, strict=False))
    lost = len(text) - kept
    return lost, max(waits, default=float("inf"))


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def row(what: str, value: float, unit: str, target: float | None) -> list[str]:
    """Return one figure with its target, and whether it is met."""
    figure = f"{value:,.0f} {unit}".strip()
    if target is None:
        return [what, figure, "", ""]
    goal = f"≤ {target:,.0f} {unit}".strip() if target else "0"
    return [what, figure, goal, "met" if value <= target else "**not met**"]


def busy() -> str:
    """Say how busy the machine is before the measurement, where the system tells."""
    if not hasattr(os, "getloadavg"):
        return ""
    return f"Before it began, {os.getloadavg()[0]:.1f} other programs ran on average."


def measure(edits: int) -> str:
    """Return the page of figures."""
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("FEEDBACK_NLP_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        raise SystemExit("Chromium was not found; set FEEDBACK_NLP_CHROMIUM.")
    rows: list[list[str]] = []
    load = busy()
    with running_lab() as lab, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(_CHROMIUM))
        starts = []
        for _ in range(COLD_STARTS):
            lab.stop_kernels()
            page, first = open_notebook(browser, lab)
            starts.append(first)
            page.close()
        lab.stop_kernels()
        page, _ = open_notebook(browser, lab)
        waits = {}
        for words, targets in ((1_000, (60, 120)), (10_000, (200, None))):
            write(page, draft(words))
            waits[words] = key_by_key(page, KEYS)
            marks = waits[words]["keys to marks"]
            what = f"{words:,} words, keystroke to marks"
            rows += [
                row(f"{what}, median", statistics.median(marks), "ms", targets[0]),
                row(f"{what}, 95th percentile", percentile(marks, 0.95), "ms", targets[1]),
            ]
            lost, wait = without_pause(page)
            typing = f"{words:,} words, {KEYS_PER_SECOND} keys a second"
            rows += [
                row(f"{typing}, characters lost", lost, "", 0),
                row(f"{typing}, longest wait for new marks", wait, "ms", 2_000),
            ]
        stages = {words: kernel_times(words) for words in (1_000, 10_000)}
        rows.append(row("first editor, cold kernel, median", statistics.median(starts), "ms", 2500))
        rows.append(row("first editor, cold kernel, slowest", max(starts), "ms", None))
        before, after = kernel_memory(edits)
        rows.append(row(f"kernel memory after {edits // 10:,} edits", before, "MB", None))
        rows.append(row(f"kernel memory after {edits:,} edits", after, "MB", round(1.05 * before)))
        version = browser.version
        browser.close()
    page_rows = [
        [title, *(f"{statistics.median(times[name]):.0f}" for times in waits.values())]
        for name, title in STAGES.items()
    ]
    names = [name for name in stages[1_000] if name != "answer_kb"]
    kernel = [[name, *(f"{stages[words][name]:.1f}" for words in stages)] for name in names]
    kernel.append(["size of the answer, KB", *(f"{s['answer_kb']:.0f}" for s in stages.values())])
    return f"""\
# How fast the live editor feels

`make bench-live` writes this page. Chromium {version} types into the notebook of a running
JupyterLab; {os.cpu_count()} cores, no GPU, spaCy {spacy.__version__}. {load}
The clock is the page's own:
from the key that is pressed (`event.timeStamp`) to the marks of that text being in the page
(`MutationObserver`), {KEYS} keys, each after the answer to the one before. Drafts are made of our
own examples, one on a line; the keys go to the sixth line. The kernel's memory is measured without
a browser: a kernel gets the edits as the editor sends them, each answered before the next.

{table(["what", "figure", "target", ""], rows)}

## Where the time goes

Medians in milliseconds, seen from the page:

{table(["stage", *(f"{words:,} words" for words in waits)], page_rows)}

The kernel's part of it, without a browser. The first row is the floor: spaCy has to parse the
sentence that changed.

{table(["stage", *(f"{words:,} words" for words in stages)], kernel)}
"""


def main() -> None:
    """Measure, print and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=2_000, help="edits of the memory run")
    parser.add_argument("--out", type=Path, default=PAGE, help="page to write")
    given = parser.parse_args()
    page = measure(given.edits)
    given.out.write_text(page, encoding="utf-8")
    sys.stdout.write(page)


if __name__ == "__main__":
    main()

"""A kernel that is slower than the keys: marks come all the same, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
CELL = (
    "import time",
    "from feedback_nlp.widgets import DraftCoach",
    "from stub_scorer import score",
    "def slow(text):",
    "    time.sleep(0.4)",
    "    return score(text)",
    "coach = DraftCoach(scorer=slow)",
    "coach",
)
FIRST_LINE = "Dear Sam,"
WRITTEN = "\nYou are lazy."
TYPED = " to be honest, and I say this as a friend:"


@pytest.fixture(scope="module")
def editor(long_visit: Any, lab: Any, tools: Any) -> Iterator[Any]:
    """An editor whose scorer takes longer than a person between two keys."""
    yield tools.open_notebook(long_visit.page, lab, tools.write_notebook(lab, *CELL))
    lab.stop_kernels()


def test_marks_come_while_a_person_types(editor: Any) -> None:
    """An answer is shown although keys were pressed after its text, on the words it is about."""
    from playwright.sync_api import expect

    page: Page = editor.page
    editor.write(FIRST_LINE + WRITTEN)
    editor.root.evaluate(
        """root => {
            window.shown = [];
            new MutationObserver(() => window.shown.push([
                root.dataset.read,
                [...root.querySelectorAll('.fnlp-mark')].map(mark => mark.textContent).join(),
            ])).observe(root, {attributes: true, attributeFilter: ['data-revision']});
        }"""
    )
    editor.content.click()
    page.keyboard.press("Control+Home")
    page.keyboard.press("End")
    page.keyboard.type(TYPED, delay=60)
    editor.wait_for(FIRST_LINE + TYPED + WRITTEN)
    shown = page.evaluate("window.shown")
    assert "false" in [read for read, _ in shown]
    assert {marked for _, marked in shown} == {"You are lazy"}
    expect(editor.mark("person_label")).to_have_text("You are lazy")


def test_text_typed_meanwhile_outlives_a_reload(editor: Any) -> None:
    """What waits for an answer is kept by the browser when the page goes."""
    page: Page = editor.page
    editor.write(FIRST_LINE)
    editor.content.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" One more.", delay=20)
    page.reload()
    editor.run_all()
    page.locator(".fnlp-coach").wait_for(timeout=60_000)
    editor.wait_for(f"{FIRST_LINE} One more.")

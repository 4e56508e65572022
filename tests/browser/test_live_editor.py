"""The participant notebook in a real JupyterLab, as a person sees it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser
NOTEBOOK = "01_draft_feedback.ipynb"
JUDGING = "You are careless."
KIND = "On slide 4 the axis had no units, so two people asked. Next time, add the units."
SHOWCASE = (
    "You are careless and your slides are a mess. On slide 4 the axis had no units, so two people"
    " asked what they saw. Next time, add the units."
)
HOSTILE = "<img src=x onerror=window.__hacked=1><script>window.__hacked=1</script> You are lazy."


@pytest.fixture
def page(visit: Any, lab: Any) -> Iterator[Page]:
    """The notebook after Run All Cells, with the editor on screen."""
    page: Page = visit.page
    from playwright.sync_api import expect

    # A copy for each test has a kernel of its own.
    page.goto(lab.notebook_url(lab.copy(NOTEBOOK)))
    # Without a kernel, Run All asks for one.
    kernel = page.locator(".jp-NotebookPanel-toolbar .jp-Toolbar-kernelName")
    expect(kernel).to_have_text("Python 3 (ipykernel)")
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    # Run All scrolls to the last cell; the editor brings itself back.
    expect(page.locator(".fnlp-coach h2")).to_be_in_viewport(timeout=60_000)
    yield page
    lab.stop_kernels()


def write(page: Page, text: str) -> None:
    """Replace the draft by typing, and wait until it is read."""
    editor = page.locator(".fnlp-coach .cm-content")
    before = page.locator(".fnlp-coach").get_attribute("data-revision")
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    page.wait_for_function(
        """([text, before]) => {
            const root = document.querySelector('.fnlp-coach');
            return root.querySelector('.cm-content').innerText.trim() === text
                && root.dataset.revision !== before && !root.classList.contains('fnlp-busy');
        }""",
        arg=[text, before],
        timeout=60_000,
    )


def dial(page: Page, name: str) -> int:
    """Return what a dial shows, 0 to 100."""
    value = page.locator(f"[data-dial={name}]").get_attribute("aria-valuenow")
    assert value is not None
    return int(value)


def mark(page: Page, cue: str) -> Locator:
    """Return the marks of one cue in the text."""
    return page.locator(f".fnlp-coach .cm-content .fnlp-mark[data-cue={cue}]")


def save_picture(page: Page, name: str) -> None:
    """Keep a screenshot when a folder for them is given."""
    if folder := os.environ.get("FEEDBACK_NLP_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_judging_text_becomes_kind_and_actionable(page: Page) -> None:
    """Rewriting a judgment as a description lowers the tone and raises actionability."""
    from playwright.sync_api import expect

    write(page, JUDGING)
    expect(mark(page, "person_label")).not_to_have_count(0)
    tone, actionability = dial(page, "judgmental"), dial(page, "actionability")
    assert tone >= 50

    write(page, KIND)
    expect(mark(page, "person_label")).to_have_count(0)
    expect(mark(page, "next_step")).not_to_have_count(0)
    assert dial(page, "judgmental") < tone
    assert dial(page, "actionability") > actionability
    expect(page.locator(".fnlp-parts li[data-cue=next_step]")).to_have_attribute(
        "data-found", "true"
    )


def test_typing_key_by_key_keeps_every_character(page: Page) -> None:
    """Answers that arrive while a person types neither move the cursor nor drop characters."""
    editor = page.locator(".fnlp-coach .cm-content")
    editor.click()
    page.keyboard.type(JUDGING + " 👍 " + KIND, delay=15)
    page.wait_for_function(
        "text => document.querySelector('.fnlp-coach .cm-content').innerText.trim() === text",
        arg=JUDGING + " 👍 " + KIND,
    )
    mark(page, "next_step").first.wait_for()
    assert "careless" in mark(page, "person_label").first.inner_text()


def test_nothing_leaves_the_machine(page: Page, visit: Any) -> None:
    """Opening, running and writing asks no other host for anything."""
    write(page, SHOWCASE)
    hosts = {urlsplit(url).hostname for url in visit.requests if "://" in url}
    assert hosts - {None} == {"127.0.0.1"}


def test_hostile_text_stays_text(page: Page, visit: Any) -> None:
    """Markup in a draft is shown, never run."""
    write(page, HOSTILE)
    page.locator(".fnlp-marks button").first.wait_for()
    assert page.evaluate("window.__hacked") is None
    assert page.locator(".fnlp-coach img[src=x], .fnlp-coach script").count() == 0
    assert visit.console == []


def test_keyboard_opens_and_closes_a_card(page: Page) -> None:
    """Focus on a passage in the list shows its card and picks it out in the text."""
    from playwright.sync_api import expect

    write(page, JUDGING)
    button = page.locator(".fnlp-marks button").first
    button.focus()
    expect(button).to_have_attribute("aria-expanded", "true")
    card = page.locator(".fnlp-details:visible")
    expect(card).to_have_count(1)
    expect(card.locator(".fnlp-why")).not_to_be_empty()
    expect(page.locator(".cm-content .fnlp-picked")).not_to_have_count(0)
    page.keyboard.press("Escape")
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(page.locator(".fnlp-details:visible")).to_have_count(0)


def test_pointing_at_a_mark_shows_its_card(page: Page) -> None:
    """The card under the pointer says why and asks a question; Escape closes it."""
    from playwright.sync_api import expect

    write(page, JUDGING)
    mark(page, "person_label").first.hover()
    tip = page.locator(".fnlp-tip")
    expect(tip).to_be_visible()
    expect(tip.locator(".fnlp-ask").first).not_to_be_empty()
    page.keyboard.press("Escape")
    expect(tip).to_have_count(0)


def test_copy_confirms(page: Page) -> None:
    """The copy button says that it worked."""
    from playwright.sync_api import expect

    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    write(page, KIND)
    page.get_by_role("button", name="Copy text").click()
    expect(page.get_by_role("button", name="Copied ✓")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == KIND


def test_fits_a_narrow_screen(page: Page) -> None:
    """At 390 pixels nothing is wider than the editor."""
    write(page, SHOWCASE)
    root = page.locator(".fnlp-coach")
    root.evaluate("root => { root.style.width = '390px'; }")
    assert root.evaluate("root => root.scrollWidth <= root.clientWidth")
    if folder := os.environ.get("FEEDBACK_NLP_SCREENSHOTS"):
        root.screenshot(path=Path(folder) / "narrow.png")


def test_pictures(page: Page) -> None:
    """The pictures of the documentation can be taken: empty, written, dark."""
    save_picture(page, "empty")
    write(page, SHOWCASE)
    assert mark(page, "person_label").count() > 0
    page.get_by_role("tab", name="File Browser").click()
    page.locator(".jp-FileBrowser").wait_for(state="hidden")
    page.locator(".fnlp-coach").evaluate("root => root.scrollIntoView({block: 'start'})")
    page.mouse.move(5, 5)
    save_picture(page, "draft_coach")
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.locator(".lm-Menu-item", has_text="Theme").first.hover()
    page.locator(".lm-Menu-item", has_text="JupyterLab Dark").first.click()
    page.locator("body[data-jp-theme-light=false]").wait_for(state="attached")
    page.locator("#jupyterlab-splash").wait_for(state="detached")
    page.mouse.move(5, 5)
    save_picture(page, "dark")

"""The participant notebook in a real JupyterLab, as a person sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
NOTEBOOK = "01_draft_feedback.ipynb"
JUDGING = "You are careless."
KIND = "On slide 4 the axis had no units, so two people asked. Next time, add the units."
TASK = "You are lazy and your slides are a mess."


@pytest.fixture(scope="module")
def opened(long_visit: Any, lab: Any, tools: Any) -> Iterator[Any]:
    """The notebook after Run All Cells, with the editor on screen."""
    yield tools.open_notebook(long_visit.page, lab, lab.copy(NOTEBOOK))
    lab.stop_kernels()


@pytest.fixture
def editor(opened: Any) -> Any:
    """The editor with nothing in it."""
    opened.start_over()
    return opened


@pytest.fixture
def page(editor: Any) -> Page:
    return editor.page


def test_judging_text_becomes_kind_and_actionable(editor: Any) -> None:
    """Rewriting a judgment as a description lowers the tone and raises actionability."""
    from playwright.sync_api import expect

    editor.write(JUDGING)
    expect(editor.mark("person_label")).not_to_have_count(0)
    tone, actionability = editor.dial("judgmental"), editor.dial("actionability")
    assert tone >= 50

    editor.write(KIND)
    expect(editor.mark("person_label")).to_have_count(0)
    expect(editor.mark("next_step")).not_to_have_count(0)
    assert editor.dial("judgmental") < tone
    assert editor.dial("actionability") > actionability
    expect(editor.root.locator(".fnlp-parts li[data-cue=next_step]")).to_have_attribute(
        "data-found", "true"
    )


def test_typing_key_by_key_keeps_every_character(editor: Any, page: Page) -> None:
    """Answers that arrive while a person types neither move the cursor nor drop characters."""
    editor.content.click()
    page.keyboard.type(JUDGING + " 👍 " + KIND, delay=15)
    editor.wait_for(JUDGING + " 👍 " + KIND)
    editor.mark("next_step").first.wait_for()
    assert "careless" in editor.mark("person_label").first.inner_text()


def test_nothing_leaves_the_machine(editor: Any, long_visit: Any) -> None:
    """Opening, running and writing asks no other host for anything."""
    editor.write(KIND)
    hosts = {urlsplit(url).hostname for url in long_visit.requests if "://" in url}
    assert hosts - {None} == {"127.0.0.1"}


def test_list_opens_and_closes_a_card_by_key(editor: Any, page: Page) -> None:
    """Focus on a passage in the list shows its card and picks it out in the text."""
    from playwright.sync_api import expect

    editor.write(JUDGING)
    button = editor.root.locator(".fnlp-marks button[aria-expanded]").first
    button.focus()
    expect(button).to_have_attribute("aria-expanded", "true")
    card = editor.root.locator(".fnlp-details:visible")
    expect(card).to_have_count(1)
    expect(card.locator(".fnlp-why")).not_to_be_empty()
    expect(editor.content.locator(".fnlp-picked")).not_to_have_count(0)
    page.keyboard.press("Escape")
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(editor.root.locator(".fnlp-details:visible")).to_have_count(0)


def test_pointing_at_a_mark_shows_its_card(editor: Any, page: Page) -> None:
    """The card under the pointer says why and asks a question; Escape closes it."""
    from playwright.sync_api import expect

    editor.write(JUDGING)
    editor.mark("person_label").first.hover()
    tip = page.locator(".fnlp-tip")
    expect(tip).to_be_visible()
    expect(tip.locator(".fnlp-why").first).not_to_be_empty()
    expect(tip.locator(".fnlp-ask").first).not_to_be_empty()
    page.keyboard.press("Escape")
    expect(tip).to_have_count(0)


def test_tap_keeps_the_card_open(editor: Any, page: Page) -> None:
    """A tap on a mark opens a card that stays until one taps elsewhere."""
    from playwright.sync_api import expect

    editor.write(f"{JUDGING} {KIND}")
    editor.mark("person_label").first.click()
    tip = page.locator(".fnlp-tip[role=dialog]")
    expect(tip).to_be_visible()
    expect(tip).to_have_attribute("aria-label", re.compile("person"))
    editor.root.locator("h2").click()
    editor.content.click(position={"x": 400, "y": 5})
    expect(tip).to_have_count(0)


def test_from_judgment_to_good_feedback_with_the_keyboard_alone(editor: Any, page: Page) -> None:
    """The task of a first visit: only keys, only what the screen offers."""
    from playwright.sync_api import expect

    editor.content.focus()
    page.keyboard.insert_text(TASK)
    editor.wait_for(TASK)
    before = editor.dial("judgmental"), editor.dial("actionability")

    page.keyboard.press("F8")
    expect(page.locator(".fnlp-tip[role=dialog]")).to_be_visible()
    offer = page.locator(".fnlp-tip").get_by_role("button", name="Offer a beginning").first
    expect(offer).to_be_focused()
    page.keyboard.press("Enter")
    expect(editor.button("Use it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(editor.content).to_be_focused()
    for words in ("the demo on Tuesday", "showed 12 slides in two minutes", "many questions"):
        assert re.fullmatch(r"\[.*\?\]", page.evaluate("getSelection().toString()"))
        page.keyboard.insert_text(words)
        page.keyboard.press("Tab")
    expect(editor.content).not_to_be_focused()

    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(" Next time, could you show five slides and pause after each?")
    expect(editor.mark("next_step")).not_to_have_count(0)
    expect(editor.mark("person_label")).to_have_count(0)
    assert editor.dial("judgmental") < before[0]
    assert editor.dial("actionability") > before[1] + 30


def test_offer_changes_nothing_until_it_is_used_and_can_be_undone(editor: Any, page: Page) -> None:
    """A beginning is shown first; one press of Undo takes it out again."""
    from playwright.sync_api import expect

    editor.write("You always interrupt people.")
    editor.button("Offer a beginning").first.click()
    offer = editor.root.locator(".fnlp-offer-text")
    expect(offer).to_have_text(re.compile(r"I noticed that you interrupted"))
    assert editor.text == "You always interrupt people."
    editor.button("No, thanks").click()
    expect(offer).to_be_hidden()
    assert editor.text == "You always interrupt people."

    editor.button("Offer a beginning").first.click()
    editor.button("Use it").click()
    assert "interrupted" in editor.text
    editor.button("Undo").click()
    editor.wait_for("You always interrupt people.")


def test_scenario_is_used_and_never_scored(editor: Any, page: Page) -> None:
    """What the scenario says stands in the beginning, and moves no score."""
    from playwright.sync_api import expect

    editor.write(TASK)
    before = editor.dial("judgmental"), editor.dial("actionability")
    editor.root.locator(".fnlp-scenario summary").click()
    page.get_by_label("What is it about?").fill("The idiotic demo")
    page.get_by_label("What should they be able to do?").fill("plan the next one")
    editor.button("Offer a beginning").first.click()
    expect(editor.root.locator(".fnlp-offer-text")).to_contain_text("In the idiotic demo")
    assert (editor.dial("judgmental"), editor.dial("actionability")) == before
    page.keyboard.press("Escape")
    editor.root.locator(".fnlp-scenario summary").click()


def test_mark_is_dismissed_once_or_always_and_marked_again(editor: Any, page: Page) -> None:
    """Once holds for one place and follows it; always holds for the words; both go back."""
    from playwright.sync_api import expect

    editor.write("You are lazy. Honestly, you are lazy.")
    expect(editor.mark("person_label")).to_have_count(2)
    editor.mark("person_label").first.click()
    page.locator(".fnlp-tip").get_by_role("button", name="Not here").click()
    expect(editor.mark("person_label")).to_have_count(1)
    page.keyboard.press("Control+Home")
    page.keyboard.insert_text("Well. ")
    editor.wait_for("Well. You are lazy. Honestly, you are lazy.")
    expect(editor.mark("person_label")).to_have_count(1)

    editor.mark("person_label").first.click()
    page.locator(".fnlp-tip").get_by_role("button", name="Never mark these words").click()
    expect(editor.mark("person_label")).to_have_count(0)
    editor.button("Undo").click()
    expect(editor.mark("person_label")).to_have_count(1)

    editor.root.locator(".fnlp-dismissed summary").click()
    editor.root.get_by_role("button", name=re.compile("^Mark “You are lazy” again")).click()
    expect(editor.mark("person_label")).to_have_count(2)
    expect(editor.root.locator(".fnlp-dismissed")).to_be_hidden()


def test_advice_is_short_and_praise_comes_first(editor: Any) -> None:
    """At most three advices; what works already comes first."""
    editor.write(f"{TASK} You never listen. On slide 4 the axis had no units.")
    kinds = [
        item.get_attribute("data-kind") for item in editor.root.locator(".fnlp-advice li").all()
    ]
    assert kinds[0] == "praise"
    assert len(kinds) <= 3


def test_earlier_version_is_compared_and_brought_back(editor: Any, page: Page) -> None:
    """Each pause keeps a version; one click compares it, another one brings it back."""
    from playwright.sync_api import expect

    points = editor.root.locator(".fnlp-point")
    editor.write(JUDGING)
    expect(points).to_have_count(1)
    editor.write(KIND)
    expect(points).to_have_count(2)
    points.first.click()
    sides = editor.root.locator(".fnlp-version .fnlp-plain")
    expect(sides).to_have_text([JUDGING, KIND])
    expect(editor.root.locator(".fnlp-version del")).not_to_have_count(0)
    editor.button("Bring this version back").click()
    editor.wait_for(JUDGING)
    editor.button("Undo").click()
    editor.wait_for(KIND)
    points.first.focus()
    page.keyboard.press("ArrowRight")
    expect(points.nth(1)).to_be_focused()


def test_receiver_reads_without_marks_and_reflects(editor: Any, page: Page) -> None:
    """The receiver's view shows the text alone, and three questions; Escape leads back."""
    from playwright.sync_api import expect

    editor.write(TASK)
    editor.button("Read it as the receiver").click()
    view = page.get_by_role("region", name="Read it as the receiver")
    expect(view.locator(".fnlp-letter")).to_have_text(TASK)
    expect(view.get_by_role("textbox")).to_have_count(3)
    expect(editor.content).to_be_hidden()
    expect(editor.root.locator(".fnlp-mark:visible, .fnlp-dial:visible")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(editor.content).to_be_visible()
    expect(editor.button("Read it as the receiver")).to_be_focused()


def test_copy_confirms(editor: Any, page: Page) -> None:
    """The copy button says that it worked."""
    from playwright.sync_api import expect

    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    editor.write(KIND)
    editor.button("Copy text").click()
    expect(editor.button("Copied ✓")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == KIND


def test_draft_is_saved_as_markdown_and_word(editor: Any, page: Page) -> None:
    """Both files hold the text as it stands, the last key included."""
    docx = pytest.importorskip("docx")
    editor.write(KIND)
    editor.content.click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(" Thanks 👍")
    with page.expect_download() as download:
        editor.button("Save as Markdown").click()
    assert download.value.suggested_filename == "draft.md"
    assert f"{KIND} Thanks 👍" in Path(download.value.path()).read_text("utf-8")
    with page.expect_download() as download:
        editor.button("Save as Word").click()
    assert download.value.suggested_filename == "draft.docx"
    document = docx.Document(BytesIO(Path(download.value.path()).read_bytes()))
    assert f"{KIND} Thanks 👍" in [paragraph.text for paragraph in document.paragraphs]


def test_screen_reader_hears_one_summary_per_pause(editor: Any, page: Page) -> None:
    """While a person types nothing is said; a pause brings one polite summary."""
    from playwright.sync_api import expect

    # CodeMirror has one of its own, for its own commands.
    live = editor.root.locator("[aria-live]:not(.cm-announced)")
    expect(live).to_have_count(1)
    expect(live).to_have_attribute("aria-live", "polite")
    live.evaluate(
        """live => {
            window.__said = [];
            new MutationObserver(() => window.__said.push(live.textContent))
                .observe(live, {childList: true, characterData: true, subtree: true});
        }"""
    )
    editor.content.click()
    page.keyboard.type(JUDGING, delay=30)
    expect(live).to_have_text(re.compile("Judging: .*passage may judge"))
    assert page.evaluate("window.__said.length") == 1

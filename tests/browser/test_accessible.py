"""Everybody can use the editor: axe-core, pictures in two themes and three widths, zoom, bidi."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from looks import THEMES, changed_pictures, violations

pytestmark = pytest.mark.browser
CELL = (
    "from feedback_nlp.widgets import DraftCoach",
    "from stub_scorer import score",
    "coach = DraftCoach(scorer=score, allow=['mess'], on_send=print)",
    "coach",
)
TEXT = (
    "You are careless. On slide 4 the axis had no units, so two people asked what they saw."
    " Thank you for the pictures!"
)
HOSTILE = {
    "markup": (
        "<img src=x onerror=window.__hacked=1><script>window.__hacked=1</script> You are lazy."
    ),
    "links": (
        "[a](javascript:window.__hacked=1) javascript:alert(1) {{7*7}} ${window.__hacked=1} &lt;b>"
    ),
    "zero width": "You\u200b are\u2060 lazy.\ufeff \u00ad\u200d End.",
    "bidi": "\u202eYou are lazy.\u202c \u2066שלום\u2069 مرحبا 😀 you are lazy.",
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈 e\u0301 You are lazy. 👍🏽",
    "one line": "You are lazy " + "x" * 50_000,
}


@pytest.fixture(scope="module")
def opened(long_visit: Any, lab: Any, tools: Any) -> Iterator[Any]:
    """An editor on the stub."""
    yield tools.open_notebook(long_visit.page, lab, tools.write_notebook(lab, *CELL))
    lab.stop_kernels()


@pytest.fixture
def editor(opened: Any) -> Any:
    """The editor with nothing in it, on a screen of usual size."""
    opened.page.set_viewport_size({"width": 1280, "height": 940})
    opened.start_over()
    return opened


def fill(editor: Any) -> None:
    """Bring every room of the editor on screen."""
    from playwright.sync_api import expect

    editor.write("You are lazy.")
    expect(editor.root.locator(".fnlp-point")).to_have_count(1)
    editor.write(TEXT)
    expect(editor.root.locator(".fnlp-point")).to_have_count(2)
    editor.root.locator("h2").first.click()


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing(editor: Any, theme: str) -> None:
    """No violation, neither in light nor in dark, whatever is open."""
    page = editor.page
    editor.theme(theme)
    assert violations(page, ".fnlp-coach") == []  # the empty state
    fill(editor)
    editor.root.locator(".fnlp-scenario summary").click()
    editor.root.locator(".fnlp-dismissed summary").click()
    editor.root.locator(".fnlp-point").first.click()
    editor.button("Offer a beginning").last.click()
    editor.root.locator(".fnlp-offer").wait_for()
    assert violations(page, ".fnlp-coach") == []
    editor.button("Use it").click()
    editor.root.locator(".fnlp-place").first.wait_for()
    editor.mark("person_label").first.click()
    page.locator(".fnlp-tip").wait_for()
    assert violations(page, ".fnlp-coach") == []
    page.keyboard.press("Escape")
    editor.button("Read it as the receiver").click()
    assert violations(page, ".fnlp-coach") == []
    page.keyboard.press("Escape")
    editor.root.locator(".fnlp-scenario summary").click()
    editor.root.locator(".fnlp-dismissed summary").click()


@pytest.mark.parametrize("theme", THEMES)
def test_pictures_are_as_they_were(editor: Any, theme: str) -> None:
    """The editor looks as in the references, up to the smoothing of fonts."""
    editor.theme(theme)
    fill(editor)
    assert changed_pictures(editor.root, f"draft-{theme.split()[1].lower()}") == {}


@pytest.mark.parametrize(
    "size", [(390, 844), (640, 470)], ids=["390 pixels wide", "200 percent zoom"]
)
def test_nothing_is_cut_off_on_a_narrow_screen(editor: Any, size: tuple[int, int]) -> None:
    """On a phone, and at 200 % of a laptop's screen, nothing leaves the editor's box."""
    page = editor.page
    fill(editor)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    editor.root.locator(".fnlp-point").first.click()
    outside = editor.root.evaluate(
        """root => {
            const box = root.getBoundingClientRect();
            return [...root.querySelectorAll('*')].filter(e => {
                const r = e.getBoundingClientRect();
                return r.width && (r.right > box.right + 1 || r.left < box.left - 1)
                    && !e.closest('.fnlp-hidden, .fnlp-line-of-versions, .cm-announced');
            }).map(e => e.outerHTML.slice(0, 120));
        }"""
    )
    assert outside == []
    editor.mark("person_label").first.click()
    tip = page.locator(".fnlp-tip")
    tip.wait_for()
    box, frame = tip.bounding_box(), editor.root.bounding_box()
    assert box["x"] >= frame["x"]
    assert box["x"] + box["width"] <= frame["x"] + frame["width"]


def test_notebook_is_usable_on_a_phone(browser: Any, long_visit: Any, lab: Any, tools: Any) -> None:
    """What `feedback-nlp coach` opens leaves the room to the editor, from the first moment on."""
    page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    tools.watch(page)
    editor = tools.open_notebook(page, lab, tools.write_notebook(lab, *CELL))
    box = editor.root.bounding_box()
    assert box["width"] > 0.7 * 390
    assert box["x"] + box["width"] <= 390
    editor.write(TEXT)
    editor.mark("person_label").first.click()
    page.locator(".fnlp-tip").get_by_role("button", name="Not here").click()
    editor.root.locator(".fnlp-dismissed").wait_for()
    page.context.close()


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_stays_text(editor: Any, long_visit: Any, kind: str) -> None:
    """What is written is shown as it is, never run, and marks sit where they belong."""
    from playwright.sync_api import expect

    page = editor.page
    text = HOSTILE[kind]
    editor.content.click()
    page.keyboard.insert_text(text)
    # A line of 50,000 characters is not drawn as a whole.
    expect(editor.root).to_have_attribute("data-read", "true")
    if kind != "one line":
        editor.wait_for(text)
    if "are lazy" in text:
        page.keyboard.press("Control+Home")
        expect(editor.mark("person_label").first).to_have_text(re.compile("ou are lazy"))
    editor.button("Read it as the receiver").click()
    expect(page.locator(".fnlp-letter")).to_have_text(text, use_inner_text=False)
    page.keyboard.press("Escape")
    assert page.evaluate("window.__hacked") is None
    assert editor.root.locator("img[src=x], script, a[href]").count() == 0
    assert long_visit.console == []


def test_right_to_left_text_is_marked_and_completed(editor: Any) -> None:
    """In a line from right to left the mark covers the very words, and typing goes on."""
    editor.write("שלום 😀 you are lazy שלום")
    assert editor.mark("person_label").first.text_content() == "you are lazy"
    editor.content.click()
    editor.page.keyboard.press("Control+End")
    editor.page.keyboard.type(" תודה")
    editor.wait_for("שלום 😀 you are lazy שלום תודה")

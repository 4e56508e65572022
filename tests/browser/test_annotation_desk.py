"""People label by keyboard alone, come back after a reload, and decide where they differ."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from looks import THEMES, violations

from feedback_nlp.annotation import Labels, LabelStore

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser
FIRST = "On slide 4 the axis had no units. You are careless."
# Wide characters and a foreign line end before the words that are marked.
SECOND = "Merci 👍🏽\r\nNext time, add the units."
HOSTILE = (
    "<img src=x onerror=window.__hacked=1><script>window.__hacked=1</script>"
    " <b>You are lazy.</b> \u202eabc\u202c"
)
FIRST_SPANS = ((0, 10, "situation"), (11, 32, "behaviour"), (34, 50, "person_label"))
GAP = re.compile(r"^Gap( ✓)? Does it point at something that could be otherwise\? Optional\.")
FIRST_LABELS = Labels(3, 0, 0, 2, FIRST_SPANS)


def cell(*deeds: str, show: str) -> tuple[str, ...]:
    """Return the cell that opens the store beside the notebook."""
    return (
        "from feedback_nlp.annotation import Labels, LabelStore, Text",
        "from feedback_nlp.widgets import AnnotationDesk, DisagreementBrowser",
        "store = LabelStore('labels.db')",
        f"texts = {[FIRST, SECOND, HOSTILE]!r}",
        "store.add([Text(f't{n}', text) for n, text in enumerate(texts, 1)])",
        *deeds,
        show,
    )


class Desk:
    """The desk on a page, used by keys."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root: Locator = page.locator(".fnlp-desk")
        self.sheet = self.root.locator(".cm-content")
        self.said = self.root.locator(".fnlp-said")

    def press(self, *keys: str) -> None:
        """Press keys, and wait for the answer to each that has one."""
        for key in keys:
            self.page.keyboard.press(key)

    def select(self, words: str) -> None:
        """Select words in the text by arrow keys, from its beginning."""
        text = "\n".join(self.sheet.locator(".cm-line").all_text_contents())
        self.sheet.focus()
        self.press("Control+Home", *["ArrowRight"] * text.index(words))
        self.press(*["Shift+ArrowRight"] * len(words))

    def picture(self, name: str) -> None:
        """Keep a picture if a folder for them is named."""
        if folder := os.environ.get("FEEDBACK_NLP_PICTURES"):
            self.root.screenshot(path=str(Path(folder) / f"{name}.png"))


def run(editor: Any) -> None:
    """Run the cell, and wait until JupyterLab is through: it takes the keys back at the end."""
    from playwright.sync_api import expect

    editor.run_all()
    page = editor.page
    prompt = page.locator(".jp-InputArea-prompt").first
    expect(prompt).to_have_text(re.compile(r"\[\d+\]:"), timeout=60_000)
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()


@pytest.fixture
def opened(visit: Any, lab: Any, tools: Any) -> Iterator[Any]:
    """Open a notebook with one cell; gives the desk and the folder of its store."""
    from playwright.sync_api import expect

    def open_desk(*lines: str, count: int = 1) -> tuple[Desk, Path]:
        name = tools.write_notebook(lab, *lines)
        visit.page.goto(lab.notebook_url(name))
        editor = tools.Editor(visit.page)
        run(editor)
        expect(visit.page.locator(".fnlp-desk")).to_have_count(count, timeout=60_000)
        return Desk(visit.page), (lab.root / name).parent

    yield open_desk
    assert visit.console == []
    lab.stop_kernels()


def test_a_rater_labels_by_keys_alone_and_goes_on_after_a_reload(
    opened: Any, visit: Any, tools: Any
) -> None:
    """Digits, letters and Enter are enough; the rules are said kindly; nothing is lost."""
    from playwright.sync_api import expect

    desk, folder = opened(*cell(show="AnnotationDesk(store, 'rater 1')"))
    desk.sheet.focus()
    desk.press("3", "0", "2")
    expect(desk.root.locator("[data-scale=connection] input[value='0']")).to_be_checked()
    desk.press("n")
    expect(desk.said).to_contain_text("Select words in the text first")
    desk.press("Enter")
    expect(desk.said).to_contain_text("mark them as Behaviour")
    desk.select("On slide 4")
    desk.press("s")
    expect(desk.sheet.locator(".fnlp-mark[data-cue=situation]")).to_have_text("On slide 4")
    desk.select("the axis had no units")
    desk.press("b")
    desk.select("You are careless")
    desk.press("c")
    expect(desk.said).to_have_text("Marked as Comparison with others.")
    desk.press("z")
    expect(desk.said).to_have_text("Taken back.")
    desk.select("You are careless")
    desk.press("p")
    expect(desk.root.locator(".fnlp-marks-made li")).to_have_count(3)
    # The gap may be left open.
    gap = desk.root.get_by_role("group", name=GAP)
    expect(gap.get_by_role("radio", name="left open")).to_be_checked()
    desk.press("g")
    expect(desk.said).to_have_text("Gap: Does it point at something that could be otherwise?")
    desk.press("1")
    expect(gap.get_by_role("radio", name="1, yes, a weakness or a suggestion")).to_be_checked()
    desk.press("-")
    expect(gap.get_by_role("radio", name="left open")).to_be_checked()
    desk.press("1")
    expect(desk.said).to_contain_text("Gap 1")
    desk.press("Enter")
    expect(desk.root).to_contain_text("Text 2 of 3")
    store = LabelStore(folder / "labels.db")
    assert store.labels("t1", "rater 1") == replace(FIRST_LABELS, gap=1)

    # Half done when the page goes.
    desk.press("1", "1")
    expect(desk.root.locator("[data-scale=suggestion] input[value='1']")).to_be_checked()
    # With a suggestion there is a gap, and the page says why nothing else can be chosen.
    expect(gap.get_by_role("radio", name="1, yes")).to_be_checked()
    expect(gap.get_by_role("radio", name="0, no")).to_be_disabled()
    expect(gap.get_by_role("radio", name="left open")).to_be_disabled()
    expect(gap).to_contain_text("so Gap is 1")
    desk.page.reload()
    run(tools.Editor(desk.page))
    expect(desk.root).to_contain_text("Text 2 of 3")
    expect(desk.root.locator("[data-scale=suggestion] input[value='1']")).to_be_checked()
    desk.sheet.focus()
    # The first key selects the sentence at the cursor, the second the one after it.
    desk.press("Control+End", "ArrowLeft", ".", "n", "0", "0", "Enter")
    expect(desk.root).to_contain_text("Text 3 of 3")
    labels = store.labels("t2", "rater 1")
    assert labels is not None
    start = SECOND.index("Next")
    assert labels.spans == ((start, len(SECOND), "next_step"),)
    assert labels.gap == 1

    desk.press("k")
    expect(desk.root.locator(".fnlp-through")).to_contain_text("2 done, 1 skipped")
    expect(desk.root.locator(".fnlp-through")).to_be_focused()
    desk.press("?")
    expect(desk.root.get_by_role("heading", name="Keys and codebook")).to_be_focused()
    desk.press("Escape")
    desk.root.get_by_role("button", name="Go through what you skipped").press("Enter")
    expect(desk.root).to_contain_text("Text 3 of 3")
    expect(desk.sheet).to_be_focused()
    # What was written is text, in the sheet and in the list of marks.
    desk.select("You are lazy")
    desk.press("p")
    expect(desk.root.locator(".fnlp-made .fnlp-passage")).to_have_text("You are lazy")
    take_away = desk.root.get_by_role("button", name="Take away Label on the person: You are lazy")
    take_away.press("Enter")
    expect(take_away).to_have_count(0)
    expect(desk.sheet).to_be_focused()
    assert desk.page.evaluate("window.__hacked") is None
    assert desk.root.locator("img[src=x], script, b:text('You are lazy')").count() == 0
    store.close()


def test_a_mouse_answers_the_gap_and_takes_it_back(opened: Any) -> None:
    """And the others are still there by their names."""
    from playwright.sync_api import expect

    desk, folder = opened(*cell(show="AnnotationDesk(store, 'rater 1')"))
    gap = desk.root.get_by_role("group", name=GAP)
    assert gap.get_attribute("aria-keyshortcuts") == "g"
    for name in ("0, no", "left open", "1, yes"):
        gap.get_by_role("radio", name=name).check()
        expect(gap.get_by_role("radio", name=name)).to_be_checked()
    expect(desk.said).to_contain_text("Gap 1")
    assert desk.root.get_by_role("group", name=re.compile("^Evidence")).count() == 1
    store = LabelStore(folder / "labels.db")
    assert store.draft("t1", "rater 1") == Labels(gap=1)
    store.close()


AT = HOSTILE.index("You are lazy")
GIVEN = (
    f"a = Labels(3, 0, 0, 2, {FIRST_SPANS!r}, 1)",
    "b = Labels(2, 0, 0, 2, ((0, 32, 'behaviour'), (34, 50, 'person_label')), 0)",
    f"c = Labels(1, 0, 0, 2, (({AT}, {AT + 12}, 'insult'),))",
    "store.save('t1', 'anna-code', a); store.save('t1', 'ben-code', b)",
    "store.save('t3', 'anna-code', c); store.save('t3', 'ben-code', Labels(1, 0, 0, 0))",
)


def test_a_decision_is_made_where_raters_differ(opened: Any) -> None:
    """Answers stand side by side without names; what is decided is kept beside what was given."""
    from playwright.sync_api import expect

    desk, folder = opened(*cell(*GIVEN, show="AnnotationDesk(store, 'chair', decide=True)"))
    expect(desk.root).to_contain_text("Text 1 of 2")
    assert "anna-code" not in desk.root.inner_text()
    expect(desk.root.locator(".fnlp-answers .fnlp-differ")).to_contain_text(["Judgmental tone"])
    desk.sheet.focus()
    desk.press("Alt+1")
    expect(desk.said).to_contain_text("Took over what rater 1 gave")
    desk.press("Enter")
    expect(desk.root).to_contain_text("Text 2 of 2")
    expect(desk.root.locator(".fnlp-answers .fnlp-differ")).to_contain_text(["Evidence", "Gap"])
    # What both gave is filled in, so two digits are missing.
    desk.press("3", "1")
    expect(desk.root.locator("[data-scale=evidence] input[value='3']")).to_be_checked()
    expect(desk.root.locator("[data-scale=gap] input[value='1']")).to_be_checked()
    desk.select("On slide 4")
    desk.press("s")
    desk.select("the axis had no units")
    desk.press("b", "Enter")
    expect(desk.root.locator(".fnlp-through")).to_contain_text("all 2 are done")
    store = LabelStore(folder / "labels.db")
    assert store.decisions()["t1"] == replace(FIRST_LABELS, gap=1)
    assert store.decisions()["t3"].tone == 2
    assert store.labels("t1", "ben-code").evidence == 2
    store.close()


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_and_nothing_is_cut_off(
    opened: Any, visit: Any, tools: Any, theme: str
) -> None:
    """Labelling, help, deciding and the browser of differences: in light, dark, and on a phone."""
    from playwright.sync_api import expect

    desk, _ = opened(
        *cell(
            *GIVEN,
            "from IPython.display import display",
            "decide = AnnotationDesk(store, 'chair', decide=True)",
            "desk = AnnotationDesk(store, 'rater 1')",
            show="display(desk, decide, DisagreementBrowser(store))",
        ),
        count=3,
    )
    tools.Editor(desk.page).theme(theme)
    pages = desk.root.all()
    assert len(pages) == 3
    label = Desk(desk.page)
    label.root = pages[0]
    label.sheet = pages[0].locator(".cm-content")
    label.select("the axis had no units")
    label.press("b", "2", "0", "0")
    expect(pages[0].locator(".fnlp-marks-made li")).to_have_count(1)
    expect(pages[0].locator("[data-scale=gap]")).to_have_attribute("data-active", "true")
    name = theme.split()[1].lower()
    assert violations(desk.page, ".fnlp-desk") == []
    for width in (1280, 390):
        desk.page.set_viewport_size({"width": width, "height": 3000})
        for number, part in enumerate(pages):
            outside = part.evaluate(
                """root => {
                    const box = root.getBoundingClientRect();
                    return [...root.querySelectorAll('*')].filter(e => {
                        const r = e.getBoundingClientRect();
                        return r.width && (r.right > box.right + 1 || r.left < box.left - 1)
                            && !e.closest('.fnlp-hidden, .fnlp-scroll, .cm-announced');
                    }).map(e => e.outerHTML.slice(0, 120));
                }"""
            )
            assert outside == []
            label.root = part
            label.picture(f"{name}-{width}-{number}")
    label.root = pages[0]
    label.sheet.focus()
    label.press("?")
    expect(pages[0].get_by_role("heading", name="Keys and codebook")).to_be_visible()
    assert violations(desk.page, ".fnlp-desk") == []
    label.picture(f"{name}-390-help")
    # A filter shows only texts that differ in this.
    pages[2].get_by_label("Widest difference in").select_option("evidence")
    expect(pages[2].locator(".fnlp-difference")).to_have_count(1)
    expect(pages[2]).to_contain_text("anna-code")
    assert desk.page.evaluate("window.__hacked") is None
    assert pages[2].locator("img[src=x], script").count() == 0

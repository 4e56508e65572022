"""The notebook for receivers, and both notebooks as pages without code, as a person sees them."""

from __future__ import annotations

import importlib.util
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from serving import serving

from feedback_nlp.coach import NOTEBOOK, RECEIVE_NOTEBOOK, find_notebook

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
HARD = (
    "You never listen. In Tuesday's meeting you interrupted Ana twice, so she stopped talking."
    " Next time, let the speaker finish."
)
HOSTILE = (
    "You are lazy. <img src=x onerror=window.__hacked=1><script>window.__hacked=1</script>"
    " <a href=javascript:window.__hacked=1>You</a> \u202enever listen\u202c \u200b{{7*7}}."
    " Next time, <svg onload=window.__hacked=1> ask. You are <b>careless</b>."
)


@pytest.fixture(scope="module", params=[NOTEBOOK, RECEIVE_NOTEBOOK])
def app(
    request: Any, chromium: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str]]:
    """A notebook as `feedback-nlp coach --app` serves it: its name and its address."""
    if importlib.util.find_spec("voila") is None:
        pytest.skip("Voilà is not installed; run: pip install voila.")
    notebook = find_notebook(request.param)
    with serving(notebook, tmp_path_factory.mktemp("voila"), app=True) as server:
        yield request.param, f"{server.url}/?token={server.token}"


@pytest.fixture
def receiver(visit: Any, lab: Any, tools: Any) -> Iterator[Page]:
    """The notebook for receivers in JupyterLab after Run All Cells."""
    page: Page = visit.page
    page.goto(lab.notebook_url(lab.copy(RECEIVE_NOTEBOOK)))
    tools.run_all(page)
    page.locator(".fnlp-empty").wait_for(timeout=60_000)
    yield page
    lab.stop_kernels()


def paste(page: Page, text: str) -> None:
    """Put feedback into the box, and wait until it is read."""
    before = page.locator(".fnlp-reception").get_attribute("data-revision")
    box = page.get_by_label("The feedback that you got")
    box.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    page.wait_for_function(
        "before => document.querySelector('.fnlp-reception').dataset.revision !== before",
        arg=before,
        timeout=60_000,
    )


def save_picture(page: Page, name: str) -> None:
    """Keep a screenshot when a folder for them is given."""
    if folder := os.environ.get("FEEDBACK_NLP_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def check_receiving(page: Page) -> None:
    """A hard text is sorted, and a reply with one step and the chosen questions is there."""
    from playwright.sync_api import expect

    paste(page, HARD)
    expect(page.locator("li.fnlp-judging q")).to_have_text("You never listen")
    expect(page.locator("li.fnlp-usable")).to_have_count(2)
    reply = page.get_by_label("Your reply")
    expect(reply).to_have_value(holding("Thank you for taking the time"))
    assert "Next time, let the speaker finish" in reply.input_value()


def holding(text: str) -> re.Pattern[str]:
    """Return a pattern for a value that holds `text`."""
    return re.compile(re.escape(text))


def check_hostile(page: Page, visit: Any) -> None:
    """Markup in the feedback is shown as it is, and never run."""
    from playwright.sync_api import expect

    paste(page, HOSTILE)
    expect(page.locator("li.fnlp-judging")).not_to_have_count(0)
    page.get_by_text("Read the whole text with its marks").click()
    assert page.locator(".fnlp-whole").evaluate("e => e.textContent") == HOSTILE
    assert page.evaluate("window.__hacked") is None
    assert page.locator(".fnlp-receive :is(img, script, svg, a)").count() == 0
    assert visit.console == []


def test_receiver_sorts_asks_and_replies(receiver: Page) -> None:
    """What a person does with it: paste, leave a question out, choose a step, read the reply."""
    from playwright.sync_api import expect

    save_picture(receiver, "receive_empty")
    check_receiving(receiver)
    save_picture(receiver, "receive")
    reply = receiver.get_by_label("Your reply")
    expect(reply).to_have_value(holding("Thank you"))
    receiver.get_by_role("checkbox").first.uncheck()
    expect(reply).not_to_have_value(holding("last time it happened"))
    receiver.get_by_label("Your one step").fill("I count to three before I speak.")
    expect(reply).to_have_value(holding("I count to three before I speak."))


def test_receiver_shows_hostile_text_as_text(receiver: Page, visit: Any) -> None:
    """The page of JupyterLab runs nothing of what was pasted."""
    check_hostile(receiver, visit)


def test_receiver_takes_a_line_without_end_on_a_narrow_screen(receiver: Page) -> None:
    """50,000 characters on one line neither break the page nor widen it."""
    root = receiver.locator(".fnlp-receive")
    root.evaluate("root => { root.style.width = '390px'; }")
    paste(receiver, "You never listen. " + "a" * 50_000)
    receiver.locator("li.fnlp-judging").first.wait_for()
    assert root.evaluate("root => root.scrollWidth <= root.clientWidth")
    if folder := os.environ.get("FEEDBACK_NLP_SCREENSHOTS"):
        root.screenshot(path=Path(folder) / "receive_narrow.png")


#: Texts change one after the other from when the cell ran until the page is there.
CHANGING = """\
import threading, time, ipywidgets
from feedback_nlp.widgets.passage import Passage
passages = [Passage("<p class='before'>not read yet</p>") for _ in range(120)]
def change():
    for passage in passages:
        passage.html = "<p class='after'>read</p>"
        time.sleep(0.05)
threading.Thread(target=change).start()
ipywidgets.VBox(passages)
"""


def test_app_shows_what_changes_while_it_opens(
    chromium: str, visit: Any, tmp_path: Path, tools: Any
) -> None:
    """A text that is read between the page's look at the kernel and its first sight is shown."""
    from playwright.sync_api import expect

    notebook = tmp_path / "changing.ipynb"
    notebook.write_text(json.dumps(tools.notebook_of(CHANGING)), "utf-8")
    (tmp_path / "voila").mkdir()
    with serving(notebook, tmp_path / "voila", app=True) as server:
        visit.page.goto(f"{server.url}/?token={server.token}")
        expect(visit.page.locator("p.after")).to_have_count(120, timeout=60_000)
    assert visit.page.locator("p.before").count() == 0


def test_app_is_a_page_without_code(app: tuple[str, str], visit: Any) -> None:
    """Voilà shows the widgets, no code and no talk of cells, and asks no other host."""
    from playwright.sync_api import expect

    name, url = app
    page: Page = visit.page
    page.goto(url)
    ready = ".fnlp-coach .cm-content" if name == NOTEBOOK else ".fnlp-empty"
    page.locator(ready).wait_for(timeout=60_000)
    expect(page.locator("h1")).to_be_visible()
    assert "feedback_nlp" not in page.locator("body").inner_text()
    expect(page.get_by_text("Run All Cells")).to_be_hidden()
    if name == NOTEBOOK:
        check_examples(page)
        save_picture(page, "app_draft")
    else:
        check_receiving(page)
        save_picture(page, "app_receive")
        check_hostile(page, visit)
    assert visit.console == []
    hosts = {urlsplit(url).hostname for url in visit.requests if "://" in url}
    assert hosts - {None} == {"127.0.0.1"}


def check_examples(page: Page) -> None:
    """An example is stepped through and put into the editor, where it can be changed."""
    from playwright.sync_api import expect

    examples = page.locator(".fnlp-examples")
    expect(examples.locator("mark.fnlp-judgmental:visible")).not_to_have_count(0, timeout=60_000)
    # A judgment is told by the style of its line as well as by its colour.
    expect(examples.locator("mark.fnlp-judgmental:visible").first).to_have_css(
        "text-decoration-style", "wavy"
    )
    save_picture(page, "app_draft_begin")
    examples.get_by_role("button", name="2. What happened").first.click()
    expect(examples.locator("mark.fnlp-judgmental:visible")).to_have_count(0)
    examples.get_by_role("button", name="1. First draft").first.click()
    examples.get_by_role("button", name="Try this one in the editor").first.click()
    editor = page.locator(".fnlp-coach .cm-content")
    expect(editor).to_contain_text("You are lazy")
    expect(editor.locator(".fnlp-mark[data-cue=person_label]")).not_to_have_count(0)
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("On slide 4 the axis had no units. Next time, add the units.")
    expect(editor.locator(".fnlp-mark[data-cue=next_step]")).not_to_have_count(0)
    expect(editor.locator(".fnlp-mark[data-cue=person_label]")).to_have_count(0)

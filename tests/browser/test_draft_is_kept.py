"""A draft outlives the page, the kernel and a second tab."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
CELL = (
    "from feedback_nlp.widgets import DraftCoach",
    "from stub_scorer import score",
    "coach = DraftCoach(scorer=score)",
    "coach",
)
FIRST = "You are lazy."
SECOND = "On slide 4 the axis had no units."


@pytest.fixture
def editor(visit: Any, lab: Any, tools: Any) -> Iterator[Any]:
    """An editor of its own for each test."""
    yield tools.open_notebook(visit.page, lab, tools.write_notebook(lab, *CELL))
    lab.stop_kernels()


# While a page is deaf, it hears later what the kernel says.
DEAF = """
const {get, set} = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage');
window.held = [];
Object.defineProperty(WebSocket.prototype, 'onmessage', {
    get,
    set(hear) {
        set.call(this, event => {
            if (window.deaf) window.held.push(() => hear.call(this, event));
            else hear.call(this, event);
        });
    },
});
"""


def fill(editor: Any) -> None:
    """Write two versions and a scenario, and dismiss a mark."""
    from playwright.sync_api import expect

    editor.write(FIRST)
    expect(editor.root.locator(".fnlp-point")).to_have_count(1)
    editor.mark("person_label").first.click()
    editor.page.locator(".fnlp-tip").get_by_role("button", name="Not here").click()
    expect(editor.mark("person_label")).to_have_count(0)
    editor.root.locator(".fnlp-scenario summary").click()
    editor.page.get_by_label("Who is it for?").fill("Sam")
    editor.write(f"{FIRST} {SECOND}")
    expect(editor.root.locator(".fnlp-point")).to_have_count(2)


def expect_filled(editor: Any) -> None:
    """Everything that `fill` made is there."""
    from playwright.sync_api import expect

    editor.wait_for(f"{FIRST} {SECOND}")
    expect(editor.root.locator(".fnlp-point")).to_have_count(2)
    expect(editor.root.locator(".fnlp-scenario-words")).to_have_text("for Sam")
    expect(editor.mark("behaviour")).to_have_count(1)
    expect(editor.mark("person_label")).to_have_count(0)


def restart_kernel(page: Page) -> None:
    """Restart the kernel by the menu and run all cells."""
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("Restart Kernel and Run All")).click()
    page.get_by_role("button", name="Confirm Kernel Restart").click()


def test_new_kernel_and_reload_lose_nothing(editor: Any) -> None:
    """Text, versions, scenario and what was dismissed come back after both."""
    from playwright.sync_api import expect

    fill(editor)
    editor.root.evaluate("root => { root.dataset.old = 'true'; }")
    restart_kernel(editor.page)
    editor.page.locator(".fnlp-coach:not([data-old])").wait_for(timeout=60_000)
    expect_filled(editor)
    expect(editor.root.locator(".fnlp-notice[data-slot=draft]")).to_contain_text("is back")

    # Typed less than a pause before the page goes.
    editor.content.click()
    editor.page.keyboard.press("Control+End")
    editor.page.keyboard.type(" Thanks")
    editor.page.reload()
    editor.run_all()
    editor.page.locator(".fnlp-coach").wait_for(timeout=60_000)
    editor.wait_for(f"{FIRST} {SECOND} Thanks")


def test_cell_that_runs_again_keeps_the_draft_of_a_closed_tab(
    editor: Any, visit: Any, lab: Any, tools: Any
) -> None:
    """The browser's copy ends with its tab; then the kernel has one."""
    editor.write(FIRST)
    path = re.search(r"/tree/([^?]*)", editor.page.url)
    assert path is not None
    browser = editor.page.context.browser
    assert browser is not None
    page = browser.new_context(locale="en-GB").new_page()
    tools.watch(page)
    editor.page.close()
    other = tools.open_notebook(page, lab, path[1])
    other.wait_for(FIRST)
    page.context.close()


def test_two_tabs_do_not_overwrite_each_other_silently(
    editor: Any, visit: Any, lab: Any, tools: Any
) -> None:
    """A tab that follows says so and can go back; two that write at once are asked."""
    from playwright.sync_api import expect

    first = editor
    first.write(FIRST)
    first.page.get_by_role("menuitem", name="File", exact=True).click()
    first.page.locator(".lm-Menu-item", has_text="Save Notebook").first.click()
    expect(first.page.locator(".lm-TabBar-tab.jp-mod-dirty")).to_have_count(0)
    path = re.search(r"/tree/([^?]*)", first.page.url)
    assert path is not None
    page = first.page.context.new_page()
    tools.watch(page)
    page.add_init_script(DEAF)
    page.goto(lab.notebook_url(path[1]))
    second = tools.Editor(page)
    second.wait_for(FIRST)

    second.write(SECOND)
    first.wait_for(SECOND)
    notice = first.root.locator(".fnlp-notice[data-slot=draft]")
    expect(notice).to_contain_text("another tab")
    first.button("Bring back what stood here").click()
    second.wait_for(FIRST)

    # The second tab hears nothing of what the first one writes.
    page.evaluate("window.deaf = true")
    first.content.click()
    first.page.keyboard.press("Control+End")
    first.page.keyboard.insert_text(" One.")
    first.wait_for(f"{FIRST} One.")
    second.content.click()
    second.page.keyboard.press("Control+End")
    second.page.keyboard.insert_text(" Two.")
    box = first.root.locator(".fnlp-rival")
    expect(box).to_be_visible(timeout=20_000)
    expect(box).to_contain_text("One.")
    expect(box).to_contain_text("Two.")
    page.evaluate("window.deaf = false; window.held.forEach(hear => hear())")
    first.button("Keep the text here").click()
    expect(box).to_be_hidden()
    for tab in (first, second):
        tab.wait_for(f"{FIRST} One.")
    expect(second.root.locator(".fnlp-notice[data-slot=draft]")).to_contain_text("another tab")

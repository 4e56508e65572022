"""Everybody can use the receiver's page: axe-core, and pictures in two themes and three widths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from looks import THEMES, changed_pictures, violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
CELL = (
    "from feedback_nlp.widgets import ReceiveCoach",
    "from stub_scorer import score",
    "coach = ReceiveCoach(scorer=score)",
    "coach",
)
TEXT = (
    "You are careless. On slide 4 the axis had no units, so two people asked what they saw."
    " Next time, add the units. Your slides are a mess."
)


@pytest.fixture(scope="module")
def opened(long_visit: Any, lab: Any, tools: Any) -> Iterator[Page]:
    """The receiver's page on the stub."""
    page = long_visit.page
    page.goto(lab.notebook_url(tools.write_notebook(lab, *CELL)))
    tools.run_all(page)
    page.locator(".fnlp-empty").wait_for(timeout=60_000)
    yield page
    lab.stop_kernels()


@pytest.fixture
def page(opened: Page) -> Page:
    """The page with nothing pasted, on a screen of usual size."""
    opened.set_viewport_size({"width": 1280, "height": 940})
    opened.get_by_label("The feedback that you got").fill("")
    opened.locator(".fnlp-empty").wait_for()
    return opened


def fill(page: Page) -> None:
    """Paste feedback and change the reply, so that all rooms of the page are there."""
    from playwright.sync_api import expect

    page.get_by_label("The feedback that you got").fill(TEXT)
    expect(page.locator("li.fnlp-judging")).to_have_count(2)
    page.get_by_label("Your reply").fill("Thank you. I will think about it.")
    page.get_by_role("button", name="Write the reply again from my choices").wait_for()


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing(page: Page, tools: Any, theme: str) -> None:
    """No violation, neither in light nor in dark, with nothing pasted and with all of it open."""
    tools.choose_theme(page, theme)
    assert violations(page, ".fnlp-receive") == []
    fill(page)
    page.get_by_text("Read the whole text with its marks").click()
    assert violations(page, ".fnlp-receive") == []


@pytest.mark.parametrize("theme", THEMES)
def test_pictures_are_as_they_were(page: Page, tools: Any, theme: str) -> None:
    """The page looks as in the references, up to the smoothing of fonts."""
    tools.choose_theme(page, theme)
    fill(page)
    page.locator(".fnlp-sum").click()
    root = page.locator(".fnlp-receive")
    assert changed_pictures(root, f"receive-{theme.split()[1].lower()}") == {}


@pytest.mark.parametrize("width", [320, 390])
def test_nothing_is_cut_off_on_a_narrow_screen(page: Page, width: int) -> None:
    """On a phone nothing leaves the page's box."""
    fill(page)
    page.set_viewport_size({"width": width, "height": 844})
    page.get_by_text("Read the whole text with its marks").click()
    outside = page.locator(".fnlp-receive").evaluate(
        """root => {
            const box = root.getBoundingClientRect();
            return [...root.querySelectorAll('*')].filter(e => {
                const r = e.getBoundingClientRect();
                const outside = r.right > box.right + 1 || r.left < box.left - 1;
                const cut = e.matches('button') && e.scrollWidth > e.clientWidth + 1;
                return r.width && (outside || cut);
            }).map(e => e.outerHTML.slice(0, 120));
        }"""
    )
    assert outside == []

"""A real JupyterLab and a real Chromium for the tests of what people see."""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from serving import Server, run_all, serving

from feedback_nlp.coach import NOTEBOOK

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
# The invitation in an empty editor is no text.
_TEXT = """() => [...document.querySelectorAll('.fnlp-coach .cm-line')]
    .map(line => line.querySelector('.cm-placeholder') ? '' : line.textContent).join('\\n')"""
_CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def _unavailable(reason: str) -> None:
    if os.environ.get("CI") or os.environ.get("FEEDBACK_NLP_REQUIRE_BROWSER"):
        pytest.fail(f"{reason} The browser tests must run here.")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the Chromium that is installed."""
    if importlib.util.find_spec("playwright") is None:
        _unavailable("Playwright is not installed; run: pip install playwright.")
    if importlib.util.find_spec("jupyterlab") is None:
        _unavailable("JupyterLab is not installed.")
    given = os.environ.get("FEEDBACK_NLP_CHROMIUM")
    names = [given] if given else ["chromium", "chromium-browser", "google-chrome"]
    path = next((found for name in names if (found := shutil.which(name))), None)
    if path is None:
        _unavailable(f"No Chromium found under {', '.join(names)}; set FEEDBACK_NLP_CHROMIUM.")
    assert path is not None
    return path


@pytest.fixture(scope="session")
def lab(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """JupyterLab on a free port, with copies of the notebooks and nobody's settings."""
    home = tmp_path_factory.mktemp("lab")
    root = home / "root"
    shutil.copytree(
        NOTEBOOKS, root, ignore=shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__")
    )
    with serving(root / NOTEBOOK, home) as running:
        yield running


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """One Chromium for all tests."""
    from playwright.sync_api import expect, sync_playwright

    # On a busy machine a kernel takes longer than the five seconds that are the default.
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(_CHROMIUM))
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page and what it asked for."""

    page: Page
    requests: list[str]
    console: list[str]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """A fresh page that records its requests and what went wrong in it."""
    with visiting(browser) as visit:
        yield visit


@pytest.fixture(scope="module")
def long_visit(browser: Browser) -> Iterator[Visit]:
    """A page that the tests of one file share, since JupyterLab takes seconds to open."""
    with visiting(browser) as visit:
        yield visit


@contextmanager
def visiting(browser: Browser) -> Iterator[Visit]:
    """Open a page that records its requests and what went wrong in it."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 940}, locale="en-GB", reduced_motion="reduce"
    )
    yield watch(context.new_page())
    context.close()


def watch(page: Page) -> Visit:
    """Record what `page` asks for and what goes wrong in it."""
    visit = Visit(page, [], [])
    page.set_default_timeout(20_000)
    page.on("request", lambda request: visit.requests.append(request.url))
    page.on("websocket", lambda socket: visit.requests.append(socket.url))
    page.on("pageerror", lambda error: visit.console.append(str(error)))
    page.on("dialog", lambda dialog: _refuse(dialog, visit.console))
    return visit


def _refuse(dialog: Any, console: list[str]) -> None:
    if dialog.type == "beforeunload":
        # JupyterLab asks before an unsaved notebook is left.
        dialog.accept()
        return
    console.append(f"dialog: {dialog.message}")
    dialog.dismiss()


def open_notebook(page: Page, lab: Server, name: str) -> Editor:
    """Open a notebook, run it, and return the editor when it is on screen."""
    from playwright.sync_api import expect

    page.goto(lab.notebook_url(name))
    editor = Editor(page)
    editor.run_all()
    # Run All scrolls to the last cell; the editor brings itself back.
    expect(page.locator(".fnlp-coach h2")).to_be_in_viewport(timeout=60_000)
    return editor


def write_notebook(lab: Server, *lines: str) -> str:
    """Return the name of a new notebook whose only cell holds `lines`; the stub is beside it."""
    folder = lab.root / secrets.token_hex(4)
    folder.mkdir()
    shutil.copy(Path(__file__).with_name("stub_scorer.py"), folder)
    path = folder / "editor.ipynb"
    path.write_text(json.dumps(notebook_of(*lines)), "utf-8")
    return path.relative_to(lab.root).as_posix()


def notebook_of(*lines: str) -> dict[str, Any]:
    """Return a notebook like that for participants whose only cell holds `lines`."""
    notebook: dict[str, Any] = json.loads((NOTEBOOKS / NOTEBOOK).read_text("utf-8"))
    cell = {
        "cell_type": "code", "execution_count": None, "id": "editor", "metadata": {},
        "outputs": [], "source": "\n".join(lines),
    }  # fmt: skip
    return notebook | {"cells": [cell]}


@dataclass
class Editor:
    """The editor on a page, as a person uses it."""

    page: Page

    @property
    def root(self) -> Locator:
        """The whole widget."""
        return self.page.locator(".fnlp-coach")

    @property
    def content(self) -> Locator:
        """Where the text stands."""
        return self.root.locator(".cm-content")

    @property
    def text(self) -> str:
        """The draft as it stands on screen."""
        return str(self.page.evaluate(f"({_TEXT})()"))

    def run_all(self) -> None:
        """Run all cells by the menu, once the kernel is there."""
        run_all(self.page)

    def write(self, text: str) -> None:
        """Replace the draft by typing, and wait until it is read."""
        self.content.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)
        self.wait_for(text)

    def wait_for(self, text: str) -> None:
        """Wait until the editor shows `text`, and the answer to it is there."""
        self.page.wait_for_function(
            f"""text => ({_TEXT})() === text
                && document.querySelector('.fnlp-coach').dataset.read === 'true'""",
            arg=text,
            timeout=30_000,
        )

    def dial(self, name: str) -> int:
        """Return what a dial shows, 0 to 100."""
        value = self.root.locator(f"[data-dial={name}]").get_attribute("aria-valuenow")
        assert value is not None
        return int(value)

    def mark(self, cue: str) -> Locator:
        """Return the marks of one cue in the text."""
        return self.content.locator(f".fnlp-mark[data-cue={cue}]")

    def button(self, name: str) -> Locator:
        """Return the button with these words."""
        return self.root.get_by_role("button", name=name, exact=True)

    def start_over(self) -> None:
        """Leave nothing of the draft, for the next test."""
        self.page.keyboard.press("Escape")
        if self.text:
            self.button("New draft").click()
            self.wait_for("")

    def theme(self, name: str) -> None:
        """Choose JupyterLab Light or JupyterLab Dark."""
        choose_theme(self.page, name)


def choose_theme(page: Page, name: str) -> None:
    """Choose JupyterLab Light or JupyterLab Dark."""
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.locator(".lm-Menu-item", has_text="Theme").first.hover()
    page.locator(".lm-Menu-item", has_text=name).first.click()
    light = str("Light" in name).lower()
    page.locator(f"body[data-jp-theme-light={light}]").wait_for(state="attached")
    page.locator("#jupyterlab-splash").wait_for(state="detached")
    page.mouse.move(5, 5)


@pytest.fixture(scope="session")
def tools() -> SimpleNamespace:
    """The helpers above; a conftest cannot be imported by its tests."""
    return SimpleNamespace(
        open_notebook=open_notebook,
        write_notebook=write_notebook,
        notebook_of=notebook_of,
        watch=watch,
        Editor=Editor,
        run_all=run_all,
        choose_theme=choose_theme,
    )

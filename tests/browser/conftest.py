"""A real JupyterLab and a real Chromium for the tests of what people see."""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from feedback_nlp.coach import NOTEBOOK, lab_command, lab_environment

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
START_SECONDS = 60
_CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab."""

    url: str
    token: str
    root: Path

    def notebook_url(self, name: str) -> str:
        """Return the address of a notebook, in a workspace of its own."""
        workspace = secrets.token_hex(4)
        return f"{self.url}/lab/workspaces/{workspace}/tree/{name}?token={self.token}&reset"

    def copy(self, name: str) -> str:
        """Return the name of a fresh copy of a notebook."""
        folder = secrets.token_hex(4)
        (self.root / folder).mkdir()
        shutil.copyfile(self.root / name, self.root / folder / name)
        return f"{folder}/{name}"

    def stop_kernels(self) -> None:
        """End every kernel, so that the next test begins with none."""
        for kernel in json.loads(self._ask("kernels")):
            self._ask(f"kernels/{kernel['id']}", "DELETE")

    def _ask(self, path: str, method: str = "GET") -> bytes:
        request = urllib.request.Request(
            f"{self.url}/api/{path}",
            method=method,
            headers={"Authorization": f"token {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=15) as answer:
            return bytes(answer.read())


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
def lab(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on a free port, with copies of the notebooks and nobody's settings."""
    home = tmp_path_factory.mktemp("lab")
    root = home / "root"
    shutil.copytree(
        NOTEBOOKS, root, ignore=shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__")
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    # The command and the environment that `feedback-nlp coach` uses: what is tested is what runs.
    command = [
        *lab_command(root / NOTEBOOK, browser=False, port=port),
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={token}",
    ]
    environment = lab_environment() | {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
    }
    log_path = home / "lab.log"
    with log_path.open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            running = Lab(f"http://127.0.0.1:{port}", token, root)
            _wait_until_up(running, server, log_path)
            yield running
        finally:
            server.terminate()
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                server.kill()


def _wait_until_up(lab: Lab, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        try:
            lab._ask("status")
            return
        except OSError:
            time.sleep(0.1)  # between two tries of a server that starts
    pytest.fail(f"JupyterLab did not start:\n{log.read_text(errors='replace')[-3000:]}")


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
    context = browser.new_context(
        viewport={"width": 1280, "height": 940}, locale="en-GB", reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    requests: list[str] = []
    console: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("websocket", lambda socket: requests.append(socket.url))
    page.on("pageerror", lambda error: console.append(str(error)))
    page.on("dialog", lambda dialog: _refuse(dialog, console))
    yield Visit(page, requests, console)
    context.close()


def _refuse(dialog: Any, console: list[str]) -> None:
    console.append(f"dialog: {dialog.message}")
    dialog.dismiss()

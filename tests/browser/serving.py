"""A Jupyter server of its own, started as `feedback-nlp coach` starts it, with nobody's settings.

Used by the browser tests and by `benchmarks/live`.
"""

from __future__ import annotations

import json
import secrets
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from feedback_nlp.coach import app_command, lab_command, lab_environment

if TYPE_CHECKING:
    from playwright.sync_api import Page

START_SECONDS = 60


class ServerError(RuntimeError):
    """The server did not start; the message holds the end of its log."""


@dataclass(frozen=True)
class Server:
    """A running JupyterLab or Voilà; `root` is the folder of its notebooks."""

    url: str
    token: str
    root: Path
    process: subprocess.Popen[bytes]

    def notebook_url(self, name: str) -> str:
        """Return the address of a notebook, in a workspace of its own."""
        workspace = secrets.token_hex(4)
        return f"{self.url}/doc/workspaces/{workspace}/tree/{name}?token={self.token}&reset"

    def copy(self, name: str) -> str:
        """Return the name of a fresh copy of a notebook."""
        folder = secrets.token_hex(4)
        (self.root / folder).mkdir()
        shutil.copyfile(self.root / name, self.root / folder / name)
        return f"{folder}/{name}"

    def stop_kernels(self) -> None:
        """End every kernel, so that what follows begins with none."""
        for kernel in json.loads(self.ask("api/kernels")):
            self.ask(f"api/kernels/{kernel['id']}", "DELETE")

    def ask(self, path: str, method: str = "GET") -> bytes:
        """Return the answer of the server."""
        request = urllib.request.Request(
            f"{self.url}/{path}", method=method, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=15) as answer:
            return bytes(answer.read())


@contextmanager
def serving(notebook: Path, home: Path, *, app: bool = False) -> Iterator[Server]:
    """Serve `notebook` in JupyterLab, or as an `app` in Voilà, on a free port.

    Parameters
    ----------
    notebook : Path
        The notebook that is opened; its folder is the root.
    home : Path
        An empty folder for settings, kernels and the log.
    app : bool, default False
        Voilà instead of JupyterLab.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    if app:
        command = [
            *app_command(notebook, browser=False, port=port),
            "--Voila.port_retries=0",
            f"--Voila.token={token}",
        ]
    else:
        command = [
            *lab_command(notebook, browser=False, port=port),
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
    log_path = home / "server.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            server = Server(f"http://127.0.0.1:{port}", token, notebook.parent, process)
            # Voilà's own page would start a kernel.
            _wait_until_up(server, "voila/static/voila.js" if app else "api/status", log_path)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_until_up(server: Server, path: str, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.process.poll() is None:
        try:
            server.ask(path)
            return
        except OSError:
            time.sleep(0.1)  # between two tries of a server that starts
    raise ServerError(f"The server did not start:\n{log.read_text(errors='replace')[-3000:]}")


def run_all(page: Page) -> None:
    """Run all cells by the menu, once the kernel is there."""
    from playwright.sync_api import expect

    # Without a kernel, Run All asks for one. On a phone the toolbar has no room for its name.
    status = page.locator("#jp-main-statusbar")
    expect(status).to_contain_text("Python 3 (ipykernel) | Idle", timeout=60_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()

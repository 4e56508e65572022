"""A JupyterLab of its own for the measurements, started as `feedback-nlp coach` starts it."""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from feedback_nlp.coach import lab_command, lab_environment

START_SECONDS = 60
NOTEBOOK = "bench.ipynb"
CELL = "from feedback_nlp.widgets import DraftCoach\n\ncoach = DraftCoach()\ncoach"


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab."""

    url: str
    token: str
    process: subprocess.Popen[bytes]

    def notebook_url(self) -> str:
        """Return the address of the notebook, in a workspace of its own."""
        workspace = secrets.token_hex(4)
        return f"{self.url}/lab/workspaces/{workspace}/tree/{NOTEBOOK}?token={self.token}&reset"

    def kernel_memory(self) -> float:
        """Return the resident memory of the newest kernel, in MB."""
        processes = psutil.Process(self.process.pid).children(recursive=True)
        kernels = [p for p in processes if "ipykernel_launcher" in " ".join(p.cmdline())]
        kernel = max(kernels, key=lambda p: p.create_time())
        return float(kernel.memory_info().rss) / 1e6

    def stop_kernels(self) -> None:
        """End every kernel, so that the next measurement begins cold."""
        for kernel in json.loads(self.ask("kernels")):
            self.ask(f"kernels/{kernel['id']}", "DELETE")

    def ask(self, path: str, method: str = "GET") -> bytes:
        """Return the answer of the server's API."""
        request = urllib.request.Request(
            f"{self.url}/api/{path}",
            method=method,
            headers={"Authorization": f"token {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=15) as answer:
            return bytes(answer.read())


@contextmanager
def running_lab() -> Iterator[Lab]:
    """Run JupyterLab with one notebook, nobody's settings, on a free port."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "root").mkdir()
        notebook = home / "root" / NOTEBOOK
        notebook.write_text(_notebook(), encoding="utf-8")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        token = secrets.token_hex(16)
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
        with (home / "lab.log").open("wb") as log:
            server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
            try:
                lab = Lab(f"http://127.0.0.1:{port}", token, server)
                _wait_until_up(lab)
                yield lab
            finally:
                server.terminate()
                try:
                    server.wait(15)
                except subprocess.TimeoutExpired:
                    server.kill()


def _notebook() -> str:
    cell = {
        "cell_type": "code", "id": "editor", "execution_count": None, "metadata": {},
        "outputs": [], "source": CELL,
    }  # fmt: skip
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    return json.dumps(
        {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    )


def _wait_until_up(lab: Lab) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and lab.process.poll() is None:
        try:
            lab.ask("status")
            return
        except OSError:
            time.sleep(0.1)  # between two tries of a server that starts
    raise RuntimeError("JupyterLab did not start.")

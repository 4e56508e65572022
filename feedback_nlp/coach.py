"""Open the participant notebook in JupyterLab."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
from importlib import resources
from pathlib import Path

from feedback_nlp.errors import FeedbackError

NOTEBOOK = "01_draft_feedback.ipynb"
_LAB = ("jupyterlab", "ipywidgets", "anywidget")
# Nothing that is typed, and no sign that somebody is typing, leaves the machine.
_OFFLINE = (
    "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)


class CoachError(FeedbackError):
    """The notebook cannot be opened."""


def run_notebook(*, browser: bool = True, port: int | None = None) -> int:
    """Run JupyterLab on the notebook until it is stopped; return its exit code.

    Raises
    ------
    CoachError
        If JupyterLab or the notebook is missing.
    """
    missing = [name for name in _LAB if importlib.util.find_spec(name) is None]
    if missing:
        raise CoachError(
            f"The notebook needs {', '.join(missing)}, not installed yet; run:"
            f" pip install {' '.join(missing)}."
        )
    notebook = find_notebook(Path.cwd())
    command = lab_command(notebook, browser=browser, port=port)
    with subprocess.Popen(command, env=lab_environment()) as lab:
        # Termination is sent to this process alone, Ctrl+C to JupyterLab as well, which asks
        # before it stops.
        signal.signal(signal.SIGTERM, lambda *_: lab.terminate())
        while True:
            with contextlib.suppress(KeyboardInterrupt):
                return lab.wait()


def lab_command(notebook: Path, *, browser: bool, port: int | None) -> list[str]:
    """Return the command that opens `notebook` in JupyterLab without calls to the network."""
    command = [sys.executable, "-m", "jupyterlab", *_OFFLINE]
    # Not as an argument: this way the address that is printed leads to the notebook as well.
    command += [
        f"--ServerApp.root_dir={notebook.parent}",
        f"--LabApp.default_url=/lab/tree/{notebook.name}",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    if not browser:
        command.append("--no-browser")
    if port is not None:
        command.append(f"--port={port}")
    return command


def lab_environment() -> dict[str, str]:
    """Return the environment in which JupyterLab does not ask to fetch news."""
    quiet = str(resources.files("feedback_nlp") / "jupyter")
    others = os.environ.get("JUPYTER_CONFIG_PATH")
    return {
        **os.environ,
        "JUPYTER_CONFIG_PATH": f"{quiet}{os.pathsep}{others}" if others else quiet,
    }


def find_notebook(folder: Path) -> Path:
    """Return the notebook to open: the checkout's own, else a copy in `folder`.

    A copy that is already there is kept, since it may hold somebody's work.

    Raises
    ------
    CoachError
        If the package came without the notebook.
    """
    checkout = Path(__file__).resolve().parent.parent
    original = checkout / "notebooks" / NOTEBOOK
    if original.is_file() and (checkout / "pyproject.toml").is_file():
        return original
    copy = folder / NOTEBOOK
    if not copy.exists():
        packaged = resources.files("feedback_nlp") / "_notebooks" / NOTEBOOK
        if not packaged.is_file():
            raise CoachError(
                f"The package came without {NOTEBOOK}; install it again, or run"
                " `make coach` in the folder of the project."
            )
        copy.write_bytes(packaged.read_bytes())
    return copy

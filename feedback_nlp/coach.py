"""Open a notebook for participants: in JupyterLab, or as a page without code."""

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
RECEIVE_NOTEBOOK = "02_receive_feedback.ipynb"
#: Where copies go when the command runs inside of a checkout; git ignores it.
COPIES = "my_notebooks"
_LAB = ("jupyterlab", "ipywidgets", "anywidget")
_APP = ("voila", "ipywidgets", "anywidget")
# Nothing that is typed, and no sign that somebody is typing, leaves the machine.
_OFFLINE = (
    "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)
_CONNECTION = "feedback_nlp.jupyter.prompt.PromptConnection"


class CoachError(FeedbackError):
    """The notebook cannot be opened."""


def require(*, app: bool = False) -> None:
    """Check that what opens the notebook is installed.

    Raises
    ------
    CoachError
        If something is missing; it names the command that installs it.
    """
    missing = [name for name in (_APP if app else _LAB) if importlib.util.find_spec(name) is None]
    if missing:
        what = "The page without code" if app else "The notebook"
        raise CoachError(
            f"{what} needs {', '.join(missing)}, not installed yet; run:"
            f" pip install {' '.join(missing)}."
        )


def run_notebook(
    notebook: Path, *, app: bool = False, browser: bool = True, port: int | None = None
) -> int:
    """Serve the notebook until it is stopped; return the exit code of the server.

    Raises
    ------
    CoachError
        If JupyterLab, or Voilà for an `app`, is missing.
    """
    require(app=app)
    build = app_command if app else lab_command
    command = build(notebook, browser=browser, port=port)
    with subprocess.Popen(command, env=lab_environment()) as server:
        # Termination is sent to this process alone, Ctrl+C to the server as well; JupyterLab
        # asks before it stops.
        signal.signal(signal.SIGTERM, lambda *_: server.terminate())
        while True:
            with contextlib.suppress(KeyboardInterrupt):
                return server.wait()


def app_command(notebook: Path, *, browser: bool, port: int | None) -> list[str]:
    """Return the command that serves `notebook` as a page without code, to this machine only."""
    command = [
        sys.executable, "-m", "voila", str(notebook),
        # Voilà's own template links style sheets of another host.
        "--VoilaConfiguration.template=feedback",
        "--Voila.ip=127.0.0.1",
        # Others with an account on this machine must not open the page.
        "--Voila.auto_token=True",
    ]  # fmt: skip
    if not browser:
        command.append("--no-browser")
    if port is not None:
        command.append(f"--port={port}")
    return command


def lab_command(notebook: Path, *, browser: bool, port: int | None) -> list[str]:
    """Return the command that opens `notebook` in JupyterLab without calls to the network."""
    command = [sys.executable, "-m", "jupyterlab", *_OFFLINE]
    # Marks come some 40 ms sooner.
    command.append(f"--ServerApp.kernel_websocket_connection_class={_CONNECTION}")
    # One document with its side bars folded in: on a phone they would take all the room.
    # Not as an argument: this way the address that is printed leads to the notebook as well.
    command += [
        f"--ServerApp.root_dir={notebook.parent}",
        f"--LabApp.default_url=/doc/tree/{notebook.name}",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    if not browser:
        command.append("--no-browser")
    if port is not None:
        command.append(f"--port={port}")
    return command


def lab_environment() -> dict[str, str]:
    """Return the environment in which JupyterLab and Voilà ask no other host for anything."""
    quiet = str(resources.files("feedback_nlp") / "jupyter")
    # The first holds the settings of JupyterLab, the second our template for Voilà.
    paths = {name: os.environ.get(name) for name in ("JUPYTER_CONFIG_PATH", "JUPYTER_PATH")}
    return {
        **os.environ,
        **{name: f"{quiet}{os.pathsep}{old}" if old else quiet for name, old in paths.items()},
    }


def find_notebook(name: str = NOTEBOOK) -> Path:
    """Return the notebook `name` as the package ships it; never to be written to.

    Raises
    ------
    CoachError
        If the package came without the notebook.
    """
    checkout = _checkout()
    folder = Path(str(resources.files("feedback_nlp"))) / "_notebooks"
    notebook = (folder if checkout is None else checkout / "notebooks") / name
    if not notebook.is_file():
        raise CoachError(
            f"The package came without {name}; install it again, or run"
            " `make coach` in the folder of the project."
        )
    return notebook


def working_copy(name: str, folder: Path) -> Path:
    """Return a copy of the notebook `name` that can be saved without changing the original.

    A copy that is already there is kept, since it may hold somebody's work.

    Parameters
    ----------
    name : str
        File name of the notebook.
    folder : Path
        Where the user works. Inside of a checkout the copy goes to its folder `COPIES`.
    """
    original = find_notebook(name)
    checkout = _checkout()
    if checkout is not None and folder.resolve().is_relative_to(checkout):
        folder = checkout / COPIES
        folder.mkdir(exist_ok=True)
    copy = folder / name
    # Fails on a copy that is there, also on one that appears at this moment.
    with contextlib.suppress(FileExistsError), copy.open("xb") as file:
        file.write(original.read_bytes())
    return copy


def _checkout() -> Path | None:
    folder = Path(__file__).resolve().parent.parent
    return folder if (folder / "pyproject.toml").is_file() else None

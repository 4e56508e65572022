"""A JupyterLab of its own for the measurements, with one notebook that shows an editor."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What the browser tests start is what is measured.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "browser"))

from serving import Server, run_all, serving

__all__ = ["NOTEBOOK", "Server", "run_all", "running_lab", "serving"]

NOTEBOOK = "bench.ipynb"
CELL = "from feedback_nlp.widgets import DraftCoach\n\ncoach = DraftCoach()\ncoach"


@contextmanager
def running_lab() -> Iterator[Server]:
    """Run JupyterLab with the notebook."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "root").mkdir()
        notebook = home / "root" / NOTEBOOK
        notebook.write_text(_notebook(), encoding="utf-8")
        with serving(notebook, home) as server:
            yield server


def _notebook() -> str:
    cell = {
        "cell_type": "code", "id": "editor", "execution_count": None, "metadata": {},
        "outputs": [], "source": CELL,
    }  # fmt: skip
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    return json.dumps(
        {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    )

"""Data that come with the package, or stand in `data/` of its checkout."""

from __future__ import annotations

from importlib import resources
from pathlib import Path


def shipped_file(name: str) -> Path:
    """Return the path of a file that is installed with the package, or of the checkout's own."""
    packaged = Path(str(resources.files("feedback_nlp") / "_data" / name))
    checkout = Path(__file__).resolve().parent.parent / "data" / name
    return packaged if packaged.is_file() else checkout

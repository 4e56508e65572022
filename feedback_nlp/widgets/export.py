"""A draft as a file: Markdown, or a Word document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO

from feedback_nlp.errors import DependencyError

_HEADINGS = {"who": "For", "about": "About", "goal": "So that they can"}


def to_markdown(text: str, scenario: Mapping[str, str]) -> str:
    """Return the draft as Markdown, with its scenario above it."""
    lines = [f"**{heading}:** {value}  " for heading, value in _rows(scenario)]
    return "\n".join(["# Feedback", "", *lines, *([""] if lines else []), text.strip(), ""])


def to_docx(text: str, scenario: Mapping[str, str]) -> bytes:
    """Return the draft as a Word document, with its scenario above it.

    Raises
    ------
    DependencyError
        If python-docx is not installed.
    """
    try:
        from docx import Document
    except ImportError as error:
        raise DependencyError(
            "A Word document needs python-docx; run: pip install python-docx."
        ) from error
    document = Document()
    document.add_heading("Feedback", level=1)
    for heading, value in _rows(scenario):
        paragraph = document.add_paragraph()
        paragraph.add_run(f"{heading}: ").bold = True
        paragraph.add_run(_printable(value))
    for block in text.strip().split("\n\n"):
        document.add_paragraph(_printable(block))
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _rows(scenario: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for key, heading in _HEADINGS.items():
        if value := " ".join(scenario.get(key, "").split()):
            yield heading, value


def _printable(text: str) -> str:
    # XML holds no control characters.
    return "".join(char for char in text if char.isprintable() or char in "\n\t")

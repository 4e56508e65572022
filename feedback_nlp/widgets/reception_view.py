"""A `Reception` as HTML: built here, autoescaped, with the user's text exactly as given."""

from __future__ import annotations

from functools import cache
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING

from feedback_nlp.receiving import Reception, receiving_words

if TYPE_CHECKING:
    from jinja2 import Template


def reception_html(found: Reception | None, message: str = "", revision: int = 0) -> str:
    """Return what a receiver sees of a piece of feedback.

    Parameters
    ----------
    found : Reception or None
        What was found; None if the text could not be read.
    message : str, default ""
        Why it could not be read.
    revision : int, default 0
        Which version of the text this answers.
    """
    words = receiving_words()
    found = found or Reception("")
    counts = (len(found.usable), len(found.judging))
    summary = (
        f"{_count(counts[0])} {words['summary']['usable']},"
        f" {_count(counts[1]).lower()} {words['summary']['judging']}"
    )
    return _template().render(
        found=found,
        message=message,
        revision=revision,
        summary=summary,
        pieces=_pieces(found),
        screen=words["screen"],
        words=words["summary"],
    )


def heading_html(name: str) -> str:
    """Return the heading `name` of the page with its hint."""
    words = receiving_words()["screen"]
    hint = words.get(f"{name}_hint", "")
    return f"<h3>{words[name]}</h3>" + (f"<p>{hint}</p>" if hint else "")


@cache
def style_html() -> str:
    """Return the style of the page."""
    path = resources.files("feedback_nlp") / "widgets" / "receive_coach.css"
    return f"<style>{path.read_text(encoding='utf-8')}</style>"


@cache
def _template() -> Template:
    from jinja2 import Environment

    path = resources.files("feedback_nlp") / "widgets" / "reception.html.jinja"
    return Environment(autoescape=True).from_string(path.read_text(encoding="utf-8"))


def _count(number: int) -> str:
    return {0: "No passage", 1: "1 passage"}.get(number, f"{number} passages")


def _pieces(found: Reception) -> list[dict[str, str]]:
    """Cut the text where passages begin and end; a judgment inside a usable passage wins."""
    passages = (*found.judging, *found.usable)
    edges = {0, len(found.text)} | {edge for p in passages for edge in (p.start, p.end)}
    return [
        {
            "text": found.text[start:end],
            "kind": next((p.kind for p in passages if p.start <= start and end <= p.end), ""),
        }
        for start, end in pairwise(sorted(edges))
    ]

"""A session of labelling as the plain data that the front end of the desk shows."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from feedback_nlp.annotation.codebook import codebook
from feedback_nlp.annotation.differences import Difference
from feedback_nlp.annotation.labels import SCALES, Labels
from feedback_nlp.annotation.session import Session
from feedback_nlp.annotation.settling import common
from feedback_nlp.widgets.offsets import Utf16Offsets


def book_view() -> dict[str, Any]:
    """Return the codebook as plain data."""
    book = codebook()
    return {
        "scales": [asdict(scale) for scale in book.scales],
        "spans": [asdict(span) for span in book.spans],
    }


def session_view(session: Session) -> dict[str, Any]:
    """Return what the desk shows, with offsets in UTF-16 units.

    Of a rater's session it holds nothing about other people's labels.
    """
    text, counts = session.text, session.counts
    view: dict[str, Any] = {
        "page": "text" if text else ("done" if session.texts else "nothing"),
        "role": session.role,
        "rater": session.rater,
        "total": len(session.texts),
        "counts": counts,
        "notice": session.notice,
    }
    if text is None:
        return view
    given = session.given
    rules = codebook().rules
    return {
        **view,
        "id": text.id,
        "text": text.content,
        "number": (session.place or 0) + 1,
        "state": session.state,
        **labels_view(session.labels, text.content),
        "active": session.active,
        "locked": {scale: rules[rule] for scale, rule in session.labels.settled.items()},
        "problems": list(session.problems),
        "can_undo": session.can_undo,
        "given": [
            {"name": f"Rater {number}", **labels_view(labels, text.content)}
            for number, labels in enumerate(given, start=1)
        ],
        "differing": list(common(given, text.content).differing) if given else [],
    }


def labels_view(labels: Labels, text: str) -> dict[str, Any]:
    """Return the answers, and the marks in UTF-16 units."""
    convert = Utf16Offsets(text)
    return {
        "values": {name: getattr(labels, name) for name in SCALES},
        "spans": [
            {"label": label, "from": convert(start), "to": convert(end)}
            for start, end, label in labels.spans
        ],
    }


def difference_view(item: Difference) -> dict[str, Any]:
    """Return what the browser of differences shows of one text."""
    content = item.text.content
    decided = [] if item.decided is None else [("Decision", item.decided)]
    return {
        "id": item.text.id,
        "text": content,
        "distance": item.distance,
        "by_label": item.by_label,
        "given": [
            {"name": name, **labels_view(labels, content)}
            for name, labels in [*item.given.items(), *decided]
        ],
    }

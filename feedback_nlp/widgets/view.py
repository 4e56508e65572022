"""A `Report` as the plain data that the front end of the live editor shows."""

from __future__ import annotations

from typing import Any

from feedback_nlp.report import Report
from feedback_nlp.widgets.offsets import Utf16Offsets
from feedback_nlp.words import actionability_words, tone_words

#: More advice at a time is not read.
MAX_ADVICE = 3

_PARTS = {
    "situation": ("Situation", "When or where was it?"),
    "behaviour": ("Behaviour", "What did they do?"),
    "impact": ("Impact", "What did it lead to?"),
    "next_step": ("Next step", "What could they try?"),
}


def report_view(report: Report, *, revision: int) -> dict[str, Any]:
    """Return what the front end shows for `report`, with offsets in UTF-16 units.

    Parameters
    ----------
    report : Report
        The result for one version of the draft.
    revision : int
        The version of the draft; the front end drops answers to older ones.
    """
    convert = Utf16Offsets(report.text)
    advice = [
        {
            "kind": item.kind,
            "message": item.message,
            "ask": item.ask,
            "from": None if item.start is None else convert(item.start),
            "to": None if item.end is None else convert(item.end),
        }
        for item in report.advice
    ]
    marks = [
        {
            "cue": finding.cue,
            "family": finding.family,
            "title": finding.title,
            "text": finding.text,
            "from": convert(finding.start),
            "to": convert(finding.end),
            "why": finding.why,
            "ask": finding.ask,
        }
        for finding in sorted(report.findings, key=lambda f: (f.start, -f.end))
        if finding.start < finding.end
    ]
    found = report.parts
    return {
        "revision": revision,
        "length": convert.length,
        "status": "empty" if not report.text.strip() else "ok",
        "message": "",
        "dials": dials(report),
        "parts": [
            {"id": part, "title": title, "ask": ask, "found": found[part]}
            for part, (title, ask) in _PARTS.items()
        ],
        "marks": marks,
        # Praise first: people read on when they see what works already.
        "advice": sorted(advice, key=lambda item: item["kind"] != "praise")[:MAX_ADVICE],
        "warnings": list(report.warnings),
    }


def error_view(text: str, message: str, *, revision: int) -> dict[str, Any]:
    """Return what the front end shows when `text` could not be scored."""
    blank = Report(text, None, None, None, None, None, None, None, None)
    return {
        **report_view(blank, revision=revision),
        "status": "error",
        "message": message,
    }


def dials(report: Report) -> list[dict[str, Any]]:
    """Return the two dials: value in [0, 1] or None, and plain words for it."""
    return [
        {
            "id": "actionability",
            "title": "Actionable",
            "hint": "how far they can act on it",
            "value": report.actionability,
            "words": actionability_words(report),
        },
        {
            "id": "judgmental",
            "title": "Judging",
            "hint": "chance that it reads as a judgment",
            "value": report.judgmental,
            "words": tone_words(report),
        },
    ]

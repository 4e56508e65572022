"""A `Report` as the plain data that the front end of the live editor shows."""

from __future__ import annotations

from typing import Any

from feedback_nlp.report import Report
from feedback_nlp.widgets.offsets import Utf16Offsets

#: More advice at a time is not read.
MAX_ADVICE = 3

_PARTS = {
    "situation": ("Situation", "When or where was it?"),
    "behaviour": ("Behaviour", "What did they do?"),
    "impact": ("Impact", "What did it lead to?"),
    "next_step": ("Next step", "What could they try?"),
}
# Bounds are the lowest value that no longer gets the words.
_ACTIONABILITY_WORDS = ((0.35, "not yet"), (0.65, "partly"), (1.01, "ready to act on"))
_TONE_WORDS = ((1.0, "slightly judging"), (2.2, "judging"), (3.01, "hurtful"))
# Below this probability the text counts as describing, whatever the expected tone.
_DESCRIBES_BELOW = 0.35


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
    blank = Report(text, None, None, None, None, None, None, None)
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
            "words": _below(_ACTIONABILITY_WORDS, report.actionability),
        },
        {
            "id": "judgmental",
            "title": "Judging",
            "hint": "chance that it reads as a judgment",
            "value": report.judgmental,
            "words": tone_words(report.judgmental, report.tone),
        },
    ]


def tone_words(judgmental: float | None, tone: float | None) -> str:
    """Return plain words for the tone: ``tone_words(0.9, 2.5)`` is "hurtful"."""
    if judgmental is not None and judgmental < _DESCRIBES_BELOW:
        return "describes"
    return "" if judgmental is None else _below(_TONE_WORDS, tone)


def _below(steps: tuple[tuple[float, str], ...], value: float | None) -> str:
    if value is None:
        return ""
    return next((words for bound, words in steps if value < bound), steps[-1][1])

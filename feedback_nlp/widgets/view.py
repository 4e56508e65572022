"""A `Report` as the plain data that the front end of the live editor shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from feedback_nlp.advice import wording_of_warning
from feedback_nlp.report import Finding, Report
from feedback_nlp.scaffold import PLACEHOLDER
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


#: Families whose marks can be dismissed; the four parts are no reproach.
DISMISSIBLE = frozenset({"judgmental", "vague"})
_FEW_WORDS = 5


def is_dismissed(finding: Finding, dismissed: Iterable[Mapping[str, str]]) -> bool:
    """Say whether the writer, or the group's allow-list, wants no mark there.

    Parameters
    ----------
    finding : Finding
        What the cues found.
    dismissed : iterable of mapping
        ``text`` of the passage, ``cue`` (empty for any) and ``scope``: ``once`` for this very
        passage, ``always`` for these words wherever they stand.
    """
    if finding.family not in DISMISSIBLE:
        return False
    passage = f" {' '.join(finding.text.casefold().split())} "
    for entry in dismissed:
        if entry["cue"] not in ("", finding.cue):
            continue
        words = f" {' '.join(entry['text'].casefold().split())} "
        # An entry of the allow-list is a word or a phrase inside of the passage.
        if (passage == words) if entry["cue"] else (words in passage):
            return True
    return False


def report_view(
    report: Report, *, revision: int, dismissed: Iterable[Mapping[str, str]] = ()
) -> dict[str, Any]:
    """Return what the front end shows for `report`, with offsets in UTF-16 units.

    Parameters
    ----------
    report : Report
        The result for one version of the draft.
    revision : int
        The version of the draft; the front end drops answers to older ones.
    dismissed : iterable of mapping, optional
        What not to mark, as `is_dismissed` reads it.
    """
    convert = Utf16Offsets(report.text)
    dismissed = tuple(dismissed)
    hidden = {(f.start, f.end) for f in report.findings if is_dismissed(f, dismissed)}
    advice = [
        {
            "kind": item.kind,
            "cue": item.cue,
            "message": item.message,
            "ask": item.ask,
            "from": None if item.start is None else convert(item.start),
            "to": None if item.end is None else convert(item.end),
        }
        for item in report.advice
        if (item.start, item.end) not in hidden
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
        if finding.start < finding.end and (finding.start, finding.end) not in hidden
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
        "warnings": [*report.warnings, *_notes(report.text)],
        "dismissed": len(hidden),
    }


def _notes(text: str) -> list[str]:
    notes = []
    if PLACEHOLDER.search(text):
        notes.append("Fill in what stands in [brackets]; it is not read until then.")
    elif 0 < len(text.split()) < _FEW_WORDS:
        notes.append(wording_of_warning("short"))
    return notes


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
            "odds": "",
        },
        {
            "id": "judgmental",
            "title": "Judging",
            "hint": "chance that it reads as a judgment",
            "value": report.judgmental,
            "words": tone_words(report),
            "odds": _odds(report.judgmental),
        },
    ]


def _odds(probability: float | None) -> str:
    """Return a probability as a count of ten, which people read better than a percentage."""
    if probability is None:
        return ""
    return f"about {round(10 * probability)} of 10 texts like this do"

"""A `Report` as the plain data that the front end of the live editor shows."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Any

from feedback_nlp.advice import wording_of_warning
from feedback_nlp.report import Finding, Report
from feedback_nlp.scaffold import PLACEHOLDER
from feedback_nlp.scoring import ACTIONABILITY_WEIGHTS
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
_LEGEND = ("cue", "family", "title", "why", "ask")
_FEW_WORDS = 5
_WORD = re.compile(r"[\w'’-]+")


def is_dismissed(finding: Finding, place: int, dismissed: Iterable[Mapping[str, Any]]) -> bool:
    """Say whether the writer, or the group's allow-list, wants no mark there.

    Parameters
    ----------
    finding : Finding
        What the cues found.
    place : int
        Where it begins, in UTF-16 units.
    dismissed : iterable of mapping
        ``text`` of the passage, ``cue`` (empty for any) and ``scope``: ``once`` for the passage
        that begins at ``from``, ``always`` for these words wherever they stand.
    """
    if finding.family not in DISMISSIBLE:
        return False
    passage = _words(finding.text)
    for entry in dismissed:
        words = _words(entry["text"])
        if not entry["cue"]:
            # An entry of the allow-list is a word or a phrase inside of the passage.
            hit = words in passage
        else:
            here = entry["scope"] == "always" or entry["from"] == place
            hit = here and entry["cue"] == finding.cue and words == passage
        if hit:
            return True
    return False


def _words(text: str) -> str:
    return f" {' '.join(re.findall(_WORD, text.casefold()))} "


class Legend:
    """What marks say, each once: a long draft has a thousand marks and a dozen things to say.

    Entries only ever join at the end, so that a number means the same as long as there is an
    editor. Safe to share between threads.
    """

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, ...], int] = {}
        self._lock = Lock()

    def __call__(self, finding: Finding) -> int:
        """Return the number of the entry of `finding`."""
        words = tuple(getattr(finding, name) for name in _LEGEND)
        with self._lock:
            return self._numbers.setdefault(words, len(self._numbers))

    @property
    def entries(self) -> list[dict[str, str]]:
        """The entries, with `_LEGEND` as keys, in the order of their numbers."""
        with self._lock:
            return [dict(zip(_LEGEND, words, strict=True)) for words in self._numbers]


def report_view(
    report: Report,
    *,
    revision: int,
    dismissed: Iterable[Mapping[str, Any]] = (),
    legend: Legend | None = None,
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
    legend : Legend, optional
        Learns what the marks say; each mark is ``[entry, from, to]``.
    """
    convert = Utf16Offsets(report.text)
    legend = legend or Legend()
    dismissed = tuple(dismissed)
    hidden = {
        (f.cue, f.start, f.end)
        for f in (report.findings if dismissed else ())
        if is_dismissed(f, convert(f.start), dismissed)
    }
    blank = not report.text.strip()
    advice = [
        {
            "kind": item.kind,
            "cue": item.cue,
            "message": item.message,
            "ask": item.ask,
            "from": None if item.start is None else convert(item.start),
            "to": None if item.end is None else convert(item.end),
        }
        for item in (() if _waits(report) else report.advice)
        if (item.cue, item.start, item.end) not in hidden
    ]
    marks = [
        [legend(finding), convert(finding.start), convert(finding.end)]
        for finding in sorted(report.findings, key=lambda f: (f.start, -f.end))
        if finding.start < finding.end and (finding.cue, finding.start, finding.end) not in hidden
    ]
    found = report.parts
    return {
        "revision": revision,
        "length": convert.length,
        "status": "empty" if blank else "ok",
        "message": "",
        "dials": dials(report),
        "parts": [
            {"id": part, "title": title, "ask": ask, "found": found[part]}
            for part, (title, ask) in _PARTS.items()
        ],
        "marks": marks,
        # Praise first: people read on when they see what works already.
        "advice": sorted(advice, key=lambda item: item["kind"] != "praise")[:MAX_ADVICE],
        "warnings": [*report.warnings, *_notes(report)],
        "dismissed": len(hidden),
    }


def _waits(report: Report) -> bool:
    """Whether all words of a text wait for a place to be filled in."""
    return report.actionability is None and PLACEHOLDER.search(report.text) is not None


def _notes(report: Report) -> list[str]:
    notes = []
    if PLACEHOLDER.search(report.text):
        notes.append(
            "Fill in what stands in [brackets]; Tab goes from one to the next."
            " Until then, their sentences are not read."
        )
    elif report.actionability is not None and len(report.text.split()) < _FEW_WORDS:
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
    """Return the two dials: value in [0, 1] or None, how sure it is, and plain words for it."""
    likely = likely_range(report)
    return [
        {
            "id": "actionability",
            "title": "Actionable",
            "hint": "how far they can act on it",
            "value": report.actionability,
            "likely": likely,
            "words": actionability_words(report),
            "odds": ""
            if likely is None
            else "probably {:.0f} to {:.0f}".format(*(100 * bound for bound in likely)),
        },
        {
            "id": "judgmental",
            "title": "Judging",
            "hint": "chance that it reads as a judgment",
            "value": report.judgmental,
            "likely": None,
            "words": tone_words(report),
            "odds": _odds(report.judgmental),
        },
    ]


def likely_range(report: Report) -> tuple[float, float] | None:
    """Return where a reader who follows the codebook would probably put actionability.

    The score is an expected value: the parts that it sums up are chances. Taken as independent,
    they give the spread; the range reaches one standard deviation to each side.
    """
    if report.actionability is None:
        return None
    spread = 0.0
    for name, weight in ACTIONABILITY_WEIGHTS.items():
        chance = getattr(report, name) or 0.0
        steps = 3 if name == "evidence" else 1  # its level is one of 0-3
        spread += weight**2 * chance * (1 - chance) / steps
    width = math.sqrt(max(spread, 0.0))
    return max(0.0, report.actionability - width), min(1.0, report.actionability + width)


def _odds(probability: float | None) -> str:
    """Return a probability as a count of ten, which people read better than a percentage."""
    if probability is None:
        return ""
    count = round(10 * probability)
    if count in (0, 10):
        return "hardly any text like this does" if count == 0 else "nearly all texts like this do"
    return f"about {count} of 10 texts like this do"

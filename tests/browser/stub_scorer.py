"""A scorer that needs no model: tests of the editor must not change when the heads learn.

Copied beside the notebooks of the tests, which import it.
"""

from __future__ import annotations

import re

from feedback_nlp.report import Advice, Finding, Report, Sentence

_CUES = (
    ("person_label", "judgmental", "Label on the person", r"\b[Yy]ou are (?:lazy|careless)\b"),
    ("insult", "judgmental", "Put-down", r"\bslides are a mess\b"),
    ("situation", "part", "Situation", r"\b[Oo]n slide \d+\b"),
    ("behaviour", "part", "Behaviour", r"\bthe axis had no units\b"),
    ("impact", "part", "Impact", r"\bso two people asked what they saw\b"),
    ("next_step", "part", "Next step", r"\b[Nn]ext time, add the units\b"),
)
_WHY = "A label says who somebody is, so there is nothing to change."
_ASK = "What did you see or hear?"


def score(text: str) -> Report:
    """Return a report whose marks and scores follow from a handful of patterns."""
    if not text.strip():
        return Report(text, None, None, None, None, None, None, None, None)
    findings = tuple(
        Finding(
            cue, family, title, hit.start(), hit.end(), hit[0], "stub", 0.3,
            _WHY if family == "judgmental" else "It lets the reader recognise what is meant.",
            _ASK if family == "judgmental" else "",
        )
        for cue, family, title, pattern in _CUES
        for hit in re.finditer(pattern, text)
    )  # fmt: skip
    judging = [f for f in findings if f.family == "judgmental"]
    parts = {f.cue for f in findings if f.family == "part"}
    tone = min(0.9, 0.1 + 0.4 * len(judging))
    act = 0.15 + 0.2 * len(parts)
    sentences = tuple(
        Sentence(hit.start(), hit.end(), hit[0], act, tone)
        for hit in re.finditer(r"\S[^.!?\n]*[.!?]?", text)
    )
    return Report(
        text, act, tone, act, act, act, act, 5 * act, 2 * tone,
        findings=findings, sentences=sentences, advice=_advice(judging, parts),
    )  # fmt: skip


def _advice(judging: list[Finding], parts: set[str]) -> tuple[Advice, ...]:
    advice = []
    if parts:
        advice.append(Advice("praise", min(parts), "This already works: it is concrete.", ""))
    for found in judging:
        message = f"Say what you saw instead of “{found.text}”."
        advice.append(Advice("remove", found.cue, message, _ASK, found.start, found.end))
    if "next_step" not in parts:
        advice.append(Advice("add", "next_step", "Add one thing to try next time.", "What?"))
    return tuple(advice)

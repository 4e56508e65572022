"""Plain words for scores, the same on every surface."""

from __future__ import annotations

from typing import Any

from feedback_nlp.advice import describes, wording
from feedback_nlp.report import Report


def actionability_words(report: Report) -> str:
    """Return plain words for how far the receiver can act on the text; "" without a score."""
    return "" if report.actionability is None else _step("actionability", report.actionability)


def tone_words(report: Report) -> str:
    """Return plain words for the tone; "" without a score.

    A text that probably does not judge is said to describe; for others the expected level decides.
    """
    if report.judgmental is None or report.tone is None:
        return ""
    if describes(report.judgmental):
        return str(wording("levels")["describes"])
    return _step("tone", report.tone)


def _step(score: str, value: float) -> str:
    steps: list[dict[str, Any]] = wording("levels")[score]
    return str(next((step["words"] for step in steps if value < step["below"]), steps[-1]["words"]))

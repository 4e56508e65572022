"""Do the scores move the way that an advice promises, and do the contributions add up?"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from feedback_nlp.report import Report
from feedback_nlp.scorer import Scorer

#: A writer who follows an advice changes at least this many texts in the test.
MIN_CASES = 300


@dataclass(frozen=True, slots=True)
class Applied:
    """A text before and after an advice was followed."""

    advice: str
    score: str
    text: str
    changed: str
    before: float
    after: float

    @property
    def kept(self) -> bool:
        """Whether the score moved the promised way."""
        down = self.score == "judgmental"
        return self.after < self.before if down else self.after > self.before


def apply_advice(scorer: Scorer, reports: Iterable[Report]) -> list[Applied]:
    """Follow the advice of each report and score the text again.

    "Remove" deletes every passage's sentence that the advice names; "add" appends a sentence
    with the missing part.
    """
    source = resources.files("feedback_nlp") / "evaluation" / "advice.toml"
    sentences: dict[str, list[str]] = tomllib.loads(source.read_text(encoding="utf-8"))
    planned: list[tuple[str, str, Report, str]] = []
    for i, report in enumerate(reports):
        if report.actionability is None:
            continue
        if changed := without_judging_sentences(report):
            planned.append(("remove", "judgmental", report, changed))
        for advice in report.advice:
            if advice.kind == "add" and advice.cue in sentences:
                choice = sentences[advice.cue][i % len(sentences[advice.cue])]
                text = f"{report.text.rstrip()}\n{choice}"
                planned.append((f"add {advice.cue}", "actionability", report, text))
    after = scorer.score_many(changed for *_, changed in planned)
    return [
        Applied(kind, score, report.text, changed, getattr(report, score), getattr(new, score))
        for (kind, score, report, changed), new in zip(planned, after, strict=True)
        if getattr(new, score) is not None
    ]


def without_judging_sentences(report: Report) -> str:
    """Return the text without the sentences that hold a judging passage; "" if none is left."""
    judging = [f for f in report.findings if f.family == "judgmental"]
    if not judging or not any(advice.kind == "remove" for advice in report.advice):
        return ""
    kept = [
        sentence.text
        for sentence in report.sentences
        if not any(f.start < sentence.end and sentence.start < f.end for f in judging)
    ]
    return " ".join(kept)


def summary(applied: Sequence[Applied]) -> dict[str, Any]:
    """Return cases and share kept, in all and by kind of advice."""
    kinds: dict[str, dict[str, Any]] = {}
    for case in applied:
        row = kinds.setdefault(case.advice, {"cases": 0, "kept": 0})
        row["cases"] += 1
        row["kept"] += int(case.kept)
    for row in kinds.values():
        row["share"] = row["kept"] / row["cases"]
    kept = sum(case.kept for case in applied)
    return {"cases": len(applied), "share": kept / max(len(applied), 1), "kinds": kinds}


def worst_sum_error(reports: Iterable[Report]) -> float:
    """Return the largest difference between a score and the sum of its contributions."""
    worst = 0.0
    for report in reports:
        for score in ("actionability", "judgmental"):
            value = getattr(report, score)
            if value is not None:
                total = sum(c.value for c in report.contributions if c.score == score)
                worst = max(worst, abs(total - value))
    return worst

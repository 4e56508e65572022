"""How well the marks in a text agree with the passages that people marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from feedback_nlp.evaluation.metrics import draw_rows
from feedback_nlp.examples import MOVES, PARTS, Example
from feedback_nlp.marking import MARKED_FROM
from feedback_nlp.reading import BY_SENTENCE, BY_WORDS
from feedback_nlp.report import Finding, Report
from feedback_nlp.scorer import Scorer

#: Start, end and label.
Span = tuple[int, int, str]
#: How judgments are found, by how the rule of a finding is called.
_SOURCES = {BY_WORDS: "words and phrases", BY_SENTENCE: "whole sentence"}
_BY_RULE = "rules"


@dataclass(frozen=True, slots=True)
class _Read:
    """What one text holds by its labels, and what was marked."""

    spans: list[Span]
    findings: list[Finding]


def measure(scorer: Scorer, examples: Sequence[Example]) -> dict[str, Any]:
    """Return how many marks are right and how many labelled passages are marked.

    Parameters
    ----------
    scorer : Scorer
        What marks.
    examples : sequence of Example
        Texts with labelled spans.

    Returns
    -------
    dict
        ``parts``: for each part, whether a text is rightly said to hold it; ``parts_by_rules``:
        the same where rules decide alone, as the floor. ``judgments``: for all and for each way
        of finding them, whether marks touch a labelled judgment and the other way round. Each
        with precision, recall, F1 and 95 % bootstrap intervals.
        ``judged``, ``judged_without_mark``: texts whose judgmental score is 0.5 or more, and
        those of them without a mark. ``named``: of the marks that touch a labelled judgment the
        share that name its move.
    """
    reports, read = _marked(scorer, examples)
    _, ruled = _marked(Scorer(scorer.reader.nlp, replace(scorer.heads, finders=None)), examples)
    judged = [report for report in reports if _judged(report)]
    marks = [(text, mark) for text in read for mark in _judgments(text)]
    sources = [_BY_RULE, *_SOURCES.values()]
    right = [(text, mark) for text, mark in marks if _touches(text, mark)]
    return {
        "texts": len(read),
        "parts": _parts(read),
        "parts_by_rules": _parts(ruled),
        "judgments": {
            "all": _figures([_moves(text, sources) for text in read]),
            **{source: _figures([_moves(text, [source]) for text in read]) for source in sources},
        },
        "named": sum(_touches(text, mark, mark.cue) for text, mark in right) / max(len(right), 1),
        "judged": len(judged),
        "judged_without_mark": sum(
            not any(f.family == "judgmental" for f in report.findings) for report in judged
        ),
    }


def _marked(scorer: Scorer, examples: Sequence[Example]) -> tuple[list[Report], list[_Read]]:
    reports = list(scorer.score_many([example.text for example in examples]))
    return reports, [
        _Read(list(example.spans), list(report.findings))
        for example, report in zip(examples, reports, strict=True)
    ]


def _judged(report: Report) -> bool:
    return report.judgmental is not None and report.judgmental >= MARKED_FROM


def _judgments(text: _Read) -> list[Finding]:
    return [finding for finding in text.findings if finding.family == "judgmental"]


def _touches(text: _Read, mark: Finding, move: str | None = None) -> bool:
    return any(
        start < mark.end and mark.start < end and (label == move if move else label in MOVES)
        for start, end, label in text.spans
    )


#: Marks that are right, marks, labelled passages that are found, labelled passages.
Counts = tuple[int, int, int, int]


def _parts(texts: Sequence[_Read]) -> dict[str, dict[str, float]]:
    return {part: _figures([_part(text, part) for text in texts]) for part in PARTS}


def _part(text: _Read, part: str) -> Counts:
    marked = any(finding.cue == part for finding in text.findings)
    labelled = any(label == part for *_, label in text.spans)
    both = int(marked and labelled)
    return both, int(marked), both, int(labelled)


def _moves(text: _Read, sources: Sequence[str]) -> Counts:
    marks = [m for m in _judgments(text) if _SOURCES.get(m.rule, _BY_RULE) in sources]
    labelled = [span for span in text.spans if span[2] in MOVES]
    found = sum(any(s < m.end and m.start < e for m in marks) for s, e, _ in labelled)
    return sum(_touches(text, m) for m in marks), len(marks), found, len(labelled)


def _figures(texts: Sequence[Counts]) -> dict[str, float]:
    counts = np.asarray(texts)
    precision, recall, f1 = _rates(counts)
    draws = np.asarray([_rates(counts[pick]) for pick in draw_rows(len(counts))])
    low, high = np.nanpercentile(draws, [2.5, 97.5], axis=0)
    return {
        "precision": precision, "precision_low": low[0], "precision_high": high[0],
        "recall": recall, "recall_low": low[1], "recall_high": high[1],
        "f1": f1, "f1_low": low[2], "f1_high": high[2],
        "marks": int(counts[:, 1].sum()), "labelled": int(counts[:, 3].sum()),
    }  # fmt: skip


def _rates(counts: np.ndarray) -> tuple[float, float, float]:
    right, marks, found, labelled = counts.sum(axis=0).tolist()
    precision = right / marks if marks else float("nan")
    recall = found / labelled if labelled else float("nan")
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)

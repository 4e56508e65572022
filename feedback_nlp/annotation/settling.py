"""What several raters agree on, and what is left to decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from feedback_nlp.annotation import marks
from feedback_nlp.annotation.codebook import codebook
from feedback_nlp.annotation.labels import SCALES, Labels, Span

#: Marks of one label whose code points differ no more than this (1 - F1) count as the same: a
#: comma or an article more is no difference in judgment.
SAME_MARK = 0.2


@dataclass(frozen=True, slots=True)
class Common:
    """What raters share on one text.

    Attributes
    ----------
    labels : Labels
        The answers that are the same, open where they differ or somebody left them open; and the
        marks that are the same, each with the words that more than half of the raters marked.
    differing : tuple of str
        Scales and labels of spans on which they differ.
    """

    labels: Labels
    differing: tuple[str, ...]


def common(given: Sequence[Labels], text: str) -> Common:
    """Return what all of several raters gave to a text.

    Parameters
    ----------
    given : sequence of Labels
        One for each rater; at least one.
    text : str
        The text.
    """
    first = given[0]
    if all(other == first for other in given):
        return Common(first, ())
    values: dict[str, Any] = {}
    differing = []
    for name in SCALES:
        answers = {getattr(labels, name) for labels in given}
        values[name] = getattr(first, name) if len(answers) == 1 else None
        # To leave an optional question open is no answer that another one differs from.
        if len(answers - {None}) > 1:
            differing.append(name)
    spans: list[Span] = []
    for label in (span.id for span in codebook().spans):
        apart = max(marks.distance(a, b, text, [label]) for a, b in combinations(given, 2))
        if apart > SAME_MARK:
            differing.append(label)
        else:
            spans += _majority(given, label, text)
    return Common(Labels(**values, spans=tuple(sorted(spans))), tuple(differing))


def _majority(given: Sequence[Labels], label: str, text: str) -> list[Span]:
    exact = [span for span in given[0].spans if span[2] == label]
    if all([s for s in other.spans if s[2] == label] == exact for other in given):
        return exact
    votes = np.sum([marks.mask(labels, label, len(text)) for labels in given], axis=0)
    inside = np.concatenate(([False], votes > len(given) / 2, [False]))
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    spans = []
    for start, end in edges.reshape(-1, 2).tolist():
        words = text[start:end]
        start += len(words) - len(words.lstrip())
        if words.strip():
            spans.append((start, start + len(words.strip()), label))
    return spans

"""Where raters differ, and how far."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from feedback_nlp.annotation import marks
from feedback_nlp.annotation.codebook import codebook
from feedback_nlp.annotation.labels import Labels
from feedback_nlp.annotation.store import LabelError, LabelStore, Text


@dataclass(frozen=True, slots=True)
class Difference:
    """How far raters differ on one text.

    Attributes
    ----------
    text : Text
        The text.
    given : dict of str to Labels
        By rater.
    by_label : dict of str to float
        For each scale the widest distance of two answers as a share of the scale; for each label
        of spans 1 - F1 over code points, the mean of all pairs. In [0, 1]; 0 is no difference,
        and so is an optional question that one rater or none answered.
    distance : float
        The mean over the scales that two raters answered and all marks taken together, in [0, 1].
    decided : Labels or None
        What was decided about it.
    """

    text: Text
    given: dict[str, Labels]
    by_label: dict[str, float]
    distance: float
    decided: Labels | None


def differences(store: LabelStore, *, label: str | None = None) -> list[Difference]:
    """Return every text that two raters or more labelled, the one they differ on most first.

    Parameters
    ----------
    store : LabelStore
        Where the labels are.
    label : str, optional
        A scale or a label of spans: only texts on which they differ about this one, sorted by it.

    Raises
    ------
    LabelError
        If the codebook has no such label.
    """
    names = label_names()
    if label is not None and label not in names:
        raise LabelError(f"There is no label {label!r}; there are {', '.join(names)}.")
    texts = {text.id: text for text in store.texts()}
    decided = store.decisions()
    found = [
        _difference(texts[text_id], given, decided.get(text_id))
        for text_id, given in store.by_text().items()
        if len(given) > 1
    ]
    if label is not None:
        found = [item for item in found if item.by_label[label] > 0]
        return sorted(found, key=lambda item: -item.by_label[label])
    return sorted(found, key=lambda item: -item.distance)


def label_names() -> list[str]:
    """Return the ids of all scales and labels of spans."""
    return [*(s.id for s in codebook().scales), *(s.id for s in codebook().spans)]


def _difference(text: Text, given: dict[str, Labels], decided: Labels | None) -> Difference:
    book, raters = codebook(), list(given.values())
    scales: dict[str, float] = {}
    for scale in book.scales:
        of_all = (getattr(labels, scale.id) for labels in raters)
        answers = [answer for answer in of_all if answer is not None]
        if len(answers) > 1:
            span = scale.allowed[-1] - scale.allowed[0]
            scales[scale.id] = (max(answers) - min(answers)) / span
    names = [span.id for span in book.spans]
    pairs = list(combinations(raters, 2))

    def apart(labels: list[str]) -> float:
        return float(np.mean([marks.distance(a, b, text.content, labels) for a, b in pairs]))

    by_span = {name: apart([name]) for name in names}
    distance = float(np.mean([*scales.values(), apart(names)]))
    unanswered = {scale.id: 0.0 for scale in book.scales if scale.id not in scales}
    return Difference(text, given, {**scales, **unanswered, **by_span}, distance, decided)


def difference_table(store: LabelStore) -> pd.DataFrame:
    """Return one row per text with its distances, the texts raters differ on most first."""
    rows = [
        {
            "id": item.text.id, "text": item.text.content, "raters": len(item.given),
            "distance": item.distance, **item.by_label, "decided": item.decided is not None,
        }
        for item in differences(store)
    ]  # fmt: skip
    columns = ["id", "text", "raters", "distance", *label_names(), "decided"]
    return pd.DataFrame(rows, columns=columns)

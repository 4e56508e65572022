"""Agreement on marked words, counted by code points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from feedback_nlp.annotation.labels import Labels


def mask(labels: Labels, name: str, length: int) -> NDArray[np.bool_]:
    """Return which code points of a text are marked as `name`, shape (length,)."""
    marked = np.zeros(length, dtype=bool)
    for start, end, label in labels.spans:
        if label == name:
            marked[start:end] = True
    return marked


def counts(
    texts: Mapping[str, str], given: Mapping[str, Mapping[str, Labels]], name: str
) -> NDArray[np.float64]:
    """Return what agreement on one label is made of, a row a text, so that texts can be drawn.

    Returns
    -------
    ndarray, shape (texts, 6)
        Code points that both of a pair marked, that one of them did, summed over pairs of raters;
        then coincidences of a character, after Krippendorff: unlike pairs, marked, not marked,
        each weighted by 1 / (raters - 1); last, how many raters marked anything.
    """
    rows = []
    for text_id, raters in given.items():
        masks = np.stack([mask(labels, name, len(texts[text_id])) for labels in raters.values()])
        m = len(masks)
        both = sum(int((masks[i] & masks[j]).sum()) for i, j in combinations(range(m), 2))
        one = sum(int((masks[i] ^ masks[j]).sum()) for i, j in combinations(range(m), 2))
        yes = masks.sum(axis=0)
        unlike = float((yes * (m - yes)).sum()) / (m - 1) if m > 1 else 0.0
        rated = m if m > 1 else 0
        rows.append(
            (both, one, unlike, float(yes.sum()) if rated else 0.0,
             float((m - yes).sum()) if rated else 0.0, int(masks.any(axis=1).sum()))
        )  # fmt: skip
    return np.array(rows, dtype=float).reshape(-1, 6)


def f1(rows: NDArray[np.float64]) -> float:
    """Return F1 over code points, of all pairs of raters together; nan if nobody marked anything.

    F1 is where kappa goes to when most of a text is unmarked (Hripcsak and Rothschild 2005,
    doi 10.1197/jamia.M1733).
    """
    both, one = rows[:, 0].sum(), rows[:, 1].sum()
    return float(2 * both / (2 * both + one)) if both + one else float("nan")


def alpha(rows: NDArray[np.float64]) -> float:
    """Return Krippendorff's nominal alpha with every code point as a unit, marked or not.

    It is summed up from counts by text instead of taken from the library, so that texts can be
    drawn again in no time; the two are tested to be the same. nan if all are one kind.
    """
    unlike, yes, no = rows[:, 2].sum(), rows[:, 3].sum(), rows[:, 4].sum()
    return float(1 - (yes + no - 1) * unlike / (yes * no)) if yes * no else float("nan")


def distance(one: Labels, other: Labels, text: str, names: Sequence[str]) -> float:
    """Return how far two raters' marks differ: 1 - F1 over code points and labels, in [0, 1].

    0 if neither marked anything.
    """
    both = apart = 0
    for name in names:
        first, second = mask(one, name, len(text)), mask(other, name, len(text))
        both += int((first & second).sum())
        apart += int((first ^ second).sum())
    return apart / (2 * both + apart) if both + apart else 0.0

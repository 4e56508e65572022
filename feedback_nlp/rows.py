"""Named features of many sentences as rows of one matrix, and sums over each sentence's rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import repeat

import numpy as np


def known_rows(
    row_of: Mapping[str, int], sentences: Sequence[Mapping[str, float]]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return row and value of the features that are known, and where each sentence ends.

    Parameters
    ----------
    row_of : mapping of str to int
        Row of each known feature.
    sentences : sequence of mapping of str to float
        The features of each sentence.

    Returns
    -------
    rows : ndarray of int, shape (n_known,)
    values : ndarray of float, shape (n_known,)
    ends : ndarray of int, shape (n_sentences,)
    """
    find = row_of.get
    rows: list[int] = []
    values: list[float] = []
    counts = []
    for features in sentences:
        rows += map(find, features, repeat(-1))
        values += features.values()
        counts.append(len(features))
    all_rows = np.asarray(rows, dtype=np.intp)
    known = all_rows >= 0
    ends = np.concatenate(([0], np.cumsum(known)))[np.cumsum(counts, dtype=np.intp)]
    return all_rows[known], np.asarray(values, dtype=float)[known], ends


def sums(rows: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Return the sum of the rows of each part; an empty part has the sum 0.

    Not by a product of matrices, whose last digits may differ from one machine to another, and
    with the rows of other parts.
    """
    found = np.zeros((len(ends), rows.shape[1]))
    starts = np.concatenate(([0], ends[:-1]))
    filled = starts < ends
    if filled.any():
        found[filled] = np.add.reduceat(rows, starts[filled])
    return found

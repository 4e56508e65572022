"""Folds for cross-validation in which no group stands on both sides."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

N_FOLDS = 5


def grouped_folds(values: Sequence[int] | np.ndarray, groups: np.ndarray) -> list[np.ndarray]:
    """Return the rows of each fold, the same ones for the same input.

    Parameters
    ----------
    values : sequence of int, shape (n,)
        Labels, spread over the folds as evenly as the groups allow.
    groups : ndarray of int, shape (n,)
        What must not stand on both sides.
    """
    splitter = StratifiedGroupKFold(N_FOLDS, shuffle=True, random_state=0)
    with warnings.catch_warnings():
        # A value that is rarer than the folds is spread as far as it goes.
        warnings.filterwarnings("ignore", message="The least populated class", category=UserWarning)
        return [held for _, held in splitter.split(groups, np.asarray(values), groups)]

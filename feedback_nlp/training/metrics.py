"""How good a score is: discrimination and calibration, each beside the length-only floor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import brier_score_loss, roc_auc_score

N_BOOTSTRAP = 1000
N_BINS = 10


def auc_with_interval(
    labels: Sequence[int] | np.ndarray, scores: Sequence[float] | np.ndarray, *, seed: int = 0
) -> dict[str, float]:
    """Return the AUC with its bootstrap 95 % interval.

    Returns
    -------
    dict
        ``auc``, ``low``, ``high`` and ``n``; NaN where only one class is there.
    """
    y, s = np.asarray(labels), np.asarray(scores)
    if len(set(y.tolist())) < 2:
        return {"auc": float("nan"), "low": float("nan"), "high": float("nan"), "n": len(y)}
    rng = np.random.default_rng(seed)
    draws = []
    for _ in range(N_BOOTSTRAP):
        pick = rng.integers(0, len(y), len(y))
        if 0 < y[pick].sum() < len(y):
            draws.append(roc_auc_score(y[pick], s[pick]))
    low, high = np.percentile(draws, [2.5, 97.5])
    return {
        "auc": float(roc_auc_score(y, s)), "low": float(low), "high": float(high), "n": len(y),
    }  # fmt: skip


def length_auc(labels: Sequence[int] | np.ndarray, texts: Sequence[str]) -> float:
    """Return the AUC of the number of words alone: the floor that a score must beat."""
    y = np.asarray(labels)
    if len(set(y.tolist())) < 2:
        return float("nan")
    return float(roc_auc_score(y, [len(text.split()) for text in texts]))


def calibration_error(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the expected calibration error over ten bins of equal width (Naeini et al. 2015)."""
    bins = np.minimum((probabilities * N_BINS).astype(int), N_BINS - 1)
    error = 0.0
    for index in range(N_BINS):
        inside = bins == index
        if inside.any():
            gap = abs(labels[inside].mean() - probabilities[inside].mean())
            error += inside.mean() * gap
    return float(error)


def binary_figures(
    labels: Sequence[int], probabilities: Sequence[float], texts: Sequence[str]
) -> dict[str, float]:
    """Return AUC with interval, the length-only AUC, ECE and Brier score."""
    y, p = np.asarray(labels), np.asarray(probabilities)
    return {
        **auc_with_interval(y, p),
        "auc_length_only": length_auc(y, texts),
        "positive": float(y.mean()),
        "ece": calibration_error(y, p),
        "brier": float(brier_score_loss(y, p)),
    }

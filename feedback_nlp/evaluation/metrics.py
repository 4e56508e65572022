"""How good a score is: discrimination and calibration, each beside the length-only floor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.stats import rankdata
from sklearn.metrics import brier_score_loss

#: Draws for an interval; fewer for a large set, where an interval is narrow anyway.
N_BOOTSTRAP, N_BOOTSTRAP_LARGE, LARGE = 1000, 200, 3000
N_BINS = 10


def _n_draws(n: int) -> int:
    return N_BOOTSTRAP_LARGE if n > LARGE else N_BOOTSTRAP


def draw_rows(n: int, *, groups: np.ndarray | None = None, seed: int = 0) -> Iterator[np.ndarray]:
    """Yield the rows of each bootstrap draw.

    Parameters
    ----------
    n : int
        Number of rows.
    groups : ndarray of int, shape (n,), optional
        Numbers from 0; whole groups are drawn, as rows of one group are not independent.
    seed : int
        Of the draws.
    """
    rng = np.random.default_rng(seed)
    if groups is None:
        for _ in range(_n_draws(n)):
            yield rng.integers(0, n, n)
        return
    order = np.argsort(groups, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(groups))[:-1])
    for _ in range(_n_draws(n)):
        yield np.concatenate([members[g] for g in rng.integers(0, len(members), len(members))])


def area(labels: np.ndarray, scores: np.ndarray) -> float:
    """Return the AUC from ranks, ten times faster than `roc_auc_score`, for the many draws."""
    ranks = rankdata(scores)
    yes = labels == 1
    n_yes = int(yes.sum())
    return float((ranks[yes].sum() - n_yes * (n_yes + 1) / 2) / (n_yes * (len(yes) - n_yes)))


def auc_with_interval(
    labels: Sequence[int] | np.ndarray,
    scores: Sequence[float] | np.ndarray,
    *,
    groups: np.ndarray | None = None,
    seed: int = 0,
) -> dict[str, float]:
    """Return the AUC with its bootstrap 95 % interval.

    Parameters
    ----------
    labels, scores : sequence, shape (n,)
        0/1 labels and scores.
    groups : ndarray of int, shape (n,), optional
        Rows that belong together, which are drawn together.
    seed : int
        Of the draws.

    Returns
    -------
    dict
        ``auc``, ``low``, ``high`` and ``n``; NaN where only one class is there.
    """
    y, s = np.asarray(labels), np.asarray(scores)
    if len(set(y.tolist())) < 2:
        return {"auc": float("nan"), "low": float("nan"), "high": float("nan"), "n": len(y)}
    draws = [
        area(y[pick], s[pick])
        for pick in draw_rows(len(y), groups=groups, seed=seed)
        if 0 < y[pick].sum() < len(pick)
    ]
    low, high = np.percentile(draws, [2.5, 97.5])
    return {
        "auc": area(y, s), "low": float(low), "high": float(high), "n": len(y),
    }  # fmt: skip


def length_auc(labels: Sequence[int] | np.ndarray, texts: Sequence[str]) -> float:
    """Return the AUC of the number of words alone: the floor that a score must beat."""
    y = np.asarray(labels)
    if len(set(y.tolist())) < 2:
        return float("nan")
    return area(y, np.asarray([len(text.split()) for text in texts]))


def calibration_error(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the expected calibration error over ten bins of equal width (Naeini et al. 2015)."""
    bins = np.minimum((probabilities * N_BINS).astype(int), N_BINS - 1)
    # The share of a bin times the difference of its means is the difference of its sums by n.
    sums = np.bincount(bins, weights=labels - probabilities, minlength=N_BINS)
    return float(np.abs(sums).sum() / len(probabilities))


def calibration_error_at_base_rate(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the calibration error once the share of positive texts is known.

    The log-odds are shifted until the mean probability is that share. What is left is the error in
    the shape of the curve; the rest came from another base rate than in training.
    """
    from scipy.optimize import brentq

    odds = np.clip(probabilities, 1e-9, 1 - 1e-9)
    logits = np.log(odds / (1 - odds))
    share = float(labels.mean())
    if share in (0.0, 1.0):
        return float("nan")

    def shifted(by: float) -> np.ndarray:
        return np.asarray(1 / (1 + np.exp(-(logits + by))))

    shift = brentq(lambda by: shifted(by).mean() - share, -50, 50)
    return calibration_error(labels, shifted(shift))


def binary_figures(
    labels: Sequence[int],
    probabilities: Sequence[float],
    texts: Sequence[str],
    *,
    groups: np.ndarray | None = None,
) -> dict[str, float]:
    """Return AUC with interval, the length-only AUC, calibration errors and Brier score."""
    y, p = np.asarray(labels), np.asarray(probabilities)
    return {
        **auc_with_interval(y, p, groups=groups),
        "auc_length_only": length_auc(y, texts),
        "positive": float(y.mean()),
        "ece": calibration_error(y, p),
        "ece_by_chance": calibration_error_by_chance(p),
        "ece_at_base_rate": calibration_error_at_base_rate(y, p),
        "brier": float(brier_score_loss(y, p)),
    }


def rank_correlation(
    values: Sequence[float] | np.ndarray,
    scores: Sequence[float] | np.ndarray,
    texts: Sequence[str],
    *,
    groups: np.ndarray | None = None,
    seed: int = 0,
) -> dict[str, float]:
    """Return Spearman's rank correlation, also with length partialled out, with intervals.

    Parameters
    ----------
    values, scores : sequence of float, shape (n,)
        Labels and scores.
    texts : sequence of str, shape (n,)
        Their texts.
    groups, seed
        As for `auc_with_interval`.

    Returns
    -------
    dict
        ``rho``, ``low``, ``high``; ``partial``, ``partial_low``, ``partial_high`` (the rank
        correlation with the number of words held constant); ``rho_length_only``; ``n``.
    """
    y, s = np.asarray(values, dtype=float), np.asarray(scores, dtype=float)
    words = np.asarray([len(text.split()) for text in texts], dtype=float)
    draws = [_correlations(y, s, words)]
    for pick in draw_rows(len(y), groups=groups, seed=seed):
        draws.append(_correlations(y[pick], s[pick], words[pick]))
    table = np.asarray(draws)
    low, high = np.nanpercentile(table[1:], [2.5, 97.5], axis=0)
    rho, partial, floor = table[0]
    return {
        "rho": float(rho), "low": float(low[0]), "high": float(high[0]),
        "partial": float(partial), "partial_low": float(low[1]), "partial_high": float(high[1]),
        "rho_length_only": float(floor), "n": len(y),
    }  # fmt: skip


def _correlations(y: np.ndarray, s: np.ndarray, words: np.ndarray) -> tuple[float, float, float]:
    if min(y.std(), s.std(), words.std()) == 0:
        return float("nan"), float("nan"), float("nan")
    ranks = np.corrcoef([rankdata(y), rankdata(s), rankdata(words)])
    ys, yw, sw = ranks[0, 1], ranks[0, 2], ranks[1, 2]
    partial = (ys - yw * sw) / np.sqrt(max((1 - yw**2) * (1 - sw**2), 1e-12))
    return float(ys), float(partial), float(yw)


def reliability(labels: np.ndarray, probabilities: np.ndarray) -> list[dict[str, float]]:
    """Return mean probability and share of positives per bin, for a reliability plot."""
    bins = np.minimum((probabilities * N_BINS).astype(int), N_BINS - 1)
    return [
        {
            "predicted": float(probabilities[bins == index].mean()),
            "observed": float(labels[bins == index].mean()),
            "n": int((bins == index).sum()),
        }
        for index in range(N_BINS)
        if (bins == index).any()
    ]


def calibration_error_by_chance(
    probabilities: np.ndarray, *, n_draws: int = 200, seed: int = 0
) -> float:
    """Return the ECE that perfectly calibrated labels would show in a sample of this size."""
    rng = np.random.default_rng(seed)
    draws = (rng.random(len(probabilities)) < probabilities for _ in range(n_draws))
    return float(np.mean([calibration_error(draw.astype(float), probabilities) for draw in draws]))

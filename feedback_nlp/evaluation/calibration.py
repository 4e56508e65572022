"""How well probabilities fit the labels, of the visible scores and of every head behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from feedback_nlp.evaluation.baselines import grouped_length
from feedback_nlp.evaluation.metrics import (
    auc_with_interval,
    calibration_error,
    calibration_error_by_chance,
    draw_rows,
    length_auc,
    reliability,
)
from feedback_nlp.features import in_context
from feedback_nlp.heads import HEAD_NAMES, Heads, sigmoid
from feedback_nlp.reading import SentenceAnalysis
from feedback_nlp.scoring import connection_features
from feedback_nlp.training.row_bags import level_of, scale_of

#: Fewer texts of a class say nothing about a score.
MIN_CLASS = 5
_INTERVAL = [2.5, 97.5]


def head_probabilities(
    sentences: Sequence[tuple[int, SentenceAnalysis]], heads: Heads
) -> dict[str, float]:
    """Return what each head says of a text as a whole.

    It is what the head was trained and calibrated for: of its strongest sentence, for evidence
    with a look at the neighbours; of connection, given that there is a suggestion.

    Parameters
    ----------
    sentences : sequence of (int, SentenceAnalysis)
        The sentences of one text with their offsets, scored by `heads`; at least one.
    heads : Heads
        The heads.
    """
    alone = [sentence.features for _, sentence in sentences]
    asked = connection_features([sentence for _, sentence in sentences])
    plain = [heads.logits(features) for features in alone]
    placed = [heads.logits(features) for features in in_context(alone)]
    found = {}
    for name in HEAD_NAMES:
        if name == "connection":
            found[name] = heads[name].probability(asked)
            continue
        logits = placed if name.startswith("evidence") else plain
        strongest = max(sentence[name] for sentence in logits)
        found[name] = max(sigmoid(strongest), heads[name].floor)
    return found


def fit(
    y: np.ndarray, p: np.ndarray, groups: np.ndarray, floor: np.ndarray | None = None
) -> dict[str, Any]:
    """Return how well probabilities fit labels, with bootstrap 95 % intervals.

    Parameters
    ----------
    y, p : ndarray, shape (n_texts,)
        Labels in [0, 1], and what was said of them.
    groups : ndarray of int, shape (n_texts,)
        What is drawn together, numbered from 0.
    floor : ndarray, shape (n_texts,), optional
        Probabilities that something simpler gives.

    Returns
    -------
    dict
        ``n``, ``mean_label``, ``mean_score``, ``bins``; ``ece`` and ``brier``, each with ``_low``,
        ``_high`` and ``_length_only`` (that of `floor`); ``brier_of_the_mean``; ``gain`` with
        ``_low`` and ``_high``: by how much the Brier score is better than that of `floor`. None
        where there is no floor.

    Notes
    -----
    An ECE that is drawn again is larger by chance alone, as every draw has noise of its own. Its
    draws are moved by that, so that the interval is about the ECE and not about the drawing.
    """
    loss = (p - y) ** 2
    gain = None if floor is None else (floor - y) ** 2 - loss
    draws = [
        (
            calibration_error(y[rows], p[rows]),
            loss[rows].mean(),
            np.nan if gain is None else gain[rows].mean(),
        )
        for rows in draw_rows(len(y), groups=groups)
    ]
    errors, losses, gains = np.asarray(draws).T
    ece = calibration_error(y, p)
    errors = np.clip(errors - (errors.mean() - ece), 0, 1)
    found: dict[str, Any] = {
        "n": len(y), "mean_label": float(y.mean()), "mean_score": float(p.mean()),
        "ece": ece, "brier": float(loss.mean()), "brier_of_the_mean": float(y.var()),
        "bins": reliability(y, p),
        "ece_length_only": None if floor is None else calibration_error(y, floor),
        "brier_length_only": None if floor is None else float(((floor - y) ** 2).mean()),
        "gain": None if gain is None else float(gain.mean()),
    }  # fmt: skip
    for name, drawn in (("ece", errors), ("brier", losses), ("gain", gains)):
        there = found[name] is not None
        low, high = np.percentile(drawn, _INTERVAL) if there else (None, None)
        found[f"{name}_low"] = None if low is None else float(low)
        found[f"{name}_high"] = None if high is None else float(high)
    return found


def binary_fit(
    y: np.ndarray, p: np.ndarray, texts: Sequence[str], groups: np.ndarray
) -> dict[str, Any]:
    """Return `fit` of a yes-or-no question, beside what the number of words alone would say."""
    return {
        **fit(y, p, groups, grouped_length(texts, y, groups)),
        "ece_by_chance": calibration_error_by_chance(p),
    }


def fit_of_heads(
    labels: Mapping[str, np.ndarray],
    probabilities: Mapping[str, np.ndarray],
    texts: Sequence[str],
    groups: np.ndarray,
) -> dict[str, Any]:
    """Return for every head whose scale is labelled how well its probabilities hold.

    Parameters
    ----------
    labels : mapping of str to ndarray, shape (n_texts,)
        By scale; NaN where a text is not labelled.
    probabilities : mapping of str to ndarray, shape (n_texts,)
        By head.
    texts : sequence of str, shape (n_texts,)
        The texts.
    groups : ndarray of int, shape (n_texts,)
        What is not independent of each other.

    Returns
    -------
    dict
        By head: what `binary_fit` gives; the ``scale`` and its ``least`` value that is a yes;
        ``auc`` with ``low`` and ``high``, and ``auc_length_only``, None with fewer than `MIN_CLASS`
        texts of a class.
    """
    result: dict[str, Any] = {}
    for name, p in probabilities.items():
        scale, least = scale_of(name), level_of(name)
        there = ~np.isnan(labels[scale])
        if name == "connection":
            # Whether a suggestion follows from something can be asked only where there is one.
            there &= labels["suggestion"] == 1
        if there.sum() < 2 * MIN_CLASS:
            continue
        y = (labels[scale][there] >= least).astype(float)
        some = [texts[i] for i in np.flatnonzero(there).tolist()]
        drawn = np.unique(groups[there], return_inverse=True)[1]
        row = {"scale": scale, "least": least, **binary_fit(y, p[there], some, drawn)}
        keys = ("auc", "low", "high")
        row |= dict.fromkeys((*keys, "auc_length_only"))
        if min(y.sum(), len(y) - y.sum()) >= MIN_CLASS:
            area = auc_with_interval(y, p[there], groups=drawn)
            row |= {key: area[key] for key in keys}
            row["auc_length_only"] = length_auc(y, some)
        result[name] = row
    return result

"""Measures of agreement on numbers: one function each, from a matrix to a number."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Level = Literal["nominal", "ordinal"]
#: Ratings, shape (texts, raters); nan where a rater gave none.
Ratings = NDArray[np.float64]
#: From this share of undefined resamples on, an interval would speak of the others only.
MAX_UNDEFINED = 0.05
CONFIDENCE = 0.95


def alpha(ratings: Ratings, values: tuple[int, ...], level: Level) -> float:
    """Return Krippendorff's alpha; nan where it is not defined.

    It is not defined if no text has two ratings, or all ratings are the same.
    """
    import krippendorff

    counts = np.stack([(ratings == value).sum(axis=1) for value in values], axis=1)
    usable = counts[counts.sum(axis=1) >= 2]
    if len(np.flatnonzero(usable.sum(axis=0))) < 2:
        return float("nan")
    return float(
        krippendorff.alpha(value_counts=usable, value_domain=values, level_of_measurement=level)
    )


def kappa(ratings: Ratings, values: tuple[int, ...], level: Level) -> float:
    """Return Cohen's kappa, with quadratic weights if ordinal; over pairs of raters, the mean.

    The mean over pairs is Light's kappa (1971). Pairs for which it is not defined, as they share
    no text or used one value only, are left out; nan if that is all of them.
    """
    from statsmodels.stats.inter_rater import cohens_kappa

    found = []
    for one, other in combinations(range(ratings.shape[1]), 2):
        both = ratings[:, [one, other]]
        both = both[~np.isnan(both).any(axis=1)]
        places = np.searchsorted(values, both)
        table = np.zeros((len(values), len(values)))
        np.add.at(table, (places[:, 0], places[:, 1]), 1)
        if len(np.flatnonzero(table.sum(axis=0) + table.sum(axis=1))) < 2:
            continue
        weights = "quadratic" if level == "ordinal" else None
        found.append(float(cohens_kappa(table, wt=weights, return_results=False)))
    return float(np.mean(found)) if found else float("nan")


def percent(ratings: Ratings) -> float:
    """Return the share of pairs of ratings of the same text that are equal; nan without pairs."""
    same = pairs = 0
    for one, other in combinations(range(ratings.shape[1]), 2):
        both = ratings[:, [one, other]]
        both = both[~np.isnan(both).any(axis=1)]
        same += int((both[:, 0] == both[:, 1]).sum())
        pairs += len(both)
    return same / pairs if pairs else float("nan")


def icc(ratings: Ratings) -> tuple[float, float, float]:
    """Return the intraclass correlation of single ratings for absolute agreement, with interval.

    ICC(A,1) of McGraw and Wong (1996), which is ICC(2,1) of Shrout and Fleiss (1979), on the
    texts that all raters rated; nan three times where it is not defined.
    """
    import pandas as pd
    import pingouin

    whole = ratings[~np.isnan(ratings).any(axis=1)]
    undefined = (float("nan"),) * 3
    # With fewer than five ratings pingouin refuses; without variance, it divides by 0.
    if len(whole) < 3 or whole.shape[1] < 2 or np.ptp(whole) == 0:
        return undefined
    texts, raters = np.indices(whole.shape)
    frame = pd.DataFrame({"text": texts.ravel(), "rater": raters.ravel(), "rating": whole.ravel()})
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        # What pingouin asks of pandas is not the reader's business.
        warnings.filterwarnings("ignore", module="pingouin")
        table = pingouin.intraclass_corr(frame, "text", "rater", "rating").set_index("Type")
    row = table.loc["ICC(A,1)" if "ICC(A,1)" in table.index else "ICC2"]
    # Its column was called CI95% until 0.5.
    low, high = row["CI95" if "CI95" in table.columns else "CI95%"]
    return float(row["ICC"]), float(low), float(high)


def interval(
    measure: Callable[[NDArray[np.intp]], float], texts: int, *, resamples: int, seed: int
) -> tuple[float, float]:
    """Return the 95 % percentile interval of a measure when texts are drawn again.

    Parameters
    ----------
    measure : callable
        Takes the places of the texts that were drawn, returns the measure.
    texts : int
        How many there are.
    resamples : int
        How often they are drawn.
    seed : int
        The same gives the same interval.

    Returns
    -------
    tuple of float
        nan twice with fewer than two texts, or where the measure is undefined for more than
        `MAX_UNDEFINED` of the draws.
    """
    from scipy import stats

    if texts < 2 or resamples < 1:
        return float("nan"), float("nan")
    with warnings.catch_warnings():
        # It speaks of another kind of interval than the one that is used.
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        drawn = stats.bootstrap(
            (np.arange(texts),), measure, vectorized=False, n_resamples=resamples,
            method="percentile", rng=np.random.default_rng(seed),
        ).bootstrap_distribution  # fmt: skip
    if np.isnan(drawn).mean() > MAX_UNDEFINED:
        return float("nan"), float("nan")
    tail = (1 - CONFIDENCE) / 2
    low, high = np.nanquantile(drawn, [tail, 1 - tail])
    return float(low), float(high)

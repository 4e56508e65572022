"""Estimates by group and differences between groups, by scipy and statsmodels."""

from __future__ import annotations

import math
import warnings
from typing import Any, Literal

import numpy as np
import pandas as pd

from feedback_nlp.audit.groups import AuditError
from feedback_nlp.audit.measures import LENGTH, MEASURES, Measure
from feedback_nlp.errors import DependencyError

Correction = Literal["holm", "bh"]
_METHODS = {"holm": "holm", "bh": "fdr_bh"}
#: Resamples of a bootstrap; above this size the normal interval is the same and takes no time.
RESAMPLES, LARGE = 2000, 5000
#: Fewer expected cases than this in a cell, and an exact test takes the place of the model.
_RARE = 5


def estimate(values: np.ndarray, kind: str, seed: int = 0) -> tuple[float, float, float]:
    """Return a mean or a rate with its 95% interval (bootstrap BCa, or Wilson)."""
    from scipy import stats

    value = float(values.mean())
    if kind == "rate":
        from statsmodels.stats.proportion import proportion_confint

        low, high = proportion_confint(int(values.sum()), len(values), method="wilson")
        return value, float(low), float(high)
    if np.ptp(values) == 0:
        return value, value, value
    if len(values) > LARGE:
        half = 1.96 * stats.sem(values)
        return value, value - half, value + half
    interval = stats.bootstrap(
        (values,), np.mean, n_resamples=RESAMPLES, rng=np.random.default_rng(seed), batch=200
    ).confidence_interval
    return value, float(interval.low), float(interval.high)


def difference(first: np.ndarray, second: np.ndarray, kind: str) -> dict[str, float]:
    """Return the difference of two groups with its interval and effect sizes.

    Parameters
    ----------
    first, second : ndarray
        Values of both groups.
    kind : {"mean", "rate"}
        For a mean: Welch's interval, Hedges' g and Cliff's delta; for a rate: the risk
        difference with Newcombe's interval.
    """
    from scipy import stats

    result = {"difference": float(first.mean() - second.mean())}
    if kind == "rate":
        from statsmodels.stats.proportion import confint_proportions_2indep

        low, high = confint_proportions_2indep(
            int(first.sum()), len(first), int(second.sum()), len(second), method="newcomb"
        )
        return result | {"difference_low": float(low), "difference_high": float(high)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # values that are all alike give a width of 0, as they must
        interval = stats.ttest_ind(first, second, equal_var=False).confidence_interval()
    n1, n2 = len(first), len(second)
    pooled = ((n1 - 1) * first.var(ddof=1) + (n2 - 1) * second.var(ddof=1)) / (n1 + n2 - 2)
    small = 1 - 3 / (4 * (n1 + n2) - 9)
    wins = stats.mannwhitneyu(first, second).statistic
    return result | {
        "difference_low": float(interval.low),
        "difference_high": float(interval.high),
        "hedges_g": small * result["difference"] / math.sqrt(pooled) if pooled > 0 else 0.0,
        "cliffs_delta": float(2 * wins / (n1 * n2) - 1),
    }


def adjusted(
    values: np.ndarray, member: np.ndarray, length: np.ndarray, people: np.ndarray | None
) -> dict[str, float]:
    """Return the difference at equal length: least squares with robust errors.

    Lengths enter as log and its square. Errors are HC3, or by person where texts of one person
    are not independent. For a rate this is the linear probability model: points of risk.
    """
    import statsmodels.api as sm

    log = np.log1p(length)
    log = (log - log.mean()) / (log.std() or 1.0)
    design = np.column_stack([np.ones(len(values)), member, log, log**2])
    # All texts of one length: its columns say nothing and would make the design singular.
    design = design[:, [True, True, bool(log.any()), bool(np.ptp(log**2) > 1e-9)]]
    options: dict[str, Any] = {"cov_type": "HC3"}
    if people is not None:
        options = {"cov_type": "cluster", "cov_kwds": {"groups": people}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = sm.OLS(values, design).fit(**options)
    low, high = fit.conf_int()[1]
    p = float(fit.pvalues[1])
    return {
        "adjusted": float(fit.params[1]), "adjusted_low": float(low),
        "adjusted_high": float(high), "p": p if math.isfinite(p) else 1.0,
    }  # fmt: skip


def _rare(first: np.ndarray, second: np.ndarray) -> bool:
    share = np.concatenate([first, second]).mean()
    smaller = min(len(first), len(second))
    return bool(smaller * min(share, 1 - share) < _RARE)


def compare(
    measured: pd.DataFrame,
    labels: pd.Series,
    *,
    people: pd.Series | None = None,
    correction: Correction = "holm",
    measures: tuple[Measure, ...] = MEASURES,
) -> pd.DataFrame:
    """Compare each group with all others that are shown; of two groups, the second with the first.

    Parameters
    ----------
    measured : DataFrame
        A column for each measure, and `LENGTH`.
    labels : Series
        Group of each row; missing rows are left out.
    people : Series, optional
        Who each text is about or by.
    correction : {"holm", "bh"}
        Of the p-values over all comparisons: Holm, or Benjamini and Hochberg.
    measures : tuple of Measure
        What is compared.

    Returns
    -------
    DataFrame
        One row per measure and group; the differences of the first of two groups are missing,
        as they are those of the second.
    """
    if correction not in _METHODS:
        raise AuditError(f"correction must be one of {', '.join(_METHODS)}, given {correction!r}.")
    try:
        from statsmodels.stats.multitest import multipletests
    except ImportError as error:
        raise DependencyError(
            "The audit needs statsmodels: pip install 'feedback-nlp[research]'."
        ) from error
    kept = labels.notna().to_numpy()
    data, groups = measured[kept], labels[kept].to_numpy()
    who = None if people is None else pd.factorize(people[kept], use_na_sentinel=False)[0]
    names = sorted(set(groups))
    rows = []
    for measure in measures:
        values = data[measure.name].to_numpy(dtype=float)
        for name in names:
            member = groups == name
            row: dict[str, Any] = {"measure": measure.name, "group": name, "n": int(member.sum())}
            row |= dict(
                zip(
                    ("estimate", "low", "high"), estimate(values[member], measure.kind), strict=True
                )
            )
            if len(names) > 2 or name == names[1]:
                row |= _contrast(values, member, data[LENGTH].to_numpy(dtype=float), who, measure)
            rows.append(row)
    table = pd.DataFrame(rows)
    tested = table["p"].notna()
    table.loc[tested, "p_corrected"] = multipletests(
        table.loc[tested, "p"], method=_METHODS[correction]
    )[1]
    return table


def _contrast(
    values: np.ndarray, member: np.ndarray, length: np.ndarray, who: np.ndarray | None,
    measure: Measure,
) -> dict[str, Any]:  # fmt: skip
    first, second = values[member], values[~member]
    result: dict[str, Any] = {"others": float(second.mean())}
    result |= difference(first, second, measure.kind)
    result |= adjusted(values, member.astype(float), length, who) | {"test": "model"}
    if measure.kind == "rate" and _rare(first, second):
        from scipy.stats import fisher_exact

        cells = [[int(part.sum()), int(len(part) - part.sum())] for part in (first, second)]
        result |= {"p": float(fisher_exact(cells).pvalue), "test": "exact"}
    elif np.ptp(values) == 0:
        result |= {"p": 1.0}
    return result

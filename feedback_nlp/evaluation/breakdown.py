"""Where a score is right and where not: by level, by group, and the texts it misses most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from feedback_nlp.errors import DataError
from feedback_nlp.evaluation.metrics import auc_with_interval

if TYPE_CHECKING:
    from feedback_nlp.evaluation.corpus import Scored
    from feedback_nlp.labels import Labels

#: Groups with fewer texts are only counted: so few could point at a person, and say little.
MIN_GROUP = 10
#: Texts that the report shows for each score and direction, and how much of each.
SHOWN, SHOWN_CHARACTERS = 3, 300
#: A smaller miss is none: it is on the right side.
MISS = 0.5


def levels(scored: Scored, name: str) -> dict[str, Any] | None:
    """Return what the score gives texts of each labelled level; None with fewer than two levels.

    Returns
    -------
    dict
        ``kappa`` (quadratic weights, of the rounded score), ``exact`` and ``within_one`` (shares),
        and ``levels``: for each ``label`` its ``n``, the ``mean``, ``median``, ``quarter`` and
        ``three_quarters`` of the score, and the mean number of ``words``.
    """
    from sklearn.metrics import cohen_kappa_score

    values = scored.label(name)
    there = ~np.isnan(values)
    found = sorted({int(value) for value in values[there]})
    if len(found) < 2:
        return None
    score, label = scored.level(name)[there], values[there].astype(int)
    rounded = np.clip(np.rint(score), 0, 3).astype(int)
    lengths = np.asarray([len(text.split()) for text in scored.texts(there)])
    rows = []
    for level in found:
        inside = label == level
        quarter, median, three = np.percentile(score[inside], [25, 50, 75])
        rows.append({
            "label": level, "n": int(inside.sum()), "mean": float(score[inside].mean()),
            "median": float(median), "quarter": float(quarter), "three_quarters": float(three),
            "words": float(lengths[inside].mean()),
        })  # fmt: skip
    kappa = cohen_kappa_score(label, rounded, weights="quadratic", labels=list(range(4)))
    return {
        "kappa": float(kappa),
        "exact": float((rounded == label).mean()),
        "within_one": float((abs(rounded - label) <= 1).mean()),
        "levels": rows,
    }


def check_column(labels: Labels, by: str) -> None:
    """Raise `DataError` if there is no column `by` beside text and labels."""
    if by not in labels.cells:
        others = ", ".join(labels.cells) or "no other columns"
        raise DataError(
            f"{labels.name} has no column {by!r} beside its texts and labels; it has {others}."
        )


def by_group(scored: Scored, labels: Labels, by: str) -> dict[str, Any]:
    """Return for each group of a column how the scores do in it.

    Returns
    -------
    dict
        ``column``, ``small`` (texts in groups that are too small to show), and ``rows``: ``group``,
        ``n`` and for each score the mean label, the mean score and, where there are ten texts of
        each class, the AUC with its interval.
    """
    from feedback_nlp.evaluation.corpus import BINARY

    cells = labels.cells[by]
    names = np.asarray([str(cells[row.number - 1]) for row in scored.rows], dtype=object)
    sizes = {name: int((names == name).sum()) for name in sorted(set(names.tolist()))}
    rows = []
    for group, size in sizes.items():
        if size < MIN_GROUP:
            continue
        row: dict[str, Any] = {"group": group, "n": size, "scores": {}}
        for name, (scale, least) in BINARY.items():
            values = scored.label(scale)
            there = ~np.isnan(values) & (names == group)
            if not there.any():
                continue
            y = (values[there] >= least).astype(int)
            score = scored.score(name)[there]
            figure = {"label": float(y.mean()), "score": float(score.mean())}
            if min(y.sum(), len(y) - y.sum()) >= MIN_GROUP:
                figure |= auc_with_interval(y, score)
            row["scores"][name] = figure
        rows.append(row)
    small = sum(size for size in sizes.values() if size < MIN_GROUP)
    return {"column": by, "small": small, "rows": rows}


def misses(scored: Scored, *, show_texts: bool) -> dict[str, Any]:
    """Return for each score the texts that it puts too high and too low by most.

    Parameters
    ----------
    scored : Scored
        Texts and reports.
    show_texts : bool
        Quote them; else ``text`` is None.

    Returns
    -------
    dict
        For each score ``too_high`` and ``too_low``: row, label and score from 0 to 1, which
        passages were marked, and the text.
    """
    sides = {
        "suggestion": ("suggestion", 1),
        "judgmental": ("tone", 1),
        "evidence": ("evidence", 3),
    }
    result = {}
    for name, (scale, highest) in sides.items():
        values = scored.label(scale)
        label = (values >= 1).astype(float) if name == "judgmental" else values / highest
        label = np.where(np.isnan(values), np.nan, label)
        error = scored.score(name) - label
        if np.isnan(error).all():
            continue
        order = [int(i) for i in np.argsort(error, kind="stable") if not np.isnan(error[i])]
        low = [i for i in order[:SHOWN] if error[i] <= -MISS]
        high = [i for i in order[::-1][:SHOWN] if error[i] >= MISS]
        result[name] = {
            "too_high": [_miss(scored, i, name, label[i], show_texts) for i in high],
            "too_low": [_miss(scored, i, name, label[i], show_texts) for i in low],
        }
    return result


def _miss(scored: Scored, i: int, name: str, label: float, show_texts: bool) -> dict[str, Any]:
    row, report = scored.rows[i], scored.reports[i]
    text = row.text if len(row.text) <= SHOWN_CHARACTERS else row.text[:SHOWN_CHARACTERS] + "…"
    return {
        "row": row.number, "label": float(label), "score": float(getattr(report, name)),
        "marked": sorted({finding.cue for finding in report.findings}),
        "text": text if show_texts else None,
    }  # fmt: skip

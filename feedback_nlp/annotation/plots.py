"""Plots of agreement."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from feedback_nlp.annotation.agreement import Agreement, published, ratings
from feedback_nlp.annotation.codebook import codebook
from feedback_nlp.annotation.store import LabelError, LabelStore
from feedback_nlp.errors import DependencyError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Okabe & Ito (2008); marks differ in shape too, so that no colour is needed to read them.
_LOOKS = {"alpha": ("#0072B2", "o"), "kappa": ("#D55E00", "s"), "icc": ("#009E73", "^")}
_NAMES = {"alpha": "alpha", "kappa": "weighted kappa", "icc": "ICC"}


def agreement_figure(found: Agreement) -> Figure:
    """Draw the measures of every scale with their intervals, and what others reached.

    Raises
    ------
    DependencyError
        If matplotlib is not installed.
    """
    scales = found.answered
    figure = _figure(8, 0.8 + 0.62 * len(scales))
    axis = figure.subplots()
    labels = list(scales["label"])
    for shift, (measure, (colour, shape)) in zip((-0.22, 0, 0.22), _LOOKS.items(), strict=True):
        for place, row in enumerate(scales.to_dict("records")):
            value, low, high = (row[measure], row[f"{measure}_low"], row[f"{measure}_high"])
            if math.isnan(value):
                continue
            whole = [[0], [0]] if math.isnan(low) else [[max(0, value - low)], [high - value]]
            name = _NAMES[measure] if place == 0 else None
            axis.errorbar(
                [value], [place + shift], xerr=whole, fmt=shape, color=colour, capsize=3, label=name
            )
    others = [item for item in published() if item["label"] in labels]
    axis.plot(
        [item["value"] for item in others], [labels.index(item["label"]) for item in others],
        "k|", markersize=22, label="kappa of human raters, published",
    )  # fmt: skip
    titles = [_title(label) for label in labels]
    axis.set_yticks(range(len(labels)), titles)
    axis.set_ylim(len(labels) - 0.5, -0.5)
    axis.set_xlim(min(-0.05, axis.get_xlim()[0]), 1.02)
    axis.axvline(0, color="#666666", linestyle=":", linewidth=1)
    axis.set_xlabel("agreement beyond chance: 0 as by chance, 1 always the same (95 % intervals)")
    figure.legend(loc="outside upper center", ncols=4, frameon=False, fontsize=8)
    return figure


def answers_figure(store: LabelStore, scale: str, one: str, other: str) -> Figure:
    """Draw how often two raters gave each pair of answers on a scale.

    Raises
    ------
    LabelError
        If they share no text.
    DependencyError
        If matplotlib is not installed.
    """
    given = ratings(store.by_text(), [one, other], scale)
    both = given[~np.isnan(given).any(axis=1)].astype(int)
    if not len(both):
        raise LabelError(f"{one} and {other} have labelled no text both.")
    values = codebook().scale(scale).allowed
    table = np.zeros((len(values), len(values)), dtype=int)
    np.add.at(table, (both[:, 0], both[:, 1]), 1)
    figure = _figure(1.6 + 0.8 * len(values), 1.3 + 0.7 * len(values))
    axis = figure.subplots()
    axis.imshow(table, cmap="Blues", vmin=0)
    for (row, column), count in np.ndenumerate(table):
        dark = count > table.max() / 2
        axis.text(column, row, str(count), ha="center", va="center", color="w" if dark else "k")
    axis.set_xticks(range(len(values)), [str(value) for value in values])
    axis.set_yticks(range(len(values)), [str(value) for value in values])
    axis.set_xlabel(other)
    axis.set_ylabel(one)
    axis.set_title(_title(scale), fontsize=10)
    return figure


def _title(label: str) -> str:
    return "QuAL (sum)" if label == "qual" else codebook().scale(label).title


def _figure(width: float, height: float) -> Any:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise DependencyError(
            "The plots need matplotlib: pip install 'feedback-nlp[annotate]'."
        ) from error
    return Figure(figsize=(width, height), layout="constrained")

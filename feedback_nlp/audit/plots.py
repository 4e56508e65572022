"""Plots of the audit: estimates by group, and differences at equal length, with intervals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from feedback_nlp.audit.measures import MEASURES
from feedback_nlp.audit.reading import CLEAR
from feedback_nlp.errors import DependencyError

if TYPE_CHECKING:
    from feedback_nlp.audit import Audit

#: Okabe & Ito (2008); marks differ in shape too, so that no colour is needed to read them.
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#666666"


def save_plots(audit: Audit, folder: Path) -> list[Path]:
    """Draw ``groups.png`` and ``differences.png``; return their paths.

    Raises
    ------
    DependencyError
        If matplotlib is not installed.
    """
    paths = [folder / "groups.png", folder / "differences.png"]
    _draw(audit, "estimate", "low", "high", "with 95% interval", paths[0])
    _draw(
        audit, "adjusted", "adjusted_low", "adjusted_high",
        "difference at equal length, with 95% interval", paths[1],
    )  # fmt: skip
    return paths


def _draw(audit: Audit, middle: str, low: str, high: str, label: str, path: Path) -> None:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise DependencyError(
            "The plots need matplotlib: pip install 'feedback-nlp[research]'."
        ) from error
    names = list(audit.grouping.sizes)
    figure = Figure(figsize=(10, 1.6 + 0.5 * len(names) * 2), layout="constrained")
    axes = figure.subplots(2, 3, sharey=True)
    for axis, measure in zip(axes.flat, MEASURES, strict=True):
        rows = audit.table[audit.table["measure"] == measure.name].dropna(subset=[middle])
        for _, row in rows.iterrows():
            _mark(axis, row, names.index(row["group"]), middle, low, high)
        axis.set_title(measure.title, fontsize=9)
        axis.set_yticks(range(len(names)), [name[:30] for name in names], fontsize=8)
        axis.set_ylim(len(names) - 0.5, -0.5)
        if middle == "adjusted":
            axis.axvline(0, color=GREY, linestyle=":", linewidth=1)
    figure.supxlabel(f"{label}; ■ orange: clear after correction, ● blue: not", fontsize=8)
    figure.savefig(path, dpi=100, metadata={"Software": None})


def _mark(axis: Any, row: pd.Series, place: int, middle: str, low: str, high: str) -> None:
    clear = row["p_corrected"] < CLEAR
    axis.errorbar(
        [row[middle]], [place], xerr=[[row[middle] - row[low]], [row[high] - row[middle]]],
        fmt="s" if clear else "o", color=ORANGE if clear else BLUE, capsize=3,
    )  # fmt: skip

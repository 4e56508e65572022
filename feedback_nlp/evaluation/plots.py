"""Reliability plots and a chart of the figures against their floors, as PNG."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from feedback_nlp.errors import DependencyError

#: Okabe & Ito (2008): told apart with any kind of colour vision.
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#666666"
_NO_DATE = {"Software": None}


def _figure(n_columns: int, n_rows: int) -> tuple[Any, Any]:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise DependencyError(
            "The plots need matplotlib: pip install 'feedback-nlp[research]'."
        ) from error
    figure = Figure(figsize=(3 * n_columns, 3 * n_rows), layout="constrained")
    return figure, figure.subplots(n_rows, n_columns, squeeze=False)


def plot_reliability(calibration: dict[str, Any], path: Path) -> None:
    """Draw predicted probability against observed share for each head."""
    n_columns = 4
    n_rows = -(-len(calibration) // n_columns)
    figure, axes = _figure(n_columns, n_rows)
    for axis, (name, row) in zip(axes.flat, calibration.items(), strict=False):
        axis.plot([0, 1], [0, 1], color=GREY, linestyle=":", linewidth=1)
        axis.plot(
            [b["predicted"] for b in row["bins"]], [b["observed"] for b in row["bins"]],
            color=BLUE, marker="o",
        )  # fmt: skip
        for b in row["bins"]:
            axis.annotate(str(b["n"]), (b["predicted"], b["observed"]), fontsize=6, color=GREY)
        axis.set(xlim=(0, 1), ylim=(0, 1), xlabel="predicted", ylabel="observed")
        axis.set_title(f"{name}, ECE {row['ece']:.3f}", fontsize=9)
    for axis in axes.flat[len(calibration) :]:
        axis.set_visible(False)
    figure.savefig(path, dpi=80, metadata=_NO_DATE)


def plot_cross_domain(rows: list[dict[str, Any]], path: Path) -> None:
    """Draw the AUC on each set with its interval, beside length alone and the target."""
    figure, axes = _figure(3, 2)
    for axis in axes.flat:
        axis.remove()
    axis = figure.add_subplot()
    names = [f"{row['set'].split('_')[0]}: {row['measure']}" for row in rows]
    places = range(len(rows))
    axis.errorbar(
        [row["auc"] for row in rows], places, fmt="o", color=BLUE, label="feedback_nlp",
        xerr=[
            [row["auc"] - row["low"] for row in rows],
            [row["high"] - row["auc"] for row in rows],
        ],
    )  # fmt: skip
    axis.plot([row["auc_length_only"] for row in rows], places, "x", color=ORANGE, label="length")
    aimed = [(row["target"], place) for place, row in enumerate(rows) if row["target"]]
    axis.plot(
        [target for target, _ in aimed], [place for _, place in aimed], "|",
        color=GREY, markersize=14, label="target",
    )  # fmt: skip
    axis.axvline(0.5, color=GREY, linestyle=":", linewidth=1)
    axis.set_yticks(list(places), names, fontsize=8)
    axis.invert_yaxis()
    axis.set_xlabel("AUC with 95 % interval")
    axis.legend(fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    figure.savefig(path, dpi=80, metadata=_NO_DATE)

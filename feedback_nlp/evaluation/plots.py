"""Reliability plots and a chart of the figures against their floors, as PNG."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from feedback_nlp.errors import DependencyError

#: Okabe & Ito (2008): told apart with any kind of colour vision.
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#666666"
_NO_DATE = {"Software": None}


def new_figure(n_columns: int, n_rows: int, *, height: float | None = None) -> tuple[Any, Any]:
    """Return a figure and its axes, a square each or `height` inches in all.

    Raises
    ------
    DependencyError
        If matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise DependencyError(
            "The plots need matplotlib: pip install 'feedback-nlp[research]'."
        ) from error
    figure = Figure(figsize=(3 * n_columns, height or 3 * n_rows), layout="constrained")
    return figure, figure.subplots(n_rows, n_columns, squeeze=False)


def save(figure: Any, path: Path | None) -> Any:
    """Write a figure as PNG, if a path is given, and return it."""
    if path is not None:
        figure.savefig(path, dpi=80, metadata=_NO_DATE)
    return figure


def plot_reliability(calibration: dict[str, Any], path: Path | None = None) -> Any:
    """Draw predicted probability against observed share for each head; return the figure."""
    n_columns = 4
    n_rows = -(-len(calibration) // n_columns)
    figure, axes = new_figure(n_columns, n_rows)
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
    return save(figure, path)


def plot_cross_domain(rows: list[dict[str, Any]], path: Path | None = None) -> Any:
    """Draw the AUC on each set, beside length alone and the target; return the figure."""
    return plot_areas([f"{row['set'].split('_')[0]}: {row['measure']}" for row in rows], rows, path)


def plot_areas(names: list[str], rows: list[dict[str, Any]], path: Path | None = None) -> Any:
    """Draw AUCs with their intervals, beside length alone and the target; return the figure.

    Parameters
    ----------
    names : list of str
        What each row is called.
    rows : list of dict
        ``auc``, ``low``, ``high``, ``auc_length_only`` and, if there is one, ``target``.
    path : Path, optional
        Where the PNG goes.
    """
    figure, axes = new_figure(3, 2)
    for axis in axes.flat:
        axis.remove()
    axis = figure.add_subplot()
    places = range(len(rows))
    axis.errorbar(
        [row["auc"] for row in rows], places, fmt="o", color=BLUE, label="feedback_nlp",
        xerr=[
            [row["auc"] - row["low"] for row in rows],
            [row["high"] - row["auc"] for row in rows],
        ],
    )  # fmt: skip
    axis.plot([row["auc_length_only"] for row in rows], places, "x", color=ORANGE, label="length")
    aimed = [(row["target"], place) for place, row in enumerate(rows) if row.get("target")]
    if aimed:
        axis.plot(
            [target for target, _ in aimed], [place for _, place in aimed], "|",
            color=GREY, markersize=14, label="target",
        )  # fmt: skip
    axis.axvline(0.5, color=GREY, linestyle=":", linewidth=1)
    axis.set_yticks(list(places), names, fontsize=8)
    axis.invert_yaxis()
    axis.set_xlabel("AUC with 95 % interval")
    axis.legend(fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    return save(figure, path)


def plot_levels(levels: dict[str, Any], path: Path | None = None) -> Any:
    """Draw the predicted level by the labelled one: median, quartiles and mean of each.

    Parameters
    ----------
    levels : dict
        For each scale what `feedback_nlp.evaluation.breakdown.levels` gave.
    path : Path, optional
        Where the PNG goes.
    """
    figure, axes = new_figure(len(levels), 1)
    for axis, (name, found) in zip(axes.flat, levels.items(), strict=True):
        rows = found["levels"]
        places = [row["label"] for row in rows]
        axis.plot([0, 3], [0, 3], color=GREY, linestyle=":", linewidth=1)
        middle = [row["median"] for row in rows]
        axis.errorbar(
            places, middle, fmt="o", color=BLUE, capsize=4, label="median, quartiles",
            yerr=[
                [row["median"] - row["quarter"] for row in rows],
                [row["three_quarters"] - row["median"] for row in rows],
            ],
        )  # fmt: skip
        axis.plot(places, [row["mean"] for row in rows], "x", color=ORANGE, label="mean")
        axis.set(xlabel="labelled", ylabel="score", xticks=range(4), ylim=(-0.1, 3.1))
        axis.set_title(f"{name}, weighted κ {found['kappa']:.2f}", fontsize=9)
    axes.flat[0].legend(fontsize=7)
    return save(figure, path)

"""Reliability plots and a chart of the figures against their floors, as PNG."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from feedback_nlp.errors import DependencyError
from feedback_nlp.evaluation.metrics import N_BINS

#: Okabe & Ito (2008): told apart with any kind of colour vision.
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#666666"
PALE, DARK = "#B3CFE3", "#333333"
_NO_DATE = {"Software": None}


def new_figure(
    n_columns: int,
    n_rows: int,
    *,
    height: float | None = None,
    ratios: Sequence[float] | None = None,
    sharex: bool = False,
) -> tuple[Any, Any]:
    """Return a figure and its axes, a square each or `height` inches in all.

    Parameters
    ----------
    n_columns, n_rows : int
        Of axes.
    height : float, optional
        Of the figure, in inches.
    ratios : sequence of float, optional
        Heights of the rows beside each other.
    sharex : bool
        Whether the axes of a column show the same range.

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
    axes = figure.subplots(
        n_rows, n_columns, squeeze=False, height_ratios=ratios, sharex="col" if sharex else False
    )
    return figure, axes


def save(figure: Any, path: Path | None) -> Any:
    """Write a figure as PNG, if a path is given, and return it."""
    if path is not None:
        figure.savefig(path, dpi=80, metadata=_NO_DATE)
    return figure


def plot_reliability(calibration: dict[str, Any], path: Path | None = None) -> Any:
    """Draw predicted probability against observed share for each head; return the figure.

    How many texts each dot stands for is told below it, where no dot or line is in the way.
    """
    n_columns = min(4, len(calibration))
    n_rows = -(-len(calibration) // n_columns)
    figure, axes = new_figure(
        n_columns, 2 * n_rows, height=3.4 * n_rows, ratios=(5, 1) * n_rows, sharex=True
    )
    panels = zip(axes[::2].flat, axes[1::2].flat, strict=True)
    for (axis, below), (name, row) in zip(panels, calibration.items(), strict=False):
        _reliability(axis, row["bins"])
        _counts(below, row["bins"])
        axis.set_title(f"{name}, ECE {row['ece']:.3f}", fontsize=9)
    for axis in axes[::2].flat[len(calibration) :]:
        axis.set_visible(False)
    for axis in axes[1::2].flat[len(calibration) :]:
        axis.set_visible(False)
    return save(figure, path)


def _reliability(axis: Any, bins: list[dict[str, float]]) -> None:
    axis.plot([0, 1], [0, 1], color=GREY, linestyle=":", linewidth=1)
    # A dot at 0 or 1 is drawn whole, over the frame.
    axis.plot(
        [b["predicted"] for b in bins], [b["observed"] for b in bins],
        color=BLUE, marker="o", markersize=5, clip_on=False, zorder=3,
    )  # fmt: skip
    axis.set(xlim=(0, 1), ylim=(0, 1), ylabel="observed")


def _counts(axis: Any, bins: list[dict[str, float]]) -> None:
    width = 1 / N_BINS
    # Only a mean of 1 would fall behind the last bin.
    places = [(min(int(b["predicted"] * N_BINS), N_BINS - 1) + 0.5) * width for b in bins]
    axis.bar(places, [b["n"] for b in bins], width=0.9 * width, color=PALE)
    for place, b in zip(places, bins, strict=True):
        axis.annotate(
            f"{b['n']:.0f}", (place, b["n"]), xytext=(0, 1), textcoords="offset points",
            ha="center", va="bottom", fontsize=6, color=DARK, annotation_clip=False,
        )  # fmt: skip
    axis.set(xlabel="predicted", ylabel="texts", yticks=[])
    axis.tick_params(labelbottom=True)
    axis.margins(y=0.35)
    axis.spines[["top", "right", "left"]].set_visible(False)


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

"""What training on a user's labels found: in plain words, as a model card, as plots."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from feedback_nlp.pages import render as render_page
from feedback_nlp.pages import write_figures
from feedback_nlp.training.card import CARD_NAME

FIGURES_NAME = "card.json"
CURVE_NAME, GAIN_NAME = "learning_curve.png", "comparison.png"


def statements(figures: dict[str, Any]) -> Iterator[str]:
    """Yield one plain sentence or two for each scale: what was decided, and why."""
    for scale, row in figures["scales"].items():
        yield f"{scale}: {_statement(row, figures)}"


def _statement(row: dict[str, Any], figures: dict[str, Any]) -> str:
    if row["decision"] == "unlabelled":
        return "not labelled, so the shipped heads stay."
    if row["decision"] == "too few":
        return (
            f"{row['texts']} labelled texts are too few, or nearly all alike, to train on; the"
            " shipped heads stay."
        )
    way = figures["candidates"][row["candidate"]]
    gain = row["gain"]
    measured = (
        f"Brier score {row['brier'][row['candidate']]:.3f} against {row['brier']['shipped']:.3f},"
        f" gain {gain['gain']:.3f}, 95 % {gain['low']:.3f} to {gain['high']:.3f},"
        f" {row['texts']} texts"
    )
    if row["clear"]:
        return f"your labels help. Best: {way} ({measured})."
    kept = "keep the shipped heads" if row["decision"] == "shipped" else "taken as you asked, but"
    return (
        f"{kept}: no gain shows beyond chance. The best that your labels gave: {way} ({measured})."
        f" {_more(row)}"
    )


def _more(row: dict[str, Any]) -> str:
    needed = row["texts_needed"]
    if needed is None:
        return (
            "By the learning curve more labels of this kind would hardly change that, or it cannot"
            " tell yet."
        )
    return (
        f"By the learning curve a gain may show with about {needed - row['texts']} more labelled"
        " texts; that is a rough guide."
    )


def render(figures: dict[str, Any]) -> str:
    """Return the card as Markdown."""
    return render_page(
        "training/own_card.md.jinja", f=figures, statements=list(statements(figures))
    )


def write_own_card(figures: dict[str, Any], folder: Path) -> Path:
    """Write ``README.md``, ``card.json`` and the plots into `folder`; return the first path."""
    measured = {
        scale: row for scale, row in figures["scales"].items() if row.get("curve") is not None
    }
    plot_curves(measured, folder / CURVE_NAME)
    plot_comparison(measured, folder / GAIN_NAME)
    write_figures(figures, folder / FIGURES_NAME)
    path = folder / CARD_NAME
    path.write_text(render(figures), encoding="utf-8")
    return path


def plot_curves(scales: dict[str, Any], path: Path | None = None) -> Any:
    """Draw for each scale the gain over the shipped heads by the number of labelled texts.

    Parameters
    ----------
    scales : dict
        Figures of the scales that were measured.
    path : Path, optional
        Where the PNG goes.

    Returns
    -------
    matplotlib Figure
    """
    from feedback_nlp.evaluation.plots import BLUE, GREY, new_figure, save

    figure, axes = new_figure(len(scales), 1)
    for axis, (scale, row) in zip(axes.flat, scales.items(), strict=True):
        curve = row["curve"]
        axis.axhline(0, color=GREY, linestyle=":", linewidth=1)
        axis.plot([p["texts"] for p in curve], [p["gain"] for p in curve], color=BLUE, marker="o")
        last, gain = curve[-1], row["gain"]
        axis.errorbar(
            [last["texts"]], [gain["gain"]], color=BLUE, capsize=3,
            yerr=[[gain["gain"] - gain["low"]], [gain["high"] - gain["gain"]]],
        )  # fmt: skip
        axis.set(title=f"{scale}: {row['candidate']}", xlabel="labelled texts")
        axis.set_xlim(left=0)
    axes.flat[0].set_ylabel("gain over the shipped heads")
    return save(figure, path)


def plot_comparison(scales: dict[str, Any], path: Path | None = None) -> Any:
    """Draw the AUC of each head, own and shipped, with intervals beside length alone.

    Parameters
    ----------
    scales : dict
        Figures of the scales that were measured.
    path : Path, optional
        Where the PNG goes.

    Returns
    -------
    matplotlib Figure
    """
    from feedback_nlp.evaluation.plots import BLUE, GREY, ORANGE, new_figure, save

    rows = [(name, r) for row in scales.values() for name, r in row["heads"].items()]
    figure, axes = new_figure(2, 1, height=1.2 + 0.4 * len(rows))
    for axis in axes.flat:
        axis.remove()
    axis = figure.add_subplot()
    for shift, kind, colour, mark in ((-0.12, "own", BLUE, "o"), (0.12, "shipped", GREY, "s")):
        middle = [r[kind]["auc"] for _, r in rows]
        axis.errorbar(
            middle, [i + shift for i in range(len(rows))], fmt=mark, color=colour,
            label="from your labels" if kind == "own" else "shipped", capsize=2,
            xerr=[
                [r[kind]["auc"] - r[kind]["low"] for _, r in rows],
                [r[kind]["high"] - r[kind]["auc"] for _, r in rows],
            ],
        )  # fmt: skip
    lengths = [r["length"]["auc"] for _, r in rows]
    axis.plot(lengths, range(len(rows)), "x", color=ORANGE, label="length alone")
    axis.axvline(0.5, color=GREY, linestyle=":", linewidth=1)
    axis.set_yticks(range(len(rows)), [name for name, _ in rows])
    axis.invert_yaxis()
    axis.set_xlabel("AUC with 95 % interval, texts not learned from")
    axis.legend(fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    return save(figure, path)

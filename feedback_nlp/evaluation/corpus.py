"""How good the scores are on a user's own labelled texts: never on what the heads learned from."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from feedback_nlp import __version__
from feedback_nlp.datasets import DATA_VARIABLE
from feedback_nlp.errors import DataError
from feedback_nlp.evaluation import breakdown
from feedback_nlp.evaluation.baselines import grouped_words, vader_negativity
from feedback_nlp.evaluation.calibration import (
    MIN_CLASS,
    binary_fit,
    fit,
    fit_of_heads,
    head_probabilities,
)
from feedback_nlp.evaluation.metrics import auc_with_interval, length_auc, rank_correlation
from feedback_nlp.frames import read_values
from feedback_nlp.heads import HEAD_NAMES, load_heads
from feedback_nlp.labels import SCALES, LabelledRow, Labels, text_hash
from feedback_nlp.pages import render, write_figures
from feedback_nlp.report import Report

if TYPE_CHECKING:
    from feedback_nlp.scorer import Scorer

logger = logging.getLogger(__name__)

REPORT_NAME = "report.json"
#: A score of the report, the scale that it is a test of, and the value from which on that is yes.
BINARY = {
    "suggestion": ("suggestion", 1), "connection": ("connection", 1), "gap": ("gap", 1),
    "judgmental": ("tone", 1),
}  # fmt: skip
#: A score of the report and what it should rise with; QuAL needs three scales.
GRADED = {
    "evidence": "evidence", "tone": "tone", "qual": "QuAL", "actionability": "QuAL",
}  # fmt: skip
#: Highest value of the scores that are levels, to put them beside probabilities.
_HIGHEST = {"evidence": 3, "tone": 3}


@dataclass(frozen=True)
class Scored:
    """Labelled texts with their reports.

    Attributes
    ----------
    rows : list of LabelledRow
        The texts.
    reports : list of Report
        One each.
    groups : ndarray of int, shape (n_texts,)
        What is not independent of each other.
    heads : dict of str to ndarray, shape (n_texts,)
        What each head says of the texts; see `head_probabilities`.
    """

    rows: list[LabelledRow]
    reports: list[Report]
    groups: np.ndarray
    heads: dict[str, np.ndarray]

    def label(self, what: str) -> np.ndarray:
        """Labels of a scale, or of ``QuAL``; NaN where a text has none."""
        found = [row.qual if what == "QuAL" else row.labels.get(what) for row in self.rows]
        return np.asarray([np.nan if value is None else value for value in found], dtype=float)

    def score(self, name: str) -> np.ndarray:
        """Values of a score of the reports."""
        return np.asarray([getattr(report, name) for report in self.reports], dtype=float)

    def level(self, name: str) -> np.ndarray:
        """Values of a score on the scale of its labels: `evidence` of a report is 0 to 1."""
        return self.score(name) * (3 if name == "evidence" else 1)

    def texts(self, where: np.ndarray) -> list[str]:
        """Some of the texts."""
        return [self.rows[i].text for i in np.flatnonzero(where)]


def evaluate_corpus(
    labels: Labels,
    out: Path | None = None,
    *,
    heads_folder: Path | None = None,
    by: str | None = None,
    show_texts: bool = True,
    progress: bool = False,
) -> dict[str, Any]:
    """Measure the scores on labelled texts; write ``report.md``, ``report.json`` and plots.

    Parameters
    ----------
    labels : Labels
        What `feedback_nlp.labels.read_labels` gave. Texts that the heads are known to be trained
        on are left out.
    out : Path, optional
        Folder for the report; by default nothing is written.
    heads_folder : Path, optional
        Heads to measure; by default the shipped ones.
    by : str, optional
        Column with a group, such as a team: figures for each.
    show_texts : bool
        Quote the texts with the largest misses; else only their rows are named.
    progress : bool
        Show a progress bar.

    Returns
    -------
    dict
        All figures, as in ``report.json``.

    Raises
    ------
    DataError
        If no text is left, no scale has both values, or there is no column `by`.
    DependencyError
        If a report is wanted and matplotlib is not installed.
    """
    from feedback_nlp.pipeline import load_pipeline
    from feedback_nlp.scorer import Scorer

    if by is not None:
        breakdown.check_column(labels, by)
    if out is not None:
        from feedback_nlp.evaluation.plots import new_figure

        new_figure(1, 1)  # says at once, not after minutes, that matplotlib is missing
    heads = load_heads(heads_folder)
    rows, known, public = _unseen(labels, heads)
    scored = _score(rows, Scorer(load_pipeline(), heads), progress)
    figures: dict[str, Any] = {
        "feedback_nlp": __version__,
        "heads": heads.version,
        "heads_sha256": heads.meta["sha256"],
        "own_heads": "own" in heads.meta,
        "data": {
            "name": labels.name, "sha256": labels.sha256, "rows": len(labels.rows),
            "trained_on": known, "unscored": len(rows) - len(scored.rows),
            "texts": len(scored.rows), "groups": len(set(scored.groups.tolist())),
            "grouped_by": labels.grouped_by, "public_checked": public,
            "warned": sum(bool(report.warnings) for report in scored.reports),
        },
        "binary": _binary(scored),
        "graded": _graded(scored),
        "calibration": _calibration(scored),
        "heads_calibration": fit_of_heads(
            {scale: scored.label(scale) for scale in SCALES}, scored.heads,
            [row.text for row in scored.rows], scored.groups,
        ),
        "levels": {name: found for name in _HIGHEST if (found := breakdown.levels(scored, name))},
        "groups": None if by is None else breakdown.by_group(scored, labels, by),
        "misses": breakdown.misses(scored, show_texts=show_texts),
    }  # fmt: skip
    if not figures["binary"] and not figures["graded"]:
        raise DataError(
            f"{labels.name} has no scale with enough different labels: at least {MIN_CLASS} texts"
            " with 0 and as many with more are needed. Label more texts."
        )
    if out is not None:
        write_report(figures, out)
    return figures


def _score(rows: list[LabelledRow], scorer: Scorer, progress: bool) -> Scored:
    """Score the texts; those that cannot be are left out."""
    read = read_values(
        [row.text for row in rows], scorer=scorer, total=len(rows), progress=progress
    )
    kept: list[LabelledRow] = []
    reports: list[Report] = []
    said: list[dict[str, float]] = []
    for row, ((report, sentences), _) in zip(rows, read, strict=True):
        if report.qual is not None:
            kept.append(row)
            reports.append(report)
            said.append(head_probabilities(sentences, scorer.heads))
    numbers = {group: i for i, group in enumerate(dict.fromkeys(row.group for row in kept))}
    return Scored(
        kept, reports, np.asarray([numbers[row.group] for row in kept], dtype=int),
        {name: np.asarray([text[name] for text in said]) for name in HEAD_NAMES},
    )  # fmt: skip


def _unseen(labels: Labels, heads: Any) -> tuple[list[LabelledRow], int, bool]:
    """Return the rows that nothing was trained on, how many were, and if public sets were asked."""
    from feedback_nlp.training.own import public_training_hashes, trained_on

    hashes = trained_on(heads)
    folder = os.environ.get(DATA_VARIABLE)
    public = False
    if folder:
        try:
            hashes |= public_training_hashes(Path(folder))
            public = True
        except DataError as error:
            logger.warning("The public sets could not be compared with your texts: %s", error)
    rows = [row for row in labels.rows if text_hash(row.text) not in hashes]
    known = len(labels.rows) - len(rows)
    if known:
        logger.warning("%d texts that the heads were trained on are left out.", known)
    if not rows:
        raise DataError(
            f"The heads were trained on all {known} texts of {labels.name}, so nothing is left to"
            " measure on: label others. For heads of your own, their card has figures on texts"
            " that each fold had not seen."
        )
    return rows, known, public


def _binary(scored: Scored) -> dict[str, Any]:
    result = {}
    for name, (scale, least) in BINARY.items():
        values = scored.label(scale)
        there = ~np.isnan(values)
        y = (values[there] >= least).astype(int)
        if min(y.sum(), len(y) - y.sum()) < MIN_CLASS:
            continue
        texts, groups = scored.texts(there), _renumbered(scored.groups[there])
        s = scored.score(name)[there]
        words = grouped_words(texts, y, groups)
        result[name] = {
            "label": f"{scale} ≥ {least}" if scale in _HIGHEST else scale,
            **auc_with_interval(y, s, groups=groups),
            "positive": float(y.mean()),
            "auc_length_only": length_auc(y, texts),
            **_partial(y, s, texts, groups),
            "baselines": {
                "vader": auc_with_interval(y, vader_negativity(texts))["auc"],
                "words": None if words is None else auc_with_interval(y, words, groups=groups),
            },
        }
    return result


def _partial(y: np.ndarray, s: np.ndarray, texts: list[str], groups: np.ndarray) -> dict[str, Any]:
    found = rank_correlation(y, s, texts, groups=groups)
    return {key: found[key] for key in ("partial", "partial_low", "partial_high")}


def _graded(scored: Scored) -> dict[str, Any]:
    result = {}
    for name, what in GRADED.items():
        values = scored.label(what)
        there = ~np.isnan(values)
        if there.sum() < 2 * MIN_CLASS or len(set(values[there].tolist())) < 2:
            continue
        texts, groups = scored.texts(there), _renumbered(scored.groups[there])
        words = grouped_words(texts, values[there], groups, graded=True)
        negative = vader_negativity(texts)
        result[name] = {
            "label": what,
            **rank_correlation(values[there], scored.score(name)[there], texts, groups=groups),
            "baselines": {
                "vader": rank_correlation(values[there], negative, texts)["rho"],
                "words": None
                if words is None
                else rank_correlation(values[there], words, texts, groups=groups),
            },
        }
    return result


def _renumbered(groups: np.ndarray) -> np.ndarray:
    return np.asarray(np.unique(groups, return_inverse=True)[1])


def _calibration(scored: Scored) -> dict[str, Any]:
    """Return how well probabilities, and mean levels as a share of the highest, fit the labels."""
    result = {}
    for name, (scale, least) in BINARY.items():
        values = scored.label(scale)
        there = ~np.isnan(values)
        if there.sum() >= 2 * MIN_CLASS:
            y = (values[there] >= least).astype(float)
            groups = _renumbered(scored.groups[there])
            result[name] = binary_fit(y, scored.score(name)[there], scored.texts(there), groups)
    for name, highest in _HIGHEST.items():
        values = scored.label(name)
        there = ~np.isnan(values)
        if there.sum() >= 2 * MIN_CLASS:
            share = np.clip(scored.level(name)[there] / highest, 0, 1)
            groups = _renumbered(scored.groups[there])
            result[f"{name} level"] = {
                **fit(values[there] / highest, share, groups),
                "ece_by_chance": None,
            }
    return result


def verdict(row: dict[str, Any]) -> str:
    """Say in words whether a score tells more than the number of words on these texts."""
    if row["low"] <= 0.5:
        return "not clearly better than chance"
    floor = max(row["auc_length_only"], 1 - row["auc_length_only"])
    if row["low"] <= floor:
        return "better than chance, not clearly better than counting words"
    return "better than counting words"


def summary(figures: dict[str, Any]) -> Iterator[str]:
    """Yield the report in a few lines."""
    data = figures["data"]
    if data["trained_on"]:
        yield f"{data['trained_on']} of {data['rows']} texts were trained on and are left out."
    yield f"{data['texts']} texts in {data['groups']} groups (by {data['grouped_by']})."
    for name, row in figures["binary"].items():
        yield (
            f"{name}: AUC {row['auc']:.3f} (95 % {row['low']:.3f}–{row['high']:.3f}), length alone"
            f" {row['auc_length_only']:.3f}; {verdict(row)}."
        )
    for name, row in figures["graded"].items():
        yield (
            f"{name} with {row['label']}: ρ {row['rho']:.3f} (95 % {row['low']:.3f}–"
            f"{row['high']:.3f}), length alone {row['rho_length_only']:.3f}."
        )


def write_report(figures: dict[str, Any], out: Path) -> None:
    """Write the report with its plots into `out`."""
    from feedback_nlp.evaluation.plots import plot_areas, plot_levels, plot_reliability

    out.mkdir(parents=True, exist_ok=True)
    plot_reliability(figures["calibration"], out / "reliability.png")
    if figures["heads_calibration"]:
        plot_reliability(figures["heads_calibration"], out / "heads.png")
    if figures["binary"]:
        names = list(figures["binary"])
        plot_areas(names, [figures["binary"][name] for name in names], out / "areas.png")
    if figures["levels"]:
        plot_levels(figures["levels"], out / "levels.png")
    write_figures(figures, out / REPORT_NAME)
    (out / "report.md").write_text(render_report(figures), encoding="utf-8")


def render_report(figures: dict[str, Any]) -> str:
    """Return the report as Markdown."""
    verdicts = {name: verdict(row) for name, row in figures["binary"].items()}
    return render("evaluation/corpus.md.jinja", f=figures, verdicts=verdicts)

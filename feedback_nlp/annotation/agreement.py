"""How far raters agree: scales and marked words, with intervals and what to mind."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd

from feedback_nlp.annotation import marks, measures
from feedback_nlp.annotation.codebook import codebook
from feedback_nlp.annotation.labels import Labels
from feedback_nlp.annotation.store import LabelStore

RESAMPLES = 1000
#: With fewer texts, an interval says little.
FEW_TEXTS = 30
#: QuAL is the sum of three answers.
_QUAL = tuple(range(6))


@dataclass(frozen=True)
class Agreement:
    """Result of `agreement`.

    Attributes
    ----------
    scales : DataFrame
        One row per scale: ``label``, ``level``, ``texts`` (with two answers or more), ``raters``,
        ``percent`` equal pairs in [0, 1], then ``alpha``, ``kappa`` and ``icc``, each with
        ``_low`` and ``_high``; nan where undefined, and ``note`` says why.
    spans : DataFrame
        One row per label of spans: ``label``, ``texts`` in which somebody marked it, ``f1`` and
        ``alpha`` over code points with ``_low`` and ``_high``, ``note``.
    raters : tuple of str
        Their names.
    texts : int
        How many texts two raters or more labelled.
    warnings : tuple of str
        What to mind when reading it.
    """

    scales: pd.DataFrame
    spans: pd.DataFrame
    raters: tuple[str, ...]
    texts: int
    warnings: tuple[str, ...] = ()

    @property
    def answered(self) -> pd.DataFrame:
        """The rows of `scales` without optional ones that no two raters answered."""
        optional = [scale.id for scale in codebook().scales if scale.optional]
        return self.scales[~self.scales["label"].isin(optional) | (self.scales["texts"] > 0)]

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain types; None where a measure is undefined."""
        return {
            "raters": list(self.raters),
            "texts": self.texts,
            "warnings": list(self.warnings),
            "scales": json.loads(self.scales.to_json(orient="records")),
            "spans": json.loads(self.spans.to_json(orient="records")),
            "published": published(),
        }

    def to_markdown(self) -> str:
        """Return two tables, the warnings, and what others reached."""
        book = codebook()
        lines = [
            f"Agreement of {len(self.raters)} raters on {self.texts} texts that two or more"
            " labelled (95 % intervals by text).",
            "",
            "| scale | same | alpha | weighted kappa | ICC | |",
            "|---|---|---|---|---|---|",
        ]
        for row in self.answered.to_dict("records"):
            name = "QuAL (sum)" if row["label"] == "qual" else book.scale(row["label"]).title
            cells = [_with_interval(row, measure) for measure in ("alpha", "kappa", "icc")]
            share = "–" if math.isnan(row["percent"]) else f"{100 * row['percent']:.0f} %"
            lines.append(f"| {name} | {share} | {' | '.join(cells)} | {row['note']} |")
        marked = self.spans[self.spans["texts"] > 0]
        if len(marked):
            lines += ["", "| marked words | texts | F1 | alpha | |", "|---|---|---|---|---|"]
        for row in marked.to_dict("records"):
            cells = [_with_interval(row, measure) for measure in ("f1", "alpha")]
            name = book.span(row["label"]).title
            lines.append(f"| {name} | {row['texts']} | {' | '.join(cells)} | {row['note']} |")
        unmarked = [book.span(label).title for label in self.spans["label"].drop(marked.index)]
        said = [f"Nobody marked: {', '.join(unmarked)}."] if unmarked and len(marked) else []
        skipped = self.scales["label"].drop(self.answered.index)
        said += [
            f"{book.scale(label).title} is optional, and no text has two answers to it."
            for label in skipped
        ]
        lines += ["", *(f"- {warning}" for warning in (*self.warnings, *said))]
        lines += ["", "Published for comparison:", ""]
        lines += [
            f"- {book.scale(item['label']).title}: {item['measure']} {_number(item['value'])}."
            f" {item['source']}."
            for item in published()
        ]
        return "\n".join(lines)

    def _repr_markdown_(self) -> str:
        return self.to_markdown()


def agreement(
    store: LabelStore, *, raters: list[str] | None = None, resamples: int = RESAMPLES, seed: int = 0
) -> Agreement:
    """Measure how far raters agree, before any decision about where they differ.

    Parameters
    ----------
    store : LabelStore
        Where the labels are. Of each rater the latest labels count; skipped texts are missing.
    raters : list of str, optional
        Only these.
    resamples : int
        How often texts are drawn again for the intervals; 0 for none.
    seed : int
        The same gives the same intervals.

    Returns
    -------
    Agreement
        Measures that are not defined are nan and have a note; nothing is raised for few labels.
    """
    names = raters if raters is not None else store.raters()
    given = {
        text_id: {rater: labels for rater, labels in by_rater.items() if rater in names}
        for text_id, by_rater in store.by_text().items()
    }
    shared = {text_id: by_rater for text_id, by_rater in given.items() if len(by_rater) > 1}
    texts = {text.id: text.content for text in store.texts()}
    scales = [
        *((scale.id, scale.allowed, scale.level) for scale in codebook().scales),
        ("qual", _QUAL, "ordinal"),
    ]
    scale_rows = [
        _scale_row(label, values, level, ratings(shared, names, label), resamples, seed)
        for label, values, level in scales
    ]
    span_rows = [
        _span_row(span.id, marks.counts(texts, shared, span.id), resamples, seed)
        for span in codebook().spans
    ]
    return Agreement(
        pd.DataFrame(scale_rows), pd.DataFrame(span_rows), tuple(names), len(shared),
        tuple(_warnings(names, len(shared), len(given))),
    )  # fmt: skip


def ratings(
    given: Mapping[str, Mapping[str, Labels]], raters: list[str], scale: str
) -> measures.Ratings:
    """Return the answers on one scale, shape (texts, raters); nan where there is none."""
    rows = []
    for by_rater in given.values():
        values = [getattr(by_rater[r], scale) if r in by_rater else None for r in raters]
        rows.append([np.nan if value is None else float(value) for value in values])
    return np.array(rows, dtype=float).reshape(len(rows), len(raters))


def _scale_row(
    label: str,
    values: tuple[int, ...],
    level: measures.Level,
    given: measures.Ratings,
    resamples: int,
    seed: int,
) -> dict[str, Any]:
    # Of an optional question, only the texts count on which two raters answered it.
    given = given[(~np.isnan(given)).sum(axis=1) > 1]
    row: dict[str, Any] = {
        "label": label, "level": level, "texts": len(given),
        "raters": int((~np.isnan(given)).any(axis=0).sum()), "percent": measures.percent(given),
    }  # fmt: skip
    for name, measure in (("alpha", measures.alpha), ("kappa", measures.kappa)):
        row[name] = measure(given, values, level)
        row[f"{name}_low"], row[f"{name}_high"] = (
            (math.nan, math.nan)
            if math.isnan(row[name])
            else measures.interval(
                partial(_of_drawn, measure, given, values, level),
                len(given), resamples=resamples, seed=seed,
            )
        )  # fmt: skip
    row["icc"], row["icc_low"], row["icc_high"] = measures.icc(given)
    row["note"] = _scale_note(given, row)
    return row


def _of_drawn(
    measure: Callable[[measures.Ratings, tuple[int, ...], measures.Level], float],
    given: measures.Ratings,
    values: tuple[int, ...],
    level: measures.Level,
    drawn: np.ndarray,
) -> float:
    return measure(given[drawn], values, level)


def _of_drawn_marks(
    measure: Callable[[np.ndarray], float], rows: np.ndarray, drawn: np.ndarray
) -> float:
    return measure(rows[drawn])


def _scale_note(given: measures.Ratings, row: dict[str, Any]) -> str:
    used = np.unique(given[~np.isnan(given)])
    if len(given) == 0:
        return "no text has two raters"
    if len(used) == 1:
        return f"all answers are {used[0]:g}: beyond chance, nothing can be said"
    if math.isnan(row["alpha_low"]) and len(given) > 1:
        return "too little variation for an interval"
    return "" if len(given) >= FEW_TEXTS else "few texts"


def _span_row(label: str, rows: np.ndarray, resamples: int, seed: int) -> dict[str, Any]:
    marked = int((rows[:, 5] > 0).sum())
    row: dict[str, Any] = {"label": label, "texts": marked}
    for name, measure in (("f1", marks.f1), ("alpha", marks.alpha)):
        row[name] = measure(rows)
        row[f"{name}_low"], row[f"{name}_high"] = (
            (math.nan, math.nan)
            if math.isnan(row[name])
            else measures.interval(
                partial(_of_drawn_marks, measure, rows),
                len(rows), resamples=resamples, seed=seed,
            )
        )  # fmt: skip
    few = "few texts" if marked < FEW_TEXTS else ""
    row["note"] = few if marked else "nobody marked it"
    return row


def _warnings(raters: list[str], shared: int, labelled: int) -> list[str]:
    if len(raters) < 2:
        return ["One rater alone can't agree: a second one has to label the same texts."]
    said = []
    if shared < FEW_TEXTS:
        said.append(
            f"Only {shared} texts have two raters or more; below {FEW_TEXTS}, one text more or less"
            " changes the picture."
        )
    if labelled > shared:
        said.append(f"{labelled - shared} texts have one rater only and say nothing here.")
    return said


@cache
def published() -> tuple[dict[str, Any], ...]:
    """Return how far human raters agreed elsewhere, with label, measure, value and source."""
    path = resources.files("feedback_nlp") / "annotation" / "published.toml"
    return tuple(tomllib.loads(path.read_text(encoding="utf-8"))["figures"])


def _number(value: float) -> str:
    if math.isnan(value):
        return "–"
    # Adding 0 takes the sign off a nought.
    return f"{round(value, 2) + 0.0:.2f}".replace("0.", ".", 1)


def _with_interval(row: Mapping[Any, Any], name: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    if math.isnan(low):
        return _number(row[name])
    return f"{_number(row[name])} [{_number(low)}, {_number(high)}]"

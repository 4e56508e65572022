"""What the audit counts in each text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from feedback_nlp.audit.traits import praises_person
from feedback_nlp.frames import score_values
from feedback_nlp.report import Report

if TYPE_CHECKING:
    from feedback_nlp.scorer import Scorer

#: A text with at least this probability of a suggestion counts as one that suggests.
SUGGESTS = 0.5
_BATCH = 512


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is compared between groups.

    Attributes
    ----------
    name, title : str
        Column and name for people.
    kind : {"mean", "rate"}
        A score in [0, 1], or whether something is there.
    """

    name: str
    title: str
    kind: Literal["mean", "rate"]


MEASURES = (
    Measure("actionability", "Actionability", "mean"),
    Measure("suggestion", "Holds a suggestion", "rate"),
    Measure("personality", "Remark on the personality, good or bad", "rate"),
    Measure("trait_praise", "Praise of the personality", "rate"),
    Measure("person_label", "Negative label on the person", "rate"),
    Measure("judgmental_move", "Any judgmental move", "rate"),
)
#: Column with the number of words, for which the comparison is adjusted.
LENGTH = "words"


def measure_texts(
    texts: Iterable[Any], scorer: Scorer, *, total: int | None = None, progress: bool = False
) -> pd.DataFrame:
    """Measure texts, in order.

    Parameters
    ----------
    texts : iterable
        Cells of a column.
    scorer : Scorer
        Reads them.
    total : int, optional
        Number of texts, for the progress bar.
    progress : bool
        Show progress with the time left on standard error.

    Returns
    -------
    DataFrame
        One column per measure and `LENGTH`; all missing where a text cannot be scored or is
        doubtful, such as one in another language.
    """
    columns = [*(measure.name for measure in MEASURES), LENGTH]
    rows: list[dict[str, float]] = []
    results = score_values(texts, scorer=scorer, total=total, progress=progress)
    while batch := list(islice(results, _BATCH)):
        rows += [{} if mark is not None else _measured(report, scorer) for report, mark in batch]
    return pd.DataFrame(rows, columns=columns, dtype="float64")


def _measured(report: Report, scorer: Scorer) -> dict[str, float]:
    cues = {finding.cue for finding in report.findings}
    families = {finding.family for finding in report.findings}
    label, praise = "person_label" in cues, praises_person(scorer.nlp, report.text)
    return {
        "actionability": float(report.actionability or 0.0),
        "suggestion": float((report.suggestion or 0.0) >= SUGGESTS),
        "personality": float(label or praise),
        "trait_praise": float(praise),
        "person_label": float(label),
        "judgmental_move": float("judgmental" in families),
        LENGTH: float(len(report.text.split())),
    }

"""What the tables of ceilings share: the penalties that are tried, and how a figure is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from feedback_nlp.evaluation.metrics import auc_with_interval

#: Inverse strengths of the penalty that are tried; all are shown, none is chosen.
STRENGTHS = (0.1, 1.0, 10.0)


def strengths() -> list[str]:
    """Return the title of a column for each strength."""
    return [f"C = {c:g}" for c in STRENGTHS]


def heading(*columns: str) -> list[str]:
    """Return the two lines above the rows."""
    return [row(columns), "|---" * len(columns) + "|"]


def row(cells: Iterable[str]) -> str:
    """Return a line of the table."""
    return "| " + " | ".join(cells) + " |"


def cell(labels: Sequence[int], scores: np.ndarray) -> str:
    """Return the AUC with its 95 % interval."""
    figure = auc_with_interval(np.asarray(labels), scores)
    return f"{figure['auc']:.3f} ({figure['low']:.3f}–{figure['high']:.3f})"

"""Tables in, tables out: score a column of texts and keep everything else as it was."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from feedback_nlp.errors import InputError
from feedback_nlp.report import SCORE_NAMES, Report

if TYPE_CHECKING:
    from feedback_nlp.scorer import Scorer

#: Column that says why a row has no scores, or what to mind about them.
ERROR_COLUMN = "feedback_error"
#: What `ERROR_COLUMN` says of a row that holds nothing to score.
NO_TEXT = "no text"
#: Columns that hold the text in most tables, the likeliest first.
TEXT_COLUMNS = ("text", "comment", "feedback")


class ColumnError(InputError):
    """A column is missing, doubled, or in the way of the columns that are added."""


def score_frame(
    df: pd.DataFrame,
    text: str = "text",
    *,
    progress: bool = False,
    batch_size: int = 256,
    overwrite: bool = False,
    scorer: Scorer | None = None,
) -> pd.DataFrame:
    """Return a copy of a table with one column per score.

    Parameters
    ----------
    df : DataFrame
        Any table; its index, row order, column types and columns are kept.
    text : str
        Column that holds the texts.
    progress : bool
        Show a progress bar on standard error.
    batch_size : int
        How many texts are parsed together.
    overwrite : bool
        Replace columns that already have the name of a score.
    scorer : Scorer, optional
        Used instead of a newly loaded one.

    Returns
    -------
    DataFrame
        `df` with ``actionability``, ``judgmental``, ``evidence``, ``suggestion``,
        ``connection`` and ``qual`` (float64; NaN in a row that was not scored) and, only if
        some row was marked, ``feedback_error`` with the reason.

    Raises
    ------
    ColumnError
        If the column is missing or doubled, or a score column exists and `overwrite` is false.
    """
    columns = list(df.columns)
    check_columns(columns, text, overwrite=overwrite, of="The table", option="overwrite=True")
    results = score_values(
        df[text], scorer=scorer, batch_size=batch_size, total=len(df), progress=progress
    )
    scores: dict[str, list[float | None]] = {name: [] for name in SCORE_NAMES}
    marks: list[str | None] = []
    for report, mark in results:
        for name, value in report.scores.items():
            scores[name].append(value)
        marks.append(mark)
    kept = df.drop(columns=[name for name in (*SCORE_NAMES, ERROR_COLUMN) if name in columns])
    result = kept.copy()
    for name, values in scores.items():
        result[name] = pd.Series(values, index=df.index, dtype="float64").to_numpy()
    if any(mark is not None for mark in marks):
        result[ERROR_COLUMN] = pd.Series(marks, index=df.index, dtype="object").to_numpy()
    return result


def score_values(
    values: Iterable[Any],
    *,
    scorer: Scorer | None = None,
    batch_size: int = 256,
    total: int | None = None,
    progress: bool = False,
) -> Iterator[tuple[Report, str | None]]:
    """Score the cells of a column, in order and in constant memory.

    Parameters
    ----------
    values : iterable
        Texts; other values and blank texts are marked and not scored.
    scorer, batch_size
        As in `score_frame`.
    total : int, optional
        Number of values, for the progress bar.
    progress : bool
        Show a progress bar on standard error.

    Yields
    ------
    Report
        The result; without scores if the row was marked for lack of a text or for its length.
    str or None
        What is wrong with the row or worth a warning; None if nothing is.
    """
    if scorer is None:
        import feedback_nlp

        scorer = feedback_nlp.load()
    marks: deque[str | None] = deque()
    limit = scorer.max_chars

    def texts() -> Iterator[str]:
        for value in values:
            mark = _defect(value, limit)
            marks.append(mark)
            yield value if mark is None else ""

    reports = scorer.score_many(texts(), batch_size=batch_size, on_error="mark")
    if progress:
        from tqdm import tqdm

        reports = tqdm(reports, total=total, unit="text")
    for report in reports:
        mark = marks.popleft()
        if mark is None:
            # A warning counts as a mark: a doubtful number must not pass silently in a table.
            mark = "; ".join(report.warnings) or None
        if mark is None and report.actionability is None:
            mark = NO_TEXT
        yield report, mark


def _defect(value: Any, limit: int) -> str | None:
    if isinstance(value, str):
        if not value.strip():
            return NO_TEXT
        if len(value) > limit:
            return f"too long: {len(value):,} characters, the limit is {limit:,}"
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            return f"broken character at position {error.start}"
        return None
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return NO_TEXT
    return f"not a text but {type(value).__name__}"


def guess_text_column(columns: Sequence[str], of: str) -> str:
    """Return the column that by its name holds the texts.

    Raises
    ------
    ColumnError
        If no column is named ``text``, ``comment`` or ``feedback``; names the columns.
    """
    for name in TEXT_COLUMNS:
        if name in columns:
            return name
    raise ColumnError(
        f"{of} has no column named {', '.join(TEXT_COLUMNS[:-1])} or {TEXT_COLUMNS[-1]}"
        f" (it has {_listed(columns)}); name the one that holds the texts with --text."
    )


def check_columns(
    columns: Sequence[Any], text: str, *, overwrite: bool, of: str, option: str = "--overwrite"
) -> None:
    """Check that the text column is there and that the new columns find room.

    Raises
    ------
    ColumnError
        If not; the message names the columns and what to do.
    """
    if text not in columns:
        raise ColumnError(
            f"{of} has no column {text!r} (it has {_listed(columns)}); name one of these."
        )
    doubled = sorted({str(name) for name in columns if list(columns).count(name) > 1})
    if doubled:
        raise ColumnError(
            f"{of} has more than one column named {_listed(doubled)}; rename all but one."
        )
    added = (*SCORE_NAMES, ERROR_COLUMN)
    if text in added:
        raise ColumnError(
            f"{of} keeps its texts in {text!r}, a name that the results need;"
            " rename that column first."
        )
    taken = [name for name in added if name in columns]
    if taken and not overwrite:
        raise ColumnError(
            f"{of} already has the column{'s' if len(taken) > 1 else ''} {_listed(taken)};"
            f" rename {'them' if len(taken) > 1 else 'it'} or replace with {option}."
        )


def _listed(names: Sequence[Any], limit: int = 30) -> str:
    shown = ", ".join(repr(str(name)) for name in names[:limit])
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return (shown or "no columns") + more

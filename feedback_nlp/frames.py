"""Tables in, tables out: score a column of texts and keep everything else as it was."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pandas as pd

from feedback_nlp.characters import lone_surrogate
from feedback_nlp.errors import InputError
from feedback_nlp.report import SCORE_NAMES, Report

if TYPE_CHECKING:
    import pyarrow as pa

    from feedback_nlp.scorer import Reading, Scorer

_log = logging.getLogger(__name__)

#: Column that says why a row has no scores, or what to mind about them.
ERROR_COLUMN = "feedback_error"
#: All columns that a scored table may gain, in order.
ADDED = (*SCORE_NAMES, ERROR_COLUMN)
#: What `ERROR_COLUMN` says of a row that holds nothing to score.
NO_TEXT = "no text"
#: Columns that hold the text in most tables, the likeliest first.
TEXT_COLUMNS = ("text", "comment", "feedback")
_OPTION = "overwrite=True"
#: A table of any library; the result is of the same kind.
Frame = TypeVar("Frame")


class ColumnError(InputError):
    """A column is missing, doubled, or in the way of the columns that are added."""


def score_frame(
    df: Frame,
    text: str = "text",
    *,
    progress: bool = False,
    batch_size: int = 256,
    overwrite: bool = False,
    scorer: Scorer | None = None,
    heads: str | PathLike[str] | None = None,
) -> Frame:
    """Return a copy of a table with one column per score.

    Parameters
    ----------
    df : DataFrame
        Any table of pandas, Polars, pyarrow, Dask or another library that speaks the Arrow
        PyCapsule or dataframe interchange protocol; its index, row order, column types and
        columns are kept. Partitions of a Dask table are scored when it is computed.
    text : str
        Column that holds the texts.
    progress : bool
        Show a progress bar on standard error.
    batch_size : int
        How many texts are parsed together.
    overwrite : bool
        Replace columns that already have the name of a score.
    scorer : Scorer, optional
        Used instead of a newly loaded one; not for Dask, whose workers load their own.
    heads : path, optional
        Folder of other heads than the shipped ones, such as ``feedback-nlp train`` wrote. For a
        Dask table every worker loads them, so the path must be the same for all of them.

    Returns
    -------
    DataFrame
        Of the same kind: `df` with ``actionability``, ``judgmental``, ``evidence``, ``suggestion``,
        ``connection`` and ``qual`` (float64; NaN in a row that was not scored) and, only if
        some row was marked, ``feedback_error`` with the reason.

    Raises
    ------
    ColumnError
        If the column is missing or doubled, or a score column exists and `overwrite` is false.
    HeadsError
        If there are no whole heads in `heads`.
    """
    if scorer is not None and heads is not None:
        raise InputError("A scorer has its heads already; give scorer or heads, not both.")
    options: dict[str, Any] = {"overwrite": overwrite, "batch_size": batch_size}
    if isinstance(df, pd.DataFrame):
        scorer = _loaded(scorer, heads)
        options |= {"scorer": scorer, "progress": progress}
        return cast(Frame, _score_pandas(df, text, **options))
    from feedback_nlp.interchange import is_dask, to_arrow, way_back, with_columns

    if is_dask(df):
        from feedback_nlp.cluster import score_dask_frame

        if scorer is not None or progress:
            raise InputError(
                "scorer and progress are not for a Dask table: its workers load their own scorer,"
                " with your heads if you name their folder by heads, and Dask shows the progress;"
                " leave them out."
            )
        return cast(Frame, score_dask_frame(df, text, heads=heads, **options))
    source = to_arrow(df)
    way_back(df)  # before hours of scoring
    check_columns(source.column_names, text, overwrite=overwrite, of="The table", option=_OPTION)
    results = score_values(
        source.column(text).to_pylist(),
        scorer=_loaded(scorer, heads),
        batch_size=batch_size,
        total=source.num_rows,
        progress=progress,
    )
    scores, marks = _collect(results)
    return cast(Frame, with_columns(df, _without_old(source), _added(scores, marks)))


def _loaded(scorer: Scorer | None, heads: str | PathLike[str] | None) -> Scorer | None:
    if heads is None:
        return scorer
    import feedback_nlp

    return feedback_nlp.load(Path(heads))


def _score_pandas(df: pd.DataFrame, text: str, *, overwrite: bool, **options: Any) -> pd.DataFrame:
    columns = list(df.columns)
    check_columns(columns, text, overwrite=overwrite, of="The table", option=_OPTION)
    scores, marks = _collect(score_values(df[text], total=len(df), **options))
    result = df.drop(columns=[name for name in ADDED if name in columns]).copy()
    for name, values in scores.items():
        result[name] = pd.Series(values, index=df.index, dtype="float64").to_numpy()
    if any(mark is not None for mark in marks):
        result[ERROR_COLUMN] = pd.Series(marks, index=df.index, dtype="object").to_numpy()
    return result


def _collect(
    results: Iterable[tuple[Report, str | None]],
) -> tuple[dict[str, list[float | None]], list[str | None]]:
    scores: dict[str, list[float | None]] = {name: [] for name in SCORE_NAMES}
    marks: list[str | None] = []
    for report, mark in results:
        for name, value in report.scores.items():
            scores[name].append(value)
        marks.append(mark)
    return scores, marks


def _without_old(source: pa.Table) -> pa.Table:
    return source.select([name for name in source.column_names if name not in ADDED])


def _added(scores: dict[str, list[float | None]], marks: list[str | None]) -> pa.Table:
    import pyarrow as pa

    columns = {name: pa.array(values, pa.float64()) for name, values in scores.items()}
    if any(mark is not None for mark in marks):
        columns[ERROR_COLUMN] = pa.array(marks, pa.string())
    return pa.table(columns)


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
    readings = read_values(
        values, scorer=scorer, batch_size=batch_size, total=total, progress=progress
    )
    for (report, _), mark in readings:
        yield report, mark


def read_values(
    values: Iterable[Any],
    *,
    scorer: Scorer | None = None,
    batch_size: int = 256,
    total: int | None = None,
    progress: bool = False,
) -> Iterator[tuple[Reading, str | None]]:
    """Score the cells of a column as `score_values` does, and keep what was read of each.

    Parameters
    ----------
    values, scorer, batch_size, total, progress
        As in `score_values`.

    Yields
    ------
    Reading
        The report and its sentences; a row that was not scored has none.
    str or None
        As in `score_values`.
    """
    if scorer is None:
        import feedback_nlp

        scorer = feedback_nlp.load()
    cells: Iterator[Any] = iter(values)
    if progress:
        from tqdm import tqdm

        cells = iter(tqdm(cells, total=total, unit="text", smoothing=0, desc="Scoring"))
    while batch := list(islice(cells, batch_size)):
        yield from _read_batch(batch, scorer)


def _read_batch(batch: list[Any], scorer: Scorer) -> Iterator[tuple[Reading, str | None]]:
    marks = [_defect(value, scorer.max_chars) for value in batch]
    texts = ["" if mark else value for value, mark in zip(batch, marks, strict=True)]
    for reading, mark in zip(_readings(texts, marks, scorer), marks, strict=True):
        report, _ = reading
        if mark is None:
            # A warning counts as a mark: a doubtful number must not pass silently in a table.
            mark = "; ".join(report.warnings) or None
        if mark is None and report.actionability is None:
            mark = NO_TEXT
        yield reading, mark


def _readings(texts: list[str], marks: list[str | None], scorer: Scorer) -> list[Reading]:
    """Read texts together; if one breaks the scorer, mark that one and read the others."""
    try:
        return scorer.read_batch(texts, on_error="mark")
    except Exception as error:
        if len(texts) == 1:
            _log.exception("A text could not be scored; its row is marked.")
            marks[0] = f"could not be scored: {type(error).__name__}"
            return [(scorer(""), [])]
    readings = []
    for number, text in enumerate(texts):
        mark = marks[number : number + 1]
        readings += _readings([text], mark, scorer)
        marks[number] = mark[0]
    return readings


def _defect(value: Any, limit: int) -> str | None:
    if isinstance(value, str):
        if not value.strip():
            return NO_TEXT
        if len(value) > limit:
            return f"too long: {len(value):,} characters, the limit is {limit:,}"
        if (place := lone_surrogate(value)) is not None:
            return f"broken character at position {place}"
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
    if text in ADDED:
        raise ColumnError(
            f"{of} keeps its texts in {text!r}, a name that the results need;"
            " rename that column first."
        )
    taken = [name for name in ADDED if name in columns]
    if taken and not overwrite:
        raise ColumnError(
            f"{of} already has the column{'s' if len(taken) > 1 else ''} {_listed(taken)};"
            f" rename {'them' if len(taken) > 1 else 'it'} or replace with {option}."
        )


def _listed(names: Sequence[Any], limit: int = 30) -> str:
    shown = ", ".join(repr(str(name)) for name in names[:limit])
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return (shown or "no columns") + more

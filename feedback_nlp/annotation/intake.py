"""Texts into a store: from a list, a table on disk, a DataFrame, or with labels from JSONL."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from feedback_nlp.annotation.labels import Labels
from feedback_nlp.annotation.store import LabelError, LabelStore, Text
from feedback_nlp.characters import LONE_SURROGATE

_FIELDS = ("domain", "text_group", "split", "origin")


def add_texts(
    store: LabelStore,
    source: Any,
    *,
    text: str | None = None,
    id: str | None = None,
    encoding: str = "utf-8-sig",
    **fields: str,
) -> int:
    """Add texts to a store; what is there already is left as it is.

    Parameters
    ----------
    store : LabelStore
        Where to.
    source : iterable of str, path, or DataFrame
        Texts; or a table (``.csv``, ``.jsonl``, ``.parquet``, ``.xlsx``); or a pandas, Polars or
        Arrow table.
    text : str, optional
        Column with the texts; by default the one that is named like one.
    id : str, optional
        Column with a name for each text; by default the column ``id``, else one is made from the
        words, so that the same text is never added twice.
    encoding : str
        Of a ``.csv`` or ``.jsonl`` file.
    **fields : str
        ``domain``, ``split`` (``train`` or ``test``) and ``origin`` of all of them. Columns of
        these names and ``text_group`` in a table win.

    Returns
    -------
    int
        How many texts are new. Blank ones are left out.

    Raises
    ------
    LabelError
        If an id stands for two texts, or a field is not known.
    InputError
        If the table cannot be read or has no such column.
    """
    if unknown := sorted(set(fields) - set(_FIELDS)):
        raise LabelError(f"A text has {', '.join(_FIELDS)}; given {', '.join(unknown)}.")
    rows = _rows(source, text, encoding)
    texts = [
        _text(row, id, fields)
        for row in rows
        if isinstance(row["text"], str) and row["text"].strip()
    ]
    return store.add(texts)


def _rows(source: Any, text: str | None, encoding: str) -> Iterable[dict[str, Any]]:
    if isinstance(source, str | PathLike):
        from feedback_nlp.tables import open_table

        path = Path(source)
        if not path.is_file():
            raise LabelError(f"There is no file {path}; to add one text, give a list.")
        table = open_table(path, encoding)
        rows: Iterable[dict[str, Any]] = (
            row for chunk in table.chunks() for row in chunk.records()
        )
        columns, name = table.columns, str(path)
    elif hasattr(source, "columns") or hasattr(source, "__arrow_c_stream__"):
        import pandas as pd

        from feedback_nlp.interchange import to_arrow

        if isinstance(source, pd.DataFrame):
            frame = source.astype(object).where(source.notna(), None)
            columns = [str(column) for column in source.columns]
            cells = frame.itertuples(index=False, name=None)
            rows = [dict(zip(columns, row, strict=True)) for row in cells]
        else:
            arrow = to_arrow(source)
            rows, columns = arrow.to_pylist(), list(arrow.column_names)
        name = "The table"
    else:
        return ({"text": item} for item in source)
    return _with_text(rows, columns, text, name)


def _with_text(
    rows: Iterable[dict[str, Any]], columns: list[str], text: str | None, name: str
) -> Iterable[dict[str, Any]]:
    from feedback_nlp.frames import check_columns, guess_text_column

    column = text or guess_text_column(columns, name)
    check_columns(columns, column, overwrite=True, of=name)
    return ({**row, "text": row.get(column)} for row in rows)


def _text(row: Mapping[str, Any], id_column: str | None, fields: Mapping[str, str]) -> Text:
    # One sign takes the place of one, so that offsets hold.
    content = LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", row["text"])
    given = row.get(id_column or "id")
    if id_column and given is None:
        raise LabelError(f"A text has no {id_column!r}, which was to be its id; fill it in.")
    name = str(given) if given is not None else hashlib.sha256(content.encode()).hexdigest()[:12]
    known = {key: str(row[key]) for key in _FIELDS if row.get(key)}
    found = Text(name, content, **{**fields, **known})
    if found.split not in ("train", "test"):
        raise LabelError(f"split of {name!r} is {found.split!r}; it is train or test.")
    return found


def add_labelled(
    store: LabelStore,
    path: Path,
    *,
    rater: str,
    split: str | None = None,
    limit: int | None = None,
) -> int:
    """Add texts with their labels from JSONL, in the shape of the examples of the project.

    Parameters
    ----------
    store : LabelStore
        Where to.
    path : Path
        The file; see ``data/README.md`` for its fields.
    rater : str
        Whose labels they are.
    split : {"train", "test"}, optional
        Only texts of this part.
    limit : int, optional
        Only so many, spread evenly over the file.

    Returns
    -------
    int
        How many texts were labelled.

    Raises
    ------
    DataError
        If the file is missing or a line breaks the codebook.
    """
    from feedback_nlp.examples import read_examples

    examples = [item for item in read_examples(path) if split in (None, item.split)]
    if limit is not None and limit < len(examples):
        examples = [examples[n * len(examples) // limit] for n in range(limit)]
    store.add([Text(e.id, e.text, e.domain, e.text_group, e.split) for e in examples])
    for example in examples:
        labels = Labels(
            example.evidence, example.suggestion, example.connection, example.tone,
            tuple(sorted(example.spans)), example.gap,
        )  # fmt: skip
        # Running it again must not fill the history with the same labels.
        if store.labels(example.id, rater) != labels:
            store.save(example.id, rater, labels)
    return len(examples)


def labels_of_report(report: Any) -> Labels:
    """Return the labels that a scorer would give: its scores rounded, its findings as marks.

    Parameters
    ----------
    report : Report
        Of a text with scores.

    Notes
    -----
    A machine as a rater shows where people and the model differ. What contradicts the codebook is
    settled in favour of the scores: without a finding that a score asks for, the score goes down,
    and findings that go with nothing are left out.
    """
    from feedback_nlp.examples import MOVES, PARTS

    found = [(f.start, f.end, f.cue) for f in report.findings if f.start < f.end]
    has = {label for _, _, label in found}
    suggestion = int(report.suggestion >= 0.5 and "next_step" in has)
    evidence = round(3 * report.evidence)
    if "behaviour" not in has:
        evidence = min(evidence, 1)
    tone = round(report.tone) if report.judgmental >= 0.5 else 0
    tone = max(tone, 1) if report.judgmental >= 0.5 and has & {*MOVES} else 0
    left_out = (set() if suggestion else {"next_step"}) | (set() if tone else {*MOVES})
    connection = int(suggestion and report.connection >= 0.5)
    gap = int(suggestion or report.gap >= 0.5)
    labels = Labels(evidence, suggestion, connection, tone, gap=gap)
    for start, end, label in found:
        if label in {*PARTS, *MOVES} - left_out:
            labels = labels.with_span(start, end, label)
    return labels

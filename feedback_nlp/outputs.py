"""Write scored texts and tables: one small writer per format."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import math
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from typing import IO, Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from feedback_nlp.frames import ERROR_COLUMN
from feedback_nlp.report import SCORE_NAMES, Report
from feedback_nlp.tables import Chunk

#: A report and what is to be minded about its row, if anything.
Scored = tuple[Report, str | None]
#: Formats that can be written, by the ending that asks for each.
ENDINGS = {
    ".csv": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".parquet": "parquet",
    ".txt": "table",
    ".xlsx": "excel",
}
_ADDED = (*SCORE_NAMES, ERROR_COLUMN)


class Writer(Protocol):
    """Takes scored pieces of a table in order; `close` completes the output."""

    def write(self, chunk: Chunk, scored: list[Scored]) -> None:
        """Add the rows of `chunk` with their results."""

    def close(self) -> None:
        """Write what belongs at the end."""

    def abandon(self) -> None:
        """Let go of the file; nothing says that the output is complete."""


class _Text:
    """Base of the text formats: UTF-8, with escapes for what UTF-8 cannot hold."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def _put(self, text: str) -> None:
        self._file.write(text.encode("utf-8", "backslashreplace"))

    def close(self) -> None:
        """Hand everything to the file."""
        self._file.flush()

    def abandon(self) -> None:
        """Add nothing."""


class CsvWriter(_Text):
    """All columns as they were, then the scores and ``feedback_error``."""

    def __init__(self, file: IO[bytes], schema: pa.Schema, text: str) -> None:
        super().__init__(file)
        self._columns = _kept(schema)
        self._row([*self._columns, *_ADDED])

    def write(self, chunk: Chunk, scored: list[Scored]) -> None:
        """Add the rows of `chunk` with their results."""
        for row, (report, mark) in zip(chunk.records(), scored, strict=True):
            cells = [_cell(row.get(name)) for name in self._columns]
            self._row([*cells, *report.scores.values(), mark])

    def _row(self, cells: Iterable[Any]) -> None:
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(cells)
        self._put(line.getvalue())


class ParquetWriter:
    """All columns with their types and metadata, then the scores and ``feedback_error``."""

    def __init__(self, file: IO[bytes], schema: pa.Schema, text: str) -> None:
        self._columns = _kept(schema)
        fields = [schema.field(name) for name in self._columns]
        fields += [pa.field(name, pa.float64()) for name in SCORE_NAMES]
        fields.append(pa.field(ERROR_COLUMN, pa.string()))
        self._schema = pa.schema(fields, metadata=schema.metadata)
        self._writer = pq.ParquetWriter(file, self._schema)

    def write(self, chunk: Chunk, scored: list[Scored]) -> None:
        """Add the rows of `chunk` with their results."""
        table = chunk.table()
        arrays = [table.column(name) for name in self._columns]
        for name in SCORE_NAMES:
            values = [getattr(report, name) for report, _ in scored]
            arrays.append(pa.array(values, type=pa.float64()))
        arrays.append(pa.array([mark for _, mark in scored], type=pa.string()))
        self._writer.write_table(pa.table(arrays, schema=self._schema))

    def close(self) -> None:
        """Write the footer, without which the file cannot be read."""
        self._writer.close()

    def abandon(self) -> None:
        """Close while the file is still open, or the writer would try later and complain."""
        with contextlib.suppress(OSError):
            self._writer.close()


class JsonLinesWriter(_Text):
    """One report a line; the row's other columns under ``row``."""

    def __init__(self, file: IO[bytes], schema: pa.Schema, text: str) -> None:
        super().__init__(file)
        self._text = text

    def write(self, chunk: Chunk, scored: list[Scored]) -> None:
        """Add the rows of `chunk` with their results."""
        for row, (report, mark) in zip(chunk.records(), scored, strict=True):
            self._item(_document(row, self._text, report, mark))

    def _item(self, item: dict[str, Any]) -> None:
        self._put(json.dumps(item, ensure_ascii=False) + "\n")


class JsonWriter(JsonLinesWriter):
    """The same as one JSON list."""

    def __init__(self, file: IO[bytes], schema: pa.Schema, text: str) -> None:
        super().__init__(file, schema, text)
        self._before = "[\n"

    def _item(self, item: dict[str, Any]) -> None:
        self._put(self._before + json.dumps(item, ensure_ascii=False))
        self._before = ",\n"

    def close(self) -> None:
        """Close the list."""
        self._put("\n]\n" if self._before == ",\n" else "[]\n")
        super().close()


class TableWriter(_Text):
    """Aligned columns for people: row number, scores, the beginning of the text."""

    def __init__(self, file: IO[bytes], schema: pa.Schema, text: str) -> None:
        super().__init__(file)
        self._text = text
        self._number = 0
        self._line("row", SCORE_NAMES, "text")

    def write(self, chunk: Chunk, scored: list[Scored]) -> None:
        """Add the rows of `chunk` with their results."""
        for cell, (report, mark) in zip(chunk.column(self._text), scored, strict=True):
            self._number += 1
            scores = ["-" if value is None else f"{value:.2f}" for value in report.scores.values()]
            start = " ".join(str("" if cell is None else cell)[:200].split())
            shown = start if len(start) <= 60 else start[:59] + "…"
            note = f"[{mark}]" if mark else ""
            self._line(str(self._number), scores, " ".join(filter(None, [note, shown])))

    def _line(self, number: str, scores: Iterable[str], text: str) -> None:
        cells = [f"{score:>{len(name)}}" for name, score in zip(SCORE_NAMES, scores, strict=True)]
        self._put(f"{number:>6}  {'  '.join(cells)}  {text}".rstrip() + "\n")


def _excel_writer(file: IO[bytes], schema: pa.Schema, text: str) -> Writer:
    from feedback_nlp.excel import ExcelWriter

    return ExcelWriter(file, schema, text)


WRITERS: dict[str, Callable[[IO[bytes], pa.Schema, str], Writer]] = {
    "csv": CsvWriter,
    "excel": _excel_writer,
    "json": JsonWriter,
    "jsonl": JsonLinesWriter,
    "parquet": ParquetWriter,
    "table": TableWriter,
}


def write_text_report(file: IO[bytes], report: Report, style: str) -> None:
    """Write the report on a single text in the format `style`."""
    if style == "table":
        content = str(report)
    elif style == "json":
        content = report.to_json()
    elif style == "jsonl":
        content = report.to_json(indent=None)
    else:
        schema = pa.schema([("text", pa.string())])
        writer = WRITERS[style](file, schema, "text")
        mark = "; ".join(report.warnings) or None
        writer.write(Chunk(schema, [{"text": report.text}]), [(report, mark)])
        writer.close()
        return
    file.write((content.rstrip("\n") + "\n").encode("utf-8", "backslashreplace"))
    file.flush()


def _kept(schema: pa.Schema) -> list[str]:
    return [name for name in schema.names if name not in _ADDED]


def _document(row: dict[str, Any], text: str, report: Report, mark: str | None) -> dict[str, Any]:
    others = {key: _plain(value) for key, value in row.items() if key != text}
    document = report.to_dict()
    # What the row holds in place of a text is shown as it is.
    document["text"] = _plain(row.get(text))
    return {**document, ERROR_COLUMN: mark, "row": others}


def _plain(value: Any) -> Any:
    """Return `value` as JSON can hold it; dates as ISO 8601, numbers that are none as null."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, str | int | float):
        return value
    plain = _plain(value)
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)

"""Excel workbooks in and out, row by row; cells stay values and never become formulas."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from feedback_nlp.errors import DependencyError, InputError
from feedback_nlp.report import SCORE_NAMES
from feedback_nlp.tables import CHUNK_ROWS, Chunk, Table

#: What a sheet and a cell hold at most.
MAX_ROWS, MAX_CELL = 1_048_576, 32_767
_TYPES = {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), datetime: pa.timestamp("us")}


def _openpyxl() -> Any:
    try:
        import openpyxl
    except ImportError as error:
        raise DependencyError(
            "Excel files need openpyxl: pip install 'feedback-nlp[tables]'."
        ) from error
    return openpyxl


def open_excel(path: Path) -> Table:
    """Open the first sheet of a workbook; its first row names the columns.

    Raises
    ------
    InputError
        If the file is no workbook, has no rows, or a column has no name.
    """
    with _rows(path) as rows:
        header = _header(path, next(rows, ()))
        kinds: list[set[type]] = [set() for _ in header]
        total = 0
        for row in rows:
            if _blank(row):
                continue
            total += 1
            for found, cell in zip(kinds, row, strict=False):
                found.add(type(cell))
    if total == 0:
        raise InputError(f"{path} is empty: it has no rows; give at least one row to score.")
    schema = pa.schema(
        [(name, _arrow_type(found)) for name, found in zip(header, kinds, strict=True)]
    )
    return Table(schema, total, partial(_chunks, path, schema))


def _chunks(path: Path, schema: pa.Schema) -> Iterator[Chunk]:
    chunk: list[dict[str, Any]] = []
    with _rows(path) as rows:
        next(rows)
        for row in rows:
            if _blank(row):
                continue
            cells = [*row, *[None] * len(schema)][: len(schema)]
            chunk.append(
                {f.name: _fit(cell, f.type) for f, cell in zip(schema, cells, strict=True)}
            )
            if len(chunk) == CHUNK_ROWS:
                yield Chunk(schema, chunk)
                chunk = []
    if chunk:
        yield Chunk(schema, chunk)


@contextmanager
def _rows(path: Path) -> Iterator[Iterator[tuple[Any, ...]]]:
    openpyxl = _openpyxl()
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise InputError(
            f"{path} cannot be read as an Excel workbook ({error}); save it as .xlsx again."
        ) from error
    try:
        yield book.worksheets[0].iter_rows(values_only=True)
    finally:
        book.close()


def _header(path: Path, cells: tuple[Any, ...]) -> list[str]:
    names = list(cells)
    while names and names[-1] is None:
        names.pop()
    if None in names:
        raise InputError(
            f"{path} has no name in row 1 above column {names.index(None) + 1}; name every column."
        )
    return [str(name) for name in names]


def _blank(row: tuple[Any, ...]) -> bool:
    return all(cell is None for cell in row)


def _arrow_type(kinds: set[type]) -> pa.DataType:
    kinds = kinds - {type(None)}
    if kinds == {int, float}:
        return pa.float64()
    return _TYPES.get(next(iter(kinds)), pa.string()) if len(kinds) == 1 else pa.string()


def _fit(cell: Any, kind: pa.DataType) -> Any:
    if cell is None or isinstance(cell, str) or not pa.types.is_string(kind):
        return cell
    # A number among the texts stays a number, so that its row is marked; Arrow makes it a text.
    return cell.isoformat() if isinstance(cell, date | time) else cell


class ExcelWriter:
    """All columns, then the scores and ``feedback_error``; one sheet, written row by row."""

    def __init__(self, file: IO[bytes], schema: pa.Schema, text: str) -> None:
        from feedback_nlp.frames import ERROR_COLUMN

        added = [*SCORE_NAMES, ERROR_COLUMN]
        self._file = file
        self._columns = [name for name in schema.names if name not in added]
        self._book = _openpyxl().Workbook(write_only=True)
        self._sheet = self._book.create_sheet("scored")
        self._row = 0
        self._append([*self._columns, *added])

    def write(self, chunk: Chunk, scored: list[Any]) -> None:
        """Add the rows of `chunk` with their results."""
        for row, (report, mark) in zip(chunk.records(), scored, strict=True):
            cells = [row.get(name) for name in self._columns]
            self._append([*cells, *report.scores.values(), mark])

    def _append(self, values: list[Any]) -> None:
        self._row += 1
        if self._row > MAX_ROWS:
            raise InputError(
                f"An Excel sheet holds {MAX_ROWS - 1:,} rows and the table has more; write .csv or"
                " .parquet instead."
            )
        self._sheet.append([self._cell(value) for value in values])

    def _cell(self, value: Any) -> Any:
        if isinstance(value, bool | int | float | datetime | date | time) or value is None:
            if isinstance(value, datetime | time) and value.tzinfo is not None:
                value = value.isoformat()  # Excel knows no time zones
            else:
                return value
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.utils.escape import escape

        plain = value if isinstance(value, str) else json.dumps(value, default=str)
        content = escape(plain.encode("utf-8", "backslashreplace").decode("utf-8"))
        if len(content) > MAX_CELL:
            raise InputError(
                f"Row {self._row} has a cell of {len(content):,} characters and Excel holds"
                f" {MAX_CELL:,}; write .csv or .parquet instead."
            )
        cell = WriteOnlyCell(self._sheet, value=content)
        # A text that begins with "=" is what somebody wrote, not a formula to run.
        cell.data_type = "s"
        return cell

    def close(self) -> None:
        """Write the workbook."""
        self._book.save(self._file)

    def abandon(self) -> None:
        """Remove what was written in between."""
        self._sheet.close()
        self._book.close()

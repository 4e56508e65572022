"""Read tables piece by piece and write scored tables, all in constant memory."""

from __future__ import annotations

import codecs
import csv
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from feedback_nlp.errors import InputError

#: Rows that are read, scored and written at a time.
CHUNK_ROWS = 512
#: Byte-order marks and the encoding each stands for.
_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True)
class Table:
    """A table on disk that is read in pieces.

    Attributes
    ----------
    schema : pyarrow.Schema
        Columns in order, with the type each has in a Parquet output.
    total : int or None
        Number of rows, if that is known without reading them.
    chunks : callable
        Starts reading; yields pieces of at most `CHUNK_ROWS` rows.
    """

    schema: pa.Schema
    total: int | None
    chunks: Callable[[], Iterator[Chunk]]

    @property
    def columns(self) -> list[str]:
        """Names of the columns, in order."""
        return list(self.schema.names)


@dataclass(frozen=True)
class Chunk:
    """Some rows of a table: as Arrow data, as one dict per row, or both."""

    schema: pa.Schema
    rows: list[dict[str, Any]] | None = None
    arrow: Any = None

    def __len__(self) -> int:
        return len(self.rows) if self.rows is not None else int(self.arrow.num_rows)

    def records(self) -> list[dict[str, Any]]:
        """The rows as dicts."""
        if self.rows is not None:
            return self.rows
        return list(self.arrow.to_pylist())

    def column(self, name: str) -> list[Any]:
        """The cells of one column; None where a row lacks it."""
        if self.rows is not None:
            return [row.get(name) for row in self.rows]
        return list(self.arrow.column(name).to_pylist())

    def table(self) -> pa.Table:
        """The rows as Arrow data of the table's schema."""
        if self.arrow is not None:
            return self.arrow
        cells = {field.name: self.column(field.name) for field in self.schema}
        return pa.table(
            {
                field.name: pa.array(
                    [_fit(cell, field.type) for cell in cells[field.name]], type=field.type
                )
                for field in self.schema
            },
            schema=self.schema,
        )


def read_text(path: Path | None, encoding: str) -> str:
    """Return the whole text of a file (None: standard input), line ends untouched.

    Raises
    ------
    InputError
        If it is empty or not in `encoding`.
    """
    name = _name(path)
    data = sys.stdin.buffer.read() if path is None else path.read_bytes()
    if not data:
        raise InputError(f"{name} is empty; give it a text to score.")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _wrong_encoding(name, encoding, error.start, data[:4], data[error.start]) from error


def open_table(path: Path, encoding: str) -> Table:
    """Open a table by its ending: ``.csv``, ``.jsonl``, ``.parquet`` or ``.xlsx``.

    Raises
    ------
    InputError
        If it is empty, damaged or not in `encoding`; the message names the place.
    """
    if path.stat().st_size == 0:
        raise InputError(f"{path} is empty; give a table with a header and rows.")
    if path.suffix.lower() == ".parquet":
        return _open_parquet(path)
    if path.suffix.lower() == ".xlsx":
        from feedback_nlp.excel import open_excel

        return open_excel(path)
    if path.suffix.lower() == ".jsonl":
        return _open_jsonl(path, encoding)
    return _open_csv(path, encoding)


def _open_parquet(path: Path) -> Table:
    try:
        with pq.ParquetFile(path) as file:
            schema, total = file.schema_arrow, file.metadata.num_rows
    except pa.ArrowException as error:
        raise InputError(
            f"{path} cannot be read as Parquet ({_brief(error)}); check the file."
        ) from error
    if total == 0:
        raise _no_rows(path)
    return Table(schema, total, partial(_parquet_chunks, path))


def _parquet_chunks(path: Path) -> Iterator[Chunk]:
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=CHUNK_ROWS):
                table = pa.Table.from_batches([batch], schema=file.schema_arrow)
                yield Chunk(file.schema_arrow, arrow=table)
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            f"{path} is damaged and cannot be read to its end ({_brief(error)}); check the file."
        ) from error


def _open_csv(path: Path, encoding: str) -> Table:
    with _decoding(path, encoding) as lines:
        header, delimiter = _csv_header(path, lines)
    # Every cell stays the text that it was, so that "007" and "1.50" come out unchanged.
    schema = pa.schema([(name, pa.string()) for name in header])
    return _with_rows(path, Table(schema, None, partial(_csv_chunks, path, encoding, delimiter)))


def _csv_header(path: Path, lines: IO[str]) -> tuple[list[str], str]:
    first = lines.readline()
    # Spreadsheets in many countries separate by semicolons and still call it CSV.
    found = next((mark for mark in (",", ";", "\t") if mark in first), ",")
    lines.seek(0)
    return next(_csv_rows(path, lines, found), (0, []))[1], found


def _csv_rows(path: Path, lines: IO[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    # Long texts are marked later, so the reader's own limit must not stop them; it is a C long.
    csv.field_size_limit(2**31 - 1)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if cells:
                yield reader.line_num, cells
    except csv.Error as error:
        raise InputError(
            f"{path} is not valid CSV near line {reader.line_num} ({error});"
            " check the quotes there."
        ) from error


def _csv_chunks(path: Path, encoding: str, delimiter: str) -> Iterator[Chunk]:
    with _decoding(path, encoding) as lines:
        rows = _csv_rows(path, lines, delimiter)
        _, header = next(rows)
        schema = pa.schema([(name, pa.string()) for name in header])
        chunk: list[dict[str, Any]] = []
        for line, cells in rows:
            if len(cells) != len(header):
                raise InputError(
                    f"{path} has {len(cells)} cells in the row that ends on line {line} but"
                    f" {len(header)} columns; check commas and quotes there."
                )
            chunk.append(dict(zip(header, cells, strict=True)))
            if len(chunk) == CHUNK_ROWS:
                yield Chunk(schema, chunk)
                chunk = []
        if chunk:
            yield Chunk(schema, chunk)


def _open_jsonl(path: Path, encoding: str) -> Table:
    kinds: dict[str, set[type]] = {}
    total = 0
    for row in _jsonl_rows(path, encoding):
        total += 1
        for key, value in row.items():
            kinds.setdefault(key, set()).add(_kind(value))
    if total == 0:
        raise _no_rows(path)
    schema = pa.schema([(key, _arrow_type(found)) for key, found in kinds.items()])
    return Table(schema, total, partial(_jsonl_chunks, path, encoding, schema))


def _jsonl_rows(path: Path, encoding: str) -> Iterator[dict[str, Any]]:
    with _decoding(path, encoding) as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise InputError(
                    f"{path} is not valid JSON on line {number} ({_brief(error)});"
                    " give one JSON object a line."
                ) from error
            if not isinstance(row, dict):
                raise InputError(
                    f"{path} holds no JSON object on line {number}; give one object a line."
                )
            yield row


def _jsonl_chunks(path: Path, encoding: str, schema: pa.Schema) -> Iterator[Chunk]:
    chunk: list[dict[str, Any]] = []
    for row in _jsonl_rows(path, encoding):
        chunk.append(row)
        if len(chunk) == CHUNK_ROWS:
            yield Chunk(schema, chunk)
            chunk = []
    if chunk:
        yield Chunk(schema, chunk)


def _kind(value: Any) -> type:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**63:
        return str
    return type(value)


def _arrow_type(kinds: set[type]) -> pa.DataType:
    kinds = kinds - {type(None)}
    simple = {bool: pa.bool_(), int: pa.int64()}
    if len(kinds) == 1 and (kind := next(iter(kinds))) in simple:
        return simple[kind]
    if kinds and kinds <= {int, float}:
        return pa.float64()
    return pa.string()


def _fit(cell: Any, kind: pa.DataType) -> Any:
    if cell is None or not pa.types.is_string(kind):
        return cell
    text = cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _with_rows(path: Path, table: Table) -> Table:
    if next(table.chunks(), None) is None:
        raise _no_rows(path)
    return table


@contextmanager
def _decoding(path: Path, encoding: str) -> Iterator[IO[str]]:
    try:
        # Line ends inside quoted cells belong to the text, so none are translated.
        with path.open(encoding=encoding, newline="") as lines:
            yield lines
    except UnicodeError as error:
        raise _locate(path, encoding, error) from error


def _locate(path: Path, encoding: str, error: UnicodeError) -> InputError:
    """Find the first byte that breaks the encoding; the decoder knows only its own buffer."""
    decoder = codecs.getincrementaldecoder(encoding)()
    done = 0
    with path.open("rb") as file:
        start = file.read(4)
        file.seek(0)
        while True:
            piece = file.read(1 << 16)
            held = len(decoder.getstate()[0])
            try:
                decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as found:
                at = done - held + found.start
                file.seek(at)
                return _wrong_encoding(str(path), encoding, at, start, file.read(1)[0])
            done += len(piece)
            if not piece:
                return InputError(f"{path} is not {encoding} ({_brief(error)}); give --encoding.")


def _wrong_encoding(name: str, encoding: str, at: int, start: bytes, byte: int) -> InputError:
    likely = next((kind for bom, kind in _BOMS.items() if start.startswith(bom)), "cp1252")
    label = "UTF-8" if encoding == "utf-8-sig" else encoding
    return InputError(
        f"{name} is not {label}: byte {at} (0x{byte:02x}) does not fit; name its encoding, for"
        f" example --encoding {likely}."
    )


def _no_rows(path: Path) -> InputError:
    return InputError(f"{path} is empty: it has no rows; give at least one row to score.")


def _name(path: Path | None) -> str:
    return "Standard input" if path is None else str(path)


def _brief(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(". ")


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a file beside `path` that takes its place on success and vanishes on any failure.

    Raises
    ------
    InputError
        If nothing can be written there.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        file = temporary.open("xb")
    except OSError as error:
        raise InputError(
            f"{path} cannot be written ({error.strerror}); name another --output."
        ) from error
    try:
        with file:
            yield file
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)

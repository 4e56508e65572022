"""One part of a scored folder: what it is made of, and how a worker makes it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from feedback_nlp.cluster import ClusterError, NamedHeads, worker_scorer, worker_versions
from feedback_nlp.errors import InputError
from feedback_nlp.frames import score_values
from feedback_nlp.outputs import ParquetWriter
from feedback_nlp.tables import CHUNK_ROWS, Chunk, open_table

#: Key in the metadata of a part that says what it was made of.
PLAN_KEY = b"feedback_nlp"


@dataclass(frozen=True)
class Task:
    """One part: some rows of one table, and where the result goes.

    Attributes
    ----------
    source, target : str
        Path or address of the table and of the part.
    rows : tuple of int or None
        First row and the one after the last of a Parquet table; None for the whole table.
    text : str
        Column with the texts.
    fingerprint : str
        Changes when the table does.
    versions : str
        Versions that the worker must have, as JSON.
    encoding : str
        Encoding of a text format.
    heads : NamedHeads or None
        Other heads than the shipped ones, which the worker loads.
    """

    source: str
    target: str
    rows: tuple[int, int] | None
    text: str
    fingerprint: str
    versions: str
    encoding: str = "utf-8"
    heads: NamedHeads | None = None

    def plan(self) -> bytes:
        """Return all that the part depends on."""
        depends = asdict(self)
        # Which heads they are is part of the versions; where their folder is does not matter.
        del depends["target"], depends["heads"]
        return json.dumps(depends, sort_keys=True).encode()


def local_path(fs: Any, path: str) -> Path:
    """Return the path of a table that must be on this machine."""
    if fs.protocol[0] != "file":
        raise InputError(f"{path} is not on this machine; only Parquet is read from elsewhere.")
    return Path(path)


def score_part(task: Task) -> int | None:
    """Score one part in a worker; return its rows, or None if it is there already."""
    import fsspec

    if worker_versions(task.heads) != task.versions:
        raise ClusterError(
            "This worker has another version of feedback_nlp, its heads or its pipeline; install"
            " the one of the client."
        )
    plan = task.plan()
    fs, target = fsspec.core.url_to_fs(task.target)
    if _is_made(fs, target, plan):
        return None
    # A name of its own: a worker that was given up may still be writing the same part.
    local = fs.protocol[0] == "file"
    beside = f"{os.path.dirname(target)}/.{os.path.basename(target)}.{os.getpid()}.tmp"
    temporary = beside if local else target  # an object store shows an object only when whole
    try:
        with fs.open(temporary, "wb") as file:
            rows = _write(file, task, plan)
        if local:
            os.replace(temporary, target)
    finally:
        if local and os.path.exists(temporary):
            os.unlink(temporary)
    return rows


def _is_made(fs: Any, target: str, plan: bytes) -> bool:
    if not fs.exists(target):
        return False
    try:
        with fs.open(target, "rb") as file:
            metadata = pq.ParquetFile(file).schema_arrow.metadata or {}
    except (pa.ArrowException, OSError):
        return False
    return bool(metadata.get(PLAN_KEY) == plan)


def _write(file: Any, task: Task, plan: bytes) -> int:
    rows = 0
    schema, chunks = _chunks(task)
    marked = schema.with_metadata({**(schema.metadata or {}), PLAN_KEY: plan})
    writer = ParquetWriter(file, marked, task.text)
    try:
        for chunk in chunks:
            values = chunk.column(task.text)
            writer.write(chunk, list(score_values(values, scorer=worker_scorer(task.heads))))
            rows += len(chunk)
    except BaseException:
        writer.abandon()
        raise
    writer.close()
    return rows


def _chunks(task: Task) -> tuple[pa.Schema, Iterator[Chunk]]:
    import fsspec

    fs, path = fsspec.core.url_to_fs(task.source)
    if task.rows is None:
        table = open_table(local_path(fs, path), task.encoding)
        return table.schema, table.chunks()
    with fs.open(path, "rb") as file:
        schema = pq.ParquetFile(file).schema_arrow
    return schema, _parquet_rows(fs, path, schema, *task.rows)


def _parquet_rows(fs: Any, path: str, schema: pa.Schema, first: int, end: int) -> Iterator[Chunk]:
    with fs.open(path, "rb") as file:
        table = pq.ParquetFile(file)
        groups: list[int] = []
        skip = start = 0
        for number in range(table.metadata.num_row_groups):
            stop = start + table.metadata.row_group(number).num_rows
            if start < end and stop > first:
                skip = skip if groups else first - start
                groups.append(number)
            start = stop
        left = end - first
        for batch in table.iter_batches(CHUNK_ROWS, row_groups=groups):
            dropped = min(skip, len(batch))
            piece = batch.slice(dropped, left)
            skip, left = skip - dropped, left - len(piece)
            if len(piece):
                yield Chunk(schema, arrow=pa.Table.from_batches([piece], schema=schema))
            if left <= 0:
                return

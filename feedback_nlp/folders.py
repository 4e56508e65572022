"""Score many tables into a folder of Parquet parts, on many processes, restartable by part."""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from feedback_nlp.cluster import (
    NamedHeads,
    connected,
    named_heads,
    require_dask,
    worker_versions,
)
from feedback_nlp.errors import FeedbackError, InputError
from feedback_nlp.frames import check_columns, guess_text_column
from feedback_nlp.shards import Task, local_path, score_part
from feedback_nlp.tables import open_table

_log = logging.getLogger(__name__)

#: Rows of a part: minutes of work, so that little is lost with a worker and overhead is small.
ROWS_PER_PART = 20_000
#: Parts given out per worker before one comes back.
_AHEAD = 3
_ENDINGS = (".parquet", ".csv", ".jsonl", ".xlsx")


@dataclass
class Outcome:
    """What became of a run: rows scored now, parts by fate, and reasons of failures."""

    rows: int = 0
    scored: int = 0
    skipped: int = 0
    failed: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        text = (
            f"{self.rows:,} rows scored in {self.scored} parts, {self.skipped} parts were there"
            " already."
        )
        if not self.failed:
            return text
        name, reason = next(iter(self.failed.items()))
        return (
            f"{text} {len(self.failed)} parts failed, such as {name} ({reason}); the same command"
            " tries them again."
        )


def score_folder(
    sources: Sequence[str],
    output: str,
    *,
    text: str | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    encoding: str = "utf-8",
    overwrite: bool = False,
    progress: bool = False,
    rows_per_part: int = ROWS_PER_PART,
    heads: str | os.PathLike[str] | None = None,
) -> Outcome:
    """Score tables on many processes into a folder of Parquet parts.

    A part that is there already and was made of the same rows by the same versions is skipped,
    so the same call goes on after any interruption. The work of a lost worker is done again by
    another one.

    Parameters
    ----------
    sources : sequence of str
        Tables, patterns such as ``in/*.parquet``, or addresses that fsspec knows (``s3://…``).
    output : str
        Folder for the parts; names and row order follow the sources.
    text : str, optional
        Column with the texts; by default guessed by its name.
    workers, cluster
        As in `cluster.connected`.
    encoding : str
        Encoding of text formats.
    overwrite : bool
        Replace columns that are named like a score.
    progress : bool
        Show progress with the time left on standard error.
    rows_per_part : int
        Parquet tables are cut into parts of so many rows; others are one part each.
    heads : path, optional
        Folder of other heads than the shipped ones, which every worker loads; it must be there
        under the same path for all of them.

    Raises
    ------
    InputError
        If no table is found, or one cannot be read.
    HeadsError
        If there are no whole heads in `heads`.
    ClusterError
        If the workers of a running cluster cannot be used; for example if they cannot read
        `heads`.
    """
    require_dask()
    named = named_heads(heads)
    tasks = list(plan_tasks(sources, output, text, encoding, overwrite, rows_per_part, named))
    outcome = Outcome()
    with connected(workers, cluster, named) as client:
        _run(client, tasks, outcome, progress)
    return outcome


def plan_tasks(
    sources: Sequence[str],
    output: str,
    text: str | None,
    encoding: str,
    overwrite: bool,
    rows_per_part: int,
    heads: NamedHeads | None = None,
) -> Iterator[Task]:
    """Yield the parts of the tables, in order."""
    import fsspec

    target_fs, folder = fsspec.core.url_to_fs(output)
    if target_fs.isfile(folder):
        raise InputError(f"{output} is a file; name a folder for --output.")
    target_fs.makedirs(folder, exist_ok=True)
    # Workers of a running cluster may be at home in another folder than this process.
    parts = folder if target_fs.protocol[0] == "file" else output.rstrip("/")
    taken: dict[str, str] = {}
    versions = worker_versions(heads)
    for source in _found(sources):
        stem, ending = os.path.splitext(source.rsplit("/", 1)[-1])
        if taken.setdefault(stem, source) != source:
            raise InputError(
                f"{source} and {taken[stem]} would give parts of the same name; score them into"
                " different folders."
            )
        fs, path = fsspec.core.url_to_fs(source)
        columns, cuts, fingerprint = _look_at(fs, path, ending, encoding, rows_per_part)
        column = text or guess_text_column(columns, source)
        check_columns(columns, column, overwrite=overwrite, of=source)
        for number, rows in enumerate(cuts):
            target = f"{parts}/{stem}.{number:05d}.parquet"
            yield Task(source, target, rows, column, fingerprint, versions, encoding, heads)


def _found(sources: Sequence[str]) -> Iterator[str]:
    import fsspec

    for source in sources:
        fs, path = fsspec.core.url_to_fs(source)
        pattern = f"{path.rstrip('/')}/*" if fs.isdir(path) else path
        names = sorted(fs.glob(pattern)) if any(mark in pattern for mark in "*?[") else [pattern]
        names = [name for name in names if name.lower().endswith(_ENDINGS) and fs.isfile(name)]
        if not names:
            raise InputError(
                f"{source} names no table; give files or a pattern, ending in"
                f" {', '.join(_ENDINGS)}."
            )
        yield from (
            name if fs.protocol[0] == "file" else fs.unstrip_protocol(name) for name in names
        )


def _look_at(
    fs: Any, path: str, ending: str, encoding: str, rows_per_part: int
) -> tuple[list[str], Sequence[tuple[int, int] | None], str]:
    size = fs.size(path)
    if ending.lower() != ".parquet":
        table = open_table(local_path(fs, path), encoding)
        return table.columns, [None], f"{size}-{_changed(fs, path)}"
    try:
        with fs.open(path, "rb") as file:
            footer = pq.ParquetFile(file).metadata
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path} cannot be read as Parquet ({error}); check the file.") from error
    starts = range(0, footer.num_rows, rows_per_part)
    cuts = [(start, min(start + rows_per_part, footer.num_rows)) for start in starts]
    return list(footer.schema.to_arrow_schema().names), cuts, f"{size}-{_changed(fs, path)}"


def _changed(fs: Any, path: str) -> str:
    info = fs.info(path)
    return str(next((info[k] for k in ("ETag", "etag", "mtime", "LastModified") if k in info), ""))


def _run(client: Any, tasks: list[Task], outcome: Outcome, progress: bool) -> None:
    from distributed import as_completed
    from tqdm import tqdm

    waiting = deque(tasks)
    running: dict[str, Task] = {}

    def submit(count: int) -> list[Any]:
        futures = []
        for _ in range(min(count, len(waiting))):
            task = waiting.popleft()
            future = client.submit(score_part, task, pure=False, retries=2)
            running[future.key] = task
            futures.append(future)
        return futures

    workers = max(len(client.scheduler_info(n_workers=-1)["workers"]), 1)
    done = as_completed(submit(_AHEAD * workers))
    with tqdm(total=len(tasks), unit="part", disable=not progress, desc="Scoring") as bar:
        for future in done:
            task = running.pop(future.key)
            if future.status == "finished":
                rows = future.result()
                outcome.rows += rows or 0
                outcome.scored += rows is not None
                outcome.skipped += rows is None
            else:
                error = future.exception()
                reason = str(error) if isinstance(error, FeedbackError) else repr(error)
                outcome.failed[task.target] = reason
                _log.error("%s failed: %s", task.target, reason)
            future.release()
            bar.update(1)
            for fresh in submit(1):
                done.add(fresh)

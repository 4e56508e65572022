"""Score a table on disk into files: piece by piece, restartable, all outputs or none."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from feedback_nlp.errors import InputError
from feedback_nlp.frames import check_columns, guess_text_column, read_values
from feedback_nlp.outputs import WRITERS
from feedback_nlp.parts import Parts, Results, sha256_of
from feedback_nlp.tables import CHUNK_ROWS, Chunk, Table, open_table, replacing
from feedback_nlp.tidy import SCHEMAS, Detail, DetailWriter, detail_table, detail_writer

if TYPE_CHECKING:
    from feedback_nlp.scorer import Scorer

#: Formats that need whole reports, not only scores.
_WHOLE = {"json", "jsonl"}


@dataclass(frozen=True)
class Job:
    """One table to score.

    Attributes
    ----------
    source : Path
        A table.
    output : Path or None
        Where the scored table goes; None for standard output.
    style : str
        Format of the output, a key of `outputs.WRITERS`.
    column : str or None
        Column with the texts; None to guess it by its name.
    encoding : str
        Encoding of text formats.
    overwrite : bool
        Replace columns that are named like a score.
    details : dict of str to Path
        Files for the long tables ``sentences``, ``findings`` and ``features``.
    resume : bool or None
        Go on from the finished parts of an interrupted run, or drop them; None refuses to choose.
    """

    source: Path
    output: Path | None
    style: str
    column: str | None = None
    encoding: str = "utf-8"
    overwrite: bool = False
    details: dict[str, Path] = field(default_factory=dict)
    resume: bool | None = None

    @property
    def parts_folder(self) -> Path | None:
        """Where finished parts are kept until the output is complete."""
        if self.output is None:
            return None
        return self.output.with_name(f".{self.output.name}.parts")


class _Bar:
    """A progress bar whose time left counts only what is really scored."""

    def __init__(self, total: int | None, *, shown: bool) -> None:
        from tqdm import tqdm

        # smoothing=0: time left by the mean speed, steady over texts of different length.
        self._bar = tqdm(
            total=total, unit="text", disable=not shown, file=sys.stderr, smoothing=0,
            desc="Scoring",
        )  # fmt: skip

    def add(self, rows: int, *, loaded: bool) -> None:
        if loaded and not self._bar.disable:
            self._bar.initial += rows
        self._bar.update(rows)

    def close(self) -> None:
        self._bar.close()


def run_job(job: Job, *, progress: bool = False, scorer: Scorer | None = None) -> int:
    """Score a table; every output appears complete or not at all.

    An interrupted run keeps its finished parts in ``job.parts_folder``.

    Parameters
    ----------
    job : Job
        What to score and where to.
    progress : bool
        Show progress with the time left on standard error.
    scorer : Scorer, optional
        Used instead of a newly loaded one.

    Returns
    -------
    int
        Number of rows.

    Raises
    ------
    InputError
        If the input cannot be read or an output cannot be written.
    """
    import feedback_nlp

    table = open_table(job.source, job.encoding)
    text = job.column or guess_text_column(table.columns, str(job.source))
    check_columns(table.columns, text, overwrite=job.overwrite, of=str(job.source))
    _check_outputs(job)
    scorer = scorer or feedback_nlp.load()
    parts = _open_parts(job, text, scorer)
    bar = _Bar(_total(table) if progress else table.total, shown=progress)
    try:
        rows = _run(job, table, text, scorer, parts, bar)
    except InputError:
        # The input is at fault: once it is mended, these parts fit no more.
        if parts is not None:
            parts.discard()
        raise
    finally:
        bar.close()
    if parts is not None:
        parts.discard()
    return rows


def _run(job: Job, table: Table, text: str, scorer: Scorer, parts: Parts | None, bar: _Bar) -> int:
    row = 0
    with ExitStack() as files:
        main = WRITERS[job.style](files.enter_context(opened(job.output)), table.schema, text)
        others: dict[str, DetailWriter] = {
            name: detail_writer(path, files.enter_context(replacing(path)), SCHEMAS[name])
            for name, path in job.details.items()
        }
        try:
            for number, chunk in enumerate(table.chunks()):
                results = parts.load(number, len(chunk)) if parts is not None else None
                loaded = results is not None
                if results is None:
                    results = _score(chunk, text, row, list(job.details), scorer)
                    if parts is not None:
                        parts.save(number, results)
                main.write(chunk, results.scored)
                for name, writer in others.items():
                    writer.write(results.details[name])
                row += len(chunk)
                bar.add(len(chunk), loaded=loaded)
        except BaseException:
            main.abandon()
            for writer in others.values():
                writer.abandon()
            raise
        main.close()
        for writer in others.values():
            writer.close()
    return row


def _score(chunk: Chunk, text: str, row: int, details: list[str], scorer: Scorer) -> Results:
    read = list(read_values(chunk.column(text), scorer=scorer))
    readings = [reading for reading, _ in read]
    return Results(
        [(report, mark) for (report, _), mark in read],
        {name: detail_table(cast(Detail, name), readings, row) for name in details},
    )


def _open_parts(job: Job, text: str, scorer: Scorer) -> Parts | None:
    if job.parts_folder is None:
        return None
    plan: dict[str, Any] = {
        "input": job.source.name,
        "input_sha256": sha256_of(job.source),
        "text": text,
        "encoding": job.encoding,
        "rows_per_part": CHUNK_ROWS,
        "details": sorted(job.details),
        "max_chars": scorer.max_chars,
        "versions": scorer.versions,
    }
    parts = Parts(job.parts_folder, plan, whole=job.style in _WHOLE)
    try:
        parts.open(resume=job.resume)
    except OSError as error:
        raise InputError(
            f"{job.output} cannot be written ({error.strerror}); name another --output."
        ) from error
    return parts


def _check_outputs(job: Job) -> None:
    taken = [path.resolve() for path in (job.output, *job.details.values()) if path is not None]
    if len(set(taken)) < len(taken):
        raise InputError("Two outputs have the same name; give each a file of its own.")
    for path in job.details.values():
        if not path.parent.is_dir():
            raise InputError(f"The folder {path.parent} does not exist; make it first.")


def _total(table: Table) -> int:
    # Counting takes thousands of times less than scoring, and without it no time left is known.
    return table.total if table.total is not None else sum(len(part) for part in table.chunks())


@contextlib.contextmanager
def opened(output: Path | None) -> Iterator[IO[bytes]]:
    """Open an output that appears only when complete; None is standard output."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with replacing(output) as file:
        yield file

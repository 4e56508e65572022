"""Finished parts of a long run, kept beside its output until the output is complete."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from feedback_nlp.errors import InputError
from feedback_nlp.frames import ERROR_COLUMN
from feedback_nlp.report import SCORE_NAMES, Report

_MANIFEST = "manifest.json"
_SCORED = "scored"


class ResumeError(InputError):
    """A run cannot go on from the parts of an earlier one."""


@dataclass
class Results:
    """What one part of a table gave: a report and a mark for each row, and long tables by name."""

    scored: list[tuple[Report, str | None]]
    details: dict[str, pa.Table] = field(default_factory=dict)


class Parts:
    """The folder of finished parts of one output.

    Parameters
    ----------
    folder : Path
        Where the parts are kept.
    plan : dict
        All that the parts depend on: input, options, versions. Parts made by another plan are
        never used.
    whole : bool
        Keep whole reports, not only their scores.
    """

    def __init__(self, folder: Path, plan: dict[str, Any], *, whole: bool) -> None:
        self.folder = folder
        self._plan = json.loads(json.dumps({**plan, "whole_reports": whole}))
        self._whole = whole

    def open(self, *, resume: bool | None) -> int:
        """Make the folder, or go on with the one that is there.

        Parameters
        ----------
        resume : bool or None
            Go on from finished parts (True), drop them (False), or refuse to choose (None).

        Returns
        -------
        int
            How many finished parts are there.

        Raises
        ------
        ResumeError
            If parts are there and nothing says what to do with them, or they are of another plan.
        """
        if self.folder.is_dir() and resume is False:
            shutil.rmtree(self.folder)
        if not self.folder.is_dir():
            self.folder.mkdir()
            _replace(self.folder / _MANIFEST, json.dumps(self._plan, indent=2).encode())
            return 0
        found = len(list(self.folder.glob(f"*.{_SCORED}.parquet")))
        if resume is None:
            raise ResumeError(
                f"An interrupted run left {found} finished parts in {self.folder}; give --resume"
                " to go on from them, or --restart to begin again."
            )
        self._check()
        return found

    def _check(self) -> None:
        try:
            before = json.loads((self.folder / _MANIFEST).read_bytes())
        except (OSError, ValueError):
            before = {}
        changed = sorted(k for k in {*self._plan, *before} if self._plan.get(k) != before.get(k))
        if changed:
            raise ResumeError(
                f"The parts in {self.folder} are of another run (changed: {', '.join(changed)});"
                " give --restart to begin again."
            )

    def load(self, number: int, rows: int) -> Results | None:
        """Return a finished part; None if it is not there or not whole."""
        try:
            table = pq.read_table(self._path(number, _SCORED))
            details = {
                name: pq.read_table(self._path(number, name)) for name in self._plan["details"]
            }
        except (OSError, pa.ArrowException):
            return None
        if table.num_rows != rows:
            return None
        scored = []
        for row in table.to_pylist():
            mark = row.pop(ERROR_COLUMN)
            whole = row.pop("report")
            scored.append((Report.from_dict(json.loads(whole)) if whole else _bare(row), mark))
        return Results(scored, details)

    def save(self, number: int, results: Results) -> None:
        """Keep a finished part; it counts only when all of it is on disk."""
        for name, table in results.details.items():
            _save(self._path(number, name), table)
        columns: dict[str, Any] = {
            name: pa.array([getattr(report, name) for report, _ in results.scored], pa.float64())
            for name in SCORE_NAMES
        }
        columns[ERROR_COLUMN] = pa.array([mark for _, mark in results.scored], pa.string())
        columns["report"] = pa.array(
            [report.to_json(indent=None) if self._whole else None for report, _ in results.scored],
            pa.string(),
        )
        _save(self._path(number, _SCORED), pa.table(columns))

    def discard(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, number: int, kind: str) -> Path:
        return self.folder / f"{number:08d}.{kind}.parquet"


def _bare(scores: dict[str, Any]) -> Report:
    return Report(text="", gap=None, tone=None, **scores)


def _save(path: Path, table: pa.Table) -> None:
    temporary = path.with_suffix(".tmp")
    pq.write_table(table, temporary, compression="zstd")
    os.replace(temporary, path)


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_suffix(".tmp")
    temporary.write_bytes(content)
    os.replace(temporary, path)


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

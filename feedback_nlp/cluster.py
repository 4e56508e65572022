"""Dask: one scorer per worker process, partitions scored where they are."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from os import PathLike
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import pandas as pd

from feedback_nlp.errors import DependencyError, HeadsError, InputError
from feedback_nlp.frames import ADDED, ERROR_COLUMN, check_columns, score_frame
from feedback_nlp.heads import verify_heads

if TYPE_CHECKING:
    from feedback_nlp.scorer import Scorer

_loading = Lock()


class ClusterError(InputError):
    """A cluster cannot be reached or runs other versions than this process."""


@dataclass(frozen=True)
class NamedHeads:
    """Other heads than the shipped ones, as workers are told of them.

    Attributes
    ----------
    folder : str
        Absolute path of their folder, the same on every machine.
    sha256 : str
        Of the heads there. A worker that finds other ones refuses, and one that has loaded them
        loads again when they were trained again.
    """

    folder: str
    sha256: str


def named_heads(folder: str | PathLike[str] | None) -> NamedHeads | None:
    """Return what workers need to know of the heads in `folder`; None of the shipped ones.

    Raises
    ------
    HeadsError
        If there are no whole heads.
    """
    if folder is None:
        return None
    # Links stay as they are: where they lead to here need not be there on other machines.
    path = Path(folder).absolute()
    return NamedHeads(str(path), verify_heads(path)["sha256"])


@lru_cache(maxsize=1)
def _load(heads: NamedHeads | None) -> Scorer:
    import feedback_nlp

    if heads is None:
        return feedback_nlp.load()
    try:
        scorer = feedback_nlp.load(heads.folder)
    except (HeadsError, OSError) as error:
        # What else the message advises is meant for the shipped heads.
        reason = str(error).partition(";")[0]
        raise ClusterError(_elsewhere(heads, f"cannot be loaded ({reason})")) from error
    if scorer.heads.meta["sha256"] != heads.sha256:
        raise ClusterError(_elsewhere(heads, "are other ones than where this run was started"))
    return scorer


def _elsewhere(heads: NamedHeads, what: str) -> str:
    return (
        f"The heads in {heads.folder} {what} on the machine {socket.gethostname()}; put the"
        " folder where every worker can read it under this path, such as on a shared disk, and"
        " name it by that path."
    )


def worker_scorer(heads: NamedHeads | None = None) -> Scorer:
    """Return the scorer of this process, loaded at the first call and kept.

    Parameters
    ----------
    heads : NamedHeads, optional
        Other heads than the shipped ones; a process keeps the scorer that it used last.

    Raises
    ------
    ClusterError
        If the named heads cannot be read here, or are others than they were named for.
    """
    # Workers with several threads must not load several pipelines.
    with _loading:
        return _load(heads)


def worker_versions(heads: NamedHeads | None = None) -> str:
    """Return the versions that the scores of this process depend on, as JSON."""
    return json.dumps(worker_scorer(heads).versions, sort_keys=True)


def require_dask() -> None:
    """Raise `DependencyError` if Dask is not installed."""
    missing = [name for name in ("dask", "distributed") if find_spec(name) is None]
    if missing:
        raise DependencyError(
            f"Scoring past one process needs {' and '.join(missing)}: pip install"
            " 'feedback-nlp[dask]'."
        )


def score_dask_frame(
    ddf: Any,
    text: str = "text",
    *,
    overwrite: bool = False,
    batch_size: int = 256,
    heads: str | PathLike[str] | None = None,
) -> Any:
    """Return a Dask table with one column per score, computed partition by partition.

    Parameters
    ----------
    ddf : dask.dataframe.DataFrame
        Any table; index, divisions, order and columns are kept.
    text : str
        Column that holds the texts.
    overwrite : bool
        Replace columns that already have the name of a score.
    batch_size : int
        How many texts are parsed together.
    heads : path, optional
        Folder of other heads than the shipped ones, which every worker loads.

    Returns
    -------
    dask.dataframe.DataFrame
        `ddf` with the scores and ``feedback_error``, which here is always there: what it says
        is not known before the texts are read.

    Raises
    ------
    ColumnError
        If the column is missing or doubled, or a score column exists and `overwrite` is false.
    HeadsError
        If there are no whole heads in `heads`. What workers find there is seen when the table is
        computed.
    """
    columns = list(ddf.columns)
    check_columns(columns, text, overwrite=overwrite, of="The table", option="overwrite=True")
    options = (text, overwrite, batch_size, named_heads(heads))
    meta = _score_partition(ddf._meta, *options)
    return ddf.map_partitions(_score_partition, *options, meta=meta)


def _score_partition(
    frame: pd.DataFrame, text: str, overwrite: bool, batch_size: int, heads: NamedHeads | None
) -> pd.DataFrame:
    if not len(frame):
        result = frame.drop(columns=[name for name in ADDED if name in frame.columns])
        scores = {name: pd.Series([], dtype="float64") for name in ADDED if name != ERROR_COLUMN}
        result = result.assign(**scores)
    else:
        result = score_frame(
            frame, text, overwrite=overwrite, batch_size=batch_size, scorer=worker_scorer(heads)
        )
    marks = result[ERROR_COLUMN] if ERROR_COLUMN in result else [None] * len(result)
    return result.assign(**{ERROR_COLUMN: pd.Series(marks, index=result.index, dtype="string")})


@contextmanager
def connected(
    workers: int | None, address: str | None, heads: NamedHeads | None = None
) -> Iterator[Any]:
    """Yield a client of a running cluster, or of worker processes started here.

    Parameters
    ----------
    workers : int or None
        Processes to start on this machine.
    address : str or None
        Scheduler of a running cluster, such as ``tcp://host:8786``.
    heads : NamedHeads, optional
        Other heads than the shipped ones, which the workers must have.

    Raises
    ------
    ClusterError
        If the scheduler does not answer, or its workers would give other scores.
    DependencyError
        If Dask is not installed.
    """
    require_dask()
    from distributed import Client, LocalCluster

    if address is None:
        # One thread each: parsing holds the interpreter, so threads would only wait.
        cluster = LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None
        )
        with cluster, Client(cluster) as client:
            yield client
        return
    try:
        client = Client(address, timeout="15s")
    except (OSError, ValueError) as error:
        raise ClusterError(
            f"No Dask scheduler answers at {address} ({type(error).__name__}); check the address,"
            " such as tcp://host:8786."
        ) from error
    with client:
        _check_workers(client, address, heads)
        yield client


def _check_workers(client: Any, address: str, heads: NamedHeads | None) -> None:
    try:
        versions = client.run(worker_versions, heads)
    except ClusterError:
        raise  # it says what is missing, and on which machine
    except Exception as error:
        raise ClusterError(
            f"The workers of {address} cannot score ({type(error).__name__}: {error}); install the"
            " same feedback_nlp on all of them."
        ) from error
    other = sorted(worker for worker, found in versions.items() if found != worker_versions(heads))
    if other:
        raise ClusterError(
            f"{len(other)} of {len(versions)} workers of {address} have other versions of"
            f" feedback_nlp, its heads or its pipeline (such as {other[0]}); install this one."
        )

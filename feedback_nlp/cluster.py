"""Dask: one scorer per worker process, partitions scored where they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from threading import Lock
from typing import TYPE_CHECKING, Any

import pandas as pd

from feedback_nlp.errors import DependencyError, InputError
from feedback_nlp.frames import ADDED, ERROR_COLUMN, check_columns, score_frame

if TYPE_CHECKING:
    from feedback_nlp.scorer import Scorer

_loading = Lock()


class ClusterError(InputError):
    """A cluster cannot be reached or runs other versions than this process."""


@cache
def _load() -> Scorer:
    import feedback_nlp

    return feedback_nlp.load()


def worker_scorer() -> Scorer:
    """Return the scorer of this process, loaded at the first call and kept."""
    # Workers with several threads must not load several pipelines.
    with _loading:
        return _load()


def worker_versions() -> str:
    """Return the versions that the scores of this process depend on, as JSON."""
    return json.dumps(worker_scorer().versions, sort_keys=True)


def require_dask() -> None:
    """Raise `DependencyError` if Dask is not installed."""
    missing = [name for name in ("dask", "distributed") if find_spec(name) is None]
    if missing:
        raise DependencyError(
            f"Scoring past one process needs {' and '.join(missing)}: pip install"
            " 'feedback-nlp[dask]'."
        )


def score_dask_frame(
    ddf: Any, text: str = "text", *, overwrite: bool = False, batch_size: int = 256
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

    Returns
    -------
    dask.dataframe.DataFrame
        `ddf` with the scores and ``feedback_error``, which here is always there: what it says
        is not known before the texts are read.

    Raises
    ------
    ColumnError
        If the column is missing or doubled, or a score column exists and `overwrite` is false.
    """
    columns = list(ddf.columns)
    check_columns(columns, text, overwrite=overwrite, of="The table", option="overwrite=True")
    meta = _score_partition(ddf._meta, text, overwrite, batch_size)
    return ddf.map_partitions(_score_partition, text, overwrite, batch_size, meta=meta)


def _score_partition(
    frame: pd.DataFrame, text: str, overwrite: bool, batch_size: int
) -> pd.DataFrame:
    if not len(frame):
        result = frame.drop(columns=[name for name in ADDED if name in frame.columns])
        scores = {name: pd.Series([], dtype="float64") for name in ADDED if name != ERROR_COLUMN}
        result = result.assign(**scores)
    else:
        result = score_frame(
            frame, text, overwrite=overwrite, batch_size=batch_size, scorer=worker_scorer()
        )
    marks = result[ERROR_COLUMN] if ERROR_COLUMN in result else [None] * len(result)
    return result.assign(**{ERROR_COLUMN: pd.Series(marks, index=result.index, dtype="string")})


@contextmanager
def connected(workers: int | None, address: str | None) -> Iterator[Any]:
    """Yield a client of a running cluster, or of worker processes started here.

    Parameters
    ----------
    workers : int or None
        Processes to start on this machine.
    address : str or None
        Scheduler of a running cluster, such as ``tcp://host:8786``.

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
        _check_workers(client, address)
        yield client


def _check_workers(client: Any, address: str) -> None:
    try:
        versions = client.run(worker_versions)
    except Exception as error:
        raise ClusterError(
            f"The workers of {address} cannot score ({type(error).__name__}: {error}); install the"
            " same feedback_nlp on all of them."
        ) from error
    other = sorted(worker for worker, found in versions.items() if found != worker_versions())
    if other:
        raise ClusterError(
            f"{len(other)} of {len(versions)} workers of {address} have other versions of"
            f" feedback_nlp, its heads or its pipeline (such as {other[0]}); install this one."
        )

"""Other kinds of tables than pandas: read their texts, add columns, give back the same kind."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, cast

import pyarrow as pa

from feedback_nlp.errors import InputError


class TableKindError(InputError):
    """An object is no table that can be read, or no table of its kind can be made."""


def is_dask(df: Any) -> bool:
    """Whether `df` is a Dask DataFrame."""
    return _root(df) in ("dask", "dask_expr") and hasattr(df, "map_partitions")


def to_arrow(df: Any) -> pa.Table:
    """Return a table as Arrow data, by the PyCapsule or the dataframe interchange protocol.

    Raises
    ------
    TableKindError
        If `df` speaks neither protocol.
    """
    if hasattr(df, "__arrow_c_stream__") or hasattr(df, "__arrow_c_array__"):
        return pa.table(df)
    if hasattr(df, "__dataframe__"):
        from pyarrow.interchange import from_dataframe

        return from_dataframe(df)
    hint = " call .collect() on it first." if hasattr(df, "collect") else " give a DataFrame."
    raise TableKindError(
        f"The table is {type(df).__module__}.{type(df).__name__}, which is neither a pandas"
        f" DataFrame nor speaks the Arrow PyCapsule or dataframe interchange protocol;{hint}"
    )


def way_back(df: Any) -> Callable[[pa.Table], Any] | None:
    """Return what makes Arrow data a table of the kind of `df`; None if Polars does it itself.

    Raises
    ------
    TableKindError
        If there is nothing that does.
    """
    if isinstance(df, pa.Table):
        return lambda table: table
    if _root(df) == "polars":
        return None
    back = getattr(type(df), "from_arrow", None) or getattr(
        sys.modules.get(_root(df)), "from_arrow", None
    )
    if back is None:
        raise TableKindError(
            f"There is no from_arrow that makes {type(df).__module__}.{type(df).__name__} again;"
            " give the table as pandas, Polars or pyarrow."
        )
    return cast("Callable[[pa.Table], Any]", back)


def with_columns(df: Any, source: pa.Table, added: pa.Table) -> Any:
    """Return a table of the kind of `df` with more columns.

    Parameters
    ----------
    df : table
        The table as given.
    source : pyarrow.Table
        The columns of it that stay, as Arrow data.
    added : pyarrow.Table
        Columns to add.

    Raises
    ------
    TableKindError
        If there is no known way back to the kind of `df`.
    """
    back = way_back(df)
    if back is None:
        # Columns that stay never leave Polars, so that their types stay too.
        columns = sys.modules["polars"].from_arrow(added).get_columns()
        return df.select(source.column_names).hstack(columns)
    table = source
    for name in added.column_names:
        table = table.append_column(added.schema.field(name), added.column(name))
    return back(table)


def _root(df: Any) -> str:
    return type(df).__module__.partition(".")[0]

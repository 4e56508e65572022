"""What stands behind the scores, as long tables: sentences, findings and features, one a line."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from feedback_nlp.errors import InputError
from feedback_nlp.tables import CHUNK_ROWS

if TYPE_CHECKING:
    import pandas as pd
    from scipy.sparse import csr_array

    from feedback_nlp.reading import SentenceAnalysis
    from feedback_nlp.scorer import Reading, Scorer

Detail = Literal["sentences", "findings", "features"]

_ROW = pa.field("row", pa.int64())
_PLACE = [pa.field("start", pa.int64()), pa.field("end", pa.int64()), pa.field("text", pa.string())]
#: Columns of each long table; ``row`` counts the rows of the input from 0, offsets are code points.
SCHEMAS: dict[str, pa.Schema] = {
    "sentences": pa.schema(
        [
            _ROW, pa.field("sentence", pa.int64()), *_PLACE,
            pa.field("suggestion", pa.float64()), pa.field("judgmental", pa.float64()),
        ]
    ),
    "findings": pa.schema(
        [
            _ROW, pa.field("cue", pa.string()), pa.field("family", pa.string()),
            pa.field("title", pa.string()), *_PLACE,
            pa.field("rule", pa.string()), pa.field("weight", pa.float64()),
        ]
    ),
    "features": pa.schema(
        [
            _ROW, pa.field("sentence", pa.int64()),
            pa.field("feature", pa.string()), pa.field("value", pa.float64()),
        ]
    ),
}  # fmt: skip
#: Endings of the files that a long table can be written to.
ENDINGS = (".csv", ".jsonl", ".parquet")


def detail_table(detail: Detail, readings: Sequence[Reading], first_row: int) -> pa.Table:
    """Return one long table for some texts in a row.

    Parameters
    ----------
    detail : {"sentences", "findings", "features"}
        What makes a line. Features stand there if they are not 0: a sparse matrix.
    readings : sequence of Reading
        Reports with the sentences that they are made of; a row without scores has no lines.
    first_row : int
        Number of the first row.
    """
    columns: dict[str, list[Any]] = {name: [] for name in SCHEMAS[detail].names}
    for row, (report, sentences) in enumerate(readings, first_row):
        if detail == "features":
            _add_features(columns, row, sentences)
            continue
        items: Sequence[Any] = getattr(report, detail)
        for number, item in enumerate(items):
            for name, cells in columns.items():
                own = {"row": row, "sentence": number}
                cells.append(own[name] if name in own else getattr(item, name))
    return pa.table(columns, schema=SCHEMAS[detail])


def _add_features(
    columns: dict[str, list[Any]], row: int, sentences: Sequence[tuple[int, SentenceAnalysis]]
) -> None:
    for number, (_, sentence) in enumerate(sentences):
        for name, value in sorted(sentence.features.items()):
            for column, cell in zip(columns, (row, number, name, value), strict=True):
                columns[column].append(cell)


def score_details(
    df: pd.DataFrame, text: str = "text", *, of: Detail = "findings", scorer: Scorer | None = None
) -> pd.DataFrame:
    """Return what stands behind the scores of a table as a tidy long table.

    Parameters
    ----------
    df : DataFrame
        A pandas table.
    text : str
        Column that holds the texts.
    of : {"sentences", "findings", "features"}
        What makes a line.
    scorer : Scorer, optional
        Used instead of a newly loaded one.

    Returns
    -------
    DataFrame
        The columns of ``SCHEMAS[of]``; its index repeats that of `df`, so that it can be joined.
    """
    import feedback_nlp
    from feedback_nlp.frames import check_columns, read_values

    if of not in SCHEMAS:
        raise InputError(f"of must be one of {', '.join(SCHEMAS)}, given {of!r}.")
    check_columns(list(df.columns), text, overwrite=True, of="The table")
    scorer = scorer or feedback_nlp.load()
    readings = (reading for reading, _ in read_values(df[text], scorer=scorer))
    tables = [SCHEMAS[of].empty_table()]
    first = 0
    # Piece by piece, as what was read of a text takes far more room than its lines.
    while piece := list(islice(readings, CHUNK_ROWS)):
        tables.append(detail_table(of, piece, first))
        first += len(piece)
    result = pa.concat_tables(tables).to_pandas()
    return result.set_index(df.index.take(result["row"].to_numpy()))


def feature_matrix(features: pd.DataFrame) -> tuple[csr_array, pd.DataFrame, list[str]]:
    """Turn the long table of features into a sparse matrix.

    Parameters
    ----------
    features : DataFrame
        What ``score_details(df, of="features")`` or ``--features`` gave.

    Returns
    -------
    matrix : csr_array, shape (n_sentences, n_features)
        Values.
    sentences : DataFrame
        ``row`` and ``sentence`` of each line of the matrix.
    names : list of str
        Name of each column.
    """
    import pandas as pd
    from scipy.sparse import csr_array

    keys = pd.MultiIndex.from_frame(features[["row", "sentence"]])
    lines, places = keys.factorize()
    columns, names = pd.factorize(features["feature"], sort=True)
    matrix = csr_array(
        (features["value"].to_numpy(), (lines, columns)), shape=(len(places), len(names))
    )
    sentences = pd.DataFrame(list(places), columns=["row", "sentence"])
    return matrix, sentences, [str(name) for name in names]


class DetailWriter(Protocol):
    """Takes pieces of a long table in order."""

    def write(self, table: pa.Table) -> None:
        """Add lines."""

    def close(self) -> None:
        """Complete the output."""

    def abandon(self) -> None:
        """Let go of the file."""


def detail_writer(path: Path, file: IO[bytes], schema: pa.Schema) -> DetailWriter:
    """Return the writer of a long table that fits the ending of `path`.

    Raises
    ------
    InputError
        If the ending is not one of `ENDINGS`.
    """
    ending = path.suffix.lower()
    if ending == ".parquet":
        return _Parquet(file, schema)
    if ending in ENDINGS:
        return _Lines(file, schema, as_csv=ending == ".csv")
    raise InputError(f"{path} has an ending that is not known; use one of {', '.join(ENDINGS)}.")


class _Parquet:
    def __init__(self, file: IO[bytes], schema: pa.Schema) -> None:
        self._writer = pq.ParquetWriter(file, schema)

    def write(self, table: pa.Table) -> None:
        if table.num_rows:
            self._writer.write_table(table)

    def close(self) -> None:
        self._writer.close()

    def abandon(self) -> None:
        # Closed while the file is still open, or it would try later and complain.
        with contextlib.suppress(OSError):
            self._writer.close()


class _Lines:
    def __init__(self, file: IO[bytes], schema: pa.Schema, *, as_csv: bool) -> None:
        self._file, self._as_csv = file, as_csv
        if as_csv:
            self._csv([schema.names])

    def _csv(self, rows: Sequence[Sequence[Any]]) -> None:
        lines = io.StringIO()
        csv.writer(lines, lineterminator="\n").writerows(rows)
        self._file.write(lines.getvalue().encode("utf-8"))

    def write(self, table: pa.Table) -> None:
        rows = table.to_pylist()
        if self._as_csv:
            self._csv([list(row.values()) for row in rows])
            return
        for row in rows:
            self._file.write((json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8"))

    def close(self) -> None:
        self._file.flush()

    def abandon(self) -> None:
        pass

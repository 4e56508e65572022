"""Labels of a user's own: read from any table, checked row by row, grouped."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from feedback_nlp.errors import DataError
from feedback_nlp.examples import MOVES, PARTS, SPLITS

#: Every scale of the codebook with its highest value.
SCALES = {"suggestion": 1, "connection": 1, "gap": 1, "evidence": 3, "tone": 3}
#: Names that a column may have; the first that is there counts.
COLUMNS: dict[str, tuple[str, ...]] = {
    "text": ("text", "comment", "feedback"),
    **{scale: (scale,) for scale in SCALES},
    "group": ("text_group", "group"),
    "split": ("split",),
    "spans": ("spans",),
}
_WORDS = {"true": 1, "yes": 1, "false": 0, "no": 0}
#: Rows that an error names before it only counts.
SHOWN = 8
#: Texts are near-duplicates from this cosine of their letter 3- to 5-grams on.
NEAR = 0.8
_BLOCK = 1000

Span = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """One text with the labels that it has.

    Attributes
    ----------
    number : int
        Row of the table, from 1, the header not counted.
    text : str
        The text.
    labels : dict of str to int
        A value for each scale that is labelled.
    group : str
        What must stay on one side of a split.
    spans : tuple of (start, end, label)
        Marked passages, in code points; empty if there are none.
    split : str
        ``train``, ``test``, or empty.
    """

    number: int
    text: str
    labels: dict[str, int]
    group: str
    spans: tuple[Span, ...] = ()
    split: str = ""

    @property
    def qual(self) -> int | None:
        """QuAL score, 0-5; None where a part is not labelled."""
        parts = [self.labels.get(name) for name in ("evidence", "suggestion", "connection")]
        return None if None in parts else sum(part for part in parts if part is not None)


@dataclass(frozen=True)
class Labels:
    """Labelled texts and where they are from.

    Attributes
    ----------
    name : str
        Name of the file, without its folder.
    sha256 : str
        Of what was read.
    rows : list of LabelledRow
        In the order of the table.
    columns : dict of str to str
        Which column was read as what.
    grouped_by : str
        The column that made the groups, or ``near-duplicates``.
    cells : dict of str to list
        The cells of every other column, for comparisons between groups.
    """

    name: str
    sha256: str
    rows: list[LabelledRow]
    columns: dict[str, str]
    grouped_by: str
    cells: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """How many texts each scale is labelled on."""
        found = Counter(scale for row in self.rows for scale in row.labels)
        return {scale: found[scale] for scale in SCALES if found[scale]}


def plain_text(text: str) -> str:
    """Return the words of a text in small letters: by this two texts count as the same."""
    return " ".join(re.findall(r"\w+", text.lower()))


def text_hash(text: str) -> str:
    """Return 16 hexadecimal digits by which a text is known again, but not read."""
    return hashlib.sha256(plain_text(text).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def read_labels(
    path: Path, *, columns: Mapping[str, str] | None = None, encoding: str = "utf-8-sig"
) -> Labels:
    """Read labelled texts from ``.jsonl``, ``.csv``, ``.parquet`` or ``.xlsx``.

    Parameters
    ----------
    path : Path
        The table: one text a row, a column for each scale that was labelled.
    columns : mapping of str to str, optional
        Which column holds what, for those that are not named as in `COLUMNS`.
    encoding : str
        Of text formats.

    Raises
    ------
    DataError
        If a column or a label is missing or wrong; the message names the rows.
    InputError
        If the file cannot be read.
    """
    from feedback_nlp.tables import open_table

    if path.suffix.lower() not in (".jsonl", ".csv", ".parquet", ".xlsx"):
        raise DataError(f"{path} has an ending that is not known; give .jsonl, .csv, .parquet or"
                        " .xlsx.")  # fmt: skip
    table = open_table(path, encoding)
    records = [row for chunk in table.chunks() for row in chunk.records()]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return labels_from_records(records, name=path.name, sha256=digest, columns=columns)


def labels_from_records(
    records: Sequence[Mapping[str, Any]],
    *,
    name: str = "table",
    sha256: str = "",
    columns: Mapping[str, str] | None = None,
) -> Labels:
    """Read labelled texts from dicts, such as ``df.to_dict("records")``.

    Parameters
    ----------
    records : sequence of mapping
        One for each text.
    name, sha256 : str
        What the table is called, and its hash; by default that of its content.
    columns : mapping of str to str, optional
        As for `read_labels`.

    Raises
    ------
    DataError
        If a column or a label is missing or wrong; the message names the rows.
    """
    known = list(dict.fromkeys(key for record in records for key in record))
    used = _columns(known, columns or {}, name)
    problems: list[str] = []
    rows = []
    for number, record in enumerate(records, start=1):
        row, wrong = _row(number, {what: record.get(key) for what, key in used.items()})
        problems += [f"row {number}: {problem}" for problem in wrong]
        rows.append(row)
    if problems:
        more = f"; and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise DataError(
            f"{name} cannot be used as it is. {'; '.join(problems[:SHOWN])}{more}."
            " Correct these cells, or empty them if they are not labelled."
        )
    if not any(row.labels for row in rows):
        raise DataError(f"{name} has no label in any row; label some texts first.")
    groups = _groups(rows)
    others = [key for key in known if key not in used.values()]
    return Labels(
        name=name,
        sha256=sha256 or hashlib.sha256(repr(records).encode("utf-8", "replace")).hexdigest(),
        rows=[
            LabelledRow(row.number, row.text, row.labels, group, row.spans, row.split)
            for row, group in zip(rows, groups, strict=True)
        ],
        columns=used,
        grouped_by=used.get("group", "near-duplicates"),
        cells={key: [record.get(key) for record in records] for key in others},
    )


def _columns(known: Sequence[str], given: Mapping[str, str], name: str) -> dict[str, str]:
    listed = ", ".join(known[:30]) or "no columns"
    for what, column in given.items():
        if what not in COLUMNS:
            raise DataError(f"{what!r} is no part of a label; use one of {', '.join(COLUMNS)}.")
        if column not in known:
            raise DataError(f"{name} has no column {column!r}; it has {listed}.")
    used = {what: given[what] for what in given}
    for what, names in COLUMNS.items():
        found = next((column for column in names if column in known), None)
        if what not in used and found is not None:
            used[what] = found
    if "text" not in used:
        raise DataError(
            f"{name} has no column with the texts; it has {listed}. Call it text, or name it with"
            " --column text=NAME."
        )
    if not set(used) & set(SCALES):
        raise DataError(
            f"{name} has no column with labels; it has {listed}. The scales are"
            f" {', '.join(SCALES)}; name yours with, for example, --column tone=NAME."
        )
    return {what: used[what] for what in COLUMNS if what in used}


def _missing(cell: Any) -> bool:
    return (
        cell is None or cell == "" or cell != cell or (isinstance(cell, str) and not cell.strip())
    )


def _row(number: int, cells: Mapping[str, Any]) -> tuple[LabelledRow, list[str]]:
    problems = []
    text = cells.get("text")
    if not isinstance(text, str) or not any(letter.isalnum() for letter in text):
        problems.append("there is no text; remove the row")
        text = ""
    labels = {}
    for scale, highest in SCALES.items():
        cell = cells.get(scale)
        if _missing(cell):
            continue
        value = _value(cell)
        if not isinstance(value, int) or not 0 <= value <= highest:
            allowed = "0 or 1" if highest == 1 else f"0 to {highest}"
            hint = " (a score of the program is no label)" if isinstance(value, float) else ""
            problems.append(f"{scale} is {str(cell)[:20]!r}, it must be {allowed}{hint}")
        else:
            labels[scale] = int(value)
    if labels.get("suggestion") == 0 and labels.get("connection") == 1:
        problems.append("connection is 1 without a suggestion; make one of them fit")
    if labels.get("suggestion") == 1 and labels.get("gap") == 0:
        problems.append("a suggestion points at a gap, so gap cannot be 0; make one of them fit")
    spans, wrong = _spans(cells.get("spans"), len(text))
    split = str(cells.get("split") or "").strip().lower()
    if split not in ("", *SPLITS):
        wrong.append(f"split is {split!r}, it must be train, test or empty")
    group = "" if _missing(cells.get("group")) else str(cells["group"]).strip()
    return LabelledRow(number, text, labels, group, spans, split), problems + wrong


def _value(cell: Any) -> float | int | None:
    """Return a cell as a number: an int where it is whole, a float where not, else None."""
    if isinstance(cell, str):
        word = cell.strip().lower()
        if word in _WORDS:
            return _WORDS[word]
        cell = word
    try:
        number = float(cell)
    except (TypeError, ValueError):
        return None
    return int(number) if number.is_integer() else number


def _spans(cell: Any, length: int) -> tuple[tuple[Span, ...], list[str]]:
    if _is_empty(cell):
        return (), []
    try:
        listed = json.loads(cell) if isinstance(cell, str) else cell
        spans = tuple((int(s["start"]), int(s["end"]), str(s["label"])) for s in listed)
    except (ValueError, KeyError, TypeError):
        return (), ["spans must be a list of start, end and label"]
    problems = []
    if any(not 0 <= start < end <= length for start, end, _ in spans):
        problems.append(f"a span lies outside the text of {length} characters")
    if unknown := sorted({label for *_, label in spans} - {*PARTS, *MOVES}):
        problems.append(f"the span label {unknown[0]!r} is not in the codebook")
    return spans, problems


def _is_empty(cell: Any) -> bool:
    return len(cell) == 0 if isinstance(cell, list | tuple | np.ndarray) else _missing(cell)


def _groups(rows: Sequence[LabelledRow]) -> list[str]:
    """Return the group of each row: as given, joined where the same text stands in two."""
    texts = [plain_text(row.text) for row in rows]
    pairs = list(_equal(texts))
    if not any(row.group for row in rows):
        pairs += near_duplicates(texts)
    pairs += list(_equal([row.group for row in rows]))
    return [f"g{number}" for number in _joined(len(rows), pairs)]


def _equal(keys: Sequence[str]) -> Iterable[tuple[int, int]]:
    first: dict[str, int] = {}
    for index, key in enumerate(keys):
        if key:
            yield first.setdefault(key, index), index


def near_duplicates(texts: Sequence[str], *, near: float = NEAR) -> list[tuple[int, int]]:
    """Return the pairs of texts that hardly differ.

    Parameters
    ----------
    texts : sequence of str
        Texts.
    near : float
        Cosine of the letter 3- to 5-grams from which on two texts are a pair.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    if len(texts) < 2:
        return []
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), use_idf=False)
    matrix = vectors.fit_transform(texts)
    pairs = []
    for start in range(0, len(texts), _BLOCK):
        likeness = (matrix[start : start + _BLOCK] @ matrix.T).tocoo()
        close = likeness.data >= near
        left, right = likeness.row[close] + start, likeness.col[close]
        pairs += [(int(a), int(b)) for a, b in zip(left, right, strict=True) if a < b]
    return pairs


def _joined(n: int, pairs: Sequence[tuple[int, int]]) -> list[int]:
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    left, right = ([pair[side] for pair in pairs] for side in (0, 1))
    graph = coo_matrix((np.ones(len(pairs)), (left, right)), shape=(n, n))
    return [int(label) for label in connected_components(graph, directed=False)[1]]

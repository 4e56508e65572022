"""Labels by the codebook that the project gave to texts of the public sets.

What a public set was labelled for is near to the codebook, not equal to it: a comment that is not
toxic may still talk down. The file names texts by set and id, and holds none of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor
from pathlib import Path
from statistics import median

import pandas as pd

from feedback_nlp.errors import DataError
from feedback_nlp.shipped import shipped_file

#: Highest value of each scale.
LEVELS = {"tone": 3, "suggestion": 1, "evidence": 3}
_COLUMNS = ("set", "id", "start", "end", "rater", *LEVELS)


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of a public set, or code points `start` to `end` of it; whole without them."""

    set: str
    id: str
    start: int | None = None
    end: int | None = None

    def of(self, text: str) -> str:
        """Return the passage of the `text` of that id."""
        return text[self.start : self.end]


#: Value by scale; a scale on which the raters gave none is not there.
Labels = Mapping[str, int]


def shipped_labels() -> Path:
    """Return the file of the labels that come with the package, or with its checkout."""
    return shipped_file("public_labels.csv")


def read_ratings(path: Path) -> pd.DataFrame:
    """Read who gave which labels.

    Returns
    -------
    DataFrame
        A row for each passage and rater: ``set``, ``id``, ``start``, ``end``, ``rater``, and
        ``tone``, ``suggestion`` and ``evidence``, empty where a label could not be given.

    Raises
    ------
    DataError
        If the file is missing or a row breaks the codebook; the message names the line.
    """
    if not path.is_file():
        raise DataError(
            f"There are no labels of public texts at {path}; give the path of the file."
        )
    whole = dict.fromkeys(("start", "end", *LEVELS), "Int64")
    try:
        ratings = pd.read_csv(path, dtype={"set": "str", "id": "str", "rater": "str", **whole},
            keep_default_na=False, na_values={key: [""] for key in whole},
        )  # fmt: skip
    except (TypeError, ValueError) as error:
        raise DataError(f"{path}: {error}. Numbers are whole, or left empty.") from error
    if absent := [column for column in _COLUMNS if column not in ratings]:
        raise DataError(f"{path} has no column {absent[0]!r}; it needs {', '.join(_COLUMNS)}.")
    for scale, most in LEVELS.items():
        wrong = ratings.index[~ratings[scale].between(0, most) & ratings[scale].notna()]
        if len(wrong):
            # The header is the first line.
            raise DataError(
                f"{path}, line {wrong[0] + 2}: {scale} is {ratings[scale][wrong[0]]};"
                f" it goes from 0 to {most}."
            )
    start, end = ratings["start"], ratings["end"]
    halves = (start.isna() != end.isna()) | (start.notna() & ~((start >= 0) & (start < end)))
    if broken := ratings.index[halves.fillna(False)].tolist():
        raise DataError(
            f"{path}, line {broken[0] + 2}: a passage needs its start and its later end; leave both"
            " empty for a whole text."
        )
    return ratings


def settled(ratings: pd.DataFrame) -> dict[Passage, Labels]:
    """Return the labels of each passage: the median of its raters, a tie taken upwards."""
    given: defaultdict[Passage, defaultdict[str, list[int]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for row in ratings.to_dict("records"):
        place = [None if pd.isna(row[side]) else int(row[side]) for side in ("start", "end")]
        passage = Passage(row["set"], row["id"], *place)
        for scale in LEVELS:
            if not pd.isna(row[scale]):
                given[passage][scale].append(int(row[scale]))
    return {
        passage: {scale: floor(median(values) + 0.5) for scale, values in scales.items()}
        for passage, scales in given.items()
    }


def as_heads(labels: Labels) -> dict[str, int]:
    """Return labels as those of the heads: 1 where a scale reaches the level of the head."""
    return {
        name: int(labels[scale] >= level)
        for scale, most in LEVELS.items()
        if scale in labels
        for name, level in _heads(scale, most)
    }


def _heads(scale: str, most: int) -> Sequence[tuple[str, int]]:
    if most == 1:
        return [(scale, 1)]
    return [(f"{scale}_{level}", level) for level in range(1, most + 1)]

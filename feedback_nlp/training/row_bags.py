"""A user's labelled rows as training texts: with spans where there are some, without where not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from feedback_nlp.examples import MOVES
from feedback_nlp.heads import HEAD_NAMES, LinearHead
from feedback_nlp.labels import SCALES, LabelledRow
from feedback_nlp.training.bags import Bag, Sentences, connected, placed_in_context, plain, touched

#: Source of a user's own rows.
MINE = "mine"
#: Spans that say which sentence earned the label.
_EARNED_BY = {
    "suggestion": ("next_step",), "gap": ("behaviour", "next_step"),
    "evidence": ("behaviour",), "tone": MOVES,
}  # fmt: skip

ReadRow = tuple[LabelledRow, Sentences]


def scale_of(head: str) -> str:
    """Return the scale that a head is a level of."""
    return head.split("_")[0]


def level_of(head: str) -> int:
    """Return the value from which on a head says yes."""
    return int(head.partition("_")[2] or 1)


def heads_of(scale: str) -> list[str]:
    """Return the heads of a scale, lowest level first."""
    return [head for head in HEAD_NAMES if scale_of(head) == scale]


def rows_of(scale: str, rows: Sequence[ReadRow]) -> list[ReadRow]:
    """Return the rows that a scale is labelled on.

    Whether a suggestion follows from the behaviour can only be asked where there is one.
    """
    labelled = [(row, sentences) for row, sentences in rows if scale in row.labels]
    if scale == "connection":
        return [(row, s) for row, s in labelled if row.labels.get("suggestion") == 1]
    return labelled


def row_bags(head: str, rows: Sequence[ReadRow], heads: Mapping[str, LinearHead]) -> list[Bag]:
    """Return rows as training texts of a head.

    Parameters
    ----------
    head : str
        One of `feedback_nlp.heads.HEAD_NAMES`.
    rows : sequence of (LabelledRow, Sentences)
        What `rows_of` gives for the scale of the head.
    heads : mapping of str to LinearHead
        Those of `CONNECTION_NEEDS`: they say which sentence suggests and what is observed; only
        connection asks.
    """
    return [_bag(head, row, sentences, heads) for row, sentences in rows]


def _bag(head: str, row: LabelledRow, sentences: Sentences, heads: Mapping[str, LinearHead]) -> Bag:
    scale = scale_of(head)
    label = int(row.labels[scale] >= level_of(head))
    silent = all(row.labels.get(name) == 0 for name in ("evidence", "suggestion", "tone"))
    if scale == "connection":
        return Bag(connected(sentences, heads), label, row.group, MINE, MINE, None, silent)
    placed = placed_in_context if scale == "evidence" else plain
    marked: tuple[int, ...] | None = None
    # An opinion is marked by no span, so only the higher levels of evidence have some.
    if row.spans and label and head != "evidence_1":
        found = touched(row.spans, sentences, _EARNED_BY[scale])
        marked = found if any(found) else None
    return Bag(placed(sentences), label, row.group, MINE, MINE, marked, silent)


#: Scales in the order in which they are trained: connection asks the other heads.
ORDER = tuple(sorted(SCALES, key=lambda scale: scale == "connection"))

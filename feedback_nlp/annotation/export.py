"""Labels out of a store: JSONL that training reads, CSV, and spaCy's `DocBin`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feedback_nlp.annotation.codebook import codebook
from feedback_nlp.annotation.labels import NEEDED, Labels
from feedback_nlp.annotation.settling import common
from feedback_nlp.annotation.store import LabelError, LabelStore, Text
from feedback_nlp.tables import replacing

if TYPE_CHECKING:
    from spacy.tokens import DocBin

#: Where a `Doc` keeps its marks and its scales.
SPANS_KEY = "feedback_labels"
FORMATS = (".jsonl", ".csv", ".spacy")


@dataclass(frozen=True, slots=True)
class Final:
    """What is settled in a store.

    Attributes
    ----------
    labels : dict of str to Labels
        By text id: what was decided, what all raters agree on, or what the only rater gave.
    differing : tuple of str
        Ids of the texts whose raters differ and that nobody decided yet; they have no labels here.
    left_open : tuple of str
        Ids of the texts whose raters differ, undecided, on an optional question only; their labels
        are here without it.
    single : tuple of str
        Ids of the texts that one rater alone labelled.
    """

    labels: dict[str, Labels]
    differing: tuple[str, ...]
    left_open: tuple[str, ...]
    single: tuple[str, ...]


def final_labels(store: LabelStore) -> Final:
    """Return one set of labels for every text where there is one."""
    decided, given = store.decisions(), store.by_text()
    optional = {scale.id for scale in codebook().scales if scale.optional}
    found: dict[str, Labels] = {}
    differing, left_open, single = [], [], []
    for text in store.texts():
        if text.id in decided:
            found[text.id] = decided[text.id]
            continue
        raters = list(given.get(text.id, {}).values())
        if not raters:
            continue
        if len(raters) == 1:
            single.append(text.id)
        shared = common(raters, text.content)
        if not optional.issuperset(shared.differing):
            differing.append(text.id)
            continue
        if shared.differing:
            left_open.append(text.id)
        found[text.id] = shared.labels
    return Final(found, tuple(differing), tuple(left_open), tuple(single))


def labels_of(store: LabelStore, rater: str | None = None) -> dict[str, Labels]:
    """Return labels by text id: of one rater, or those that are settled.

    Raises
    ------
    LabelError
        If the rater is not known.
    """
    if rater is None:
        return final_labels(store).labels
    if rater not in store.raters():
        raise LabelError(
            f"Nobody called {rater!r} labelled in {store.path.name}; there are"
            f" {', '.join(store.raters()) or 'no raters yet'}."
        )
    return {e.text_id: e.labels for e in store.current(rater=rater) if e.labels is not None}


def to_rows(store: LabelStore, *, rater: str | None = None) -> Iterator[dict[str, Any]]:
    """Yield a row for every labelled text, in the shape of the examples of the project.

    Parameters
    ----------
    store : LabelStore
        Where from.
    rater : str, optional
        Whose labels; by default what is settled, see `final_labels`.
    """
    labels = labels_of(store, rater)
    for text in store.texts():
        if text.id in labels:
            yield _row(text, labels[text.id])


def _row(text: Text, labels: Labels) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": text.id, "text": text.content, "domain": text.domain,
        "text_group": text.text_group, "split": text.split, **labels.to_dict(),
    }  # fmt: skip
    return row | {"origin": text.origin} if text.origin else row


def to_jsonl(store: LabelStore, *, rater: str | None = None) -> bytes:
    """Return labels as JSONL that `feedback_nlp.examples` and ``feedback-nlp train`` read."""
    lines = (json.dumps(row, ensure_ascii=False) for row in to_rows(store, rater=rater))
    return "".join(f"{line}\n" for line in lines).encode()


def to_csv(store: LabelStore, *, rater: str | None = None) -> bytes:
    """Return labels as CSV, a row for every text and person, with spans as JSON in one cell.

    Without `rater`: what every rater gave, with the time, and the decisions.
    """
    texts = {text.id: text for text in store.texts()}
    entries = [*store.current(rater=rater), *(store.current(role="decision") if not rater else ())]
    if rater:
        labels_of(store, rater)
    columns = (
        "id",
        "rater",
        "role",
        "at",
        *NEEDED,
        "qual",
        "gap",
        "spans",
        "domain",
        "split",
        "text",
    )
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns)
    writer.writeheader()
    for entry in entries:
        if entry.labels is None:
            continue
        text, row = texts[entry.text_id], entry.labels.to_dict()
        writer.writerow(
            {
                **row, "id": text.id, "rater": entry.rater, "role": entry.role,
                "at": f"{entry.at.isoformat(timespec='seconds')}Z",
                "spans": json.dumps(row["spans"]), "domain": text.domain, "split": text.split,
                "text": text.content,
            }
        )  # fmt: skip
    return out.getvalue().encode()


def to_docbin(store: LabelStore, *, rater: str | None = None) -> DocBin:
    """Return labels as a `DocBin`.

    Marks are in ``doc.spans["feedback_labels"]``, widened to whole tokens of spaCy's English
    tokeniser; ``doc.user_data["feedback_labels"]`` holds the scales, the id and the exact marks
    in code points.
    """
    import spacy
    from spacy.tokens import DocBin

    nlp = spacy.blank("en")
    bin_ = DocBin(store_user_data=True)
    for row in to_rows(store, rater=rater):
        # Long texts are only split into words here, which takes no memory to speak of.
        nlp.max_length = max(nlp.max_length, len(row["text"]))
        doc = nlp(row.pop("text"))
        marks = [
            doc.char_span(s["start"], s["end"], label=s["label"], alignment_mode="expand")
            for s in row["spans"]
        ]
        doc.spans[SPANS_KEY] = [mark for mark in marks if mark is not None]
        doc.user_data[SPANS_KEY] = row
        bin_.add(doc)
    return bin_


def save_labels(store: LabelStore, path: Path, *, rater: str | None = None) -> int:
    """Write labels to a file by its ending: ``.jsonl``, ``.csv`` or ``.spacy``.

    Returns
    -------
    int
        Number of texts with labels in it.

    Raises
    ------
    LabelError
        If the ending is another one, or there is nothing to write.
    """
    writers: dict[str, Callable[[], bytes]] = {
        ".jsonl": lambda: to_jsonl(store, rater=rater),
        ".csv": lambda: to_csv(store, rater=rater),
        ".spacy": lambda: to_docbin(store, rater=rater).to_bytes(),
    }
    if path.suffix.lower() not in writers:
        raise LabelError(f"{path.name} ends in none of {', '.join(FORMATS)}; name it so.")
    everybody = rater is None and path.suffix.lower() == ".csv"
    count = len(store.by_text()) if everybody else len(labels_of(store, rater))
    if not count:
        raise LabelError(f"There are no labels to write in {store.path.name} yet.")
    content = writers[path.suffix.lower()]()
    with replacing(path) as file:
        file.write(content)
    return count

"""The labelled examples that the project writes itself: read and checked by the codebook."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from feedback_nlp.errors import DataError
from feedback_nlp.shipped import shipped_file

PARTS = ("situation", "behaviour", "impact", "next_step")
MOVES = (
    "person_label", "absolute", "mind_reading", "blame", "comparison", "command", "should_past",
    "contempt", "insult", "shouting",
)  # fmt: skip
SPLITS = ("train", "test")


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text; spans are ``(start, end, label)`` in code points.

    `gap` says whether the text points at something that could be otherwise; None if not labelled.
    """

    id: str
    text: str
    domain: str
    text_group: str
    split: str
    evidence: int
    suggestion: int
    connection: int
    tone: int
    spans: tuple[tuple[int, int, str], ...]
    gap: int | None = None

    @property
    def qual(self) -> int:
        """QuAL score, 0-5."""
        return self.evidence + self.suggestion + self.connection


def shipped_examples() -> Path:
    """Return the file of the examples that come with the package, or with its checkout."""
    return shipped_file("feedback_examples.jsonl")


def read_examples(path: Path) -> list[Example]:
    """Read labelled examples from JSONL.

    Raises
    ------
    DataError
        If the file is missing or a line breaks the codebook; the message names the line.
    """
    if not path.is_file():
        raise DataError(f"There are no labelled examples at {path}; give the path of the file.")
    examples = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            examples.append(_parse(json.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(f"{path}, line {number}: {error}.") from error
    if not examples:
        raise DataError(f"{path} holds no examples.")
    _check_groups(examples, path)
    return examples


def _parse(row: dict[str, Any]) -> Example:
    spans = tuple((span["start"], span["end"], span["label"]) for span in row["spans"])
    example = Example(
        row["id"], row["text"], row["domain"], row["text_group"], row["split"],
        row["evidence"], row["suggestion"], row["connection"], row["tone"], spans, row.get("gap"),
    )  # fmt: skip
    problems = codebook_problems(example)
    if problems:
        raise ValueError(f"{example.id} breaks the codebook: {'; '.join(problems)}")
    return example


def codebook_problems(example: Example) -> list[str]:
    """Return what contradicts the codebook in an example's labels, a line each."""
    labels = {label for _, _, label in example.spans}
    moves, parts = labels & set(MOVES), labels & set(PARTS)
    length = len(example.text)
    checks = {
        "evidence is 0 to 3": example.evidence in range(4),
        "tone is 0 to 3": example.tone in range(4),
        "suggestion and connection are 0 or 1": {example.suggestion, example.connection} <= {0, 1},
        "gap is 0, 1 or left out": example.gap in (None, 0, 1),
        "a suggestion points at a gap": not example.suggestion or example.gap != 0,
        "connection needs a suggestion": example.suggestion or not example.connection,
        "a suggestion is marked as next_step": bool(example.suggestion) == ("next_step" in parts),
        "evidence 2 and 3 name a behaviour": example.evidence < 2 or "behaviour" in parts,
        "tone above 0 has a move, tone 0 has none": bool(example.tone) == bool(moves),
        "spans lie in the text": all(0 <= s < e <= length for s, e, _ in example.spans),
        "span labels are of the codebook": labels <= {*PARTS, *MOVES},
        "split is train or test": example.split in SPLITS,
    }
    return [f"not so: {rule}" for rule, holds in checks.items() if not holds]


def _check_groups(examples: Iterable[Example], path: Path) -> None:
    split_of: dict[str, str] = {}
    for example in examples:
        if split_of.setdefault(example.text_group, example.split) != example.split:
            raise DataError(
                f"{path}: group {example.text_group!r} stands in both splits; move it to one."
            )

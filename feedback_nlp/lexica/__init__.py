"""Word lists that cues and features read.

A list has one lower-case entry a line and ``#`` comments; a table of
levels and moves is a CSV file.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

from feedback_nlp.errors import CueError


@cache
def load_lexicon(name: str) -> frozenset[str]:
    """Return the entries of the word list `name`.

    Raises
    ------
    CueError
        If there is no such list.
    """
    lines = _read(f"{name}.txt").splitlines()
    words = (line.split("#", 1)[0].strip().lower() for line in lines)
    return frozenset(word for word in words if word)


@cache
def load_judging(name: str) -> Mapping[str, tuple[int, str]]:
    """Return level and judgmental move of each entry of the table `name`.

    The move is "" where a mark would puzzle.

    Raises
    ------
    CueError
        If there is no such table.
    """
    # There are few kinds: thousands of tuples would set off the garbage collector, which takes
    # longer than all else here.
    kinds: dict[tuple[str, str], tuple[int, str]] = {}
    return {
        entry: kinds.setdefault((level, move), (int(level), move))
        for entry, level, move in _rows(name)
    }


@cache
def load_part_labels() -> Mapping[str, str]:
    """Return the part of feedback that each label names: writers begin lines with "Impact:"."""
    return dict(_rows("part_labels"))


@cache
def stop_words() -> frozenset[str]:
    """Return spaCy's stop words: those that most sentences are held together by."""
    from spacy.lang.en.stop_words import STOP_WORDS

    return frozenset(STOP_WORDS)


def _rows(name: str) -> Iterator[list[str]]:
    rows = csv.reader(_read(f"{name}.csv").splitlines())
    next(rows)
    return rows


def _read(file: str) -> str:
    path = resources.files("feedback_nlp") / "lexica" / file
    if not path.is_file():
        raise CueError(f"There is no word list {file}: add feedback_nlp/lexica/{file}.")
    return path.read_text(encoding="utf-8")

"""Word lists that cues and features read; one lower-case entry a line, ``#`` comments."""

from __future__ import annotations

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
    path = resources.files("feedback_nlp") / "lexica" / f"{name}.txt"
    if not path.is_file():
        raise CueError(f"There is no word list {name!r}: add feedback_nlp/lexica/{name}.txt.")
    lines = path.read_text(encoding="utf-8").splitlines()
    words = (line.split("#", 1)[0].strip().lower() for line in lines)
    return frozenset(word for word in words if word)

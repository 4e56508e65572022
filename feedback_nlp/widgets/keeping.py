"""Drafts that outlive their editor: run its cell again and the text is still there."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

#: What makes up a draft, apart from its text.
KEPT = ("text", "versions", "scenario", "dismissed")

# By draft key; lives as long as the kernel.
_drafts: dict[str, tuple[str, dict[str, Any]]] = {}


def draft_key(name: str, beginning: str) -> str:
    """Return what tells a draft apart from all others in one browser.

    Parameters
    ----------
    name : str
        Name of the draft within its notebook.
    beginning : str
        The text that the notebook gives it to begin with; another one is another draft.
    """
    # Jupyter Server tells a kernel the path of its notebook.
    place = os.environ.get("JPY_SESSION_NAME") or str(Path.cwd())
    return hashlib.sha256("\0".join((place, name, beginning)).encode()).hexdigest()[:16]


def remember(key: str, session: str, draft: Mapping[str, Any]) -> None:
    """Keep the latest state of a draft as long as the kernel runs."""
    _drafts[key] = (session, {part: draft[part] for part in KEPT})


def recall(key: str, session: str) -> dict[str, Any] | None:
    """Return what an earlier editor, not `session` itself, left of the draft."""
    owner, draft = _drafts.get(key, (session, {}))
    return draft if owner != session and draft["text"].strip() else None


def read_allowed(allow: Iterable[str] | PathLike[str]) -> tuple[str, ...]:
    """Return the words of an allow-list, given as words or as a text file with one a line.

    Raises
    ------
    TypeError
        If `allow` is one string: whether a word or a path is meant cannot be told.
    """
    if isinstance(allow, str):
        raise TypeError(
            f"allow takes a list of words, or a pathlib.Path to a file with one a line; given the"
            f" string {allow!r}. Write allow=[{allow!r}] or allow=Path({allow!r})."
        )
    if isinstance(allow, PathLike):
        lines = Path(allow).read_text(encoding="utf-8").splitlines()
        words = [line.strip() for line in lines if not line.lstrip().startswith("#")]
    else:
        words = [word.strip() for word in allow]
    return tuple(word for word in words if word)

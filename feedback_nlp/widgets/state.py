"""What the traits of the editor may hold; a mistake is named before it reaches the screen."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from traitlets import TraitError

from feedback_nlp.characters import LONE_SURROGATE

SCENARIO = ("who", "about", "goal")
SCOPES = ("once", "always")
_VERSION = ("text", "actionability", "judgmental", "at")
_LINE_BREAK = re.compile(r"\r\n?")


def clean_text(text: str) -> str:
    """Return `text` as the editor holds it, so that offsets agree."""
    return LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", _LINE_BREAK.sub("\n", text))


def clean_scenario(scenario: Mapping[str, Any]) -> dict[str, str]:
    """Return a scenario with text in it, or raise TraitError."""
    if unknown := sorted(set(scenario) - set(SCENARIO)):
        raise TraitError(f"A scenario has {', '.join(SCENARIO)}; given {', '.join(unknown)}.")
    return {key: clean_text(str(value)) for key, value in scenario.items()}


def clean_dismissed(entries: Iterable[Any]) -> list[dict[str, Any]]:
    """Return the list of what is dismissed, or raise TraitError."""
    kept = []
    for entry in entries:
        _expect_keys("A dismissed mark", entry, ("cue", "text", "scope"))
        if entry["scope"] not in SCOPES:
            raise TraitError(
                f"scope of a dismissed mark is {' or '.join(SCOPES)}; given {entry['scope']!r}."
            )
        if entry["scope"] == "once" and not isinstance(entry.get("from"), int):
            raise TraitError(
                "A mark that is dismissed once has from, its place in UTF-16 units;"
                f" given {entry.get('from')!r}."
            )
        kept.append(dict(entry))
    return kept


def clean_versions(entries: Iterable[Any]) -> list[dict[str, Any]]:
    """Return the list of versions, or raise TraitError."""
    kept = []
    for entry in entries:
        _expect_keys("A version", entry, _VERSION)
        kept.append({key: entry[key] for key in _VERSION})
    return kept


def _expect_keys(what: str, entry: Any, keys: Collection[str]) -> None:
    given = sorted(entry) if isinstance(entry, Mapping) else [repr(entry)]
    if missing := [key for key in keys if key not in given]:
        raise TraitError(f"{what} has {', '.join(keys)}; {', '.join(missing)} missing in {given}.")

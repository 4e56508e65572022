"""Read and validate cue files: one TOML file holds all that concerns one cue."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from feedback_nlp.cues.guards import GUARDS
from feedback_nlp.errors import CueError
from feedback_nlp.lexica import load_lexicon

FAMILIES = ("judgmental", "part", "vague")
EXPANSIONS = ("subtree", "clause", "sentence")

_CUE_KEYS = {"id", "family", "title", "why", "ask", "missing", "guards", "hits", "misses", "lists"}
_RULE_KEYS = {"id", "tokens", "dependency", "anchor", "mark", "expand", "guards", "unless"}


#: How a pattern names whoever is judged.
_PERSON = {"IN": "@person"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern of a cue; `kind` is ``tokens`` or ``dependency``."""

    id: str
    kind: str
    pattern: list[dict[str, Any]]
    guards: tuple[str, ...] = ()
    anchor: int = 0
    mark: tuple[int, ...] = ()
    expand: str | None = None
    #: The same pattern with a name, and with a word for a person, where it has a pronoun.
    variants: tuple[list[dict[str, Any]], ...] = ()


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue with its wording, rules and own test sentences; what the heads find has no rules."""

    id: str
    family: str
    title: str
    why: str
    ask: str
    missing: str
    rules: tuple[Rule, ...]
    hits: tuple[str, ...] = field(repr=False)
    misses: tuple[str, ...] = field(repr=False)


@lru_cache(maxsize=1)
def load_cues() -> tuple[Cue, ...]:
    """Load all cues that ship with the package, ordered by family and id.

    Raises
    ------
    CueError
        If a file is not valid; the message names the file and the field.
    """
    folder = resources.files("feedback_nlp") / "cues"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    cues = [parse_cue(f.read_text(encoding="utf-8"), source=f.name) for f in files]
    return tuple(sorted(cues, key=lambda cue: (FAMILIES.index(cue.family), cue.id)))


def parse_cue(content: str, *, source: str) -> Cue:
    """Parse the text of one cue file.

    Parameters
    ----------
    content : str
        TOML.
    source : str
        File name, for error messages.

    Raises
    ------
    CueError
        If the content is not valid TOML or breaks the format.
    """
    try:
        raw = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise CueError(f"{source}: not valid TOML: {error}.") from error
    _check_keys(raw.keys() - {"rules"}, _CUE_KEYS, source)
    missing = [key for key in ("id", "family", "title", "why", "ask") if not raw.get(key)]
    if missing:
        raise CueError(f"{source}: add the field(s) {', '.join(missing)}.")
    if raw["family"] not in FAMILIES:
        raise CueError(
            f"{source}: family is {raw['family']!r}; it must be one of {', '.join(FAMILIES)}."
        )
    lists = {name: [str(word) for word in words] for name, words in raw.get("lists", {}).items()}
    default_guards = tuple(raw.get("guards", ()))
    rules = tuple(
        _parse_rule(
            rule,
            lists,
            default_guards,
            f"{source}, rule {number}",
            anyone=raw["family"] == "judgmental",
        )
        for number, rule in enumerate(raw.get("rules", ()), start=1)
    )
    if "rules" not in raw:
        raise CueError(f"{source}: a cue needs at least one [[rules]] table, or rules = [].")
    repeated = {rule.id for rule in rules if sum(rule.id == other.id for other in rules) > 1}
    if repeated:
        raise CueError(f"{source}: rule ids must differ; repeated: {', '.join(sorted(repeated))}.")
    return Cue(
        id=raw["id"],
        family=raw["family"],
        title=raw["title"],
        why=raw["why"],
        ask=raw["ask"],
        missing=raw.get("missing", ""),
        rules=rules,
        hits=tuple(raw.get("hits", ())),
        misses=tuple(raw.get("misses", ())),
    )


def _parse_rule(
    raw: dict[str, Any], lists: dict[str, list[str]], default_guards: tuple[str, ...], where: str,
    *, anyone: bool = False,
) -> Rule:  # fmt: skip
    _check_keys(raw.keys(), _RULE_KEYS, where)
    if "id" not in raw or ("tokens" in raw) == ("dependency" in raw):
        raise CueError(f"{where}: needs an id and either tokens or dependency.")
    kind = "tokens" if "tokens" in raw else "dependency"
    pattern = _resolve_lists(raw[kind], lists, where)
    guards = (*raw.get("guards", default_guards), *raw.get("unless", ()))
    unknown = [guard for guard in guards if guard not in GUARDS]
    if unknown:
        raise CueError(f"{where}: no such guard {unknown[0]!r}; there are {', '.join(GUARDS)}.")
    if raw.get("expand") not in (None, *EXPANSIONS):
        raise CueError(f"{where}: expand must be one of {', '.join(EXPANSIONS)}.")
    nodes = [node.get("RIGHT_ID", "") for node in pattern] if kind == "dependency" else []
    anchor = raw.get("anchor", 0)
    variants = _with_anyone(raw[kind]) if anyone and kind == "dependency" else []
    return Rule(
        id=raw["id"],
        kind=kind,
        pattern=pattern,
        guards=tuple(dict.fromkeys(guards)),
        anchor=_node_index(anchor, nodes, where) if isinstance(anchor, str) else int(anchor),
        mark=tuple(_node_index(name, nodes, where) for name in raw.get("mark", ())),
        expand=raw.get("expand"),
        variants=tuple(_resolve_lists(variant, lists, where) for variant in variants),
    )


def _with_anyone(pattern: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return the pattern for "Sam is lazy" and "the speaker is lazy" beside "you are lazy"."""
    if not any(node.get("RIGHT_ATTRS", {}).get("LOWER") == _PERSON for node in pattern):
        return []

    def replaced(attributes: dict[str, Any]) -> list[dict[str, Any]]:
        nodes = []
        for node in pattern:
            given = node.get("RIGHT_ATTRS", {})
            if given.get("LOWER") == _PERSON:
                rest = {key: value for key, value in given.items() if key != "LOWER"}
                node = {**node, "RIGHT_ATTRS": {**rest, **attributes}}
            nodes.append(node)
        return nodes

    return [replaced({"POS": "PROPN"}), replaced({"LEMMA": {"IN": "@lex:people"}})]


def _node_index(name: str, nodes: list[str], where: str) -> int:
    if name not in nodes:
        raise CueError(f"{where}: no node {name!r}; there are {', '.join(nodes) or 'none'}.")
    return nodes.index(name)


def _resolve_lists(value: Any, lists: dict[str, list[str]], where: str) -> Any:
    if isinstance(value, dict):
        return {key: _resolve_lists(item, lists, where) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolve_lists(item, lists, where) for item in value]
    if isinstance(value, str) and value.startswith("@lex:"):
        return _sorted_lexicon(value.removeprefix("@lex:"))
    if isinstance(value, str) and value.startswith("@"):
        name = value[1:]
        if name not in lists:
            raise CueError(f"{where}: no list {name!r}; there are {', '.join(lists) or 'none'}.")
        return lists[name]
    return value


@cache
def _sorted_lexicon(name: str) -> list[str]:
    # Many rules name the same list.
    return sorted(load_lexicon(name))


def _check_keys(keys: Iterable[str], allowed: set[str], where: str) -> None:
    unknown = sorted(set(keys) - allowed)
    if unknown:
        raise CueError(f"{where}: unknown field {unknown[0]!r}; allowed: {sorted(allowed)}.")

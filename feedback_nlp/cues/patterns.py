"""Patterns of cues on whole sentences: what spaCy's matchers find, found at a tenth of the time.

Each different condition on a token (``{ LOWER = …, POS = … }``) is one bit. A token is one number
in which the bits of all conditions that it meets are set; it is put together from a few tables,
one look-up each. A pattern is tried only where the sentence meets all of its conditions, which is
rare. The language of the patterns is that part of spaCy's which cue files use, and the tests hold
the results against spaCy's own `Matcher` and `DependencyMatcher`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any

from feedback_nlp.columns import Columns, Kind, Table, Word

#: What can be asked of a word wherever it stands, by the name that patterns use.
_OF_WORDS: dict[str, Callable[[Word], Any]] = {
    "LOWER": attrgetter("lower"),
    "TEXT": attrgetter("text"),
    "ORTH": attrgetter("text"),
    "LENGTH": lambda word: len(word.text),
    "IS_SPACE": attrgetter("is_space"),
    "IS_PUNCT": attrgetter("is_punct"),
    "IS_ALPHA": attrgetter("is_alpha"),
    "IS_UPPER": attrgetter("is_upper"),
    "LIKE_NUM": attrgetter("like_num"),
}
#: What can be asked of a token in its sentence.
_OF_KINDS: dict[str, Callable[[Kind], Any]] = {
    "POS": attrgetter("pos"),
    "TAG": attrgetter("tag"),
    "DEP": attrgetter("dep"),
    "SPACY": attrgetter("spacy"),
    "IS_SENT_START": attrgetter("starts"),
}
_COUNTS = {"1": (1, 1), "?": (0, 1), "*": (0, None), "+": (1, None)}
_COUNT = re.compile(r"\{(\d+),(\d+)\}")


class _Attribute:
    """Which conditions one attribute meets by its value."""

    def __init__(self) -> None:
        self._asked = 0  # conditions that name one of some values
        self._with: dict[Any, int] = {}
        self._without: dict[Any, int] = {}
        self._tests: list[tuple[int, Callable[[Any], bool]]] = []

    def add(self, bit: int, wanted: Any) -> None:
        """Add a condition: a value, or operators with their operands."""
        for operator, operand in wanted.items() if isinstance(wanted, dict) else [("==", wanted)]:
            if operator in ("IN", "NOT_IN"):
                places = self._with if operator == "IN" else self._without
                for value in operand:
                    places[value] = places.get(value, 0) | bit
            elif operator == "==":
                self._with[operand] = self._with.get(operand, 0) | bit
            elif operator == "REGEX":
                self._tests.append((bit, partial(_matches, re.compile(operand))))
            elif operator == ">=":
                self._tests.append((bit, partial(_at_least, operand)))
            else:
                raise ValueError(f"no such operator {operator!r}")
            if operator in ("IN", "=="):
                self._asked |= bit

    def met(self, value: Any) -> int:
        """Return the bits of all conditions that a value doesn't break."""
        bits = (~self._asked | self._with.get(value, 0)) & ~self._without.get(value, 0)
        for bit, test in self._tests:
            if not test(value):
                bits &= ~bit
        return bits


def _matches(pattern: re.Pattern[str], value: str) -> bool:
    return pattern.search(value) is not None


def _at_least(least: int, value: int) -> bool:
    return value >= least


class Conditions:
    """All different conditions on tokens, a bit each; add all before asking for the first."""

    def __init__(self) -> None:
        self._bits: dict[str, int] = {}
        self._of: dict[str, _Attribute] = {
            name: _Attribute() for name in (*_OF_WORDS, "LEMMA", *_OF_KINDS)
        }
        self._words: Table[Word, int] = Table(lambda word: self._met(_OF_WORDS, word))
        self._kinds: Table[Kind, int] = Table(lambda kind: self._met(_OF_KINDS, kind))
        self._lemmas: Table[str, int] = Table(self._of["LEMMA"].met)

    def bit(self, condition: Mapping[str, Any]) -> int:
        """Return the bit of a condition.

        Raises
        ------
        ValueError
            If it asks for an attribute or uses an operator that there is not.
        """
        key = json.dumps(condition, sort_keys=True)
        if key not in self._bits:
            bit = 1 << len(self._bits)
            for name, wanted in condition.items():
                if name not in self._of:
                    raise ValueError(f"no such attribute {name!r}")
                self._of[name].add(bit, wanted)
            self._bits[key] = bit
        return self._bits[key]

    def met(self, sentence: Columns) -> list[int]:
        """Return for each token the bits of the conditions that it meets."""
        words, lemmas, kinds = self._words, self._lemmas, self._kinds
        return [
            words[word] & lemmas[lemma] & kinds[kind]
            for word, lemma, kind in zip(
                sentence.words, sentence.lemmas, sentence.kinds, strict=True
            )
        ]

    def _met(self, attributes: Mapping[str, Callable[[Any], Any]], of: Any) -> int:
        bits = (1 << len(self._bits)) - 1
        for name, value in attributes.items():
            bits &= self._of[name].met(value(of))
        return bits


@dataclass(frozen=True, slots=True)
class _Step:
    """A condition of a token pattern and how often in a row it holds."""

    bit: int
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class TokenPattern:
    """Conditions on tokens in a row."""

    key: int
    steps: tuple[_Step, ...]

    @property
    def required(self) -> tuple[int, ...]:
        """Bits of the conditions that some token of the sentence must meet."""
        return tuple(step.bit for step in self.steps if step.least)

    def find(self, tokens: Places) -> Iterator[tuple[int, int]]:
        """Yield start and end of every row of tokens that fits, as spaCy does: not the longest."""
        first = self.steps[0]
        starts = tokens.at(first.bit) if first.least else (1 << len(tokens.met)) - 1
        for start in _set_bits(starts):
            # Bit i of `ends`: the steps so far fit the tokens from `start` to before i.
            ends = 1 << start
            for step in self.steps:
                ends = _after(ends, tokens.at(step.bit), step)
                if not ends:
                    break
            for end in _set_bits(ends):
                if end > start:
                    yield start, end


def _after(ends: int, fits: int, step: _Step) -> int:
    for _ in range(step.least):
        ends = (ends & fits) << 1
    if step.most == step.least:
        return ends
    reached, newest, more = ends, ends, step.least
    while newest and (step.most is None or more < step.most):
        newest = (newest & fits) << 1 & ~reached
        reached |= newest
        more += 1
    return reached


def _set_bits(number: int) -> Iterator[int]:
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


@dataclass(frozen=True, slots=True)
class DependencyPattern:
    """Conditions on tokens that hang together in the parse; the first one is the top."""

    key: int
    bits: tuple[int, ...]
    #: Which token each further one hangs on, and whether at any depth.
    above: tuple[tuple[int, bool], ...]

    @property
    def required(self) -> tuple[int, ...]:
        """Bits of the conditions that some token of the sentence must meet."""
        return self.bits

    def find(self, tokens: Places) -> Iterator[tuple[int, ...]]:
        """Yield the places of every group of tokens that fits, in the order of the pattern."""
        groups: list[tuple[int, ...]] = [(i,) for i in _set_bits(tokens.at(self.bits[0]))]
        for bit, (left, deep) in zip(self.bits[1:], self.above, strict=True):
            below = tokens.sentence.below if deep else tokens.sentence.children.__getitem__
            groups = [
                (*group, i) for group in groups for i in below(group[left]) if tokens.met[i] & bit
            ]
            if not groups:
                return
        yield from groups


class Places:
    """Which tokens of one sentence meet which condition.

    Parameters
    ----------
    sentence : Columns
        One parsed sentence.
    met : sequence of int
        Bits of the conditions that each token meets.
    """

    def __init__(self, sentence: Columns, met: Sequence[int]) -> None:
        self.sentence = sentence
        self.met = met
        self._known: dict[int, int] = {}

    def at(self, bit: int) -> int:
        """Return a number in which bit i is set if token i meets the condition."""
        places = self._known.get(bit)
        if places is None:
            places = 0
            for i, bits in enumerate(self.met):
                if bits & bit:
                    places |= 1 << i
            self._known[bit] = places
        return places


class PatternMatcher:
    """Find many patterns in a sentence."""

    def __init__(self) -> None:
        self._conditions = Conditions()
        #: Patterns by the bit of their rarest condition, each with the bits of all its conditions.
        self._by_rarest: dict[int, list[tuple[int, TokenPattern | DependencyPattern]]] = {}
        self._rarest = 0

    def add_tokens(self, key: int, pattern: Sequence[Mapping[str, Any]]) -> None:
        """Add conditions on tokens in a row; `key` comes back with each match.

        Raises
        ------
        ValueError
            If it is not in the language of patterns.
        """
        steps = []
        for token in pattern:
            rest = {name: wanted for name, wanted in token.items() if name != "OP"}
            steps.append(_Step(self._conditions.bit(rest), *_count(token.get("OP", "1"))))
        self._add(TokenPattern(key, tuple(steps)), pattern)

    def add_dependency(self, key: int, pattern: Sequence[Mapping[str, Any]]) -> None:
        """Add conditions on tokens that hang together; `key` comes back with each match.

        Raises
        ------
        ValueError
            If it is not in the language of patterns.
        """
        names = [str(node["RIGHT_ID"]) for node in pattern]
        above = []
        for place, node in enumerate(pattern[1:], start=1):
            if node.get("REL_OP") not in (">", ">>") or node.get("LEFT_ID") not in names[:place]:
                raise ValueError(f"{names[place]!r} must hang, by > or >>, on one named before it")
            above.append((names.index(node["LEFT_ID"]), node["REL_OP"] == ">>"))
        conditions = [node["RIGHT_ATTRS"] for node in pattern]
        bits = tuple(self._conditions.bit(condition) for condition in conditions)
        self._add(DependencyPattern(key, bits, tuple(above)), conditions)

    def _add(
        self, pattern: TokenPattern | DependencyPattern, conditions: Sequence[Mapping[str, Any]]
    ) -> None:
        needed = [c for c in conditions if _count(c.get("OP", "1"))[0]]
        if not needed:
            raise ValueError("it fits no token at all; ask for one at least")
        required = pattern.required
        rarest = required[min(range(len(needed)), key=lambda i: _breadth(needed[i]))]
        together = 0
        for bit in required:
            together |= bit
        self._by_rarest.setdefault(rarest, []).append((together, pattern))
        self._rarest |= rarest

    def __call__(
        self, sentence: Columns
    ) -> tuple[list[tuple[int, int, int]], list[tuple[int, tuple[int, ...]]]]:
        """Return what is found, each match perhaps more than once.

        Returns
        -------
        list of tuple
            Key, start and end of each match of conditions in a row.
        list of tuple
            Key and places of each match of conditions that hang together.
        """
        met = self._conditions.met(sentence)
        anywhere = 0
        for bits in met:
            anywhere |= bits
        tokens = Places(sentence, met)
        rows: list[tuple[int, int, int]] = []
        groups: list[tuple[int, tuple[int, ...]]] = []
        missing = ~anywhere
        left = anywhere & self._rarest
        while left:
            lowest = left & -left
            left ^= lowest
            for required, pattern in self._by_rarest[lowest]:
                if required & missing:
                    continue
                if isinstance(pattern, TokenPattern):
                    rows += [(pattern.key, start, end) for start, end in pattern.find(tokens)]
                else:
                    groups += [(pattern.key, places) for places in pattern.find(tokens)]
        return rows, groups


def _count(operator: str) -> tuple[int, int | None]:
    if operator in _COUNTS:
        return _COUNTS[operator]
    if (counts := _COUNT.fullmatch(operator)) is None:
        raise ValueError(f"no such OP {operator!r}")
    return int(counts[1]), int(counts[2])


def _breadth(condition: Mapping[str, Any]) -> float:
    """Guess how many tokens meet a condition: those that list few words are the rarest."""
    breadth = float("inf")
    for name in ("LOWER", "TEXT", "ORTH", "LEMMA"):
        wanted = condition.get(name)
        if isinstance(wanted, str):
            breadth = min(breadth, 1)
        elif isinstance(wanted, dict) and "IN" in wanted:
            breadth = min(breadth, len(wanted["IN"]))
    return breadth

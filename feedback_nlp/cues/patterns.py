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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from operator import attrgetter, le, or_
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
#: Words and marks that most sentences hold: a condition that lists one of them is no rare one.
_FREQUENT = frozenset(
    """the a an of to and in is are was were be been 's it that this for i you your on with as not
    n't so have has do but or by at from if there they we would could can my me all more what
    . , ! ? : - ( ) \" '""".split()  # noqa: SIM905
)
#: How many rarer words weigh as much as a frequent one.
_FREQUENT_WEIGHS = 50
_COUNTS = {"1": (1, 1), "?": (0, 1), "*": (0, None), "+": (1, None)}
_COUNT = re.compile(r"\{(\d+),(\d+)\}")


class _Attribute:
    """Which conditions one attribute meets by its value."""

    def __init__(self) -> None:
        self._asked = 0  # conditions that name one of some values
        self._with: dict[Any, int] = {}
        self._without: dict[Any, int] = {}
        self._tests: list[tuple[int, Callable[[Any], object]]] = []

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
                self._tests.append((bit, re.compile(operand).search))
            elif operator == ">=":
                self._tests.append((bit, partial(le, operand)))
            else:
                raise ValueError(f"no such operator {operator!r}")
            if operator in ("IN", "=="):
                self._asked |= bit

    def met(self, value: Any) -> int:
        """Return the bits of all conditions that a value doesn't break."""
        bits = ~self._asked
        if value in self._with:
            bits |= self._with[value]
        if value in self._without:
            bits &= ~self._without[value]
        for bit, test in self._tests:
            if not test(value):
                bits &= ~bit
        return bits


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
    """A condition of a token pattern: on one token, on one or none, or on any number of them."""

    bit: int
    needed: bool = True
    repeated: bool = False


def _steps(bit: int, operator: str) -> list[_Step]:
    """Return the steps that a condition with an ``OP`` stands for."""
    least, most = _count(operator)
    needed = [_Step(bit)] * least
    if most is None:
        return [*needed, _Step(bit, needed=False, repeated=True)]
    return [*needed, *[_Step(bit, needed=False)] * (most - least)]


@dataclass(frozen=True, slots=True)
class TokenPattern:
    """Conditions on tokens in a row.

    It is tried around the tokens that meet its rarest condition only.
    """

    key: int
    #: The steps before the rarest one, the nearest first.
    before: tuple[_Step, ...]
    #: The rarest step and those behind it.
    behind: tuple[_Step, ...]

    def find(self, tokens: Tokens) -> Iterator[tuple[int, int]]:
        """Yield start and end of every row of tokens that fits, as spaCy does: not the longest."""
        for place in tokens.at(self.behind[0].bit):
            starts = tokens.walk(place - 1, self.before, -1)
            ends = tokens.walk(place, self.behind, 1) if starts else []
            for start in starts:
                for end in ends:
                    yield start + 1, end


@dataclass(frozen=True, slots=True)
class DependencyPattern:
    """Conditions on tokens that hang together in the parse; the first one is the top."""

    key: int
    bits: tuple[int, ...]
    #: Which token each further one hangs on, and whether at any depth.
    above: tuple[tuple[int, bool], ...]

    def find(self, tokens: Tokens) -> Iterator[tuple[int, ...]]:
        """Yield the places of every group of tokens that fits, in the order of the pattern."""
        groups: list[tuple[int, ...]] = [(i,) for i in tokens.at(self.bits[0])]
        for bit, (left, deep) in zip(self.bits[1:], self.above, strict=True):
            below = tokens.sentence.below if deep else tokens.sentence.children.__getitem__
            groups = [
                (*group, i) for group in groups for i in below(group[left]) if tokens.met[i] & bit
            ]
            if not groups:
                return
        yield from groups


class Tokens:
    """The tokens of one sentence by the conditions that they meet.

    Parameters
    ----------
    sentence : Columns
        One parsed sentence.
    met : sequence of int
        Bits of the conditions that each token meets.
    """

    def __init__(self, sentence: Columns, met: Sequence[int]) -> None:
        self.sentence = sentence
        # Behind the last token, which is also before the first one, nothing is met.
        self.met = [*met, 0]

    def at(self, bit: int) -> list[int]:
        """Return the places of the tokens that meet a condition."""
        return [i for i, bits in enumerate(self.met) if bits & bit]

    def walk(self, place: int, steps: Iterable[_Step], stride: int) -> list[int]:
        """Return the places that can come next when the steps fit the tokens from `place` on.

        Parameters
        ----------
        place : int
            Place of the first token.
        steps : iterable of _Step
            What the tokens must meet, one after the other.
        stride : {1, -1}
            Whether to go forth or back.
        """
        met = self.met
        reached = [place]
        for step in steps:
            bit = step.bit
            newest = [i + stride for i in reached if met[i] & bit]
            if step.needed:
                reached = newest
            while newest and not step.needed:
                newest = [i for i in newest if i not in reached]
                reached = reached + newest
                if not step.repeated:
                    break
                newest = [i + stride for i in newest if met[i] & bit]
        return reached


class PatternMatcher:
    """Find many patterns in a sentence."""

    def __init__(self) -> None:
        self._conditions = Conditions()
        #: Patterns by the length of their rarest condition's bit, each with the bits of all that
        #: some token must meet.
        self._by_rarest: dict[int, list[tuple[int, TokenPattern | DependencyPattern]]] = {}
        self._rarest = 0

    def add_tokens(self, key: int, pattern: Sequence[Mapping[str, Any]]) -> None:
        """Add conditions on tokens in a row; `key` comes back with each match.

        Raises
        ------
        ValueError
            If it is not in the language of patterns.
        """
        steps: list[_Step] = []
        breadths: dict[int, float] = {}
        for token in pattern:
            condition = {name: wanted for name, wanted in token.items() if name != "OP"}
            bit = self._conditions.bit(condition)
            breadths[bit] = _breadth(condition)
            steps += _steps(bit, token.get("OP", "1"))
        needed = [i for i, step in enumerate(steps) if step.needed]
        if not needed:
            raise ValueError("it fits no token at all; ask for one at least")
        rarest = min(needed, key=lambda i: breadths[steps[i].bit])
        found = TokenPattern(key, tuple(reversed(steps[:rarest])), tuple(steps[rarest:]))
        self._add(found, steps[rarest].bit, [steps[i].bit for i in needed])

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
        rarest = min(range(len(bits)), key=lambda i: _breadth(conditions[i]))
        self._add(DependencyPattern(key, bits, tuple(above)), bits[rarest], bits)

    def _add(
        self, pattern: TokenPattern | DependencyPattern, rarest: int, required: Iterable[int]
    ) -> None:
        together = reduce(or_, required)
        self._by_rarest.setdefault(rarest.bit_length(), []).append((together, pattern))
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
        anywhere = reduce(or_, met, 0)
        tokens = Tokens(sentence, met)
        rows: list[tuple[int, int, int]] = []
        groups: list[tuple[int, tuple[int, ...]]] = []
        missing = ~anywhere
        left = anywhere & self._rarest
        while left:
            lowest = left & -left
            left ^= lowest
            for required, pattern in self._by_rarest[lowest.bit_length()]:
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
        if isinstance(wanted, dict) and "IN" not in wanted:
            continue
        listed = wanted["IN"] if isinstance(wanted, dict) else [wanted] if wanted else []
        if listed:
            breadth = min(breadth, sum(map(_weight, listed)))
    return breadth


def _weight(word: str) -> int:
    return _FREQUENT_WEIGHS if word in _FREQUENT else 1

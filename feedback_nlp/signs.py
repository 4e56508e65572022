"""Which signs a sentence shows, found in one pass over its tokens.

Most features of most sentences are 0, as the words that they count don't occur. Each sign is one
bit; a word, a lemma or a kind of token is looked up once for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from operator import or_
from typing import TypeVar

from feedback_nlp.columns import Columns, Kind, Table, Word

T = TypeVar("T")
Tests = Mapping[str, Callable[[T], bool]]


class Signs:
    """Tests of tokens by the name of their sign; a name may stand in more than one table.

    Parameters
    ----------
    words : mapping of str to callable
        Tests of a word wherever it stands.
    lemmas : mapping of str to callable
        Tests of a lemma in lower case.
    kinds : mapping of str to callable
        Tests of what a token is in its sentence.
    """

    def __init__(self, words: Tests[Word], lemmas: Tests[str], kinds: Tests[Kind]) -> None:
        names = dict.fromkeys((*words, *lemmas, *kinds))
        self._bits = {name: 1 << place for place, name in enumerate(names)}
        self._words: Table[Word, int] = Table(lambda word: self._met(words, word))
        self._lemmas: Table[str, int] = Table(lambda lemma: self._met(lemmas, lemma.lower()))
        self._kinds: Table[Kind, int] = Table(lambda kind: self._met(kinds, kind))

    def mask(self, names: Iterable[str]) -> int:
        """Return the number in which the bits of these signs are set."""
        return sum(self._bits[name] for name in set(names))

    def of(self, sentence: Columns) -> int:
        """Return the number in which the bit of each sign is set that some token shows."""
        shown = reduce(or_, map(self._words.__getitem__, sentence.words), 0)
        shown = reduce(or_, map(self._lemmas.__getitem__, sentence.lemmas), shown)
        return reduce(or_, map(self._kinds.__getitem__, sentence.kinds), shown)

    def _met(self, tests: Tests[T], value: T) -> int:
        return sum(self._bits[name] for name, test in tests.items() if test(value))

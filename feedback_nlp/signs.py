"""Which signs a sentence shows, found in one pass over its tokens.

Most features of most sentences are 0, as the words that they count don't occur. Each sign is one
bit; a word, a lemma or a kind of token is looked up once for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import cached_property, reduce
from operator import or_
from typing import TypeVar

from feedback_nlp.columns import Columns, Kind, Table, Word

T = TypeVar("T")
Tests = Mapping[str, Callable[[T], bool]]
#: Lists of words in lower case, read when the first word is looked up.
Lists = Mapping[str, Callable[[], Container[str]]]
Entries = Sequence[tuple[int, Container[str]]]


class Signs:
    """Signs of tokens by their names; a name may stand in more than one table.

    Parameters
    ----------
    forms : mapping of str to callable
        Returns the words, in lower case, that are the sign wherever they stand.
    lemmas : mapping of str to callable
        Returns the lemmas, in lower case, that are the sign.
    words : mapping of str to callable
        Tests of a word wherever it stands.
    kinds : mapping of str to callable
        Tests of what a token is in its sentence.
    """

    def __init__(
        self, *, forms: Lists, lemmas: Lists, words: Tests[Word], kinds: Tests[Kind]
    ) -> None:
        names = dict.fromkeys((*forms, *lemmas, *words, *kinds))
        self._bits = {name: 1 << place for place, name in enumerate(names)}
        self._forms = forms
        self._lemma_lists = lemmas
        self._words: Table[Word, int] = Table(
            lambda word: _listed(self._entries_of_forms, word.lower) | self._met(words, word)
        )
        self._lemmas: Table[str, int] = Table(
            lambda lemma: _listed(self._entries_of_lemmas, lemma.lower())
        )
        self._kinds: Table[Kind, int] = Table(lambda kind: self._met(kinds, kind))

    def mask(self, names: Iterable[str]) -> int:
        """Return the number in which the bits of these signs are set."""
        return sum(self._bits[name] for name in set(names))

    def of(self, sentence: Columns) -> int:
        """Return the number in which the bit of each sign is set that some token shows."""
        shown = reduce(or_, map(self._words.__getitem__, sentence.words), 0)
        shown = reduce(or_, map(self._lemmas.__getitem__, sentence.lemmas), shown)
        return reduce(or_, map(self._kinds.__getitem__, sentence.kinds), shown)

    @cached_property
    def _entries_of_forms(self) -> Entries:
        return self._read(self._forms)

    @cached_property
    def _entries_of_lemmas(self) -> Entries:
        return self._read(self._lemma_lists)

    def _read(self, lists: Lists) -> Entries:
        return [(self._bits[name], read()) for name, read in lists.items()]

    def _met(self, tests: Tests[T], value: T) -> int:
        return sum(self._bits[name] for name, test in tests.items() if test(value))


def _listed(entries: Entries, word: str) -> int:
    return sum([bit for bit, words in entries if word in words])

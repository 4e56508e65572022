"""Lemmas by the tables of spaCy's rule lemmatizer: the same as its own, in a fraction of its time.

It looks for a form by reading the list of all words of a part of speech from its start, and reads
the morphology of each token anew. Here the words are sets, and what follows from part of speech
and morphology alone is found out once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from feedback_nlp.columns import Table

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Token

_NO_WORD = "\N{SYMBOL FOR NULL}"
#: Parts of speech whose words spaCy writes in lower case and does nothing else.
_LOWERED = {"", "eol", "space"}


class RuleLemmatizer:
    """Find what spaCy's rule lemmatizer finds.

    Parameters
    ----------
    nlp : Language
        A pipeline whose lemmatizer is known; see `is_known`.
    """

    def __init__(self, nlp: Language) -> None:
        self._lemmatizer: Any = nlp.get_pipe("lemmatizer")
        self._vocab = nlp.vocab
        self._index = word_index(nlp)
        self._inflections: Table[tuple[int, int], _Inflection] = Table(self._inflection)

    @staticmethod
    def is_known(lemmatizer: Any) -> bool:
        """Whether a lemmatizer goes by rules, and by spaCy's own way to apply them."""
        from spacy.pipeline import Lemmatizer

        return bool(
            isinstance(lemmatizer, Lemmatizer)
            and lemmatizer.mode == "rule"
            and type(lemmatizer).rule_lemmatize is Lemmatizer.rule_lemmatize
        )

    def __call__(self, word: int, pos: int, morph: int) -> int:
        """Return the id of the lemma of a word.

        Parameters
        ----------
        word, pos, morph : int
            Ids of the word, its part of speech and its morphology.
        """
        inflection = self._inflections[pos, morph]
        if inflection.lowered:
            return self._vocab[word].lower
        strings = self._vocab.strings
        return int(strings.add(inflection.lemma(strings[word])))

    def _inflection(self, kind: tuple[int, int]) -> _Inflection:
        token = self._token(*kind)
        pos = token.pos_.lower()
        table = self._lemmatizer.lookups.get_table
        known = self._index.get(self._vocab.strings[pos], frozenset())
        exceptions = table("lemma_exc", {}).get(pos, {})
        rules = table("lemma_rules", {}).get(pos, ())
        tabled = bool(known or exceptions or rules)
        base = pos in _LOWERED or self._lemmatizer.is_base_form(token)
        return _Inflection(base or not (tabled or pos == "propn"), known, exceptions, rules)

    def _token(self, pos: int, morph: int) -> Token:
        from spacy.tokens import Doc

        token: Any = Doc(self._vocab, words=[_NO_WORD])[0]
        token.pos = pos
        token.set_morph(morph)
        return token


@dataclass(frozen=True, slots=True)
class _Inflection:
    """How words of one part of speech and morphology are inflected."""

    #: Whether a word is its own lemma, in lower case.
    lowered: bool
    known: frozenset[str]
    exceptions: Mapping[str, Sequence[str]]
    rules: Sequence[tuple[str, str]]

    def lemma(self, text: str) -> str:
        """Return the lemma of an inflected word."""
        lower = text.lower()
        forms = _without_ending(lower, self.rules)
        words = [form for form in forms if form in self.known]
        odd = [form for form in forms if form not in self.known and not form.isalpha()]
        # spaCy puts each word that it finds before those that it found.
        exceptions = [
            form
            for form in dict.fromkeys(self.exceptions.get(lower, ()))
            if form not in words and form not in odd
        ]
        return next(iter([*reversed(exceptions), *reversed(words), *odd, *forms, text]))


def _without_ending(lower: str, rules: Iterable[tuple[str, str]]) -> list[str]:
    """Return what a word may be a form of, by each rule whose ending it has."""
    return [
        form
        for ending, other in rules
        if lower.endswith(ending) and (form := lower.removesuffix(ending) + other)
    ]


_indexes: WeakKeyDictionary[Language, dict[Any, frozenset[str]]] = WeakKeyDictionary()


def word_index(nlp: Language) -> Mapping[Any, frozenset[str]]:
    """Return the words that the lemmatizer knows (from WordNet), by part of speech, if it has any.

    spaCy keeps the words of each part of speech as a list, and looks for a form by reading it from
    its start, which takes most of the lemmatizer's time.
    """
    if nlp not in _indexes:
        _indexes[nlp] = _read_index(nlp)
    return _indexes[nlp]


def _read_index(nlp: Language) -> dict[Any, frozenset[str]]:
    if "lemmatizer" not in nlp.pipe_names:
        return {}
    lookups = getattr(nlp.get_pipe("lemmatizer"), "lookups", None)
    if lookups is None or not lookups.has_table("lemma_index"):
        return {}
    return {key: frozenset(words) for key, words in lookups.get_table("lemma_index").items()}


def known_forms(nlp: Language, spellings: Iterable[str]) -> set[str]:
    """Return which spellings are forms of words that the lemmatizer knows: "filed", "spilt".

    Parameters
    ----------
    nlp : Language
        A pipeline; one whose lemmatizer has no tables knows no forms.
    spellings : iterable of str
        In lower case.
    """
    spellings = set(spellings)
    found: set[str] = set()
    for pos, known in word_index(nlp).items():
        lemmatizer: Any = nlp.get_pipe("lemmatizer")
        table = lemmatizer.lookups.get_table
        found |= spellings & table("lemma_exc", {}).get(pos, {}).keys()
        rules = table("lemma_rules", {}).get(pos, ())
        # Most spellings end otherwise; to ask for all endings at once is quick.
        endings = tuple(ending for ending, _ in rules)
        found |= {
            spelling
            for spelling in spellings
            if spelling.endswith(endings) and not known.isdisjoint(_without_ending(spelling, rules))
        }
    return found

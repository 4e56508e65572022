"""Words that the pipeline would misread: swapped letters ("cuold") and names that it doesn't know.

A corrected word has the same length, so that offsets into the text stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from spacy.tokens import Doc

from feedback_nlp.columns import words_of
from feedback_nlp.lexica import load_lexicon

if TYPE_CHECKING:
    from spacy.language import Language

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORTEST = 4
_LOWER = attrgetter("lower")
_dictionaries: WeakKeyDictionary[Language, frozenset[str]] = WeakKeyDictionary()
_tables: WeakKeyDictionary[Language, dict[str, str]] = WeakKeyDictionary()


def swapped_words(nlp: Language) -> Mapping[str, str]:
    """Return the word for each spelling in which two of its neighbouring letters are swapped.

    Words are spaCy's stop words, `kept_words` and the days of the week; a spelling that is a
    word itself ("form", "quite") or that fits two words is left out.
    """
    if nlp not in _tables:
        _tables[nlp] = _swapped(nlp)
    return _tables[nlp]


def _swapped(nlp: Language) -> dict[str, str]:
    words = {*nlp.Defaults.stop_words, *load_lexicon("kept_words"), *_DAYS}
    words = {word for word in words if word.isalpha() and len(word) >= _SHORTEST}
    real = words | dictionary(nlp)
    found: dict[str, set[str]] = {}
    for word in words:
        for i in range(len(word) - 1):
            spelling = word[:i] + word[i + 1] + word[i] + word[i + 2 :]
            if spelling not in real:
                found.setdefault(spelling, set()).add(word)
    return {spelling: fits.pop() for spelling, fits in found.items() if len(fits) == 1}


def dictionary(nlp: Language) -> frozenset[str]:
    """Return the words that the lemmatizer of the pipeline knows (from WordNet), if it has one."""
    if nlp not in _dictionaries:
        _dictionaries[nlp] = frozenset(_dictionary(nlp))
    return _dictionaries[nlp]


def _dictionary(nlp: Language) -> set[str]:
    if "lemmatizer" not in nlp.pipe_names:
        return set()
    lookups = getattr(nlp.get_pipe("lemmatizer"), "lookups", None)
    if lookups is None or not lookups.has_table("lemma_index"):
        return set()
    return {str(word) for words in lookups.get_table("lemma_index").values() for word in words}


def put_right(nlp: Language, doc: Doc) -> Doc:
    """Return `doc`, or one with its swapped letters put right; only the tokens are kept."""
    table = swapped_words(nlp)
    if table.keys().isdisjoint(map(_LOWER, words_of(doc))):
        return doc
    words = [_cased(table[t.lower_], t.text) if t.lower_ in table else t.text for t in doc]
    return Doc(doc.vocab, words=words, spaces=[bool(token.whitespace_) for token in doc])


def _cased(word: str, like: str) -> str:
    if like.isupper():
        return word.upper()
    return word.capitalize() if like[:1].isupper() else word


def mark_name(nlp: Language, doc: Doc) -> Doc:
    """Tag a first word that no dictionary holds and that is a subject as a name: "Lukas is late".

    Parameters
    ----------
    nlp : Language
        The pipeline that parsed `doc`.
    doc : Doc
        One parsed sentence; it is changed in place and returned.
    """
    first = next((token for token in doc if not (token.is_space or token.is_punct)), None)
    if first is None or first.tag_ not in {"NN", "NNS", "JJ"} or first.dep_ != "nsubj":
        return doc
    lower = first.lower_
    known = dictionary(nlp)
    if (
        first.is_title
        and lower.isalpha()
        and known
        and not known & {lower, lower.removesuffix("s")}
    ):
        first.tag_, first.pos_ = "NNP", "PROPN"
    return doc

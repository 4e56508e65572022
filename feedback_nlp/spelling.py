"""Words that the pipeline would misread: swapped letters ("cuold") and names that it doesn't know.

A corrected word has the same length, so that offsets into the text stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from feedback_nlp.columns import words_of
from feedback_nlp.lexica import load_lexicon
from feedback_nlp.wordforms import word_index

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORTEST = 4
_LOWER = attrgetter("lower")
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
    found: dict[str, set[str]] = {}
    for word in words:
        for i in range(len(word) - 1):
            spelling = word[:i] + word[i + 1] + word[i] + word[i + 2 :]
            found.setdefault(spelling, set()).add(word)
    # All at once, as there are thousands of spellings.
    unreal = set(found).difference(words, *dictionary(nlp))
    return {
        spelling: fits.pop()
        for spelling, fits in found.items()
        if len(fits) == 1 and spelling in unreal
    }


def dictionary(nlp: Language) -> tuple[frozenset[str], ...]:
    """Return the words that the lemmatizer of the pipeline knows, for each part of speech."""
    return tuple(word_index(nlp).values())


def put_right(nlp: Language, doc: Doc) -> Doc:
    """Return `doc`, or one with its swapped letters put right; only the tokens are kept."""
    table = swapped_words(nlp)
    if table.keys().isdisjoint(map(_LOWER, words_of(doc))):
        return doc
    from spacy.tokens import Doc

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
        and all(words.isdisjoint((lower, lower.removesuffix("s"))) for words in known)
    ):
        first.tag_, first.pos_ = "NNP", "PROPN"
    return doc

"""Words that the pipeline would misread: swapped letters ("cuold") and names that it doesn't know.

A corrected word has the same length, so that offsets into the text stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from feedback_nlp.columns import Columns, Word, words_of
from feedback_nlp.lemmas import known_forms, word_index
from feedback_nlp.lexica import load_lexicon

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORTEST = 4
#: Names and shorthand that look like a slip.
_NO_SLIPS = {"brian", "greta", "palin", "ehrs", "thur"}
#: Tags that the tagger gives names that it doesn't know.
_COMMON = {"NN", "NNS", "JJ"}
_LOWER = attrgetter("lower")
_tables: WeakKeyDictionary[Language, dict[str, str]] = WeakKeyDictionary()


def swapped_words(nlp: Language) -> Mapping[str, str]:
    """Return the word for each spelling in which two of its neighbouring letters are swapped.

    Words are spaCy's stop words, `kept_words`, `common_words` and the days of the week; a spelling
    that is a word or its form ("quite", "filed") or that fits two words is left out.
    """
    if nlp not in _tables:
        _tables[nlp] = _swapped(nlp)
    return _tables[nlp]


def _swapped(nlp: Language) -> dict[str, str]:
    lists = load_lexicon("kept_words") | load_lexicon("common_words")
    words = {*nlp.Defaults.stop_words, *lists, *_DAYS}
    words = {word for word in words if word.isalpha() and len(word) >= _SHORTEST}
    # A spelling that fits two words is out. Sets of words for each of the thousands of spellings
    # would set off the garbage collector, which takes longer than all else here.
    found: dict[str, str] = {}
    twice: set[str] = set()
    for word in words:
        for i in range(len(word) - 1):
            spelling = word[:i] + word[i + 1] + word[i] + word[i + 2 :]
            if found.setdefault(spelling, word) != word:
                twice.add(spelling)
    # All at once, as there are thousands of spellings.
    real = known_forms(nlp, found).union(twice, words, _NO_SLIPS)
    indexes = dictionary(nlp)
    return {
        spelling: word
        for spelling, word in found.items()
        if spelling not in real and all(spelling not in index for index in indexes)
    }


def dictionary(nlp: Language) -> tuple[frozenset[str], ...]:
    """Return the words that the lemmatizer of the pipeline knows, for each part of speech."""
    return tuple(word_index(nlp).values())


def has_swapped(nlp: Language, words: Iterable[Word]) -> bool:
    """Whether two letters of some word are swapped."""
    return not swapped_words(nlp).keys().isdisjoint(map(_LOWER, words))


def put_right(nlp: Language, doc: Doc) -> Doc:
    """Return `doc`, or one with its swapped letters put right; only the tokens are kept."""
    if not has_swapped(nlp, words_of(doc)):
        return doc
    from spacy.tokens import Doc

    table = swapped_words(nlp)
    words = [_cased(table[t.lower_], t.text) if t.lower_ in table else t.text for t in doc]
    return Doc(doc.vocab, words=words, spaces=[bool(token.whitespace_) for token in doc])


def _cased(word: str, like: str) -> str:
    if like.isupper():
        return word.upper()
    return word.capitalize() if like[:1].isupper() else word


def name_in(nlp: Language, sentence: Columns) -> int | None:
    """Return the place of a first word that is a name: "Lukas is late"; None if there is none.

    That is a subject that no dictionary holds and that was taken for another word.
    """
    first = next(iter(sentence.spoken), None)
    if first is None or sentence.tags[first] not in _COMMON or sentence.deps[first] != "nsubj":
        return None
    lower = sentence.lowers[first]
    known = dictionary(nlp)
    unknown = (
        sentence.words[first].text.istitle()
        and lower.isalpha()
        and known
        and all(words.isdisjoint((lower, lower.removesuffix("s"))) for words in known)
    )
    return first if unknown else None


def mark_name(nlp: Language, doc: Doc) -> Doc:
    """Tag a first word as a name if `name_in` finds it to be one.

    Parameters
    ----------
    nlp : Language
        The pipeline that parsed `doc`.
    doc : Doc
        One parsed sentence; it is changed in place and returned.
    """
    place = name_in(nlp, Columns(doc))
    if place is not None:
        name = doc[place]
        name.tag_, name.pos_ = "NNP", "PROPN"
    return doc

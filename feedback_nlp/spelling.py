"""Words that the pipeline would misread: swapped letters, unknown names, orders without articles.

A corrected word has the same length, so that offsets into the text stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any
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
    real.update(*(index.intersection(found) for index in dictionary(nlp)))
    return {spelling: word for spelling, word in found.items() if spelling not in real}


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


def order_in(nlp: Language, sentence: Columns) -> int | None:
    """Return the place of an order that was misread: "Next time, count group at door".

    That is the word after "next time" that may be a verb, where it was taken for a noun and no
    other word for a verb, or for a form that asks for a subject. An article would have told, but
    many learners leave it out. None if there is none.
    """
    lowers, tags = sentence.lowers, sentence.tags
    if lowers[:2] != ["next", "time"]:
        return None
    place = 2 + (lowers[2:3] == [","])
    if place + 1 >= len(lowers) or tags[place] == "VB" or "nsubj" in sentence.deps:
        return None
    others = tags[:place] + tags[place + 1 :]
    is_verb = lowers[place] in word_index(nlp).get(nlp.vocab.strings["verb"], ())
    return place if is_verb and not any(tag.startswith(("VB", "MD")) for tag in others) else None


def is_misread(nlp: Language, sentence: Columns) -> bool:
    """Whether there is something in a parsed sentence that `mend_parse` would change."""
    return name_in(nlp, sentence) is not None or order_in(nlp, sentence) is not None


def mend_parse(nlp: Language, doc: Doc) -> Doc:
    """Tag anew what `name_in` and `order_in` find.

    Parameters
    ----------
    nlp : Language
        The pipeline that parsed `doc`.
    doc : Doc
        One parsed sentence; it is changed in place and returned.
    """
    sentence = Columns(doc)
    place = name_in(nlp, sentence)
    if place is not None:
        name = doc[place]
        name.tag_, name.pos_ = "NNP", "PROPN"
    place = order_in(nlp, sentence)
    if place is not None:
        _lead(doc, place)
    return doc


def _lead(doc: Doc, place: int) -> None:
    """Make a word the verb of its sentence; what follows it and had its place is its object."""
    order: Any = doc[place]
    old = next((token for token in doc if token.dep_ == "ROOT"), order)
    order.tag_, order.pos_, order.lemma_ = "VB", "VERB", order.lower_
    order.set_morph("VerbForm=Inf")
    if old.i == place:
        return
    order.head, order.dep_ = order, "ROOT"
    behind = old.i > place
    # What stands on the other side of the order than its old head hangs on the order now.
    moved = [t for t in old.children if t.is_punct or (t.i < place) == behind]
    for token in [old, *moved]:
        token.head = order
        if token.i > place and not token.is_punct:
            token.dep_ = "dobj"
    if not behind:
        old.dep_ = "npadvmod"

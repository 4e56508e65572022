"""Part of speech and lemma of each token, as the pipeline's own components write them.

spaCy's attribute ruler tries its patterns on every sentence again, although what it writes follows
from a token's tag, its dependency and a few words. So its answer is kept for each kind of token,
and that of the lemmatizer for each word of a kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from feedback_nlp.columns import TABLE_SIZE

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

#: The components whose work is remembered, in their order.
REMEMBERED = ("attribute_ruler", "lemmatizer")
#: What the ruler's answer for one token may depend on to be remembered.
_ASKED = {"LOWER", "TAG", "DEP", "IS_SPACE"}
_KIND: list[int | str] = ["TAG", "DEP", "LOWER", "IS_SPACE"]
_FORMS: list[int | str] = ["POS", "MORPH", "LEMMA"]
_Ids = tuple[int, ...]


class WordForms:
    """Write what the components of `REMEMBERED` write.

    Parameters
    ----------
    nlp : Language
        A pipeline that has them.
    """

    def __init__(self, nlp: Language) -> None:
        ruler: Any = nlp.get_pipe("attribute_ruler")
        self._ruler = ruler
        lemmatizer: Any = nlp.get_pipe("lemmatizer")
        self._lemmatizer = lemmatizer
        patterns = [pattern for entry in ruler.patterns for pattern in entry["patterns"]]
        ids = nlp.vocab.strings
        #: Words that the ruler knows by themselves.
        self._words = {ids[word] for pattern in patterns for word in _words(pattern)}
        long = [_literal(pattern) for pattern in patterns if len(pattern) > 1]
        #: Words and dependencies with which an answer may depend on the tokens beside.
        self._beside = {ids[text] for text in long if text}
        self._predictable = (
            None not in long
            and all(token.keys() <= _ASKED for pattern in patterns for token in pattern)
            and not lemmatizer.overwrite
        )
        self._known: dict[_Ids, _Ids] = {}
        self._lemmas: dict[_Ids, int] = {}

    def write(self, doc: Doc) -> Doc:
        """Write part of speech, morphology and lemma.

        Parameters
        ----------
        doc : Doc
            One tagged and parsed sentence without these; it is changed in place and returned.
        """
        if not self._predictable:
            return self._lemmatizer(self._ruler(doc))
        if not len(doc):
            return doc
        tags, deps, lowers, spaces = doc.to_array(_KIND).T.tolist()
        words, known = self._words, self._known
        kinds = [
            (tag, dep, lower if lower in words else 0)
            for tag, dep, lower in zip(tags, deps, lowers, strict=True)
        ]
        alone = not (
            any(spaces) or self._beside.intersection(lowers) or self._beside.intersection(deps)
        )
        forms: list[Any] = [known.get(kind) for kind in kinds] if alone else [None]
        if None in forms:
            self._ruler(doc)
            forms = [tuple(row) for row in doc.to_array(_FORMS).tolist()]
            if alone:
                known.update(zip(kinds, forms, strict=True))
        self._add_lemmas(doc, forms)
        return doc

    def _add_lemmas(self, doc: Doc, forms: list[Any]) -> None:
        lemmas = self._lemmas
        if len(lemmas) > TABLE_SIZE:
            lemmas.clear()
        words = [
            (orth, pos, morph)
            for orth, (pos, morph, _) in zip(doc.to_array("ORTH").tolist(), forms, strict=True)
        ]
        rows = [
            # What the ruler gave a lemma keeps it.
            (pos, morph, lemma or lemmas.get((orth, pos, morph), 0))
            for (orth, pos, morph), (_, _, lemma) in zip(words, forms, strict=True)
        ]
        table: Any = np.array(rows, dtype="uint64")
        doc.from_array(_FORMS, table)
        for i, (_, _, lemma) in enumerate(rows):
            if not lemma:
                token = doc[i]
                token.lemma_ = self._lemmatizer.lemmatize(token)[0]
                lemmas[words[i]] = token.lemma


def _words(pattern: list[Mapping[str, Any]]) -> Iterator[str]:
    for token in pattern:
        wanted = token.get("LOWER", "")
        yield from wanted.get("IN", ()) if isinstance(wanted, dict) else [wanted]


def _literal(pattern: list[Mapping[str, Any]]) -> str | None:
    """Return a word or dependency without which a pattern of several tokens fits nothing."""
    return next(
        (
            str(token[name])
            for token in pattern
            for name in ("LOWER", "DEP")
            if isinstance(token.get(name), str)
        ),
        None,
    )


_of_pipeline: WeakKeyDictionary[Language, WordForms] = WeakKeyDictionary()


def word_forms(nlp: Language) -> WordForms:
    """Return the word forms of a pipeline, with all that they remember."""
    if nlp not in _of_pipeline:
        _of_pipeline[nlp] = WordForms(nlp)
    return _of_pipeline[nlp]

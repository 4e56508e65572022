"""Part of speech and lemma of each token, as the pipeline's own components write them.

spaCy's attribute ruler tries its patterns on every sentence again, although what it writes follows
from a token's tag, its dependency and a few words. So it is asked once for each kind of token, on
a document that holds nothing else, and the lemmatizer once for each word of a kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from feedback_nlp.columns import Columns, Row, Table, row_reader
from feedback_nlp.lemmas import RuleLemmatizer

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

#: The components whose work is remembered, in their order.
REMEMBERED = ("attribute_ruler", "lemmatizer")
#: What the ruler's answer for one token may depend on to be remembered, and by which operators.
_ASKED = {"LOWER", "TAG", "DEP", "IS_SPACE"}
_OPERATORS = {"IN", "NOT_IN", "REGEX"}
_KIND: list[int | str] = ["TAG", "DEP", "LOWER", "IS_SPACE"]
_FORMS: list[int | str] = ["POS", "MORPH", "LEMMA"]
_WRITTEN: list[int | str] = [*_FORMS, "TAG", "DEP"]
_READ: list[int | str] = ["ORTH", "TAG", "DEP", "SPACY", "SENT_START", "LOWER", "HEAD"]
#: The word that stands for all that the ruler does not know by themselves, and for spaces.
_ANY_WORD, _ANY_SPACE = "\N{SYMBOL FOR NULL}", " "
_Pattern = Sequence[Mapping[str, Any]]
#: Tag, dependency, word if the ruler knows it by itself and else 0, and whether it is a space.
_Kind = tuple[int, int, int, int]
#: Part of speech, morphology, lemma, tag and dependency.
_Forms = tuple[int, int, int, int, int]


class WordForms:
    """Write what the components of `REMEMBERED` write.

    Parameters
    ----------
    nlp : Language
        A pipeline that has them.
    """

    def __init__(self, nlp: Language) -> None:
        from spacy.matcher import Matcher

        ruler: Any = nlp.get_pipe("attribute_ruler")
        lemmatizer: Any = nlp.get_pipe("lemmatizer")
        self._ruler = ruler
        self._lemmatizer = lemmatizer
        self._vocab = nlp.vocab
        patterns = [pattern for entry in ruler.patterns for pattern in entry["patterns"]]
        long = [pattern for pattern in patterns if len(pattern) > 1]
        literals = [_literal(pattern) for pattern in long]
        self._predictable = (
            None not in literals
            and all(map(_is_simple, patterns))
            and RuleLemmatizer.is_known(lemmatizer)
            and not lemmatizer.overwrite
        )
        if not self._predictable:
            return
        lemma = RuleLemmatizer(nlp)
        words = _Words(patterns)
        string = nlp.vocab.strings.__getitem__
        #: The word itself if some pattern asks for it, else 0.
        self._words: Table[int, int] = Table(lambda lower: lower if string(lower) in words else 0)
        self._alone: Table[_Kind, _Forms] = Table(lambda kind: self._ask([kind])[0])
        self._together: Table[tuple[_Kind, ...], list[_Forms]] = Table(self._ask)
        #: Words and dependencies without which no pattern of several tokens fits.
        self._beside = {nlp.vocab.strings[text] for text in literals if text}
        self._long = Matcher(nlp.vocab)
        self._long.add("long", [list(map(dict, pattern)) for pattern in long])
        #: The lemma of a word with its part of speech and morphology.
        self._lemmas: Table[tuple[int, int, int], int] = Table(lambda form: lemma(*form))
        self._make_row = row_reader(nlp.vocab)
        self._rows: Table[tuple[int, ...], Row] = Table(self._row)

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
        words = map(self._words.__getitem__, lowers)
        kinds: list[_Kind] = list(zip(tags, deps, words, spaces, strict=True))
        forms: list[_Forms] = list(map(self._alone.__getitem__, kinds))
        for start, end in self._read_together(doc, lowers, deps):
            forms[start:end] = self._together[tuple(kinds[start:end])]
        if any(spaces):
            _retag(doc, kinds, forms)
        rows = [
            # What the ruler gave a lemma keeps it.
            (pos, morph, lemma or self._lemmas[orth, pos, morph])
            for orth, (pos, morph, lemma, *_) in zip(
                doc.to_array("ORTH").tolist(), forms, strict=True
            )
        ]
        table: Any = np.array(rows, dtype="uint64")
        doc.from_array(_FORMS, table)
        return doc

    def read(self, doc: Doc) -> Columns | None:
        """Return the columns that `doc` would have after `write`, and leave it as it is.

        Parameters
        ----------
        doc : Doc
            One tagged and parsed sentence.

        Returns
        -------
        Columns or None
            None if some tokens must be seen together, which only `write` does.
        """
        if not self._predictable:
            return None
        *ids, lowers, heads = doc.to_array(_READ).T.tolist()
        if any(self._read_together(doc, lowers, ids[2])):
            return None
        rows = list(map(self._rows.__getitem__, zip(*ids, strict=True)))
        return Columns.of(rows, heads)

    def _read_together(
        self, doc: Doc, lowers: Sequence[int], deps: Sequence[int]
    ) -> Iterator[tuple[int, int]]:
        """Yield the ranges of tokens that some pattern of several tokens fits."""
        if self._beside.isdisjoint(lowers) and self._beside.isdisjoint(deps):
            return
        matches = self._long(doc, allow_missing=True)
        yield from _united((start, end) for _, start, end in matches)

    def _row(self, ids: tuple[int, ...]) -> Row:
        orth, tag, dep, space, start = ids
        lexeme = self._vocab[orth]
        kind = (tag, dep, self._words[lexeme.lower], int(lexeme.is_space))
        pos, morph, lemma, tag, dep = self._alone[kind]
        lemma = lemma or self._lemmas[orth, pos, morph]
        return self._make_row((orth, lemma, pos, tag, dep, space, start))

    def _ask(self, kinds: Sequence[_Kind]) -> list[_Forms]:
        """Return what the ruler writes to neighbouring tokens of these kinds."""
        from spacy.tokens import Doc

        string = self._vocab.strings.__getitem__
        doc = Doc(
            self._vocab,
            words=[
                string(word) if word else _ANY_SPACE if space else _ANY_WORD
                for _, _, word, space in kinds
            ],
            tags=[string(tag) for tag, _, _, _ in kinds],
            heads=[0] * len(kinds),
            deps=[string(dep) for _, dep, _, _ in kinds],
        )
        return [tuple(row) for row in self._ruler(doc).to_array(_WRITTEN).tolist()]


class _Words:
    """The words that some pattern knows by themselves."""

    def __init__(self, patterns: Iterable[_Pattern]) -> None:
        self._plain: set[str] = set()
        self._tests: list[re.Pattern[str]] = []
        for pattern in patterns:
            for token in pattern:
                wanted = token.get("LOWER", {})
                asked: Mapping[str, Any] = wanted if isinstance(wanted, dict) else {"IN": [wanted]}
                self._plain.update(asked.get("IN", ()), asked.get("NOT_IN", ()))
                if "REGEX" in asked:
                    self._tests.append(re.compile(asked["REGEX"]))

    def __contains__(self, word: str) -> bool:
        return word in self._plain or any(test.search(word) for test in self._tests)


def _is_simple(pattern: _Pattern) -> bool:
    """Whether the pattern asks nothing beside `_ASKED`, of a fixed number of tokens."""
    return all(
        token.keys() <= _ASKED
        and all(value.keys() <= _OPERATORS for value in token.values() if isinstance(value, dict))
        for token in pattern
    )


def _literal(pattern: _Pattern) -> str | None:
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


def _united(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield ranges with those united that overlap."""
    last: tuple[int, int] | None = None
    for start, end in sorted(ranges):
        if last is not None and start < last[1]:
            last = (last[0], max(last[1], end))
            continue
        if last is not None:
            yield last
        last = (start, end)
    if last is not None:
        yield last


def _retag(doc: Doc, kinds: Sequence[_Kind], forms: Sequence[_Forms]) -> None:
    """Write tag and dependency where the ruler changes them: on spaces."""
    for i, ((old_tag, old_dep, _, _), (*_, tag, dep)) in enumerate(zip(kinds, forms, strict=True)):
        if (tag, dep) != (old_tag, old_dep):
            doc[i].tag, doc[i].dep = tag, dep


_of_pipeline: WeakKeyDictionary[Language, WordForms] = WeakKeyDictionary()


def word_forms(nlp: Language) -> WordForms:
    """Return the word forms of a pipeline, with all that they remember."""
    if nlp not in _of_pipeline:
        _of_pipeline[nlp] = WordForms(nlp)
    return _of_pipeline[nlp]

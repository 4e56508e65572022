"""Cut a text into sentences, each parsed alone.

The sentence is the unit of everything that follows: it is parsed, matched and scored without its
neighbours, so that equal sentences always score alike and an edit touches one sentence only.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from feedback_nlp.cues.guards import quote_ranges
from feedback_nlp.spelling import mark_name, put_right
from feedback_nlp.wordforms import REMEMBERED, word_forms

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

_TERMINALS = frozenset({".", "!", "?", "…", "...", "‽", "。", "！", "？"})
_CLOSERS = frozenset("\"'”’)]»") | {"''"}
#: A sentence of more tokens is cut here, so that one endless line cannot stall the parser.
MAX_SENTENCE_TOKENS = 200
#: Lines whose sentences are remembered.
LINES_KEPT = 1024
_lines: WeakKeyDictionary[Language, OrderedDict[str, list[tuple[int, str]]]] = WeakKeyDictionary()


def split_sentences(doc: Doc) -> list[tuple[int, int]]:
    """Return token ranges of the sentences of a tokenized text, blank ones left out.

    A sentence ends after a terminal mark and what closes it, or at a line break; never inside
    quotation marks, so that what somebody else said stays recognisable as a quotation.

    Parameters
    ----------
    doc : Doc
        Tokenized text; no other annotation is read.
    """
    inside_quotes = [
        (start, end) for start, end in quote_ranges(doc.text) if "\n" not in doc.text[start:end]
    ]
    ranges: list[tuple[int, int]] = []
    start, ended, quote = 0, False, 0
    for token in doc:
        while quote < len(inside_quotes) and inside_quotes[quote][1] <= token.idx:
            quote += 1
        quoted = quote < len(inside_quotes) and inside_quotes[quote][0] < token.idx
        line_break = token.is_space and "\n" in token.text
        ends_here = ended and not token.is_space and token.text not in _TERMINALS | _CLOSERS
        # A small letter after the mark continues the sentence: "approx. ten", "e.g. this".
        if ends_here and token.text[:1].islower() and doc[token.i - 1].text == ".":
            ends_here = ended = bool(doc[token.i - 1].whitespace_) and len(doc[token.i - 2]) > 4
        if token.i - start >= MAX_SENTENCE_TOKENS or ends_here:
            ranges.append((start, token.i))
            start, ended = token.i, False
        if line_break:
            ranges.append((start, token.i))
            start, ended = token.i + 1, False
        elif token.text in _TERMINALS and not quoted:
            ended = True
        elif not (token.is_space or token.text in _CLOSERS):
            ended = False
        elif token.text in _CLOSERS and token.i > start and doc[token.i - 1].text in _TERMINALS:
            ended = True
    ranges.append((start, len(doc)))
    return [trimmed for left, right in ranges if (trimmed := _trim(doc, left, right)) is not None]


def _trim(doc: Doc, start: int, end: int) -> tuple[int, int] | None:
    while start < end and doc[start].is_space:
        start += 1
    while end > start and doc[end - 1].is_space:
        end -= 1
    has_word = any(letter.isalnum() for letter in doc[start:end].text)
    return (start, end) if has_word else None


def split_text(nlp: Language, text: str) -> list[tuple[int, str]]:
    """Return the sentences of `text` with their offsets, in code points.

    Line by line, since no sentence crosses a line break: an edit leaves the other lines as known.
    """
    sentences = []
    offset = 0
    for line in text.splitlines(keepends=True):
        sentences += [(offset + start, piece) for start, piece in _split_line(nlp, line)]
        offset += len(line)
    return sentences


def _split_line(nlp: Language, line: str) -> list[tuple[int, str]]:
    known = _lines.setdefault(nlp, OrderedDict())
    if line not in known:
        doc = nlp.make_doc(line)
        known[line] = [(doc[a].idx, doc[a:b].text) for a, b in split_sentences(doc)]
        if len(known) > LINES_KEPT:
            known.popitem(last=False)
    return known[line]


def tokenize(nlp: Language, sentence: str) -> Doc:
    """Return the tokens of one sentence; swapped letters of common words are put right."""
    return put_right(nlp, nlp.make_doc(sentence))


def cut(nlp: Language, text: str) -> list[tuple[int, Doc]]:
    """Return each sentence of `text` as a Doc of its own with its offset.

    Offsets are code points into `text`. The Docs are tokenized, not parsed.
    """
    return [(offset, tokenize(nlp, piece)) for offset, piece in split_text(nlp, text)]


def parse(nlp: Language, docs: Iterable[Doc], *, batch_size: int = 256) -> Iterator[Doc]:
    """Run the pipeline's components over tokenized sentences, in order."""
    forms = word_forms(nlp)
    for doc in nlp.pipe(docs, batch_size=batch_size, disable=REMEMBERED):
        yield mark_name(nlp, forms.write(doc))


def parse_sentences(nlp: Language, text: str) -> list[tuple[int, Doc]]:
    """Cut and parse one text; return each sentence with its offset."""
    pieces = cut(nlp, text)
    parsed = parse(nlp, [doc for _, doc in pieces])
    return [(offset, doc) for (offset, _), doc in zip(pieces, parsed, strict=True)]

"""Cut a text into sentences, each parsed alone.

The sentence is the unit of everything that follows: it is parsed, matched and scored without its
neighbours, so that equal sentences always score alike and an edit touches one sentence only.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from operator import add, attrgetter
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from feedback_nlp.characters import plain
from feedback_nlp.columns import Columns, Word, words_by_id, words_of
from feedback_nlp.courtesies import feedback_in
from feedback_nlp.cues.guards import quote_ranges
from feedback_nlp.lexica import load_lexicon, stop_words
from feedback_nlp.parsing import annotate
from feedback_nlp.spelling import has_swapped, is_misread, mend_parse, put_right
from feedback_nlp.wordforms import WordForms, word_forms

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

_TERMINALS = frozenset({".", "!", "?", "…", "...", "‽", "。", "！", "？"})
_CLOSERS = frozenset("\"'”’)]»") | {"''"}
_MARKS = _TERMINALS | _CLOSERS
_VOWELS = frozenset("aeiouy")
_TEXT, _IS_WORD = attrgetter("text"), attrgetter("is_word")
_TOKEN: list[int | str] = ["ORTH", "SPACY", "NORM"]
#: A sentence of more tokens is cut here, so that one endless line cannot stall the parser.
MAX_SENTENCE_TOKENS = 200
#: So many marks without a space are cut from what stands around them.
_ENDLESS = re.compile(r"([^\w\s]{250})")
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
    words = words_of(doc)
    return _ranges(doc.text, words, _places(words, doc.to_array("SPACY").tolist()))


def _ranges(text: str, words: list[Word], places: list[int]) -> list[tuple[int, int]]:
    quotes = [(start, end) for start, end in quote_ranges(text) if not _breaks(text[start:end])]
    ranges: list[tuple[int, int]] = []
    start, ended, quote = 0, False, 0
    for i in _near_marks(words):
        word = words[i]
        form = word.text
        while quote < len(quotes) and quotes[quote][1] <= places[i]:
            quote += 1
        # A straight quotation mark opens what stands in it, too.
        opens = quote < len(quotes) and quotes[quote][0] == places[i]
        # A smiley belongs to what it follows.
        mark = form in _MARKS or (ended and _is_picture(word))
        plain = not word.is_space and (opens or not mark)
        if plain and not ended and i - start < MAX_SENTENCE_TOKENS and not _may_end(words[i - 1]):
            continue
        quoted = quote < len(quotes) and quotes[quote][0] < places[i]
        ends_here = ended and plain
        if ends_here and words[i - 1].text == ".":
            spaced = places[i] > places[i - 1] + 1
            ends_here = ended = not _goes_on(words[i - 2], word, spaced)
        elif ends_here and words[i - 1].text in _CLOSERS:
            ends_here = ended = not form[:1].islower()
        elif plain and not ended and not quoted:
            ends_here = _begins_another(words, i)
        if i - start >= MAX_SENTENCE_TOKENS or ends_here:
            ranges.append((start, i))
            start, ended = i, False
        if word.is_space and _breaks(form):
            ranges.append((start, i))
            start, ended = i + 1, False
        elif form in _TERMINALS and not quoted:
            ended = True
        elif plain:
            ended = False
        elif form in _CLOSERS and i > start and words[i - 1].text in _TERMINALS:
            ended = True
    ranges.append((start, len(words)))
    return [trimmed for left, right in ranges if (trimmed := _trim(words, left, right)) is not None]


def _breaks(text: str) -> bool:
    """Whether a line ends in it, by any of the marks that end one."""
    return len(f"{text}.".splitlines()) > 1


def _near_marks(words: Sequence[Word]) -> Iterable[int]:
    """Return the places of marks and spaces and those behind them, where sentences end or begin."""
    if len(words) > MAX_SENTENCE_TOKENS:
        return range(len(words))
    marks = [
        i for i, word in enumerate(words) if word.is_space or word.text in _MARKS or _may_end(word)
    ]
    behind = (i + 1 for i in marks if i + 1 < len(words))
    return sorted({*marks, *behind})


def _goes_on(last: Word, following: Word, spaced: bool) -> bool:
    """Whether the full stop after `last` ends nothing: "approx. ten", "fig. 3", "os.path".

    Many writers begin a sentence with a small letter, so that alone tells nothing.
    """
    if following.like_num or following.text in {"(", "["}:
        return last.lower in load_lexicon("abbreviations_numbered")
    if not following.text[:1].islower():
        return False
    return not spaced or last.lower in load_lexicon("abbreviations") or not _is_spelled_out(last)


def _is_spelled_out(word: Word) -> bool:
    """Whether it has as many letters and vowels as a word of a language: not "b", not "mgmt"."""
    return len(word.text) > 1 and not _VOWELS.isdisjoint(word.lower)


def _may_end(word: Word) -> bool:
    """Whether it ends some sentences: an abbreviation with its full stop, a smiley, a picture."""
    text = word.text
    if text[-1:] == ".":
        initial = len(text) == 2 and text[0].isupper()
        return initial or word.lower in load_lexicon("abbreviations_closing")
    return _is_picture(word)


def _is_picture(word: Word) -> bool:
    """Whether it is a smiley or another picture."""
    text = word.text
    if word.is_word or word.is_space or text[0] in _CLOSERS:
        return False
    return len(set(text)) > 1 or not (word.is_punct or text.isascii())


def _begins_another(words: Sequence[Word], i: int) -> bool:
    """Whether a sentence begins with word `i`, after one that may end another.

    "At 5 p.m. You" ends there, "at 5 p.m. Monday" does not: a capital may belong to a name, but
    hardly to one of the words that most sentences begin with.
    """
    if i == 0 or not (_may_end(words[i - 1]) and words[i].text[:1].isupper()):
        return False
    if words[i - 1].text == "I." and i > 1 and words[i - 2].text.islower():
        return True
    return words[i].lower in stop_words()


def _places(words: Iterable[Word], spaces: Iterable[int]) -> list[int]:
    """Return where in the text each token begins, and where the last one ends."""
    return list(accumulate(map(add, map(len, map(_TEXT, words)), spaces), initial=0))


def _trim(words: list[Word], start: int, end: int) -> tuple[int, int] | None:
    while start < end and words[start].is_space:
        start += 1
    while end > start and words[end - 1].is_space:
        end -= 1
    return (start, end) if any(map(_IS_WORD, words[start:end])) else None


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence of a text."""

    text: str
    #: Ids of its words, whether a space follows each, and the norms that are not the words' own;
    #: None if they are not known from the text around it.
    tokens: tuple[list[int], list[int], list[tuple[int, str]]] | None = None

    def tokenize(self, nlp: Language) -> Doc:
        """Return what the function `tokenize` returns for `text`."""
        if self.tokens is None:
            return tokenize(nlp, self.text)
        from spacy.tokens import Doc

        words: Any  # by their ids, which spaCy's type hints don't know of
        spaces: Any
        words, spaces, norms = self.tokens
        doc = Doc(nlp.vocab, words=words, spaces=spaces)
        for i, norm in norms:
            doc[i].norm_ = norm
        return doc


def split_text(nlp: Language, text: str) -> list[tuple[int, str]]:
    """Return the sentences of `text` with their offsets, in code points."""
    return [(offset, piece.text) for offset, piece in split_pieces(nlp, text)]


def split_pieces(nlp: Language, text: str) -> list[tuple[int, Piece]]:
    """Return the sentences of `text` as pieces with their offsets, in code points.

    Line by line, since no sentence crosses a line break: an edit leaves the other lines as known.
    Greetings and signatures are left out, see `feedback_nlp.courtesies`, and so are lines that a
    mail quotes (``> …``), unless there are no others.
    """
    own: list[tuple[int, Piece]] = []
    cited: list[tuple[int, Piece]] = []
    offset = 0
    for line in plain(text).splitlines(keepends=True):
        pieces = cited if line.lstrip().startswith(">") else own
        for part in _parts(line):
            pieces += [(offset + start, piece) for start, piece in _split_line(nlp, part)]
            offset += len(part)
    kept = feedback_in([piece.text for _, piece in own])
    return [own[i] for i in kept] or cited


def _parts(line: str) -> list[str]:
    """Return a line in parts that the tokenizer gets through: it takes its time over "!!!!…"."""
    return [part for part in _ENDLESS.split(line) if part]


def _split_line(nlp: Language, line: str) -> list[tuple[int, Piece]]:
    known = _lines.setdefault(nlp, OrderedDict())
    cut = known.get(line)
    if cut is not None:
        return [(start, Piece(text)) for start, text in cut]
    pieces = _cut_line(nlp, line)
    # Without the tokens, which would take the most memory.
    known[line] = [(start, piece.text) for start, piece in pieces]
    if len(known) > LINES_KEPT:
        known.popitem(last=False)
    return pieces


def _cut_line(nlp: Language, line: str) -> list[tuple[int, Piece]]:
    doc = nlp.make_doc(line)
    ids, spaces, norms = doc.to_array(_TOKEN).T.tolist()
    words = words_by_id(nlp.vocab, ids)
    places = _places(words, spaces)
    swapped = has_swapped(nlp, words)
    other_norms = [i for i, word in enumerate(words) if word.norm != norms[i]]
    pieces = []
    for first, last in _ranges(line, words, places):
        start, end = places[first], places[last] - spaces[last - 1]
        tokens = None
        if not swapped and _is_between_spaces(line, start, end):
            string = nlp.vocab.strings
            exchanged = [(i - first, string[norms[i]]) for i in other_norms if first <= i < last]
            tokens = (ids[first:last], [*spaces[first : last - 1], 0], exchanged)
        pieces.append((start, Piece(line[start:end], tokens)))
    return pieces


def _is_between_spaces(line: str, start: int, end: int) -> bool:
    """Whether a part of the line gets the same tokens alone: the tokenizer first cuts at spaces."""
    return (start == 0 or line[start - 1].isspace()) and (end == len(line) or line[end].isspace())


def tokenize(nlp: Language, sentence: str) -> Doc:
    """Return the tokens of one sentence; swapped letters of common words are put right."""
    return put_right(nlp, nlp.make_doc(sentence))


def cut(nlp: Language, text: str) -> list[tuple[int, Doc]]:
    """Return each sentence of `text` as a Doc of its own with its offset.

    Offsets are code points into `text`. The Docs are tokenized, not parsed.
    """
    return [(offset, piece.tokenize(nlp)) for offset, piece in split_pieces(nlp, text)]


def parse(nlp: Language, docs: Iterable[Doc], *, batch_size: int = 256) -> Iterator[Doc]:
    """Run the pipeline's components over tokenized sentences, in order."""
    forms = word_forms(nlp)
    for doc in _annotated(nlp, docs, batch_size):
        yield mend_parse(nlp, forms.write(doc))


def parse_columns(
    nlp: Language, docs: Iterable[Doc], *, batch_size: int = 256
) -> Iterator[Columns]:
    """Yield the columns of the sentences that `parse` yields.

    Quicker, since most of the Docs are left without part of speech, morphology and lemmas.
    """
    forms = word_forms(nlp)
    for doc in _annotated(nlp, docs, batch_size):
        yield _columns(nlp, forms, doc)


def _columns(nlp: Language, forms: WordForms, doc: Doc) -> Columns:
    sentence = forms.read(doc)
    if sentence is None or is_misread(nlp, sentence):
        return Columns(mend_parse(nlp, forms.write(doc)))
    return sentence


def _annotated(nlp: Language, docs: Iterable[Doc], batch_size: int) -> Iterator[Doc]:
    remaining = iter(docs)
    while batch := list(islice(remaining, batch_size)):
        yield from annotate(nlp, batch)


def parse_sentences(nlp: Language, text: str) -> list[tuple[int, Doc]]:
    """Cut and parse one text; return each sentence with its offset."""
    pieces = cut(nlp, text)
    parsed = parse(nlp, [doc for _, doc in pieces])
    return [(offset, doc) for (offset, _), doc in zip(pieces, parsed, strict=True)]

"""The tokens of one parsed sentence as plain lists, looked up once for all that reads them.

A look-up of an attribute on a spaCy token costs more than what is then done with it, and cues and
features ask for the same ones hundreds of times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, compress
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

K = TypeVar("K")
V = TypeVar("V")

#: Entries that a table remembers; it starts anew when full, so that memory stays constant.
TABLE_SIZE = 50_000
_HALF = 1 << 63


class Table(dict[K, V], Generic[K, V]):
    """A dictionary that finds out a missing value, and forgets all when it is full.

    Parameters
    ----------
    find : callable
        From key to value.
    size : int, default TABLE_SIZE
        Most entries.
    """

    def __init__(self, find: Callable[[K], V], size: int = TABLE_SIZE) -> None:
        super().__init__()
        self._find = find
        self._size = size

    def __missing__(self, key: K) -> V:
        if len(self) >= self._size:
            self.clear()
        value = self[key] = self._find(key)
        return value


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """What is true of a word wherever it stands; compared by identity, which is fast."""

    text: str
    lower: str
    is_space: bool
    is_punct: bool
    is_alpha: bool
    is_upper: bool
    like_num: bool
    #: Whether it holds a letter or a digit.
    is_word: bool
    #: Id of its norm, which the tokenizer exchanges in some places: "ca" is "can" in "can't".
    norm: int


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """What a token is in its sentence; compared by identity, which is fast."""

    pos: str
    tag: str
    dep: str
    #: Whether a space follows.
    spacy: bool
    starts: bool


class Row(NamedTuple):
    """A token as all of `Columns` show it, but for its head."""

    word: Word
    lemma: str
    kind: Kind
    #: With the space behind it.
    text: str
    lower: str
    lemma_lower: str
    pos: str
    tag: str
    dep: str
    #: Whether it is neither space nor punctuation.
    spoken: bool


class _Known:
    """What the ids of one vocabulary stand for."""

    def __init__(self, vocab: Vocab) -> None:
        # The tables hold nothing of the vocabulary but these methods.
        lexeme, string = vocab.__getitem__, vocab.strings.__getitem__

        def word(orth: int) -> Word:
            known = lexeme(orth)
            return Word(
                known.text, known.lower_, known.is_space, known.is_punct, known.is_alpha,
                known.is_upper, known.like_num, any(map(str.isalnum, known.text)),
                known.norm,
            )  # fmt: skip

        def kind(ids: tuple[int, ...]) -> Kind:
            pos, tag, dep, space, start = ids
            return Kind(string(pos), string(tag), string(dep), bool(space), start == 1)

        words: Table[int, Word] = Table(word)
        kinds: Table[tuple[int, ...], Kind] = Table(kind)

        def row(ids: tuple[int, ...]) -> Row:
            orth, lemma, *rest = ids
            word, kind, lemma_text = words[orth], kinds[tuple(rest)], string(lemma)
            return Row(
                word, lemma_text, kind, word.text + " " if kind.spacy else word.text, word.lower,
                lemma_text.lower(), kind.pos, kind.tag, kind.dep,
                not (word.is_space or word.is_punct),
            )  # fmt: skip

        self.words = words
        self.row = row
        self.rows: Table[tuple[int, ...], Row] = Table(row)


@lru_cache(maxsize=8)
def _known(vocab: Vocab) -> _Known:
    return _Known(vocab)


def forget_tables() -> None:
    """Forget what the ids of all vocabularies stand for, so that these can go."""
    _known.cache_clear()


def words_of(doc: Doc) -> list[Word]:
    """Return what is true of each word of a tokenized text."""
    return words_by_id(doc.vocab, doc.to_array("ORTH").tolist())


def words_by_id(vocab: Vocab, ids: Iterable[int]) -> list[Word]:
    """Return what is true of the words with these ids."""
    return list(map(_known(vocab).words.__getitem__, ids))


def row_reader(vocab: Vocab) -> Callable[[tuple[int, ...]], Row]:
    """Return what makes a row from the ids of a token.

    These are the ids of word, lemma, part of speech, tag and dependency, whether a space follows,
    and whether a sentence starts there.
    """
    return _known(vocab).row


_ATTRIBUTES: list[int | str] = ["ORTH", "LEMMA", "POS", "TAG", "DEP", "SPACY", "SENT_START", "HEAD"]


class Columns:
    """The tokens of a sentence, an attribute a list.

    Parameters
    ----------
    doc : Doc
        One parsed sentence; it must not change afterwards.

    Attributes
    ----------
    text : str
        The sentence itself.
    words : list of Word
        What is true of each token's word wherever it stands.
    lemmas : list of str
        Lemma of each token, as the pipeline wrote it.
    kinds : list of Kind
        What each token is in the sentence.
    heads : list of int
        Place of each token's head.
    lowers, lemmas_lower : list of str
        Each token and each lemma in lower case.
    pos, tags, deps : list of str
        Part of speech, fine-grained tag and dependency of each token.
    spoken : list of int
        Places of the tokens that are neither space nor punctuation.
    """

    def __init__(self, doc: Doc) -> None:
        *ids, heads = doc.to_array(_ATTRIBUTES).T.tolist()
        rows = _known(doc.vocab).rows
        self._fill(list(map(rows.__getitem__, zip(*ids, strict=True))), heads)

    @classmethod
    def of(cls, rows: Sequence[Row], heads: Sequence[int]) -> Columns:
        """Return the columns of rows.

        Parameters
        ----------
        rows : sequence of Row
            The tokens of a sentence.
        heads : sequence of int
            How far from each token its head is, as spaCy gives it in an array.
        """
        columns = cls.__new__(cls)
        columns._fill(rows, heads)
        return columns

    def _fill(self, rows: Sequence[Row], heads: Sequence[int]) -> None:
        columns = list(map(list, zip(*rows, strict=True))) or [[] for _ in Row._fields]
        self._found: dict[str, Any] = {}
        self.words: list[Word]
        self.lemmas: list[str]
        self.kinds: list[Kind]
        self.lowers: list[str]
        self.lemmas_lower: list[str]
        self.pos: list[str]
        self.tags: list[str]
        self.deps: list[str]
        (
            self.words, self.lemmas, self.kinds, texts, self.lowers, self.lemmas_lower,
            self.pos, self.tags, self.deps, spoken,
        ) = columns  # fmt: skip
        # spaCy's own way to the text makes an object of each token.
        self.text = "".join(texts)
        # A head is given as a distance; one to the left comes as a number near 2 to the 64.
        self.heads: list[int] = [
            i + (head if head < _HALF else head - 2 * _HALF) for i, head in enumerate(heads)
        ]
        self.spoken: list[int] = list(compress(range(len(rows)), spoken))

    def __len__(self) -> int:
        return len(self.words)

    def once(self, name: str, find: Callable[[Columns], V]) -> V:
        """Return what `find` finds out about the sentence, asking it the first time only."""
        if name not in self._found:
            self._found[name] = find(self)
        found: V = self._found[name]
        return found

    @cached_property
    def places(self) -> list[int]:
        """Where in the text each token begins, in code points."""
        lengths = (len(w.text) + k.spacy for w, k in zip(self.words, self.kinds, strict=True))
        return list(accumulate(lengths, initial=0))[:-1]

    def text_at(self, i: int) -> str:
        """Return the text of a token, "" behind the last one."""
        return self.words[i].text if i < len(self.words) else ""

    def below(self, top: int) -> Iterator[int]:
        """Yield the places of all tokens below a token."""
        for child in self.children[top]:
            yield child
            yield from self.below(child)

    @cached_property
    def children(self) -> list[list[int]]:
        """Places of each token's children, in order."""
        found: list[list[int]] = [[] for _ in self.heads]
        for i, head in enumerate(self.heads):
            if head != i:
                found[head].append(i)
        return found

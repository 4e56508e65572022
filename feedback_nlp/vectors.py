"""The vectors of tokens in their sentence, as the pipeline's ``tok2vec`` computes them.

What a word looks like by itself (more than a quarter of the arithmetic) is computed once per word
and remembered. The rows of padding between sentences are computed only as far as a token sees them.
And the sentences go through all layers a few at a time, so that their numbers stay in the
processor's cache. None of these changes a bit. The products of matrices may: see
`feedback_nlp.products`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from feedback_nlp.columns import TABLE_SIZE
from feedback_nlp.products import RowwiseOps

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

#: The only layout of layers that is known here; others are left to spaCy.
_EMBED = (
    "extract_features>>list2ragged>>with_array({embeddings})"
    ">>with_array(maxout>>layernorm>>dropout)>>ragged2list"
)
_EMBEDDING = "ints-getitem>>hashembed"
_LAYER = "residual(expand_window>>maxout>>layernorm>>dropout)"
#: What an embedding may read so that a word, its norm and the space behind it tell all of it.
_LEXICAL = {"NORM", "PREFIX", "SUFFIX", "SHAPE", "SPACY", "IS_SPACE"}
_WORD: list[int | str] = ["ORTH", "NORM", "SPACY"]
_Ids = tuple[int, ...]
_OPS = RowwiseOps()
#: Tokens that go through the layers together.
_TOGETHER = 800


class TokenVectors:
    """Compute what the component ``tok2vec`` computes.

    Parameters
    ----------
    model : thinc.model.Model
        The model of the component, laid out as `is_known` asks.
    """

    def __init__(self, model: Any) -> None:
        self._embedding = _Embedding(model.layers[0])
        self._layers = [_Layer(layer) for layer in model.layers[1].layers[0].layers]
        #: What the first layer makes of an empty row between empty rows.
        nothing = np.zeros((1, self._layers[0].width_in), dtype=np.float32)
        self._of_nothing = self._layers[0](nothing)[0]

    @staticmethod
    def is_known(model: Any) -> bool:
        """Whether the model is laid out as those of spaCy's small pipelines, and on a CPU."""
        if len(model.layers) != 2 or model.ops.name != "numpy":
            return False
        embed, encode = model.layers
        if not embed.layers or embed.layers[0].name != "extract_features":
            return False
        columns = embed.layers[0].attrs["columns"]
        layers = encode.layers[0].layers if encode.layers else []
        return bool(
            _LEXICAL.issuperset(columns)
            and embed.name == _EMBED.format(embeddings="|".join([_EMBEDDING] * len(columns)))
            and encode.name == f"with_array({'>>'.join([_LAYER] * len(layers))})"
            and encode.attrs["pad"] == len(layers)
            and all(_node(layer, "expand_window").attrs["window_size"] == 1 for layer in layers)
        )

    def write(self, docs: Sequence[Doc]) -> None:
        """Write ``doc.tensor`` of tokenized sentences, none of them empty."""
        words = self._embedding(docs)
        first = 0
        for batch in _batches(docs):
            ends = np.cumsum([len(doc) for doc in batch])
            last = first + int(ends[-1])
            vectors = self._encode(words[first:last], ends)
            for doc, tensor in zip(batch, np.split(vectors, ends[:-1]), strict=True):
                doc.tensor = tensor
            first = last

    def _encode(self, words: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Return the vectors of words as their neighbours, up to a few words away, change them.

        Parameters
        ----------
        words : ndarray, shape (n_tokens, width)
            The vectors of the words by themselves.
        ends : ndarray of int, shape (n_sentences,)
            Where among the tokens each sentence ends.
        """
        depth = len(self._layers)
        # spaCy puts as many empty rows as there are layers before, between and behind sentences.
        # They don't stay empty, and a token sees what has become of those near it.
        gap = [min(i + 1, depth - i) for i in range(depth)]
        # With an empty row more on both sides, as each row has a neighbour then.
        distance = np.zeros(len(words) + depth * (len(ends) + 1) + 2, dtype=np.intp)
        distance[[0, -1]] = depth
        starts = 1 + np.concatenate(([0], ends)) + depth * np.arange(len(ends) + 1)
        distance[starts[:, np.newaxis] + np.arange(depth)] = gap
        tokens = np.flatnonzero(distance == 0)
        values = np.zeros((len(distance), words.shape[1]), dtype=words.dtype)
        values[tokens] = words
        for place, layer in enumerate(self._layers):
            # As many layers as follow, so many rows away can it still be seen.
            nearer = depth - 1 - place
            rows = np.flatnonzero(distance <= (nearer if place else min(nearer, 1)))
            windows = values.take(rows[:, np.newaxis] + (-1, 0, 1), axis=0)
            values[rows] += layer(windows.reshape(len(rows), -1))
            if not place:
                values[(distance > 1) & (distance <= nearer)] = self._of_nothing
        return values.take(tokens, axis=0)


class _Embedding:
    """The vectors of words by themselves, each computed once."""

    def __init__(self, model: Any) -> None:
        features, _, hashes, mix, _ = model.layers
        self._columns: list[int | str] = features.attrs["columns"]
        self._hashes, self._mix = hashes, _Layer(mix)
        self._rows: dict[_Ids, int] = {}
        self._vectors = np.zeros((0, model.get_dim("nO")), dtype=np.float32)

    def __call__(self, docs: Sequence[Doc]) -> np.ndarray:
        ids = np.concatenate([doc.to_array(_WORD) for doc in docs])
        words: list[_Ids] = list(zip(*ids.T.tolist(), strict=True))
        new = [word for word in dict.fromkeys(words) if word not in self._rows]
        if len(self._rows) + len(new) > TABLE_SIZE:
            self._rows.clear()
            new = list(dict.fromkeys(words))
        if new:
            self._add(docs[0].vocab, new)
        return self._vectors.take(list(map(self._rows.__getitem__, words)), axis=0)

    def _add(self, vocab: Vocab, words: Sequence[_Ids]) -> None:
        asked = np.ascontiguousarray(self._features(vocab, words), dtype=np.uint64)
        vectors = self._mix(self._hashes.predict(asked))
        first, end = len(self._rows), len(self._rows) + len(words)
        if end > len(self._vectors):
            grown = np.empty((2 * end, vectors.shape[1]), dtype=vectors.dtype)
            grown[:first] = self._vectors[:first]
            self._vectors = grown
        self._vectors[first:end] = vectors
        self._rows.update(zip(words, range(first, end), strict=True))

    def _features(self, vocab: Vocab, words: Sequence[_Ids]) -> np.ndarray:
        from spacy.tokens import Doc

        orths, norms, spaces = map(list, zip(*words, strict=True))
        features = Doc(vocab, words=orths, spaces=spaces).to_array(self._columns)
        if "NORM" in self._columns:
            # The tokenizer gives some words another norm than they have by themselves.
            features[:, self._columns.index("NORM")] = norms
        return features


class _Layer:
    """A layer of maxout with layer normalisation, without what training needs."""

    def __init__(self, layer: Any) -> None:
        maxout, norm = _node(layer, "maxout"), _node(layer, "layernorm")
        self.width_in: int = maxout.get_dim("nI")
        self._width, self._pieces = maxout.get_dim("nO"), maxout.get_dim("nP")
        # Piece by piece, not element by element: then the largest is that of whole rows.
        by_piece = maxout.get_param("W").transpose(1, 0, 2)
        self._weights = np.ascontiguousarray(by_piece.reshape(-1, self.width_in))
        self._bias = np.ascontiguousarray(maxout.get_param("b").T.ravel())
        self._gain, self._shift = norm.get_param("G"), norm.get_param("b")

    def __call__(self, inputs: np.ndarray) -> np.ndarray:
        pieces = _OPS.gemm(inputs, self._weights, trans2=True)
        pieces += self._bias
        width = self._width
        values = pieces[:, :width]
        for piece in range(1, self._pieces):
            values = np.maximum(values, pieces[:, piece * width : (piece + 1) * width])
        # The steps of NumPy's own mean and variance, which would take the mean twice.
        values = values - np.add.reduce(values, axis=1, keepdims=True) / width
        variance = np.add.reduce(values * values, axis=1, keepdims=True) / width + 1e-08
        values *= variance**-0.5
        values *= self._gain
        values += self._shift
        return values


def _batches(docs: Iterable[Doc]) -> Iterator[list[Doc]]:
    """Yield a few sentences at a time."""
    batch: list[Doc] = []
    count = 0
    for doc in docs:
        batch.append(doc)
        count += len(doc)
        if count >= _TOGETHER:
            yield batch
            batch, count = [], 0
    if batch:
        yield batch


def _node(model: Any, name: str) -> Any:
    """Return the part of a model with this name."""
    return next(node for node in model.walk() if node.name == name)

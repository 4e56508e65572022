"""Tags and dependencies of sentences: what ``nlp.pipe`` writes, in half of its time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from threading import RLock
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from spacy.ml.parser_model import ParserStepModel  # type: ignore[import-not-found]  # no stub

from feedback_nlp.products import RowwiseOps
from feedback_nlp.vectors import TokenVectors
from feedback_nlp.wordforms import REMEMBERED

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

_COMPONENTS = ["tok2vec", "tagger", "parser", *REMEMBERED]
#: Sentences of about the same length that are parsed together.
_TOGETHER = 64


class Annotator:
    """Run the network of a pipeline on sentences.

    Parameters
    ----------
    nlp : Language
        A pipeline for which `is_known` is true.
    """

    def __init__(self, nlp: Language) -> None:
        self._vectors = TokenVectors(_pipe(nlp, "tok2vec").model)
        self._tagger = _pipe(nlp, "tagger")
        self._parser = _pipe(nlp, "parser")
        listen, hidden, scores = self._parser.model.layers
        # The pipeline itself stays as it is.
        hidden, scores = hidden.copy(), scores.copy()
        hidden.ops = scores.ops = RowwiseOps()
        self._layers = [listen, hidden, scores]
        self._lock = RLock()

    @staticmethod
    def is_known(nlp: Language) -> bool:
        """Whether the pipeline has the components of spaCy's small ones, in the same layout."""
        if nlp.pipe_names != _COMPONENTS or not TokenVectors.is_known(_pipe(nlp, "tok2vec").model):
            return False
        parser = _pipe(nlp, "parser")
        attributes = parser.model.attrs
        return bool(
            attributes["has_upper"]
            and not attributes["unseen_classes"]
            and parser.model.layers[2].name == "linear"
            and parser.cfg["beam_width"] == 1
        )

    def __call__(self, docs: Sequence[Doc]) -> None:
        """Tag and parse tokenized sentences that have neither; they are changed in place."""
        docs = [doc for doc in docs if len(doc)]
        if not docs:
            return
        with self._lock:
            self._vectors.write(docs)
            self._tagger.set_annotations(docs, self._tagger.predict(docs))
            by_length = sorted(docs, key=len)
            for first in range(0, len(by_length), _TOGETHER):
                batch = by_length[first : first + _TOGETHER]
                self._parser.set_annotations(batch, self._transitions(batch))

    def _transitions(self, docs: Sequence[Doc]) -> list[Any]:
        """Return the final states of the parser.

        spaCy's own loop gives the interpreter lock away and takes it back at every step of every
        state, which takes two thirds of its time. Here it is kept, and the steps are the same.
        """
        states: list[Any] = self._parser.moves.init_batch(docs)
        model = ParserStepModel(docs, self._layers, has_upper=True, train=False)
        weights, bias = model.vec2scores.get_param("W"), model.vec2scores.get_param("b")
        gemm = model.vec2scores.ops.gemm
        open_states = [state for state in states if not state.is_final()]
        while open_states:
            hidden, _ = model.state2vec(model.get_token_ids(open_states), False)
            scores: np.ndarray = gemm(hidden, weights, trans2=True)
            scores += bias
            open_states = self._parser.transition_states(open_states, scores)
        model.clear_memory()
        return states


def _pipe(nlp: Language, name: str) -> Any:
    return nlp.get_pipe(name)


def _by_spacy(nlp: Language, docs: Sequence[Doc]) -> None:
    for _ in nlp.pipe(docs, batch_size=max(len(docs), 1), disable=REMEMBERED):
        pass


_of_pipeline: WeakKeyDictionary[Language, Annotator] = WeakKeyDictionary()


def annotate(nlp: Language, docs: Iterable[Doc]) -> list[Doc]:
    """Run all components of a pipeline but those of `REMEMBERED`; return the same sentences.

    Parameters
    ----------
    nlp : Language
        Any pipeline; one that is laid out otherwise than spaCy's small ones is run by spaCy.
    docs : iterable of Doc
        Tokenized sentences without further annotation; they are changed in place.
    """
    docs = list(docs)
    if not Annotator.is_known(nlp):
        _by_spacy(nlp, docs)
        return docs
    if nlp not in _of_pipeline:
        _of_pipeline[nlp] = Annotator(nlp)
    _of_pipeline[nlp](docs)
    return docs

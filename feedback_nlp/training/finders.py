"""Fit what tells which parts of feedback and which judgmental moves a sentence holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from feedback_nlp.examples import MOVES, PARTS, Example
from feedback_nlp.features import WORDING_OF_ANYBODY
from feedback_nlp.finders import Finders
from feedback_nlp.heads import LinearHead
from feedback_nlp.training.bags import (
    NOT_FEEDBACK,
    Bag,
    Corpus,
    Sentences,
    own_bag,
    plain,
    touched,
)
from feedback_nlp.training.fitting import Encoder, Recipe, fit, fold_heads

#: Few features are kept, so that each finder can be read. A part is told by its form and words,
#: whoever says them; a move by what the writer says in their own name. Chosen by leaving out
#: domains of the training part.
_PART = Recipe(c=3.0, skips=("word:",), sparse=True, offset=0.0, least=0.0)
_MOVE = Recipe(c=3.0, skips=WORDING_OF_ANYBODY, sparse=True, ratio=0.0, offset=0.0, least=0.0)


def fit_finders(corpus: Corpus, key: Callable[[Bag], str]) -> Finders:
    """Fit a finder for each part and each move on the spans of our own training part.

    Parameters
    ----------
    corpus : Corpus
        Our own training part, also as a hasty writer would have typed it.
    key : callable
        What the folds keep together, in which the thresholds of the parts are chosen.
    """
    encoder = Encoder()
    heads = {part: _part(part, corpus, key, encoder) for part in PARTS}
    heads |= {
        move: fit(_bags(move, corpus.part("train") + corpus.hasty), _MOVE, encoder)
        for move in MOVES
    }
    features = sorted({name for head in heads.values() for name, w in head.weights.items() if w})
    weights = [[head.weights.get(name, 0.0) for head in heads.values()] for name in features]
    return Finders(
        tuple(heads), tuple(features), np.asarray(weights).reshape(len(features), len(heads)),
        np.asarray([head.intercept for head in heads.values()]),
    )  # fmt: skip


def _bags(cue: str, rows: Sequence[tuple[Example, Sentences]]) -> list[Bag]:
    """Return the texts with the sentences in which spans of a part or a move stand."""
    return [
        own_bag(example, plain(sentences), int(any(marked)), marked)
        for example, sentences in rows
        for marked in [touched(example.spans, sentences, [cue])]
    ]


def _part(part: str, corpus: Corpus, key: Callable[[Bag], str], encoder: Encoder) -> LinearHead:
    """Return the finder of a part; its log-odds are 0 at the threshold."""
    own, hasty = (
        [bag for bag in _bags(part, rows) if bag.domain not in NOT_FEEDBACK]
        for rows in (corpus.part("train"), corpus.hasty)
    )
    folds = fold_heads([*own, *hasty], [key(bag) for bag in own], _PART, by=key, encoder=encoder)
    logits = [folds[key(bag)].logit(row) for bag in own for row in bag.instances]
    labels = [label for bag in own for label in bag.instance_labels or ()]
    head = fit([*own, *hasty], _PART, encoder)
    head.estimator.intercept_ = head.estimator.intercept_ - best_threshold(logits, labels)
    return LinearHead(head.names, head.estimator)


def best_threshold(logits: Sequence[float], labels: Sequence[int]) -> float:
    """Return the log-odds from which on F1, the harmonic mean of precision and recall, is largest.

    Parameters
    ----------
    logits : sequence of float
        Log-odds of sentences, given by heads that never saw them.
    labels : sequence of int
        Whether each holds what is looked for.
    """
    order = np.argsort(-np.asarray(logits), kind="stable")
    ranked, values = np.asarray(labels)[order], np.asarray(logits)[order]
    found = np.arange(1, len(ranked) + 1)
    f1 = 2 * np.cumsum(ranked) / (found + ranked.sum())
    # Equal log-odds are all found or none of them.
    whole = np.append(values[1:] != values[:-1], True)
    return float(values[int(np.argmax(np.where(whole, f1, -1.0)))])

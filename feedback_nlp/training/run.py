"""The training run: read, fit, calibrate, measure on the test part, save, write the card."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from feedback_nlp import __version__
from feedback_nlp.datasets import data_folder, manifest, training_sets
from feedback_nlp.evaluation.metrics import binary_figures
from feedback_nlp.examples import read_examples
from feedback_nlp.heads import HEAD_NAMES, Heads, LinearHead, save_heads
from feedback_nlp.pipeline import describe_pipeline, load_pipeline
from feedback_nlp.reading import SentenceReader
from feedback_nlp.relabelling import read_ratings, settled, shipped_labels
from feedback_nlp.training.bags import (
    CONNECTION_NEEDS,
    NOT_FEEDBACK,
    Bag,
    Corpus,
    own_bags,
    own_group,
    public_bags,
    read_corpus,
)
from feedback_nlp.training.card import write_card
from feedback_nlp.training.finders import fit_finders
from feedback_nlp.training.fitting import (
    RECIPES,
    Encoder,
    bag_logits,
    calibration,
    fit,
    fold_heads,
)

logger = logging.getLogger(__name__)

#: Twice as many as elsewhere, so that what is calibrated has learnt from nearly all that the head
#: learns from.
CALIBRATION_FOLDS = 10
#: Three of four of our examples point at a gap, as they were written for contrast; praise is as
#: common in real comments, so this head is calibrated to even odds.
EVEN_ODDS = {"gap"}
#: Heads whose floor is what sentences without content reach, so that padding adds nothing, and
#: the share of such texts that stays below it. A higher floor hides differences at the low end.
FLOORED = {"suggestion": 0.3, "gap": 0.2}


def load_corpus(
    data_dir: Path | None, examples: Path, *, own_only: bool = False, progress: bool = False
) -> Corpus:
    """Read our own examples and, unless `own_only`, the public training sets.

    Raises
    ------
    DataError
        If data are missing, altered, or break the codebook.
    """
    public = {} if own_only else training_sets(data_folder(data_dir))
    own = read_examples(examples)
    return read_corpus(SentenceReader(load_pipeline()), own, public, progress=progress)


@dataclass(frozen=True)
class FoldedHead:
    """A calibrated head with its twins, each of which never saw some of our domains.

    Attributes
    ----------
    head : LinearHead
        Fitted on all training data.
    without : dict of str to LinearHead
        By fold key (see `fold_key`): the same, fitted without the texts of that key.
    """

    head: LinearHead
    without: dict[str, LinearHead]


def fold_key(corpus: Corpus) -> Callable[[Bag], str]:
    """Return what folds keep together: our domains, or the groups where there is one domain.

    By domain: the confidence that people see is that on a field which is new to the model.
    """
    return (lambda bag: bag.domain) if _several_domains(corpus) else (lambda bag: bag.group)


def _several_domains(corpus: Corpus) -> bool:
    return len({example.domain for example, _ in corpus.part("train")}) > 1


def training_part(
    corpus: Corpus, name: str, known: Mapping[str, FoldedHead] | None = None, *, hasty: bool = False
) -> list[Bag]:
    """Return our own training part as bags for a head.

    Parameters
    ----------
    corpus : Corpus
        Training texts.
    name : str
        The head.
    known : mapping of str to FoldedHead, optional
        The heads of `CONNECTION_NEEDS`. A text is read by those that never saw its domain, as a
        new text would be.
    hasty : bool, default False
        Add the texts as a hasty writer would have typed them.
    """
    rows = corpus.part("train") + (corpus.hasty if hasty else [])
    if name != "connection":
        return own_bags(name, rows)
    several = _several_domains(corpus)
    bags = []
    for example, sentences in rows:
        where = example.domain if several else own_group(example)
        heads = {need: known[need].without[where] for need in CONNECTION_NEEDS} if known else None
        bags += own_bags(name, [(example, sentences)], heads)
    return bags


def head_bags(
    corpus: Corpus, name: str, known: Mapping[str, FoldedHead] | None = None
) -> list[Bag]:
    """Return all training bags of a head: our own training part and the public sets."""
    public = [bag for rows in corpus.public.values() for bag in public_bags(name, rows)]
    return [*training_part(corpus, name, known, hasty=True), *public]


def fit_head(
    corpus: Corpus, name: str, known: Mapping[str, FoldedHead] | None = None
) -> FoldedHead:
    """Fit a head on all training data and calibrate it on domains that it had not seen."""
    bags, recipe = head_bags(corpus, name, known), RECIPES[name]
    own, key = training_part(corpus, name, known), fold_key(corpus)
    encoder = Encoder()
    folds = fold_heads(
        bags, [key(bag) for bag in own], recipe, by=key, encoder=encoder, n_folds=CALIBRATION_FOLDS
    )
    # We calibrate on our own feedback, as it follows the codebook.
    read = [bag for bag in own if bag.domain not in NOT_FEEDBACK]
    logits = np.asarray([bag_logits(folds[key(bag)], [bag])[0] for bag in read])
    labels = np.asarray([bag.label for bag in read])
    calibrated = calibration(logits, labels, balanced(labels) if name in EVEN_ODDS else None)
    if name in FLOORED:
        silent = np.asarray([bag.silent for bag in read])
        calibrated = calibrated.floored(logits[silent], FLOORED[name])
    twins = {id(head): calibrated(head) for head in folds.values()}
    return FoldedHead(
        calibrated(fit(bags, recipe, encoder)), {k: twins[id(v)] for k, v in folds.items()}
    )


def balanced(labels: np.ndarray) -> np.ndarray:
    """Return weights by which both classes count the same."""
    share = labels.mean()
    return np.where(labels == 1, 0.5 / max(share, 1e-9), 0.5 / max(1 - share, 1e-9))


def fit_heads(corpus: Corpus, names: Iterable[str] = HEAD_NAMES) -> dict[str, FoldedHead]:
    """Fit and calibrate heads, connection last."""
    heads: dict[str, FoldedHead] = {}
    for name in sorted(names, key=lambda name: name == "connection"):
        logger.info("fitting %s", name)
        heads[name] = fit_head(corpus, name, heads)
    return heads


def train(
    data_dir: Path | None,
    examples: Path,
    out: Path,
    progress: bool = True,
    *,
    own_only: bool = False,
) -> dict[str, Any]:
    """Train all heads and write them, their figures and the model card.

    Parameters
    ----------
    data_dir : Path or None
        Folder of the public sets; by default the one named in ``FEEDBACK_NLP_DATA``.
    examples : Path
        Our own labelled examples (JSONL). Their test part is only measured on.
    out : Path
        Folder for ``heads.skops``, ``heads.json`` and ``README.md`` (the model card).
    progress : bool, default True
        Show progress bars.
    own_only : bool, default False
        Train without the public sets; the suggestion head then knows far fewer forms.

    Returns
    -------
    dict
        Figures per head on our test part. `feedback_nlp.evaluation` measures far more.

    Raises
    ------
    DataError
        If data are missing, altered, or break the codebook.
    """
    corpus = load_corpus(data_dir, examples, own_only=own_only, progress=progress)
    heads = {name: folded.head for name, folded in fit_heads(corpus).items()}
    logger.info("fitting the finders")
    finders = fit_finders(corpus, fold_key(corpus))
    test = corpus.part("test")
    figures = {"own_test": own_figures(heads, corpus)}
    meta: dict[str, Any] = {
        "feedback_nlp": __version__,
        "pipeline": describe_pipeline(),
        "examples": {
            "sha256": hashlib.sha256(examples.read_bytes()).hexdigest(),
            "train": len(corpus.part("train")),
            "test": len(test),
        },
        "public_sets": _used_sets(corpus),
        "figures": figures,
    }
    if corpus.public:
        meta["public_labels"] = _used_labels()
    save_heads(Heads(heads, meta, finders), out)
    write_card(out)
    return figures


def _used_labels() -> dict[str, Any]:
    path = shipped_labels()
    ratings = read_ratings(path)
    return {
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "ratings": len(ratings),
        "passages": len(settled(ratings)),
    }


def own_figures(heads: dict[str, LinearHead], corpus: Corpus) -> dict[str, dict[str, float]]:
    """Measure the heads on our own test part; `gap` has no label there."""
    rows = corpus.part("test")
    figures = {}
    for name in HEAD_NAMES:
        if name == "gap":
            continue
        bags = own_bags(name, rows, heads)
        texts = [e.text for e, _ in rows if name != "connection" or e.suggestion]
        probabilities = 1 / (1 + np.exp(-bag_logits(heads[name], bags)))
        figures[name] = binary_figures([bag.label for bag in bags], probabilities.tolist(), texts)
    return figures


def _used_sets(corpus: Corpus) -> dict[str, Any]:
    entries = manifest()
    return {
        name: {
            "licence": entries[name]["licence"],
            "origin": entries[name]["origin"],
            "sha256": entries[name]["sha256"],
            "texts": {
                head: count
                for head in HEAD_NAMES
                if RECIPES[head].learns_from(name)
                and (count := sum(head in row.labels for row, _ in rows))
            },
        }
        for name, rows in sorted(corpus.public.items())
    }

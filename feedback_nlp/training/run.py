"""The training run: read, fit, calibrate, measure on the test part, save, write the card."""

from __future__ import annotations

import hashlib
import logging
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
from feedback_nlp.training.bags import (
    Bag,
    Corpus,
    own_bags,
    public_bags,
    read_corpus,
)
from feedback_nlp.training.card import write_card
from feedback_nlp.training.fitting import RECIPES, Encoder, bag_logits, calibrate, fit, out_of_fold

logger = logging.getLogger(__name__)

#: Texts of these domains are no feedback on somebody's work. They teach tone; the base rate of
#: suggestions and evidence among them says nothing about feedback.
NOT_FEEDBACK = {"discussion"}
#: Our examples are short contrast lines, most of which describe no behaviour; in real comments a
#: described behaviour is as common as none, so this head is calibrated to even odds.
EVEN_ODDS = {"evidence_2"}
#: Heads whose floor is what sentences without content reach, so that padding adds nothing, and
#: the share of such texts that stays below it. A higher floor hides differences at the low end.
FLOORED = {"suggestion": 0.5, "gap": 0.2}


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


def head_bags(corpus: Corpus, name: str, suggestion: LinearHead | None = None) -> list[Bag]:
    """Return all training bags of a head: our own training part and the public sets."""
    own = own_bags(name, [*corpus.part("train"), *corpus.hasty], suggestion)
    public = [bag for rows in corpus.public.values() for bag in public_bags(name, rows)]
    return [*own, *public]


def calibration_bags(corpus: Corpus, name: str, suggestion: LinearHead | None) -> list[Bag]:
    """Return the texts that a head is calibrated on: our own, as they follow the codebook."""
    own = own_bags(name, corpus.part("train"), suggestion)
    if name.startswith("tone"):
        return own
    return [bag for bag in own if bag.domain not in NOT_FEEDBACK]


def fit_head(corpus: Corpus, name: str, suggestion: LinearHead | None = None) -> LinearHead:
    """Fit a head on all training data and calibrate it on domains that it had not seen."""
    bags, recipe = head_bags(corpus, name, suggestion), RECIPES[name]
    known = calibration_bags(corpus, name, suggestion)
    # By domain: the confidence that people see is that on a field which is new to the model.
    by_domain = len({bag.domain for bag in known}) > 1
    encoder = Encoder()
    logits = out_of_fold(
        bags,
        known,
        recipe,
        by=(lambda bag: bag.domain) if by_domain else (lambda bag: bag.group),
        encoder=encoder,
    )
    labels = np.asarray([bag.label for bag in known])
    weights = balanced(labels) if name in EVEN_ODDS else None
    silent = np.asarray([bag.silent for bag in known]) if name in FLOORED else None
    return calibrate(
        fit(bags, recipe, encoder), logits, labels, weights, silent, FLOORED.get(name, 0.5)
    )


def balanced(labels: np.ndarray) -> np.ndarray:
    """Return weights by which both classes count the same."""
    share = labels.mean()
    return np.where(labels == 1, 0.5 / max(share, 1e-9), 0.5 / max(1 - share, 1e-9))


def fit_heads(corpus: Corpus) -> dict[str, LinearHead]:
    """Fit and calibrate all heads."""
    heads: dict[str, LinearHead] = {}
    for name in HEAD_NAMES:  # suggestion comes first; connection needs it
        logger.info("fitting %s", name)
        heads[name] = fit_head(corpus, name, heads.get("suggestion"))
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
    heads = fit_heads(corpus)
    test = corpus.part("test")
    figures = {"own_test": own_figures(heads, corpus)}
    meta = {
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
    save_heads(Heads(heads, meta), out)
    write_card(out)
    return figures


def own_figures(heads: dict[str, LinearHead], corpus: Corpus) -> dict[str, dict[str, float]]:
    """Measure the heads on our own test part; `gap` has no label there."""
    rows = corpus.part("test")
    figures = {}
    for name in HEAD_NAMES:
        if name == "gap":
            continue
        bags = own_bags(name, rows, heads["suggestion"])
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
                if (count := sum(head in row.labels for row, _ in rows))
            },
        }
        for name, rows in sorted(corpus.public.items())
    }

"""The whole training run: read, fit, calibrate, measure, save, write the model card."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from feedback_nlp import __version__
from feedback_nlp.datasets import LabelledText, data_folder, manifest, suggestion_sets, tone_sets
from feedback_nlp.examples import MOVES, Example, read_examples
from feedback_nlp.heads import Heads, LinearHead, save_heads
from feedback_nlp.pipeline import describe_pipeline, load_pipeline
from feedback_nlp.reading import SentenceAnalysis, SentenceReader
from feedback_nlp.scoring import connection_features, evidence_features
from feedback_nlp.training.card import write_card
from feedback_nlp.training.fitting import (
    OWN,
    Bag,
    bag_logits,
    calibrate,
    fit,
    out_of_fold,
)
from feedback_nlp.training.metrics import auc_with_interval, binary_figures, length_auc

logger = logging.getLogger(__name__)

#: Inverse L2 strength per kind of head, from grouped cross-validation on the training parts.
C_SENTENCE = 0.3
C_TEXT = 0.3


Sentences = list[tuple[int, SentenceAnalysis]]


def public_bags(reader: SentenceReader, rows: list[LabelledText], *, progress: bool) -> list[Bag]:
    """Read a public set; texts without a word are left out."""
    if not rows:
        return []
    read = reader.read_texts([row.text for row in rows], progress=progress, title=rows[0].source)
    return [
        Bag(tuple(s.features for _, s in sentences), row.label, row.group, row.source)
        for row, sentences in zip(rows, read, strict=True)
        if sentences
    ]


def _touches(
    example: Example, start: int, sentence: SentenceAnalysis, labels: Iterable[str]
) -> bool:
    end, wanted = start + len(sentence.text), set(labels)
    return any(s < end and start < e and label in wanted for s, e, label in example.spans)


def suggestion_bag(example: Example, sentences: Sentences) -> Bag:
    """Return an example's sentences, each labelled by whether a next step stands in it."""
    labels = tuple(int(_touches(example, start, s, ["next_step"])) for start, s in sentences)
    return _own_bag(example, tuple(s.features for _, s in sentences), example.suggestion, labels)


def tone_bag(example: Example, sentences: Sentences, level: int) -> Bag:
    """Return an example's sentences, each labelled by whether it judges at `level` or above."""
    reached = example.tone >= level
    labels = tuple(int(reached and _touches(example, start, s, MOVES)) for start, s in sentences)
    return _own_bag(example, tuple(s.features for _, s in sentences), int(reached), labels)


def evidence_bag(example: Example, sentences: Sentences, level: int) -> Bag:
    """Return the whole text as one instance, labelled by whether evidence reaches `level`."""
    features = evidence_features([s for _, s in sentences])
    return _own_bag(example, (features,), int(example.evidence >= level), None)


def connection_bag(example: Example, sentences: Sentences, suggestion: LinearHead) -> Bag:
    """Return the whole text as one instance, labelled by whether the suggestion connects."""
    scored = [replace(s, suggestion=suggestion.probability(s.features)) for _, s in sentences]
    return _own_bag(example, (connection_features(scored),), example.connection, None)


def _own_bag(
    example: Example, instances: tuple[Any, ...], label: int, labels: tuple[int, ...] | None
) -> Bag:
    return Bag(instances, label, f"own:{example.text_group}", OWN, labels)


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
        Figures: per head, grouped cross-validation on our training part, our test part, and for
        each public set the model that never saw it.

    Raises
    ------
    DataError
        If data are missing, altered, or break the codebook.
    """
    sets = {} if own_only else _public_rows(data_folder(data_dir))
    own = read_examples(examples)
    reader = SentenceReader(load_pipeline())
    read = reader.read_texts([e.text for e in own], progress=progress, title="own examples")
    pairs = list(zip(own, read, strict=True))
    learn = [(e, s) for e, s in pairs if e.split == "train" and s]
    check = [(e, s) for e, s in pairs if e.split == "test" and s]
    public = {
        kind: {
            name: public_bags(reader, rows, progress=progress)
            for name, rows in sets.get(kind, {}).items()
        }
        for kind in ("suggestion", "tone")
    }
    heads: dict[str, LinearHead] = {}
    figures: dict[str, Any] = {"cross_validation": {}, "own_test": {}, "leave_one_set_out": {}}

    def finish(
        name: str, bags: list[Bag], test: list[Bag], texts: dict[str, list[str]], c: float
    ) -> None:
        logger.info("fitting %s", name)
        held, logits = out_of_fold(bags, c=c)
        labels = np.asarray([bag.label for bag in held])
        heads[name] = calibrate(fit(bags, c=c), logits, labels)
        figures["cross_validation"][name] = {
            **auc_with_interval(labels, logits),
            "auc_length_only": length_auc(labels, texts["train"]),
        }
        probabilities = 1 / (1 + np.exp(-bag_logits(heads[name], test)))
        figures["own_test"][name] = binary_figures(
            [bag.label for bag in test], probabilities.tolist(), texts["test"]
        )

    texts = {"train": [e.text for e, _ in learn], "test": [e.text for e, _ in check]}
    bags = [bag for rows in public["suggestion"].values() for bag in rows]
    own_bags = [suggestion_bag(e, s) for e, s in learn]
    finish(
        "suggestion",
        [*bags, *own_bags],
        [suggestion_bag(e, s) for e, s in check],
        texts,
        C_SENTENCE,
    )
    figures["leave_one_set_out"]["suggestion"] = _leave_one_out(public["suggestion"], own_bags)
    for level in (1, 2, 3):
        bags = _tone_public(public["tone"], level)
        own_bags = [tone_bag(e, s, level) for e, s in learn]
        test = [tone_bag(e, s, level) for e, s in check]
        finish(f"tone_{level}", [*bags, *own_bags], test, texts, C_SENTENCE)
    for level in (1, 2, 3):
        finish(
            f"evidence_{level}",
            [evidence_bag(e, s, level) for e, s in learn],
            [evidence_bag(e, s, level) for e, s in check],
            texts,
            C_TEXT,
        )
    asked = [(e, s) for e, s in learn if e.suggestion]
    asked_test = [(e, s) for e, s in check if e.suggestion]
    finish(
        "connection",
        [connection_bag(e, s, heads["suggestion"]) for e, s in asked],
        [connection_bag(e, s, heads["suggestion"]) for e, s in asked_test],
        {"train": [e.text for e, _ in asked], "test": [e.text for e, _ in asked_test]},
        C_TEXT,
    )
    meta = {
        "feedback_nlp": __version__,
        "pipeline": describe_pipeline(),
        "examples": {
            "sha256": hashlib.sha256(examples.read_bytes()).hexdigest(),
            "train": len(learn),
            "test": len(check),
        },
        "public_sets": _used_sets(public),
        "figures": figures,
    }
    save_heads(Heads(heads, meta), out)
    write_card(out)
    return figures


def _public_rows(folder: Path) -> dict[str, dict[str, list[LabelledText]]]:
    return {"suggestion": suggestion_sets(folder), "tone": tone_sets(folder)}


def _tone_public(sets: dict[str, list[Bag]], level: int) -> list[Bag]:
    """Return the public tone texts that say something about `level`.

    A toxic comment is at least clearly judging; whether it is hostile (3) is not known.
    """
    return [bag for rows in sets.values() for bag in rows if level < 3 or bag.label == 0]


def _leave_one_out(sets: dict[str, list[Bag]], own: list[Bag]) -> dict[str, Any]:
    result = {}
    for name, held_out in sets.items():
        others = [bag for other, rows in sets.items() if other != name for bag in rows]
        logits = bag_logits(fit([*others, *own], c=C_SENTENCE), held_out)
        result[name] = auc_with_interval([bag.label for bag in held_out], logits)
    return result


def _used_sets(public: dict[str, dict[str, list[Bag]]]) -> dict[str, Any]:
    entries = manifest()
    return {
        name: {
            "licence": entries[name]["licence"],
            "origin": entries[name]["origin"],
            "sha256": entries[name]["sha256"],
            "texts": {kind: len(sets[name]) for kind, sets in public.items() if name in sets},
        }
        for name in sorted({name for sets in public.values() for name in sets})
    }

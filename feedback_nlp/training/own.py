"""Heads for a user's own field, from their labels: made, compared, and kept only where better."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from feedback_nlp import __version__
from feedback_nlp.errors import DataError, DependencyError
from feedback_nlp.examples import read_examples, shipped_examples
from feedback_nlp.heads import Heads, LinearHead, load_heads, save_heads
from feedback_nlp.labels import SCALES, LabelledRow, Labels, text_hash
from feedback_nlp.pipeline import describe_pipeline, load_pipeline
from feedback_nlp.reading import SentenceReader
from feedback_nlp.training.bags import Bag, Sentences, own_bags
from feedback_nlp.training.candidates import Candidate, calibrated, candidates
from feedback_nlp.training.comparing import (
    MIN_CLASS,
    MIN_GROUPS,
    Outcome,
    Task,
    choose,
    enough,
    head_figures,
    learning_curve,
    make_task,
    n_fits,
    out_of_fold,
    texts_needed,
)
from feedback_nlp.training.row_bags import ORDER, ReadRow, heads_of, row_bags, rows_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class OwnHeads:
    """What training on a user's labels gave.

    Attributes
    ----------
    heads : Heads
        All heads: the user's own where they are better, the shipped ones elsewhere.
    figures : dict
        All figures, as in ``card.json``.
    """

    heads: Heads
    figures: dict[str, Any]

    @property
    def changed(self) -> list[str]:
        """Scales whose heads are the user's own."""
        return [name for name, row in self.figures["scales"].items() if row["decision"] == "own"]

    def __str__(self) -> str:
        from feedback_nlp.training.own_card import statements

        return "\n".join(statements(self.figures))

    def _repr_markdown_(self) -> str:
        from feedback_nlp.training.own_card import render

        return render(self.figures)


def train_own(
    labels: Labels,
    out: Path | None = None,
    *,
    with_examples: bool = True,
    examples: Path | None = None,
    even_if_no_gain: bool = False,
    progress: bool = False,
) -> OwnHeads:
    """Make heads from a user's labels, compare them with the shipped ones, keep what is better.

    Parameters
    ----------
    labels : Labels
        What `feedback_nlp.labels.read_labels` gave. Rows of the split ``test`` are left out.
    out : Path, optional
        Folder for ``heads.skops``, ``heads.json``, the card (``README.md``, ``card.json``) and
        its plots; by default nothing is written.
    with_examples : bool
        Try training on the shipped examples together with the labels too, which takes minutes.
    examples : Path, optional
        Other examples than the shipped ones.
    even_if_no_gain : bool
        Take the user's own heads wherever there are labels enough.
    progress : bool
        Show progress with the time left on standard error.

    Raises
    ------
    DataError
        If no scale has labels enough; the message says how many are needed.
    DependencyError
        If a card is wanted and matplotlib is not installed.
    """
    if out is not None and find_spec("matplotlib") is None:
        raise DependencyError("The card needs matplotlib: pip install 'feedback-nlp[research]'.")
    rows = [row for row in labels.rows if row.split != "test"]
    left_out = len(labels.rows) - len(rows)
    _check_enough(labels, rows)
    shipped = load_heads()
    reader = SentenceReader(load_pipeline())
    read = _read(reader, rows, "Your texts", progress)
    known = _example_bags(reader, examples, shipped, progress) if with_examples else None
    ways = candidates(shipped.heads, known)
    heads, scales = dict(shipped.heads), {}
    for scale in ORDER:
        found, scales[scale] = _scale(
            scale, read, shipped.heads, heads, ways,
            force=even_if_no_gain, progress=progress,
        )  # fmt: skip
        heads |= found
    figures = {
        "feedback_nlp": __version__,
        "pipeline": describe_pipeline(),
        "shipped_heads": shipped.version,
        "shipped_sha256": shipped.meta["sha256"],
        "data": {
            "name": labels.name,
            "sha256": labels.sha256,
            "texts": len(rows),
            "left_out_test": left_out,
            "groups": len({row.group for row in rows}),
            "grouped_by": labels.grouped_by,
            "columns": labels.columns,
        },
        "candidates": {way.name: way.title for way in ways},
        "scales": scales,
    }
    return _finish(Heads(heads, _meta(shipped, figures, rows), shipped.finders), figures, out)


def _finish(heads: Heads, figures: dict[str, Any], out: Path | None) -> OwnHeads:
    if out is None:
        return OwnHeads(heads, figures)
    from feedback_nlp.training.own_card import write_own_card

    save_heads(heads, out)
    saved = load_heads(out)
    write_own_card({**figures, "heads": saved.version, "sha256": saved.meta["sha256"]}, out)
    return OwnHeads(saved, figures)


def _meta(shipped: Heads, figures: dict[str, Any], rows: Sequence[LabelledRow]) -> dict[str, Any]:
    own = {
        "data": figures["data"],
        "shipped_sha256": figures["shipped_sha256"],
        "scales": {
            name: row.get("candidate")
            for name, row in figures["scales"].items()
            if row["decision"] == "own"
        },
        # By these `evaluate` knows the texts again; the texts cannot be read from them.
        "text_hashes": sorted({text_hash(row.text) for row in rows}),
    }
    kept = ("examples", "public_sets", "public_labels")
    return {
        "feedback_nlp": __version__,
        "pipeline": figures["pipeline"],
        **{key: shipped.meta[key] for key in kept if key in shipped.meta},
        "own": own,
    }


def _check_enough(labels: Labels, rows: Sequence[LabelledRow]) -> None:
    if not rows:
        raise DataError(
            f"All {len(labels.rows)} rows of {labels.name} are of the split test, so nothing is"
            " left to train on; mark some as train, or remove the column."
        )
    for scale in SCALES:
        values = [row.labels[scale] for row in rows if scale in row.labels]
        yes = sum(value >= 1 for value in values)
        if min(yes, len(values) - yes) >= MIN_CLASS and len({r.group for r in rows}) >= MIN_GROUPS:
            return
    counts = ", ".join(f"{name} on {n}" for name, n in labels.counts.items())
    raise DataError(
        f"{labels.name} has too few labels to train anything ({counts}, in"
        f" {len({row.group for row in rows})} groups): a scale needs at least {MIN_CLASS} texts"
        f" with 0 and {MIN_CLASS} with more, in at least {MIN_GROUPS} groups. Keep the shipped"
        " heads until there are more."
    )


def _read(
    reader: SentenceReader, rows: Sequence[LabelledRow], title: str, progress: bool
) -> list[ReadRow]:
    found = reader.read_texts([row.text for row in rows], progress=progress, title=title)
    return [(row, sentences) for row, sentences in zip(rows, found, strict=True) if sentences]


def _example_bags(
    reader: SentenceReader, path: Path | None, shipped: Heads, progress: bool
) -> dict[str, list[Bag]]:
    own = [e for e in read_examples(path or shipped_examples()) if e.split == "train"]
    texts: list[Sentences] = reader.read_texts(
        [example.text for example in own], progress=progress, title="Shipped examples"
    )
    pairs = [(example, found) for example, found in zip(own, texts, strict=True) if found]
    return {
        head: own_bags(head, pairs, shipped.heads) for scale in SCALES for head in heads_of(scale)
    }


def _scale(
    scale: str,
    read: Sequence[ReadRow],
    shipped: dict[str, LinearHead],
    heads: Mapping[str, LinearHead],
    ways: Sequence[Candidate],
    *,
    force: bool,
    progress: bool,
) -> tuple[dict[str, LinearHead], dict[str, Any]]:
    """Return the new heads of a scale, none if the shipped ones stay, and the figures."""
    rows = rows_of(scale, read)
    if not rows:
        return {}, {"decision": "unlabelled", "texts": 0, "too_few": []}
    every = {head: row_bags(head, rows, heads) for head in heads_of(scale)}
    bags = {head: found for head, found in every.items() if enough(found)}
    few = [head for head in every if head not in bags]
    if not bags:
        return {}, {"decision": "too few", "texts": len(rows), "too_few": few}
    values = [row.labels[scale] for row, _ in rows]
    task = make_task(scale, bags, values, [row.text for row, _ in rows], shipped)
    outcomes = _compare(task, ways, progress)
    if not outcomes:
        return {}, {"decision": "too few", "texts": len(rows), "too_few": [*bags, *few]}
    choice = choose(task, outcomes)
    way = next(way for way in ways if way.name == choice.name)
    outcome = outcomes[way.name]
    with _bar(n_fits(task, way)[1], f"{scale}: learning curve", progress) as bar:
        curve = learning_curve(task, way, outcome, bar.update)
    own = choice.better or force
    figures = {
        "decision": "own" if own else "shipped",
        "texts": len(rows),
        "too_few": few,
        "candidate": way.name,
        "gain": {"gain": choice.gain, "low": choice.low, "high": choice.high},
        "clear": choice.better,
        "optimism": choice.optimism,
        "brier": choice.brier,
        "curve": curve,
        "texts_needed": None if choice.better else texts_needed(choice, curve),
        "heads": {head: head_figures(task, head, outcome) for head in bags},
    }
    return (_final(task, way, outcome, shipped) if own else {}), figures


def _compare(task: Task, ways: Sequence[Candidate], progress: bool) -> dict[str, Outcome]:
    total = sum(n_fits(task, way)[0] for way in ways)
    outcomes = {}
    with _bar(total, f"{task.scale}: comparing", progress) as bar:
        for way in ways:
            outcome = out_of_fold(task, way, bar.update)
            if outcome is not None:
                outcomes[way.name] = outcome
    return outcomes


def _final(
    task: Task, way: Candidate, outcome: Outcome, shipped: dict[str, LinearHead]
) -> dict[str, LinearHead]:
    everything = np.arange(len(task.texts))
    return {
        head: calibrated(
            way.fit(head, stack, everything),
            outcome.logits[head], task.labels(head),
            shipped=shipped[head], shipped_logits=task.shipped_logits[head],
        )
        for head, stack in task.stacks.items()
    }  # fmt: skip


def _bar(total: int, title: str, shown: bool) -> Any:
    from tqdm.auto import tqdm

    return tqdm(total=total, desc=title, unit="fit", disable=not shown)


def trained_on(heads: Heads) -> set[str]:
    """Return the hashes of the texts that heads are known to be trained on.

    Those of the user's own file, as the heads recorded them, and the training part of the shipped
    examples. Of the public sets only with their folder at hand; see `public_training_hashes`.
    """
    recorded: Iterable[str] = heads.meta.get("own", {}).get("text_hashes", ())
    path = shipped_examples()
    own = read_examples(path) if path.is_file() else []
    return {*recorded, *(text_hash(e.text) for e in own if e.split == "train")}


def public_training_hashes(folder: Path) -> set[str]:
    """Return the hashes of the public texts that the shipped heads are trained on.

    Raises
    ------
    DataError
        If a set is missing or altered.
    """
    from feedback_nlp.datasets import training_sets

    return {text_hash(row.text) for rows in training_sets(folder).values() for row in rows}

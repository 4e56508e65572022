"""How the figures on other fields grow with the number and the fields of our own examples.

Where a figure no longer grows, more texts of the kind that we write will not lift it.

Needs ``FEEDBACK_NLP_DATA``; takes some eight minutes::

    python benchmarks/ceiling/learning_curve.py
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from operator import attrgetter
from pathlib import Path

from table import cell, heading, row
from texts import Labelled, Reader

from feedback_nlp.datasets import Measurement, cross_domain_sets, data_folder
from feedback_nlp.examples import shipped_examples
from feedback_nlp.training.bags import OWN, OWN_TALK, Bag, own_bags
from feedback_nlp.training.fitting import RECIPES, Encoder, bag_logits, fit
from feedback_nlp.training.run import head_bags, load_corpus

ROOT = Path(__file__).resolve().parents[2]
#: Sources of our own texts.
OURS = {OWN, OWN_TALK}
SHARES = (0.125, 0.25, 0.5, 0.75, 1.0)
#: Heads that are measured on other fields, by the score that a measurement asks for.
HEADS = {"suggestion": "suggestion", "actionability": "suggestion", "tone": "tone_1"}


def first(keys: Sequence[str], share: float) -> set[str]:
    """Return a share of different keys; a larger share holds the smaller one."""
    different = sorted(set(keys))
    random.Random(0).shuffle(different)
    return set(different[: max(1, round(share * len(different)))])


def measurements(folder: Path) -> dict[str, list[tuple[Measurement, list[Bag]]]]:
    """Return by head what it is measured on, and the texts read."""
    reader, found = Reader(), defaultdict(list)
    for measured in cross_domain_sets(folder):
        if measured.score in HEADS:
            texts = Labelled(measured.texts, measured.labels, measured.texts)
            found[HEADS[measured.score]].append((measured, reader.bags(texts)))
    return found


def rows(folder: Path) -> Iterator[str]:
    """Yield a row for each set and way to take a part of our examples."""
    corpus = load_corpus(folder, shipped_examples())
    for head, measured in measurements(folder).items():
        bags, encoder = head_bags(corpus, head), Encoder()
        test = own_bags(head, corpus.part("test"))
        for what, key in (("texts", attrgetter("group")), ("fields", attrgetter("domain"))):
            public = {key(bag) for bag in bags if bag.source not in OURS}
            own = [key(bag) for bag in bags if bag.source in OURS]
            cells: dict[str, list[str]] = {}
            for share in SHARES:
                chosen = first(own, share) | public
                fitted = fit([bag for bag in bags if key(bag) in chosen], RECIPES[head], encoder)
                for name, held in [
                    *((f"{m.set}: {m.measure}", held) for m, held in measured),
                    ("our own test part", test),
                ]:
                    labels = [bag.label for bag in held]
                    cells.setdefault(name, []).append(cell(labels, bag_logits(fitted, held)))
            for name, figures in cells.items():
                yield row([head, what, name, *figures])


def main() -> None:
    """Read, fit and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "-o", "--out", type=Path, default=ROOT / "docs/evaluation/learning_curve.md"
    )
    args = parser.parse_args()
    lines = [
        "# How the figures grow with our own examples",
        "",
        "AUC with a 95 % bootstrap interval of a head that was fitted on the public training sets"
        " and a share of our own training texts (groups of texts, or whole fields), the larger"
        " share holding the smaller. Sets are read by one head here, and by several in the report,"
        " so that figures differ a little. Made by `benchmarks/ceiling/learning_curve.py`.",
        "",
        *heading("head", "share of our", "measured on", *(f"{share:g}" for share in SHARES)),
    ]
    for line in rows(data_folder(None)):
        print(line, flush=True)
        lines.append(line)
    args.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

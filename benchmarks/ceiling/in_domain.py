"""What our own features reach on each public set when they learn from that very set.

No shipped head may learn from these sets. How far a head gets that does, on other texts of the same
set, tells how much of the distance to a target is for want of training texts of that kind, and how
much for want of features, or is the noise of the labels.

Needs ``FEEDBACK_NLP_DATA``; takes some ten minutes::

    python benchmarks/ceiling/in_domain.py
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.model_selection import GroupKFold

from feedback_nlp.datasets import Measurement, cross_domain_sets, data_folder, read_set
from feedback_nlp.evaluation.metrics import auc_with_interval
from feedback_nlp.features import Features
from feedback_nlp.pipeline import load_pipeline
from feedback_nlp.reading import SentenceReader
from feedback_nlp.training.bags import Bag, plain
from feedback_nlp.training.fitting import N_FOLDS, Encoder, Recipe, bag_logits, fit

ROOT = Path(__file__).resolve().parents[2]
#: Inverse strengths of the penalty that are tried; all are shown, none is chosen.
STRENGTHS = (0.1, 1.0, 10.0)


@dataclass(frozen=True)
class Labelled:
    """Texts of a set with the labels of one question and the groups that folds keep together."""

    texts: list[str]
    labels: list[int]
    groups: list[str]


def parts(measured: Measurement, folder: Path) -> tuple[Labelled, Labelled]:
    """Return the part of a set that is measured, and the rest, which may be empty."""
    frame = read_set(measured.set, folder)
    inside = frame["text"].isin(set(measured.texts))
    group_of = dict(zip(frame["text"], frame["text_group"].astype(str), strict=True))
    rest = frame[~inside & ~frame["text_group"].astype(str).isin(set(frame["text_group"][inside]))]
    label = {
        "disapere_review_sentences": lambda rows: rows["review_action"] == "arg_request",
        "semeval2019_task9_suggestions": lambda rows: rows["label"] == 1,
    }.get(measured.set)
    if label is None or rest.empty:
        others = Labelled([], [], [])
    else:
        others = Labelled(
            rest["text"].tolist(),
            label(rest).astype(int).tolist(),
            rest["text_group"].astype(str).tolist(),
        )
    groups = [group_of[text] for text in measured.texts]
    return Labelled(measured.texts, measured.labels, groups), others


class Reader:
    """Read every text once."""

    def __init__(self) -> None:
        self._reader = SentenceReader(load_pipeline())
        self._known: dict[str, tuple[Features, ...]] = {}

    def bags(self, rows: Labelled) -> list[Bag]:
        """Return the texts as bags; one without a word is a bag of one empty sentence."""
        new = [text for text in dict.fromkeys(rows.texts) if text not in self._known]
        for text, sentences in zip(new, self._reader.read_texts(new), strict=True):
            self._known[text] = plain(sentences) or ({},)
        return [
            Bag(self._known[text], label, group, "set", "set")
            for text, label, group in zip(rows.texts, rows.labels, rows.groups, strict=True)
        ]


def out_of_fold(held: list[Bag], others: list[Bag], c: float) -> np.ndarray:
    """Return the log-odds of each text of `held` by a head that never saw its group."""
    logits, encoder = np.empty(len(held)), Encoder()
    groups = [bag.group for bag in held]
    for known, away in GroupKFold(N_FOLDS).split(groups, groups=groups):
        head = fit([*(held[i] for i in known), *others], Recipe(c=c, least=0.0), encoder)
        logits[away] = bag_logits(head, [held[i] for i in away])
    return logits


def table(folder: Path, report: Path) -> Iterator[str]:
    """Yield the lines of the table; the shipped heads' figures come from the last report."""
    stored = json.loads(report.read_text(encoding="utf-8"))["cross_domain"]
    shipped = {(row["set"], row["measure"]): row for row in stored}
    yield (
        "| set | what | target | length | shipped heads | "
        + " | ".join(f"C = {c:g}" for c in STRENGTHS)
        + " |"
    )
    yield "|---" * (5 + len(STRENGTHS)) + "|"
    reader = Reader()
    for measured in cross_domain_sets(folder):
        row = shipped[measured.set, measured.measure]
        if measured.score == "judgmental":
            continue  # the same question and labels as for the graded score
        held, others = (reader.bags(part) for part in parts(measured, folder))
        labels, cells = np.asarray(measured.labels), []
        for c in STRENGTHS:
            figure = auc_with_interval(labels, out_of_fold(held, others, c))
            cells.append(f"{figure['auc']:.3f} ({figure['low']:.3f}–{figure['high']:.3f})")
        target = "" if measured.target is None else f"{measured.target:.2f}"
        yield (
            f"| {measured.set} | {measured.measure} | {target} | {row['auc_length_only']:.3f}"
            f" | {row['auc']:.3f} | " + " | ".join(cells) + " |"
        )


def main() -> None:
    """Read, fit and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--out", type=Path, default=ROOT / "docs/evaluation/in_domain.md")
    args = parser.parse_args()
    lines = [
        "# How far our features get when they learn from the set itself",
        "",
        "AUC with a 95 % bootstrap interval. A head with all groups of features learns from the set"
        " that it is measured on: from four fifths of the measured part (folds keep equal texts"
        " together), and for DISAPERE and SemEval from the other official parts too. No shipped"
        " head may; they learn from other fields, and by the codebook, not by what each set calls"
        " a request or an unhealthy comment. Human tutors (MRBench) are a training set, so they"
        " have no row. Made by `benchmarks/ceiling/in_domain.py`.",
        "",
        "For the unhealthy comments, of which a fold learns from 7,080 here, Price et al. (2020)"
        " report the AUC of a BERT that learned from 35,500 others of them: unhealthy at all .69,"
        " condescending .78, dismissive .82, hostile .84; one human rater against the others"
        " gets .62 to .76.",
        "",
    ]
    for line in table(data_folder(None), ROOT / "docs/evaluation/report.json"):
        print(line, flush=True)
        lines.append(line)
    args.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

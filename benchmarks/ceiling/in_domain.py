"""What our own features reach on each public set when they learn from that very set.

No shipped head may learn from these sets. How far a head gets that does, on other texts of the same
set, tells how much of the distance to a target is for want of training texts of that kind, and how
much for want of features, or is the noise of the labels.

Needs ``FEEDBACK_NLP_DATA``; takes some three minutes::

    python benchmarks/ceiling/in_domain.py
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from table import STRENGTHS, cell, heading, row, strengths
from texts import Labelled, Reader

from feedback_nlp.datasets import ASKING, Measurement, cross_domain_sets, data_folder, read_set
from feedback_nlp.training.fitting import Encoder, Recipe, out_of_fold

ROOT = Path(__file__).resolve().parents[2]


def parts(measured: Measurement, folder: Path) -> tuple[Labelled, Labelled]:
    """Return the part of a set that is measured, and the rest, where that has labels."""
    frame = read_set(measured.set, folder).astype({"text_group": str})
    group_of = dict(zip(frame["text"], frame["text_group"], strict=True))
    groups = [group_of[text] for text in measured.texts]
    asking = ASKING.get(measured.set)
    rest = frame[~frame["text_group"].isin(set(groups))] if asking else frame[:0]
    labels = asking(rest).astype(int).tolist() if asking else []
    return (
        Labelled(measured.texts, measured.labels, groups),
        Labelled(rest["text"].tolist(), labels, rest["text_group"].tolist()),
    )


def rows(folder: Path, report: Path) -> Iterator[str]:
    """Yield a row for each measurement; the shipped heads' figures come from the last report."""
    stored = json.loads(report.read_text(encoding="utf-8"))["cross_domain"]
    shipped = {(figure["set"], figure["measure"]): figure for figure in stored}
    reader = Reader()
    for measured in cross_domain_sets(folder):
        if measured.score == "judgmental":
            continue  # the same question and labels as for the graded score
        figure = shipped[measured.set, measured.measure]
        held, others = (reader.bags(part) for part in parts(measured, folder))
        encoder = Encoder()
        cells = [
            cell(
                measured.labels,
                out_of_fold([*held, *others], held, Recipe(c=c, least=0.0), encoder=encoder),
            )
            for c in STRENGTHS
        ]
        target = "" if measured.target is None else f"{measured.target:.2f}"
        known = [f"{figure[name]:.3f}" for name in ("auc_length_only", "auc")]
        yield row([measured.set, measured.measure, target, *known, *cells])


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
        *heading("set", "what", "target", "length", "shipped heads", *strengths()),
    ]
    for line in rows(data_folder(None), ROOT / "docs/evaluation/report.json"):
        print(line, flush=True)
        lines.append(line)
    args.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

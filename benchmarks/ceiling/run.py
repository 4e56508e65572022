"""What sentence embeddings reach when they learn from the same texts as the tone head.

A transformer knows far more words than our examples show. How far it gets on the public comments,
trained on nothing but what the heads are trained on, tells how much of the distance to a target
is for want of vocabulary, and how much for want of training texts. It is no part of the product.

Needs `sentence-transformers`, which brings PyTorch, a sentence encoder in a folder, and
``FEEDBACK_NLP_DATA``; run it in an environment of its own::

    python benchmarks/ceiling/run.py path/to/encoder --name all-MiniLM-L6-v2
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sentence_transformers import SentenceTransformer  # type: ignore[import-not-found]
from sklearn.linear_model import LogisticRegression
from table import STRENGTHS, cell, heading, row, strengths

from feedback_nlp.datasets import cross_domain_sets, data_folder, training_sets
from feedback_nlp.evaluation.metrics import length_auc
from feedback_nlp.examples import read_examples

ROOT = Path(__file__).resolve().parents[2]


def training_texts(folder: Path) -> tuple[list[str], list[int]]:
    """Return the texts that teach the tone head, with whether they judge."""
    own = read_examples(ROOT / "data" / "feedback_examples.jsonl")
    pairs = [(e.text, int(e.tone >= 1)) for e in own if e.split == "train"]
    talk = training_sets(folder)["wiki_toxicity"]
    pairs += [(row.text, row.labels["tone_1"]) for row in talk if "tone_1" in row.labels]
    return [text for text, _ in pairs], [label for _, label in pairs]


def main() -> None:
    """Encode, fit and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("encoder", help="folder of a sentence-transformers model")
    parser.add_argument("-o", "--out", type=Path, default=ROOT / "docs/evaluation/ceiling.md")
    parser.add_argument("--name", help="what the encoder is called; by default its folder")
    args = parser.parse_args()
    folder = data_folder(None)
    encoder = SentenceTransformer(args.encoder)
    texts, labels = training_texts(folder)
    known = encoder.encode(texts, show_progress_bar=True)
    sets = [s for s in cross_domain_sets(folder) if s.score == "tone"]
    comments = encoder.encode(sets[0].texts, show_progress_bar=True)
    name = args.name or Path(args.encoder).name
    lines = [
        "# How far a sentence encoder gets with the same training texts",
        "",
        f"{name}, logistic regression on the embeddings of {len(texts)} texts"
        " that teach the tone head (our examples and the talk pages,"
        " none weighted); AUC with a 95 % bootstrap interval on the unhealthy comments."
        " Made by `benchmarks/ceiling/run.py`; the scores of this project stand in"
        " [report.md](report.md).",
        "",
        *heading("what", "length", *strengths()),
    ]
    models = [LogisticRegression(C=c, max_iter=2000).fit(known, labels) for c in STRENGTHS]
    for measured in sets:
        length = f"{length_auc(measured.labels, measured.texts):.3f}"
        cells = [cell(measured.labels, model.decision_function(comments)) for model in models]
        lines.append(row([measured.measure, length, *cells]))
    args.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()

"""Score the review sentences of ``f1000rd_pragmatics`` and time it against bare spaCy.

Run: ``make bench`` with FEEDBACK_NLP_DATA naming the folder of the public sets.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import spacy

import feedback_nlp
from feedback_nlp.datasets import data_folder, read_set
from feedback_nlp.pipeline import find_pipeline

REPEATS = 3


def seconds(job: Callable[[], object]) -> float:
    """Return the median time of a job over `REPEATS` runs."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        job()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    """Print rows per second and ratios as a Markdown table."""
    reviews = read_set("f1000rd_pragmatics", data_folder())
    texts = reviews["text"].tolist()
    categories = reviews["prag"]
    bare = spacy.load(find_pipeline().path)

    def score() -> None:
        # A fresh scorer each time: a warm cache would measure the cache.
        for _ in feedback_nlp.load().score_many(texts):
            pass

    def parse_only() -> None:
        for _ in bare.pipe(texts, batch_size=256):
            pass

    ours, theirs = seconds(score), seconds(parse_only)
    sys.stdout.write(
        f"{len(texts)} texts, one process, median of {REPEATS}, loading included for ours\n\n"
        "| | rows per second | ratio to bare spaCy |\n|---|---|---|\n"
        f"| feedback_nlp `score_many` | {len(texts) / ours:.0f} | {theirs / ours:.2f} |\n"
        f"| spaCy {find_pipeline().name}, default components | {len(texts) / theirs:.0f} | 1.00 |\n"
    )
    scored = feedback_nlp.score_frame(reviews)[["suggestion", "judgmental"]]
    sys.stdout.write(f"\n{scored.groupby(categories).mean().round(2)}\n")


if __name__ == "__main__":
    main()

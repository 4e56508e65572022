"""What is measured of this project alone, a process a time: rates, cost by length, memory.

Run by ``run.py``: ``python own.py rate N_PROCESS TEXTS``, ``lengths`` or ``memory ROWS``. Prints
JSON.
"""

from __future__ import annotations

import csv
import itertools
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import run

import feedback_nlp
from feedback_nlp.pipeline import load_pipeline
from feedback_nlp.scorer import Scorer

BATCH = 64


def different() -> Iterator[str]:
    """Yield texts without end, none twice and no sentence twice."""
    found, _ = run.texts(10_000)
    for number in itertools.count():
        text = found[number % len(found)]
        yield " ".join(f"{part} ({number})." for part in text.split(". "))


def rate(n_process: int, count: int) -> float:
    """Return texts per second by the clock, from when all processes have loaded."""
    scorer = feedback_nlp.load()
    texts = list(itertools.islice(different(), count))
    scored = scorer.score_many(iter(texts), n_process=n_process, batch_size=BATCH)
    # Each process has loaded when a few batches are through.
    warm = 4 * BATCH
    for _ in itertools.islice(scored, warm):
        pass
    start = time.perf_counter()
    rest = sum(1 for _ in scored)
    return rest / (time.perf_counter() - start)


def lengths() -> dict[int, float]:
    """Return the processor seconds for one text by its number of words."""
    shipped = feedback_nlp.load()
    scorer = Scorer(load_pipeline(), shipped.heads, max_chars=10_000_000)
    words = (word for text in different() for word in text.split())
    for _ in scorer.score_many([" ".join(itertools.islice(words, 200)) for _ in range(50)]):
        pass
    seconds = {}
    for length in run.LENGTHS:
        count = max(run.WORDS_EACH // length, 1)
        texts = [" ".join(itertools.islice(words, length)) for _ in range(count)]
        start = time.process_time()
        for _ in scorer.score_many(texts):
            pass
        seconds[length] = (time.process_time() - start) / count
    return seconds


def memory(rows: int) -> float:
    """Return the peak memory, in MB, of scoring a CSV file of so many rows."""
    from feedback_nlp.jobs import Job, run_job

    with tempfile.TemporaryDirectory() as folder:
        table, out = Path(folder) / "in.csv", Path(folder) / "out.csv"
        with table.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["text"])
            writer.writerows([text] for text in itertools.islice(different(), rows))
        run_job(Job(table, out, "csv"), scorer=feedback_nlp.load())
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(what: str, *numbers: str) -> None:
    """Print the figure as JSON."""
    jobs = {"rate": rate, "lengths": lengths, "memory": memory}
    answer = jobs[what](*map(int, numbers))  # type: ignore[operator]
    sys.stdout.write("\n" + json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])

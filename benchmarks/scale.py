"""Measure what one worker does and estimate from it what a billion comments cost.

Run: ``python benchmarks/scale.py``; writes ``docs/scale.json`` and the tables in ``docs/scale.md``. Needs the extra ``dask``. The
texts are the project's own examples with a number put in, so that no sentence is in a cache.
"""

# ruff: noqa: E501  # rows of Markdown tables cannot be wrapped

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
BILLION = 1_000_000_000
REPEATS = 3


def comments(count: int) -> pd.DataFrame:
    """Return `count` different comments of the length that the examples have."""
    lines = (ROOT / "data" / "feedback_examples.jsonl").read_text("utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    rows = [f"Point {i}: {texts[i % len(texts)]}" for i in range(count)]
    return pd.DataFrame({"id": range(count), "text": rows})


def one_process(path: Path, out: Path) -> dict[str, float]:
    """Score a table in this process; return rate, peak memory and time of loading."""
    import feedback_nlp
    from feedback_nlp.jobs import Job, run_job

    start = time.perf_counter()
    scorer = feedback_nlp.load()
    scorer("The first text loads what is loaded late.")
    loading = time.perf_counter() - start
    start, busy = time.perf_counter(), time.process_time()
    rows = run_job(Job(path, out, "parquet"), scorer=scorer)
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "rows_per_second": rows / seconds,
        "rows_per_core_second": rows / busy,
        "peak_mb": peak,
        "load_seconds": loading,
    }


def in_own_process(path: Path, out: Path) -> dict[str, float]:
    """Do the same in a process of its own, whose peak memory is its own."""
    command = [sys.executable, __file__, "--one", str(path), str(out)]
    # One thread each, as a worker has.
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    answer = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return dict(json.loads(answer.stdout))


def on_workers(path: Path, out: Path, workers: int, rows_per_part: int) -> dict[str, float]:
    """Score a table on Dask workers whose scorers are loaded; return both rates per worker."""
    from feedback_nlp.cluster import connected, worker_versions
    from feedback_nlp.folders import score_folder

    with connected(workers, None) as client:
        client.run(worker_versions)  # loads the scorers
        start, busy = time.perf_counter(), sum(client.run(time.process_time).values())
        outcome = score_folder(
            [str(path)], str(out), cluster=client.scheduler.address, rows_per_part=rows_per_part
        )
        seconds = time.perf_counter() - start
        busy = sum(client.run(time.process_time).values()) - busy
    return {
        "rows_per_second_per_worker": outcome.rows / seconds / workers,
        "rows_per_core_second_of_workers": outcome.rows / busy,
    }


def estimate(figures: dict[str, Any]) -> dict[str, float]:
    """Extrapolate to a billion comments; nothing is assumed but what was measured."""
    # By the time that the cores were busy, which other programs on the machine hardly change. Of
    # the two rates the lower one: it holds what Dask itself takes.
    rate = min(figures["rows_per_core_second"], figures["rows_per_core_second_of_workers"])
    hours = BILLION / rate / 3600
    return {
        "rows_per_core_second": rate,
        "core_hours": hours,
        "workers_for_24_hours": hours / 24,
        "parts": BILLION / 20_000,
        "input_gb": BILLION * figures["bytes_per_row_in"] / 1e9,
        "output_gb": BILLION * figures["bytes_per_row_out"] / 1e9,
        "memory_gb_per_worker": 2 * figures["peak_mb"] / 1024,
    }


def measure(rows: int, workers: int) -> dict[str, Any]:
    """Return all figures of this machine."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table, small = folder / "in.parquet", folder / "small.parquet"
        comments(rows).to_parquet(table, index=False)
        comments(rows // 10).to_parquet(small, index=False)
        runs = [in_own_process(table, folder / "out.parquet") for _ in range(REPEATS)]
        tenth = in_own_process(small, folder / "small_out.parquet")
        spread = on_workers(table, folder / "parts", workers, max(rows // (4 * workers), 1))
        words = pd.read_parquet(table)["text"].str.split().str.len().mean()
        return {
            "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores,"
            f" Python {platform.python_version()}",
            "rows": rows,
            "words_per_row": float(words),
            "load_average": os.getloadavg()[0],
            **{
                name: statistics.median(run[name] for run in runs)
                for name in ("rows_per_second", "rows_per_core_second", "load_seconds")
            },
            "peak_mb": max(run["peak_mb"] for run in runs),
            "peak_mb_for_a_tenth_of_the_rows": tenth["peak_mb"],
            "workers": workers,
            **spread,
            "bytes_per_row_in": table.stat().st_size / rows,
            "bytes_per_row_out": (folder / "out.parquet").stat().st_size / rows,
        }


def as_markdown(figures: dict[str, Any], billion: dict[str, float]) -> str:
    """Return the tables of ``docs/scale.md``."""
    seconds = 20_000 / billion["rows_per_core_second"]
    return f"""
Measured by `python benchmarks/scale.py` ({figures["machine"]}, load {figures["load_average"]:.1f};
{figures["rows"]:,} different comments of {figures["words_per_row"]:.0f} words on average):

| measured | |
|---|---|
| comments per core second, one process | {figures["rows_per_core_second"]:.0f} |
| comments per core second, {figures["workers"]} Dask workers | {figures["rows_per_core_second_of_workers"]:.0f} |
| comments per second by the clock, one process | {figures["rows_per_second"]:.0f} |
| time to load | {figures["load_seconds"]:.1f} s |
| peak memory of a process, and with a tenth of the rows | {figures["peak_mb"]:.0f} MB, {figures["peak_mb_for_a_tenth_of_the_rows"]:.0f} MB |
| bytes per comment in and out (Parquet) | {figures["bytes_per_row_in"]:.0f}, {figures["bytes_per_row_out"]:.0f} |

Core seconds are the time that cores really worked, so that other programs on the machine hardly change them. From the lower
of the two rates follows for one billion such comments:

| estimated | |
|---|---|
| work | {billion["core_hours"]:,.0f} core hours |
| workers, to be done in 24 hours | {billion["workers_for_24_hours"]:,.0f} |
| with 100 workers | {billion["core_hours"] / 100 / 24:,.1f} days |
| parts of 20,000 rows, and time of each | {billion["parts"]:,.0f}, {seconds:,.0f} seconds |
| memory per worker, twice the measured peak | {billion["memory_gb_per_worker"]:.1f} GB |
| input and output | {billion["input_gb"]:,.0f} GB, {billion["output_gb"]:,.0f} GB |

"""


def write_page(path: Path, text: str) -> None:
    """Put the tables between the marks of the page."""
    begin, end = "<!-- begin figures -->", "<!-- end figures -->"
    page = path.read_text("utf-8")
    before, rest = page.split(begin, 1)
    path.write_text(f"{before}{begin}{text}{end}{rest.split(end, 1)[1]}", "utf-8")


def main() -> None:
    """Measure, estimate, and write both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "scale.json")
    parser.add_argument("--one", nargs=2, type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        sys.stdout.write(json.dumps(one_process(*given.one)))
        return
    figures = measure(given.rows, given.workers)
    result = {"measured": figures, "billion": estimate(figures)}
    text = json.dumps(result, indent=2) + "\n"
    given.out.write_text(text, encoding="utf-8")
    write_page(given.out.with_suffix(".md"), as_markdown(figures, result["billion"]))
    sys.stdout.write(text)


if __name__ == "__main__":
    main()

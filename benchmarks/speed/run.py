"""Measure the speed side by side with other tools, on one machine, in one run.

Run: ``make bench``; it writes ``docs/speed.md``. Texts are the shipped examples, or with
FEEDBACK_NLP_DATA review sentences and comments of the public sets.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from contenders import CONTENDERS
from peers import PACKAGES, python_of

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NAMES = {
    "ours": "feedback_nlp, `score_many`",
    "bare": "spaCy pipeline, default components",
    "exact": "spaCy pipeline, the components that we use",
    "textdescriptives": "TextDescriptives 2.8.4 (all but its `quality`, which does not load)",
    "convokit": "ConvoKit 3.0.0, parser and politeness strategies",
    "vader": "VADER (looks words up, parses nothing)",
}
SETS = ("f1000rd_pragmatics", "wiki_toxicity", "stanford_politeness")
LENGTHS = (10, 100, 1_000, 10_000, 100_000)
#: Words read at each length but the longest; short texts are read in numbers.
WORDS_EACH = 20_000
STARTS = 7
#: Several threads of one linear algebra library would be counted as several processors.
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS")}


def texts(count: int) -> tuple[list[str], str]:
    """Return `count` different texts and where they are from."""
    lines = (ROOT / "data" / "feedback_examples.jsonl").read_text("utf-8").splitlines()
    found = [json.loads(line)["text"] for line in lines]
    source = "the shipped examples"
    if os.environ.get("FEEDBACK_NLP_DATA"):
        from feedback_nlp.datasets import data_folder, read_set

        found += [text for name in SETS for text in read_set(name, data_folder())["text"]]
        source = f"the shipped examples, {', '.join(SETS)}"
    found = list(dict.fromkeys(found))
    random.Random(5).shuffle(found)
    return found[:count], source


def run(command: Sequence[str | Path], **environment: str) -> Any:
    """Run a program and return the JSON in its last line."""
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False,
        env={**os.environ, **ONE_THREAD, **environment},
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def warm_up(sample: list[str]) -> int:
    """Return how many of the texts are read before the clock starts."""
    return len(sample) // 3


def side_by_side(sample: list[str], rounds: int) -> tuple[dict[str, float], list[str]]:
    """Return the median processor seconds of each contender, and who is missing and why."""
    missing, seconds = [], {name: [] for name in CONTENDERS}
    pythons = {}
    for name in CONTENDERS:
        pythons[name], why = python_of(name)
        if pythons[name] is None:
            missing.append(f"{name} is missing: {why}.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "texts.json"
        first = warm_up(sample)
        path.write_text(json.dumps({"warm_up": sample[:first], "texts": sample[first:]}), "utf-8")
        for _ in range(rounds):
            for name, python in pythons.items():
                if python is not None:
                    # ConvoKit writes its settings into the home folder.
                    home = {"HOME": folder} if name in PACKAGES else {}
                    answer = run([python, HERE / "contenders.py", name, path], **home)
                    seconds[name].append(answer["seconds"])
    return {name: statistics.median(times) for name, times in seconds.items() if times}, missing


#: What is run in a fresh interpreter, and timed from its start to its end.
STARTED = {
    "nothing": "",
    "import": "import feedback_nlp",
    "spacy.load": "import spacy; from feedback_nlp.pipeline import UNUSED, find_pipeline;"
    " spacy.load(find_pipeline().path, exclude=list(UNUSED))",
    "first score": "import feedback_nlp; feedback_nlp.load()('You left out the units.')",
}


def starting() -> dict[str, float]:
    """Return the median processor seconds of a fresh interpreter with each of `STARTED`."""
    end = "\nimport json, time; print(json.dumps(time.process_time()))"
    times: dict[str, list[float]] = {name: [] for name in STARTED}
    for _ in range(STARTS):
        for name, code in STARTED.items():
            times[name].append(run([sys.executable, "-c", code + end]))
    return {name: statistics.median(values) for name, values in times.items()}


def parts(names: Sequence[str], rounds: int) -> dict[str, list[Any]]:
    """Run parts of ``own.py``, each in a process of its own, in turn."""
    answers: dict[str, list[Any]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            answers[name].append(run([sys.executable, HERE / "own.py", *name.split()]))
    return answers


def exponent(seconds: dict[str, float]) -> float:
    """Return the exponent of length in the time for one text, by least squares on logarithms."""
    lengths = np.log([float(words) for words in seconds])
    return float(np.polyfit(lengths, np.log(list(seconds.values())), 1)[0])


def verdict(value: float, target: float, better: Callable[[float, float], bool]) -> str:
    """Say whether a target is met."""
    return "met" if better(value, target) else "**not met**"


def at_least(value: float, target: float) -> bool:
    """Compare where more is better."""
    return value >= target


def at_most(value: float, target: float) -> bool:
    """Compare where less is better."""
    return value <= target


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def measure(given: argparse.Namespace) -> str:
    """Return the page."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    sample, source = texts(given.texts)
    seconds, missing = side_by_side(sample, given.rounds)
    start = starting()
    one, two = f"rate 1 {given.parallel}", f"rate 2 {given.parallel}"
    rates = parts([one, two], given.rounds)
    both = statistics.median(b / a for a, b in zip(rates[one], rates[two], strict=True))
    lengths = parts(["lengths"], 1)["lengths"][0]
    few, many = f"memory {given.few_rows}", f"memory {given.rows}"
    memory = {name: values[0] for name, values in parts([few, many], 1).items()}
    growth = memory[many] / memory[few]

    ours, count = seconds["ours"], len(sample) - warm_up(sample)
    rows: list[list[str]] = []

    def add(what: str, value: float, target: float, better: Callable[[float, float], bool],
            unit: str = "×") -> None:  # fmt: skip
        sign = "≥" if better is at_least else "≤"
        goal = f"{sign} {target:g} {unit}".replace(" ×", "×")
        rows.append(
            [what, f"{value:.2f} {unit}".replace(" ×", "×"), goal, verdict(value, target, better)]
        )

    add("documents per second, against the default pipeline", seconds["bare"] / ours, 2.0, at_least)
    add("time, against the components that we use", ours / seconds["exact"], 1.15, at_most)
    for name, title in (("textdescriptives", "TextDescriptives"), ("convokit", "ConvoKit")):
        if name in seconds:
            what = f"documents per second, against {title}"
            add(what, seconds[name] / ours, 3.0, at_least)
    add("documents per second, two processes against one", both, 1.8, at_least)
    add("`import feedback_nlp`, beyond nothing", start["import"] - start["nothing"], 0.25, at_most,
        "s")  # fmt: skip
    first = (start["first score"] - start["nothing"]) / (start["spacy.load"] - start["nothing"])
    add("import, load and first score, against importing and loading spaCy", first, 1.3, at_most)
    add(f"peak memory, {given.rows:,} rows against {given.few_rows:,}", growth, 1.1, at_most)
    add("exponent of length, 10 to 100,000 words", exponent(lengths), 1.05, at_most, "")

    others = [
        [NAMES[name], f"{count / time:,.0f}", f"{seconds['bare'] / time:.2f}"]
        for name, time in sorted(seconds.items(), key=lambda item: item[1])
    ]
    absent = f"\n{' '.join(missing)}\n" if missing else ""
    words = sum(len(text.split()) for text in sample) / len(sample)
    by_length = [
        [f"{int(length):,}", f"{1000 * time:,.1f}", f"{1e6 * time / int(length):,.0f}"]
        for length, time in lengths.items()
    ]
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}"
        for name in ("feedback-nlp", "spacy", "thinc", "numpy")
    )
    return f"""\
# How fast texts are scored

`make bench` writes this page. {os.cpu_count()} cores ({platform.machine()}), no GPU, Python
{platform.python_version()}, {versions}. Before it began, {load:.1f} other programs ran on average.

{table(["what", "figure", "target", ""], rows)}

Times are those that a processor worked (user and system), which other programs on the machine
hardly change, except for the two processes, which go by the clock. Each is the median of
{given.rounds} round(s) in which the contenders take turns, each in a process of its own with one
thread, after it has read other texts ({STARTS} rounds for importing and loading).

## Side by side

{count:,} different texts, {words:.0f} words on average, from {source}.

{table(["what", "texts per processor second", "against the default pipeline"], others)}
{absent}
## By length

No sentence occurs twice.

{table(["words", "milliseconds a text", "microseconds a word"], by_length)}

## Memory

A CSV file is read and written row by row. Peak: {memory[few]:,.0f} MB for
{given.few_rows:,} rows, {memory[many]:,.0f} MB for {given.rows:,} rows, all different.
"""


def main() -> None:
    """Measure, print and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=2_400, help="texts, a third to warm up")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--parallel", type=int, default=12_000, help="texts for two processes")
    parser.add_argument("--few-rows", type=int, default=10_000, help="rows of a small table")
    parser.add_argument(
        "--rows", type=int, default=50_000, help="rows of a large table; 1000000 take an hour"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "speed.md")
    given = parser.parse_args()
    page = measure(given)
    given.out.write_text(page, encoding="utf-8")
    sys.stdout.write(page)


if __name__ == "__main__":
    main()

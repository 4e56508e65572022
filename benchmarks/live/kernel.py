"""What the kernel alone needs for one keystroke, and the floor: spaCy on the changed sentence."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import feedback_nlp
from feedback_nlp.segmentation import split_text
from feedback_nlp.widgets.view import Legend, report_view

EXAMPLES = Path(__file__).resolve().parents[2] / "data" / "feedback_examples.jsonl"
KEYS = 40
TYPED = "so two people asked what they saw on that slide"


def draft(words: int) -> str:
    """Return a draft of `words` words from our own examples, one on each line."""
    texts = [json.loads(line)["text"] for line in EXAMPLES.read_text("utf-8").splitlines()]
    lines: list[str] = []
    left = words
    while left > 0:
        for text in texts:
            cut = text.split()[:left]
            lines.append(" ".join(cut))
            left -= len(cut)
            if left <= 0:
                break
    return "\n".join(lines)


def milliseconds(job: Callable[[int], object]) -> float:
    """Return the median time of `job` over `KEYS` keystrokes."""
    times = []
    for key in range(1, KEYS + 1):
        start = time.perf_counter()
        job(key)
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def kernel_times(words: int) -> dict[str, float]:
    """Return milliseconds by stage for a keystroke in a draft of `words` words, and its answer."""
    scorer = feedback_nlp.load()
    text = draft(words)
    scorer(text)

    def typed(key: int) -> str:
        return f"{text}\nOn slide 4 the axis had no units, {(TYPED * 2)[:key]}"

    # The scorer keeps what it read, so each stage is measured before the one that would use it.
    floor = milliseconds(lambda key: list(scorer.nlp.pipe([typed(key).rsplit("\n", 1)[1]])))
    cut = milliseconds(lambda key: split_text(scorer.nlp, typed(key)))
    score = milliseconds(lambda key: scorer(typed(key)))
    report = scorer(typed(KEYS))
    legend = Legend()
    view = milliseconds(lambda key: report_view(report, revision=key, legend=legend))
    data = report_view(report, revision=1)
    dump = milliseconds(lambda _: json.dumps(data))
    return {
        "spaCy on the changed sentence": floor,
        "cutting into sentences": cut,
        "scoring": score,
        "building the view": view,
        "writing it as JSON": dump,
        "answer_kb": len(json.dumps(data)) / 1000,
    }

"""Findings become advice to the writer: praise first, then what hurts, then what is missing."""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from feedback_nlp.cues import Cue
from feedback_nlp.reading import BY_SENTENCE
from feedback_nlp.report import Advice, Finding, Sentence

#: More than this at a time is not read.
MAX_ADVICE = 4
#: A passage is quoted up to this many characters.
MAX_QUOTED = 80
_PARTS = ("behaviour", "next_step", "situation", "impact")
#: No part of a sentence that is as judgmental as this is praised.
_PRAISED_BELOW = 0.5
#: A part is not the writer's to keep when a judgment takes more of it than this.
_TAKEN = 0.5


@cache
def wording(table: str = "advice") -> Mapping[str, Any]:
    """Return the sentences of one table of ``wording.toml``."""
    path = resources.files("feedback_nlp") / "wording.toml"
    return dict(tomllib.loads(path.read_text(encoding="utf-8"))[table])


def wording_of_warning(name: str) -> str:
    """Return the sentence of the warning `name`."""
    return str(wording("warnings")[name])


def blank_advice() -> tuple[Advice, ...]:
    """Return the advice for a text without words."""
    return (Advice("empty", "", wording()["empty"], wording()["empty_ask"]),)


def describes(judgmental: float) -> bool:
    """Whether a text is said to describe: it probably does not judge."""
    return judgmental < float(wording("levels")["describes_below"])


def judged(findings: Iterable[Finding]) -> set[int]:
    """Return the places of the text that stand in a judging passage, for `is_taken`."""
    places: set[int] = set()
    for finding in findings:
        if finding.family == "judgmental" and finding.rule != BY_SENTENCE:
            places.update(range(finding.start, finding.end))
    return places


def is_taken(part: Finding, places: Container[int]) -> bool:
    """Whether most of a part is itself a judgment: "you never listen", "or else"."""
    covered = sum(place in places for place in range(part.start, part.end))
    return covered > _TAKEN * (part.end - part.start)


def give_advice(
    findings: Iterable[Finding], cues: Mapping[str, Cue], sentences: Sequence[Sentence]
) -> tuple[Advice, ...]:
    """Return what to do next, most useful first.

    Parameters
    ----------
    findings : iterable of Finding
        What the cues marked.
    cues : mapping of str to Cue
        Cues by id, for their wording.
    sentences : sequence of Sentence
        The sentences that hold the findings, with their scores.

    Returns
    -------
    tuple of Advice
        At most `MAX_ADVICE`: one praise if something works already, the passages that judge
        (those of the most judging sentence first), the parts that are missing, vague passages.
    """
    findings = list(findings)
    text = wording()
    places, judgmental = judged(findings), _judgmental_at(sentences)
    found = {finding.cue for finding in findings if not is_taken(finding, places)}
    kept = {f.cue for f in findings if judgmental(f.start) < _PRAISED_BELOW}
    present = [part for part in _PARTS if part in found & kept]
    missing = [part for part in _PARTS if part not in found]
    judging = sorted(
        (finding for finding in findings if finding.family == "judgmental"),
        key=lambda finding: (-judgmental(finding.start), -finding.weight, finding.start),
    )
    advice: list[Advice] = []
    if present:
        names = _join([cues[part].title.lower() for part in present])
        ready = not missing and all(describes(sentence.judgmental) for sentence in sentences)
        template = text["praise_complete" if ready else "praise"]
        advice.append(Advice("praise", present[0], template.format(parts=names), ""))
    # A second kind of judgment tells more than a second passage of the first kind.
    first = {finding.cue: finding for finding in reversed(judging)}
    for finding in sorted(judging, key=lambda finding: first[finding.cue] is not finding)[:2]:
        template = text["reread" if finding.rule == BY_SENTENCE else "remove"]
        message = template.format(passage=quoted(finding.text, MAX_QUOTED), why=finding.why)
        advice.append(
            Advice("remove", finding.cue, message, finding.ask, finding.start, finding.end)
        )
    vague = next((finding for finding in findings if finding.family == "vague"), None)
    for part in missing:
        advice.append(Advice("add", part, text[f"add_{part}"], cues[part].missing))
        if vague is not None:
            message = text["vague"].format(passage=quoted(vague.text, MAX_QUOTED), why=vague.why)
            advice.append(Advice("vague", vague.cue, message, vague.ask, vague.start, vague.end))
            vague = None
    return tuple(advice[:MAX_ADVICE])


def _judgmental_at(sentences: Sequence[Sentence]) -> Callable[[int], float]:
    """Return what tells how judgmental the sentence around a place of the text is."""
    starts = [sentence.start for sentence in sentences]

    def judgmental(place: int) -> float:
        around = bisect_right(starts, place) - 1
        return sentences[around].judgmental if around >= 0 else 0.0

    return judgmental


def quoted(passage: str, most: int) -> str:
    """Return a passage on one line, cut to a number of characters."""
    words = " ".join(passage.split())
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def _join(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

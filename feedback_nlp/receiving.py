"""For the receiver: what in a piece of feedback can be used, what to ask back, how to say thanks.

It sorts the words of somebody else. It says nothing about whether they are deserved.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from feedback_nlp.advice import is_taken, judged, quoted
from feedback_nlp.reading import BY_SENTENCE
from feedback_nlp.report import Finding, Report, Sentence

#: More questions than this at a time are an interrogation.
MAX_QUESTIONS = 4
_MAX_JUDGING_QUESTIONS = 2
_PARTS = ("behaviour", "situation", "next_step", "impact")
_JUDGING_FROM = 0.5
MAX_QUOTED = 120


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of the feedback that belong together.

    Attributes
    ----------
    kind : str
        ``usable`` or ``judging``.
    start, end : int
        Offsets into the text exactly as given, in Unicode code points.
    text : str
        ``text[start:end]``.
    cues : tuple of str
        The parts it gives, or the judgmental moves it makes.
    titles : tuple of str
        The same in plain words.
    why : str
        Why it may have stung; empty for usable passages.
    """

    kind: str
    start: int
    end: int
    text: str
    cues: tuple[str, ...]
    titles: tuple[str, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A question to ask back: about the judgmental move or the missing part `cue`."""

    cue: str
    text: str


@dataclass(frozen=True, slots=True)
class Reception:
    """A piece of feedback as its receiver can use it.

    Attributes
    ----------
    text : str
        The feedback exactly as given.
    usable, judging : tuple of Passage
        What can be acted on, and what judges; in the order of the text.
    questions : tuple of Question
        What to ask back, the most useful first.
    steps : tuple of str
        Steps that the feedback itself proposes, in its own words.
    sounds_judging : bool
        Whether the text as a whole is likely to read as a judgment.
    warnings : tuple of str
        What to mind about the reading.
    """

    text: str
    usable: tuple[Passage, ...] = ()
    judging: tuple[Passage, ...] = ()
    questions: tuple[Question, ...] = ()
    steps: tuple[str, ...] = ()
    sounds_judging: bool = False
    warnings: tuple[str, ...] = ()

    def reply(self, step: str | None = None, questions: Iterable[Question] | None = None) -> str:
        """Return a thank-you that commits to one step and asks back.

        Parameters
        ----------
        step : str, optional
            The step in the receiver's own words; without it, the first that the feedback
            proposes, else a place to fill in. An empty one promises to come back.
        questions : iterable of Question, optional
            What to ask; all questions by default.
        """
        words = receiving_words()["reply"]
        if step is None:
            step = (
                words["quoted_step"].format(passage=self.steps[0])
                if self.steps
                else words["own_step"]
            )
        step = step.strip()
        lines = [words["thanks"], words["step"].format(step=step) if step else words["no_step"]]
        asked = [q.text for q in (self.questions if questions is None else questions)]
        if asked:
            lines += ["", words["ask_one" if len(asked) == 1 else "ask_many"]]
            lines += asked if len(asked) == 1 else [f"- {question}" for question in asked]
        return "\n".join(lines)


@cache
def receiving_words() -> Mapping[str, Any]:
    """Return the wording of ``receiving.toml``."""
    path = resources.files("feedback_nlp") / "receiving.toml"
    return dict(tomllib.loads(path.read_text(encoding="utf-8")))


def receive(report: Report) -> Reception:
    """Sort a piece of feedback for the person who got it.

    Parameters
    ----------
    report : Report
        What `Scorer` says about the feedback; one without scores gives an empty `Reception`.
    """
    if report.actionability is None:
        return Reception(report.text, warnings=report.warnings)
    usable = _usable(report)
    given = {cue for passage in usable for cue in passage.cues}
    return Reception(
        text=report.text,
        usable=usable,
        judging=_judging(report),
        questions=_questions(report, given),
        steps=tuple(_steps(report, usable)),
        sounds_judging=(report.judgmental or 0.0) >= _JUDGING_FROM,
        warnings=report.warnings,
    )


def _judging(report: Report) -> tuple[Passage, ...]:
    found = [f for f in report.findings if f.family == "judgmental" and f.start < f.end]
    return tuple(
        Passage(
            "judging", start, end, report.text[start:end],
            tuple(dict.fromkeys(f.cue for f in group)),
            tuple(dict.fromkeys(f.title for f in group)),
            max(group, key=lambda f: f.weight).why,
        )
        for start, end, group in _joined(found)
    )  # fmt: skip


def _usable(report: Report) -> tuple[Passage, ...]:
    """Return sentences that give a part; of a sentence that judges, only the parts themselves."""
    titles = receiving_words()["parts"]
    passages = []
    places = judged(report.findings)
    for sentence in report.sentences:
        whole = not _inside(report, sentence, "judgmental")
        parts = [
            f
            for f in _inside(report, sentence, "part")
            if whole or not (f.rule == BY_SENTENCE or is_taken(f, places))
        ]
        if not parts:
            continue
        pieces = [(sentence.start, sentence.end, parts)] if whole else _joined(parts)
        for start, end, group in pieces:
            cues = tuple(cue for cue in titles if cue in {f.cue for f in group})
            names = tuple(titles[cue] for cue in cues)
            passages.append(Passage("usable", start, end, report.text[start:end], cues, names))
    return tuple(passages)


def _inside(report: Report, sentence: Sentence, family: str) -> list[Finding]:
    return [
        f
        for f in report.findings
        if f.family == family and sentence.start <= f.start < f.end <= sentence.end
    ]


def _joined(findings: Iterable[Finding]) -> list[tuple[int, int, list[Finding]]]:
    """Return findings that overlap as one passage each."""
    groups: list[tuple[int, int, list[Finding]]] = []
    for finding in sorted(findings, key=lambda f: (f.start, -f.end)):
        if groups and finding.start < groups[-1][1]:
            start, end, group = groups[-1]
            groups[-1] = (start, max(end, finding.end), [*group, finding])
        else:
            groups.append((finding.start, finding.end, [finding]))
    return groups


def _steps(report: Report, usable: Iterable[Passage]) -> Iterable[str]:
    places = judged(report.findings)
    for passage in usable:
        for finding in report.findings:
            within = passage.start <= finding.start and finding.end <= passage.end
            if within and finding.cue == "next_step" and not is_taken(finding, places):
                yield quoted(finding.text, MAX_QUOTED)


def _questions(report: Report, given: set[str]) -> tuple[Question, ...]:
    words = receiving_words()
    asked: list[Question] = []
    answered = set(given)
    heaviest = sorted(
        (f for f in report.findings if f.cue in words["judgmental"]),
        key=lambda f: (-f.weight, f.start),
    )
    for finding in heaviest:
        entry = words["judgmental"][finding.cue]
        fresh = finding.cue not in {q.cue for q in asked} and set(entry["covers"]) - answered
        # With all parts on the table the first judgment is asked about all the same.
        if len(asked) < _MAX_JUDGING_QUESTIONS and (fresh or not asked):
            question = entry["question"].format(passage=quoted(finding.text, MAX_QUOTED))
            asked.append(Question(finding.cue, question))
            answered |= set(entry["covers"])
    for finding in report.findings:
        if finding.cue in words["vague"] and finding.cue not in {q.cue for q in asked}:
            asked.append(Question(finding.cue, words["vague"][finding.cue]))
            answered |= {"behaviour"} if finding.cue == "vague_praise" else {"next_step"}
    asked += [Question(part, words["missing"][part]) for part in _PARTS if part not in answered]
    return tuple(asked[:MAX_QUESTIONS])

"""Beginnings of a better sentence, from the writer's own words.

A scaffold never changes a text by itself: it is offered, and what the writer alone can know stands
in square brackets.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from feedback_nlp.columns import Columns
from feedback_nlp.cues.guards import clause_verb, subject
from feedback_nlp.errors import DependencyError, InputError
from feedback_nlp.segmentation import parse_sentences

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token

    from feedback_nlp.report import Finding, Report

#: A place to fill in: "[which meeting?]".
PLACEHOLDER = re.compile(r"\[[^\[\]\n]{1,60}\?\]")
_SENTENCE_END = re.compile(r"[.!?]+(?=\s|$)|\n+")
_PEOPLE = {"you", "he", "she", "they", "u"}
_SUBJECTS = {"nsubj", "nsubjpass"}
_OBJECT = {"he": "him", "she": "her", "they": "them"}
#: What is claimed of always and never is dropped: the scaffold asks for one occasion.
_DROPPED = {
    "always", "never", "ever", "constantly", "continually", "forever", "again", "just", "even",
    "simply", "clearly", "obviously", "really",
}  # fmt: skip


_EMPTY = {"stop", "quit", "get", "pull", "grow", "shut", "have", "go"}


@dataclass(frozen=True, slots=True)
class Scaffold:
    """A proposal: put `text` in place of ``start`` to ``end`` (code points of the draft)."""

    start: int
    end: int
    text: str


@cache
def _wording() -> Mapping[str, Any]:
    path = resources.files("feedback_nlp") / "scaffolds.toml"
    return dict(tomllib.loads(path.read_text(encoding="utf-8")))


def without_placeholders(text: str) -> str:
    """Return `text` with every sentence that holds a place to fill in blanked; offsets stay.

    What is half filled in would be read as vague, or praised for words that are not the writer's.
    """
    places = [match.span() for match in PLACEHOLDER.finditer(text)]
    if not places:
        return text
    # The question mark of a place ends no sentence.
    plain = PLACEHOLDER.sub(lambda match: "_" * len(match[0]), text)
    ends = [0, *(match.end() for match in _SENTENCE_END.finditer(plain)), len(text)]
    for begin, end in pairwise(ends):
        if any(begin <= start < end for start, _ in places):
            blank = re.sub(r"[^\n]", " ", plain[begin:end])
            text = text[:begin] + blank + text[end:]
    return text


def rewrite(
    nlp: Language, report: Report, finding: Finding, scenario: Mapping[str, str] | None = None
) -> Scaffold | None:
    """Return another beginning for the sentence in which `finding` stands.

    Parameters
    ----------
    nlp : Language
        The pipeline that read the draft.
    report : Report
        The report that holds `finding`.
    finding : Finding
        A judgmental move or a vague passage.
    scenario : mapping of str to str, optional
        ``about`` and ``goal`` as the writer described them.

    Returns
    -------
    Scaffold or None
        None if the finding's kind has no scaffold.

    Raises
    ------
    InputError
        If `finding` is not of `report`.
    DependencyError
        If lemminflect is missing, which knows the forms of verbs.
    """
    templates = _wording().get(finding.family, {}).get(finding.cue)
    sentence = next((s for s in report.sentences if s.start <= finding.start < s.end), None)
    if sentence is None:
        raise InputError("The finding is not of this report; score the draft again.")
    if templates is None:
        return None
    slots = _slots(nlp, sentence.text, finding.start - sentence.start, scenario or {})
    return Scaffold(sentence.start, sentence.end, _fill(templates, slots))


def add_part(report: Report, part: str, scenario: Mapping[str, str] | None = None) -> Scaffold:
    """Return a beginning for a missing part: situation, behaviour, impact or next_step.

    Raises
    ------
    InputError
        If there is no such part.
    """
    template = _wording()["add"].get(part)
    if template is None:
        raise InputError(f"There is no part {part!r}; there are {', '.join(_wording()['add'])}.")
    text = _fill([template], _scenario_slots(scenario or {}))
    if part == "situation":
        return Scaffold(0, 0, text)
    end = len(report.text.rstrip())
    return Scaffold(end, end, text if end else text.lstrip())


def _fill(templates: list[str], slots: Mapping[str, str]) -> str:
    for template in templates:
        if set(re.findall(r"\{(\w+)\}", template)) <= slots.keys():
            text = re.sub(r" +", " ", template.format(**slots))
            return text[:1].upper() + text[1:] if not template.startswith(" ") else text
    return templates[-1]


def _scenario_slots(scenario: Mapping[str, str]) -> dict[str, str]:
    about = scenario.get("about", "").strip().rstrip(".")
    goal = scenario.get("goal", "").strip().rstrip(".")
    occasion = f"In {_small(about)}" if about else str(_wording()["slots"]["occasion"])
    return {
        "occasion": occasion,
        "occasion_small": occasion[:1].lower() + occasion[1:],
        "goal": f", so that you can {_small(goal)}" if goal else "",
    }


def _small(text: str) -> str:
    # "The demo on Tuesday", but "I" and "CSS" stay.
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _slots(nlp: Language, text: str, offset: int, scenario: Mapping[str, str]) -> dict[str, str]:
    slots = {**_scenario_slots(scenario), "who": "you", "whom": "you", "were": "were"}
    calm = _without_shouting(text.lower() if text.isupper() else text)
    slots["calm"] = calm[:1].upper() + calm[1:]
    for start, doc in reversed(parse_sentences(nlp, text)):
        anchor = next((t for t in doc if start + t.idx + len(t) > offset), None)
        if start <= offset and anchor is not None:
            return slots | _from_parse(doc, anchor)
    return slots


def _without_shouting(text: str) -> str:
    text = re.sub(r"\b[A-Z]{3,}\b", lambda match: match[0].lower(), text)
    return re.sub(r"[!?]{2,}|!", lambda match: "?" if "?" in match[0] else ".", text)


def _from_parse(doc: Doc, anchor: Token) -> dict[str, str]:
    """Return who it is about and what they do, as far as the grammar says."""
    slots: dict[str, str] = {}
    sentence = Columns(doc)
    verb = doc[clause_verb(sentence, (anchor.head if anchor.dep_ in _SUBJECTS else anchor).i)]
    found = subject(sentence, verb.i)
    who = None if found is None else doc[found]
    if who is None and verb.pos_ == "VERB":
        slots["who"] = "you"  # an order
    if who is not None and who.lower_ in _PEOPLE:
        name = "you" if who.lower_ == "u" else who.lower_
        slots |= {"who": name, "whom": _OBJECT.get(name, name)}
        slots["were"] = "was" if name in {"he", "she"} else "were"
    beside = [c for c in (*anchor.children, *verb.children) if c.i > anchor.i]
    about = next((c for c in beside if c.dep_ == "prep" and c.lower_ != "of"), None)
    if about is not None:
        slots["about"] = _words(about.subtree)
    if verb.pos_ != "VERB" or (who is not None and who.lower_ not in _PEOPLE):
        return slots
    # "Stop whining" and "you don't care" hold nothing that could be asked for.
    denied = any(c.dep_ == "neg" and c.lower_ != "never" for c in verb.children)
    if denied or verb.lemma_.lower() in _EMPTY:
        return slots
    left_out = {"nsubj", "nsubjpass", "aux", "auxpass", "neg", "punct", "mark", "cc", "conj"}
    rest = [t for c in verb.children if c.i > verb.i and c.dep_ not in left_out for t in c.subtree]
    lemma = verb.lemma_.lower()
    never = any(c.lower_ == "never" for c in verb.children)
    past = f"did not {lemma}" if never else _past(lemma)
    tail = _words(sorted(rest, key=lambda token: token.i))
    return slots | {"past": past, "base": lemma, "rest": f" {tail}" if tail else ""}


def _words(tokens: Any) -> str:
    kept = [t for t in tokens if t.lower_ not in _DROPPED and not t.is_space]
    while kept and kept[-1].is_punct:
        kept.pop()
    return "".join(token.text_with_ws for token in kept).strip()


def _past(lemma: str) -> str:
    try:
        from lemminflect import getInflection
    except ImportError as error:
        raise DependencyError(
            "Scaffolds need lemminflect, which knows the forms of verbs; run:"
            " pip install lemminflect."
        ) from error
    forms = getInflection(lemma, tag="VBD")
    return str(forms[0]) if forms else lemma

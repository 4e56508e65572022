"""Behaviour tests: generated sentences, each with what it must do to a score.

The method is CheckList (Ribeiro, Wu, Guestrin & Singh 2020): minimum-functionality tests (MFT),
invariance tests (INV) and directional expectation tests (DIR). What is asked stands in
``behaviour.toml``.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import resources
from itertools import product
from typing import TYPE_CHECKING, Any

from feedback_nlp.errors import DataError
from feedback_nlp.training.slips import drop_articles, drop_final_stop, swap_letters

if TYPE_CHECKING:
    from feedback_nlp.report import Report
    from feedback_nlp.scorer import Scorer

#: A score of at least this says yes.
THRESHOLD = 0.5
#: A smaller change of a score is not noticed: it is within one step of the words shown.
NOTICEABLE = 0.1
#: A score may not move by more than what rounding for the display hides.
EXACT = 0.005
_SLOT = re.compile(r"\{(\w+)(?::(\w+))?\}")
_EXPECT = ("at_least", "below", "same", "not_higher", "not_lower", "higher", "lower")


@dataclass(frozen=True, slots=True)
class Case:
    """One generated case; `changed` is empty where only one text is judged."""

    capability: str
    kind: str
    score: str
    expect: str
    text: str
    changed: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that did not hold, with the scores that it got."""

    case: Case
    before: float
    after: float | None


def load_tests() -> dict[str, Any]:
    """Return the lists and tests of ``behaviour.toml``.

    Raises
    ------
    DataError
        If a test expects something unknown.
    """
    source = resources.files("feedback_nlp") / "evaluation" / "behaviour.toml"
    data = tomllib.loads(source.read_text(encoding="utf-8"))
    for test in data["test"]:
        if test["expect"] not in _EXPECT:
            raise DataError(
                f"behaviour.toml, {test['capability']!r}: expect is {test['expect']!r},"
                f" it must be one of {', '.join(_EXPECT)}."
            )
    return data


def generate(seed: int = 0) -> list[Case]:
    """Return all cases; the same seed gives the same ones."""
    data = load_tests()
    cases: list[Case] = []
    for test in data["test"]:
        # A generator of its own for each test: adding one leaves the others as they are.
        rng = random.Random(f"{seed}:{test['capability']}")
        found = list(dict.fromkeys(_cases(test, data["lists"], rng)))
        # Swapping two equal letters, or a text without articles, changes nothing.
        found = [case for case in found if case.changed != case.text]
        rng.shuffle(found)
        cases += found[: test["cases"]]
    return cases


def _cases(test: dict[str, Any], lists: dict[str, list[str]], rng: random.Random) -> Iterator[Case]:
    for template in test["texts"]:
        per_template = max(2 * test["cases"] // len(test["texts"]), 6)
        for slots in _fillings(template + test.get("changed", ""), lists, rng, per_template):
            text = _capital(_fill(template, slots))
            yield Case(
                test["capability"], test["kind"], test["score"], test["expect"],
                text, _changed(test, template, text, slots, lists, rng),
            )  # fmt: skip


def _changed(
    test: dict[str, Any], template: str, text: str, slots: dict[str, str],
    lists: dict[str, list[str]], rng: random.Random,
) -> str:  # fmt: skip
    if swap := test.get("swap"):
        other = rng.choice([value for value in lists[swap] if value != slots[swap]])
        return _capital(_fill(template, {**slots, swap: other}))
    if perturb := test.get("perturb"):
        return PERTURBATIONS[perturb](text, rng)
    if "changed" not in test:
        return ""
    changed = test["changed"].replace("{text}", text)
    if "{text:without_step}" in changed:
        kept = (part for part in re.split(r"(?<=[.!?])\s+", template) if "{step}" not in part)
        changed = _fill(" ".join(kept), slots)
    return _capital(_fill(changed, slots))


def _fillings(
    template: str, lists: dict[str, list[str]], rng: random.Random, limit: int
) -> Iterator[dict[str, str]]:
    names = [name for name in dict.fromkeys(m[0] for m in _SLOT.findall(template)) if name in lists]
    size = 1
    for name in names:
        size *= len(lists[name])
    if size <= limit:
        for values in product(*(lists[name] for name in names)):
            yield dict(zip(names, values, strict=True))
        return
    for _ in range(limit):
        yield {name: rng.choice(lists[name]) for name in names}


def _fill(template: str, slots: dict[str, str]) -> str:
    filled = _SLOT.sub(lambda match: slots.get(match[1], match[0]), template)
    # The codebook's English: "a idiot" and "an slacker" are the template's fault.
    filled = re.sub(r"\b([Aa]) (?=[aeiouAEIOU])", r"\1n ", filled)
    filled = re.sub(r"\b([Aa])n (?=(?!hour)[^aeiouAEIOU\W])", r"\1 ", filled)
    return re.sub(r"\b(They) is\b", r"\1 are", filled)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _negate(text: str, rng: random.Random) -> str:
    return re.sub(r"\b(is|are)\b", r"\1 not", text, count=1)


#: Changes that code makes to a text, by the name that ``behaviour.toml`` uses.
PERTURBATIONS: dict[str, Callable[[str, random.Random], str]] = {
    "typo": swap_letters,
    "no_articles": drop_articles,
    "no_final_stop": drop_final_stop,
    "negate": _negate,
}


def holds(case: Case, before: float, after: float | None) -> bool:
    """Say whether the scores of a case are what it expects."""
    if case.expect == "at_least":
        return before >= THRESHOLD
    if case.expect == "below":
        return before < THRESHOLD
    assert after is not None
    moved = after - before
    return {
        "same": abs(moved) <= NOTICEABLE,
        "not_higher": moved <= EXACT,
        "not_lower": moved >= -EXACT,
        "higher": moved > EXACT,
        "lower": moved < -EXACT,
    }[case.expect]


def run(scorer: Scorer, cases: Iterable[Case]) -> tuple[dict[str, dict[str, Any]], list[Failure]]:
    """Score all cases.

    Returns
    -------
    figures : dict
        For each capability its kind, the number of cases and of failures, and the failure rate.
    failures : list of Failure
        Every case that did not hold.
    """
    cases = list(cases)
    reports = scorer.score_many(case.text for case in cases)
    changed = scorer.score_many(case.changed or case.text for case in cases)
    figures: dict[str, dict[str, Any]] = {}
    failures: list[Failure] = []
    for case, one, two in zip(cases, reports, changed, strict=True):
        row = figures.setdefault(
            case.capability, {"kind": case.kind, "cases": 0, "failures": 0, "rate": 0.0}
        )
        row["cases"] += 1
        failure = _failure(case, one, two)
        if failure is not None:
            failures.append(failure)
            row["failures"] += 1
    for row in figures.values():
        row["rate"] = row["failures"] / row["cases"]
    return figures, failures


def _failure(case: Case, one: Report, two: Report) -> Failure | None:
    names = ("actionability", "judgmental") if case.score == "both" else (case.score,)
    for name in names:
        before, after = getattr(one, name), getattr(two, name) if case.changed else None
        if not holds(case, before, after):
            return Failure(case, before, after)
    return None

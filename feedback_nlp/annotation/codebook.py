"""The codebook that raters have at hand, and what it allows."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Value:
    """One step of a scale, with an example."""

    value: int
    words: str
    example: str


@dataclass(frozen=True, slots=True)
class Scale:
    """A question with a number as its answer.

    Attributes
    ----------
    id : str
        Name of the column.
    title, ask, help : str
        What a rater reads.
    level : {"nominal", "ordinal"}
        How far two answers differ: at all, or by steps.
    values : tuple of Value
        The answers that are allowed, lowest first.
    optional : bool
        Whether labels are whole without an answer.
    key : str
        The letter that picks the question out; empty if it has none.
    """

    id: str
    title: str
    ask: str
    level: Literal["nominal", "ordinal"]
    help: str
    values: tuple[Value, ...]
    optional: bool = False
    key: str = ""

    @property
    def allowed(self) -> tuple[int, ...]:
        """The numbers that are allowed, lowest first."""
        return tuple(step.value for step in self.values)


@dataclass(frozen=True, slots=True)
class SpanLabel:
    """What words can be marked as; `key` is the letter that does it."""

    id: str
    title: str
    family: Literal["part", "judgmental"]
    key: str
    what: str
    yes: str
    no: str = ""


@dataclass(frozen=True, slots=True)
class Codebook:
    """All scales and labels, and the wording of the rules."""

    scales: tuple[Scale, ...]
    spans: tuple[SpanLabel, ...]
    rules: dict[str, str]

    def scale(self, name: str) -> Scale:
        """Return a scale by its id; KeyError if there is none."""
        return {scale.id: scale for scale in self.scales}[name]

    def span(self, name: str) -> SpanLabel:
        """Return a label of spans by its id; KeyError if there is none."""
        return {span.id: span for span in self.spans}[name]


@cache
def codebook() -> Codebook:
    """Return the codebook of the package."""
    path = resources.files("feedback_nlp") / "annotation" / "codebook.toml"
    data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    scales = tuple(
        Scale(**{**entry, "values": tuple(Value(**step) for step in entry["values"])})
        for entry in data["scales"]
    )
    return Codebook(scales, tuple(SpanLabel(**entry) for entry in data["spans"]), data["rules"])

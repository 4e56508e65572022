"""The labels that one person gave to one text, and what the codebook says about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from feedback_nlp.annotation.codebook import codebook
from feedback_nlp.examples import MOVES, PARTS

#: Questions that every text needs an answer to, and all of them.
NEEDED = ("evidence", "suggestion", "connection", "tone")
SCALES = (*NEEDED, "gap")
#: Rules by which a suggestion, or none, settles another answer.
CONNECTION_RULE, GAP_RULE = "connection_needs_suggestion", "gap_follows_suggestion"
#: A span is ``(start, end, label)`` in code points.
Span = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Labels:
    """Answers to the questions of the codebook; None where a question is still open.

    Attributes
    ----------
    evidence, tone : int or None
        0-3.
    suggestion, connection : int or None
        0 or 1.
    spans : tuple of (start, end, label)
        Marked words, in code points, sorted.
    gap : int or None
        0 or 1: whether the text points at something that could be otherwise. Optional: labels
        are whole without it.
    """

    evidence: int | None = None
    suggestion: int | None = None
    connection: int | None = None
    tone: int | None = None
    spans: tuple[Span, ...] = ()
    gap: int | None = None

    @property
    def qual(self) -> int | None:
        """QuAL score, 0-5; None while a part of it is open."""
        parts = (self.evidence, self.suggestion, self.connection)
        return None if None in parts else sum(part or 0 for part in parts)

    def with_value(self, scale: str, value: int | None) -> Labels:
        """Return the labels with an answer, and what follows from it; see `with_rules`."""
        answer: dict[str, Any] = {scale: value}
        if scale == "suggestion" and value != self.suggestion:
            # What followed from the old answer was given by rule, not by judgment, so it is open.
            if self.suggestion == 0:
                answer["connection"] = None
            elif self.suggestion == 1:
                answer["gap"] = None
        return replace(self, **answer).with_rules()

    def with_rules(self) -> Labels:
        """Return the labels with what follows from the suggestion.

        Without one, connection is 0; with one, gap is 1. Labels from before the desk asked for
        the gap get theirs in this way when somebody opens them again.
        """
        if self.suggestion == 0:
            return replace(self, connection=0)
        return replace(self, gap=1) if self.suggestion == 1 else self

    @property
    def settled(self) -> dict[str, str]:
        """What the suggestion leaves no choice about: scales with the names of their rules."""
        if self.suggestion is None:
            return {}
        return {"gap": GAP_RULE} if self.suggestion else {"connection": CONNECTION_RULE}

    def with_span(self, start: int, end: int, label: str) -> Labels:
        """Return the labels with words marked; marks of the same label that touch become one."""
        kept = []
        for span in self.spans:
            if span[2] == label and span[0] < end and start < span[1]:
                start, end = min(start, span[0]), max(end, span[1])
            else:
                kept.append(span)
        return replace(self, spans=tuple(sorted([*kept, (start, end, label)])))

    def without_span(self, span: Span) -> Labels:
        """Return the labels without a mark."""
        return replace(self, spans=tuple(kept for kept in self.spans if kept != span))

    def problems(self, text: str) -> tuple[str, ...]:
        """Return what is open or contradicts the codebook, a kind sentence each.

        Parameters
        ----------
        text : str
            The text that was labelled.
        """
        book = codebook()
        said = book.rules
        marked = {label for _, _, label in self.spans}
        found = []
        values = {scale: getattr(self, scale) for scale in SCALES}
        if missing := [book.scale(name).title for name in NEEDED if values[name] is None]:
            found.append(said["open"].format(names=", ".join(missing)))
        if any(not 0 <= start < end <= len(text) for start, end, _ in self.spans):
            found.append(said["outside"])
        known = all(
            value is None or value in book.scale(name).allowed for name, value in values.items()
        )
        if not known or not marked <= {*PARTS, *MOVES}:
            found.append(said["unknown"])
        breaks = {
            "suggestion_needs_next_step": self.suggestion == 1 and "next_step" not in marked,
            "next_step_needs_suggestion": self.suggestion == 0 and "next_step" in marked,
            CONNECTION_RULE: self.suggestion == 0 and self.connection == 1,
            GAP_RULE: self.suggestion == 1 and self.gap == 0,
            "evidence_needs_behaviour": (self.evidence or 0) >= 2 and "behaviour" not in marked,
            "tone_needs_move": (self.tone or 0) > 0 and not marked & {*MOVES},
            "move_needs_tone": self.tone == 0 and bool(marked & {*MOVES}),
        }
        return (*found, *(said[rule] for rule, broken in breaks.items() if broken))

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain types, in the shape of the examples of the project."""
        row: dict[str, Any] = {name: getattr(self, name) for name in NEEDED}
        row["qual"] = self.qual
        if self.gap is not None:
            row["gap"] = self.gap
        row["spans"] = [{"start": s, "end": e, "label": label} for s, e, label in self.spans]
        return row

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Labels:
        """Read what `to_dict` gave; keys that are none of the labels are left alone."""
        spans = ((span["start"], span["end"], span["label"]) for span in row.get("spans") or ())
        values = {name: row.get(name) for name in SCALES}
        return cls(**values, spans=tuple(sorted(spans)))

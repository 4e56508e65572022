"""The labels that one person gave to one text, and what the codebook says about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from feedback_nlp.annotation.codebook import codebook
from feedback_nlp.examples import MOVES, PARTS

SCALES = ("evidence", "suggestion", "connection", "tone")
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
        Whether the text points at something that could be otherwise. The desk does not ask for
        it; labels that are imported with it keep it.
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
        """Return the labels with an answer; connection follows a suggestion of 0."""
        answer: dict[str, Any] = {scale: value}
        changed = replace(self, **answer)
        if changed.suggestion == 0:
            changed = replace(changed, connection=0)
        elif scale == "suggestion" and self.suggestion == 0:
            # It was 0 by rule, not by judgment, so the question is open again.
            changed = replace(changed, connection=None)
        if changed.suggestion == 1 and changed.gap == 0:
            # Imported, and no longer true: a suggestion points at something to change.
            changed = replace(changed, gap=None)
        return changed

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
        if missing := [book.scale(name).title for name, value in values.items() if value is None]:
            found.append(said["open"].format(names=", ".join(missing)))
        if any(not 0 <= start < end <= len(text) for start, end, _ in self.spans):
            found.append(said["outside"])
        known = all(
            value is None or value in book.scale(name).allowed for name, value in values.items()
        )
        known &= not (self.suggestion == 1 and self.gap == 0)
        if not known or not marked <= {*PARTS, *MOVES} or self.gap not in (None, 0, 1):
            found.append(said["unknown"])
        breaks = {
            "suggestion_needs_next_step": self.suggestion == 1 and "next_step" not in marked,
            "next_step_needs_suggestion": self.suggestion == 0 and "next_step" in marked,
            "connection_needs_suggestion": self.suggestion == 0 and self.connection == 1,
            "evidence_needs_behaviour": (self.evidence or 0) >= 2 and "behaviour" not in marked,
            "tone_needs_move": (self.tone or 0) > 0 and not marked & {*MOVES},
            "move_needs_tone": self.tone == 0 and bool(marked & {*MOVES}),
        }
        return (*found, *(said[rule] for rule, broken in breaks.items() if broken))

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain types, in the shape of the examples of the project."""
        row: dict[str, Any] = {name: getattr(self, name) for name in SCALES}
        row["qual"] = self.qual
        if self.gap is not None:
            row["gap"] = self.gap
        row["spans"] = [{"start": s, "end": e, "label": label} for s, e, label in self.spans]
        return row

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Labels:
        """Read what `to_dict` gave; keys that are none of the labels are left alone."""
        spans = ((span["start"], span["end"], span["label"]) for span in row.get("spans") or ())
        values = {name: row.get(name) for name in (*SCALES, "gap")}
        return cls(**values, spans=tuple(sorted(spans)))

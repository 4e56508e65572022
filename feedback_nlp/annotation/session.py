"""One person's way through the texts: answers, marks, undo, and what is kept when."""

from __future__ import annotations

import hashlib

from feedback_nlp.annotation.codebook import codebook
from feedback_nlp.annotation.differences import differences
from feedback_nlp.annotation.labels import SCALES, Labels
from feedback_nlp.annotation.settling import common
from feedback_nlp.annotation.store import LabelStore, Role, Text


class Session:
    """Work on the texts of a store, one after the other.

    Every change is kept at once as a draft; `save` makes it a label. A rater's session never
    reads what others gave. In a session of decisions, the texts are those on which raters differ,
    the widest difference first, and what all of them gave is filled in.

    Parameters
    ----------
    store : LabelStore
        Texts and labels.
    rater : str
        Who works.
    role : {"rater", "decision"}
        Label, or decide where raters differ.
    shuffle : bool
        Show the texts in an order of this rater's own, so that tiredness does not meet the same
        texts with everybody. The order stays the same from day to day.

    Attributes
    ----------
    place : int or None
        Number of the text at hand, from 0; None if all are done.
    labels : Labels
        What is on screen.
    active : str
        The scale that a digit answers.
    notice : str
        What was not possible, or what was done.
    """

    def __init__(
        self, store: LabelStore, rater: str, *, role: Role = "rater", shuffle: bool = False
    ) -> None:
        self.store = store
        self.rater = rater
        self.role: Role = role
        self.notice = ""
        self.texts = self._decidable() if role == "decision" else store.texts()
        if shuffle and role == "rater":
            self.texts.sort(key=lambda t: hashlib.sha256(f"{rater}\0{t.id}".encode()).digest())
        self._state = self._read_state()
        self.labels = Labels()
        self.active = SCALES[0]
        self._undo: list[Labels] = []
        self.place: int | None = None
        self._open(self._next_open(-1))

    def _decidable(self) -> list[Text]:
        """Return the texts that raters differ on, without those that this person has yet to label.

        Whoever sees what others said is not blind any more.
        """
        own = {entry.text_id for entry in self.store.current(rater=self.rater)}
        blind = self.rater in self.store.raters()
        return [
            item.text
            for item in differences(self.store)
            if (not blind or item.text.id in own)
            and common(list(item.given.values()), item.text.content).differing
        ]

    def _read_state(self) -> dict[str, str]:
        return {
            entry.text_id: "skipped" if entry.labels is None else "labelled"
            for entry in self.store.current(role=self.role, rater=self.rater)
        }

    @property
    def text(self) -> Text | None:
        """The text at hand."""
        return None if self.place is None else self.texts[self.place]

    @property
    def counts(self) -> dict[str, int]:
        """How many texts are ``labelled``, ``skipped`` and ``open``."""
        states = [self._state.get(text.id, "open") for text in self.texts]
        return {state: states.count(state) for state in ("labelled", "skipped", "open")}

    @property
    def state(self) -> str:
        """Of the text at hand: ``labelled``, ``skipped`` or ``open``."""
        return "open" if self.text is None else self._state.get(self.text.id, "open")

    @property
    def problems(self) -> tuple[str, ...]:
        """What keeps the labels from being whole."""
        return () if self.text is None else self.labels.problems(self.text.content)

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return bool(self._undo)

    @property
    def given(self) -> list[Labels]:
        """What the raters gave to the text at hand; always empty for a rater.

        In the order of the raters' names, which are not shown: a decision is about what was said,
        not about who said it.
        """
        if self.role == "rater" or self.text is None:
            return []
        by_rater = self.store.given(self.text.id)
        return [by_rater[rater] for rater in sorted(by_rater)]

    def answer(self, value: int, scale: str | None = None) -> None:
        """Answer a scale, by default the active one, and go on to the next that is open."""
        scale = scale or self.active
        entry = codebook().scale(scale)
        if value not in entry.allowed:
            allowed = f"{entry.allowed[0]} to {entry.allowed[-1]}"
            self.notice = f"{entry.title} goes from {allowed}."
            return
        rule = self.labels.settled.get(scale)
        if rule and value != getattr(self.labels, scale):
            self.notice = codebook().rules[rule]
            return
        self._change(self.labels.with_value(scale, value))
        self.notice = f"{entry.title} {value}: {entry.values[value].words}."
        self.active = self._open_scale(scale) or scale

    def leave_open(self, scale: str | None = None) -> None:
        """Take away the answer to an optional question, by default the active one."""
        scale = scale or self.active
        entry, rule = codebook().scale(scale), self.labels.settled.get(scale)
        if rule or not entry.optional:
            self.notice = codebook().rules[rule] if rule else f"{entry.title} needs an answer."
            return
        self._change(self.labels.with_value(scale, None))
        self.active = scale
        self.notice = f"{entry.title} is left open."

    def choose(self, step: int) -> None:
        """Go to the next (1) or the last (-1) question."""
        self.pick(SCALES[(SCALES.index(self.active) + step) % len(SCALES)])

    def pick(self, scale: str) -> None:
        """Go to a question."""
        entry = codebook().scale(scale)
        self.active = scale
        self.notice = f"{entry.title}: {entry.ask}"

    def mark(self, label: str, start: int, end: int) -> None:
        """Mark words, in code points; the same mark once more takes it away."""
        if self.text is None:
            return
        words = self.text.content[start:end]
        start += len(words) - len(words.lstrip())
        end = start + len(words.strip())
        entry = codebook().span(label)
        if start >= end:
            self.notice = f"Select words in the text first, then press {entry.key}: {entry.title}."
            return
        if (start, end, label) in self.labels.spans:
            self.unmark(start, end, label)
            return
        self._change(self.labels.with_span(start, end, label))
        self.notice = f"Marked as {entry.title}."

    def unmark(self, start: int, end: int, label: str | None = None) -> None:
        """Take away the shortest mark that touches a place, or the one of a label."""
        touching = [
            span
            for span in self.labels.spans
            if span[0] <= end and start <= span[1] and label in (None, span[2])
        ]
        if not touching:
            self.notice = "There is no mark here; put the cursor into one to take it away."
            return
        # Two marks can touch; the very one that was named goes first.
        gone = min(touching, key=lambda span: (span[:2] != (start, end), span[1] - span[0]))
        self._change(self.labels.without_span(gone))
        self.notice = f"Took away {codebook().span(gone[2]).title}."

    def take(self, number: int) -> None:
        """Take over all that one of the raters gave; only when deciding."""
        if 0 <= number < len(self.given):
            self._change(self.given[number].with_rules())
            self.notice = f"Took over what rater {number + 1} gave."

    def undo(self) -> None:
        """Take back the last change to this text."""
        if not self._undo:
            self.notice = "There is nothing to take back."
            return
        self.labels = self._undo.pop()
        self._keep()
        self.active = self._open_scale(None) or self.active
        self.notice = "Taken back."

    def save(self) -> None:
        """Keep the labels of the text at hand and go on; if something is open, say what."""
        text = self.text
        if text is None:
            return
        if self.problems:
            self.active = self._open_scale(None) or self.active
            self.notice = " ".join(self.problems)
            return
        self.store.save(text.id, self.rater, self.labels, role=self.role)
        self._leave(text, "labelled", "Kept.")

    def skip(self) -> None:
        """Leave the text at hand out for now and go on; what is on screen stays a draft."""
        text = self.text
        if text is None:
            return
        draft = self.labels
        self.store.skip(text.id, self.rater, role=self.role)
        if draft != Labels():
            self.store.keep_draft(text.id, self.rater, draft, role=self.role)
        self._leave(text, "skipped", "Skipped; you can come back to it at the end.")

    def go(self, step: int) -> None:
        """Look at an earlier (-1) or later (1) text; drafts are kept."""
        here = len(self.texts) if self.place is None else self.place
        there = here + step
        if not 0 <= there < len(self.texts):
            self.notice = "This is the first text." if step < 0 else "This is the last text."
            return
        self._open(there)

    def revisit(self) -> None:
        """Go through what was skipped."""
        skipped = [n for n, t in enumerate(self.texts) if self._state.get(t.id) == "skipped"]
        if skipped:
            self._open(skipped[0])

    def _leave(self, text: Text, state: str, notice: str) -> None:
        self._state[text.id] = state
        assert self.place is not None
        self._open(self._next_open(self.place))
        self.notice = notice

    def _next_open(self, place: int) -> int | None:
        order = [*range(place + 1, len(self.texts)), *range(place + 1)]
        return next((n for n in order if self.texts[n].id not in self._state), None)

    def _open(self, place: int | None) -> None:
        self.place, self._undo, self.notice = place, [], ""
        text = self.text
        if text is None:
            return
        kept = self.store.draft(text.id, self.rater, role=self.role) or self.store.labels(
            text.id, self.rater, role=self.role
        )
        given = self.given
        labels = kept or (common(given, text.content).labels if given else Labels())
        self.labels = labels.with_rules()
        self.active = self._open_scale(None) or SCALES[0]

    def _open_scale(self, after: str | None) -> str | None:
        start = 0 if after is None else SCALES.index(after) + 1
        order = [*SCALES[start:], *SCALES[:start]]
        return next((name for name in order if getattr(self.labels, name) is None), None)

    def _change(self, labels: Labels) -> None:
        if labels != self.labels:
            self._undo.append(self.labels)
            self.labels = labels
            self._keep()

    def _keep(self) -> None:
        if self.text is not None:
            self.store.keep_draft(self.text.id, self.rater, self.labels, role=self.role)

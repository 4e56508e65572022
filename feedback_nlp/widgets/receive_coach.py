"""For the receiver: paste feedback, see what can be used, choose questions, write a reply."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets
import traitlets

from feedback_nlp.receiving import MAX_QUESTIONS, Reception, receive, receiving_words
from feedback_nlp.report import Report
from feedback_nlp.widgets.reception_view import heading_html, reception_html, style_html
from feedback_nlp.widgets.scoring_widget import ScoringWidget


class ReceiveCoach(ScoringWidget, ipywidgets.VBox):
    """Feedback that was hard to read, sorted into what can be used and what judges.

    Text that a person pastes is read in the background; text that is assigned from Python is
    read before the assignment returns.

    Parameters
    ----------
    text : str, default ""
        The feedback to begin with.
    scorer : callable, optional
        Returns a `Report` for a text; `feedback_nlp.load` makes one at first use.

    Attributes
    ----------
    text : str
        The feedback exactly as given.
    reception : Reception or None
        What was found in the latest text that was read; None if that failed.
    reply : str
        The reply as it stands on the screen.

    Examples
    --------
    >>> coach = ReceiveCoach("You never listen.")
    >>> coach.reception.judging[0].cues
    ('absolute',)
    """

    _shorten = "Paste the part that is hard to read."

    text = traitlets.Unicode("", help="The feedback.")
    reception = traitlets.Instance(Reception, allow_none=True, help="What was found in it.")
    reply = traitlets.Unicode("", help="The reply as it stands on the screen.")

    def __init__(self, text: str = "", *, scorer: Callable[[str], Report] | None = None) -> None:
        self._start(scorer)
        self._revision = 0
        self._by_program = False
        self._edited = False
        self._suggested = ""
        words = receiving_words()["screen"]
        wide = ipywidgets.Layout(width="auto")
        self._paste = ipywidgets.Textarea(text, rows=5, layout=wide)
        self._shown = ipywidgets.HTML()
        self._asks = [ipywidgets.Checkbox(value=True, indent=False) for _ in range(MAX_QUESTIONS)]
        self._step = ipywidgets.Text(layout=wide)
        self._answer = ipywidgets.Textarea(rows=9, layout=wide)
        self._again = ipywidgets.Button(description=words["again"])
        self._ask_box = ipywidgets.VBox([_heading("ask"), *self._asks])
        self._reply_box = ipywidgets.VBox(
            [_heading("step"), self._step, _heading("answer"), self._answer, self._again]
        )
        style = ipywidgets.HTML(style_html(), layout=ipywidgets.Layout(display="none"))
        super().__init__(
            [style, _heading("paste"), self._paste, self._shown, self._ask_box, self._reply_box]
        )
        self.add_class("fnlp-receive")
        for field, name in ((self._paste, "paste"), (self._answer, "answer"), (self._step, "step")):
            # The heading above says it to the eye; a screen reader asks for a label.
            field.description = words[name]
        self._paste.observe(self._on_paste, names="value")
        for choice in (*self._asks, self._step):
            choice.observe(self._on_choice, names="value")
        self._answer.observe(self._on_answer, names="value")
        self._again.on_click(lambda _: self._write_reply())
        self.observe(self._on_text, names="text")
        self._read(text, self._revision)
        if scorer is None:
            # Loaded while the person reads the page, so that the first answer comes at once.
            self._submit(self._warm_up)

    def _on_paste(self, change: Any) -> None:
        # The lock keeps out what a person does while the program changes fields: it waits.
        with self._lock:
            if self._by_program:
                return
            self._revision += 1
            revision = self._revision
        self._submit(self._read, change["new"], revision)

    def _on_text(self, change: Any) -> None:
        with self._lock:
            if self._by_program:
                return
            self._revision += 1
            revision = self._revision
            self._set(self._paste, "value", change["new"])
        self._read(change["new"], revision)

    def _read(self, text: str, revision: int) -> None:
        """Read `text` and show what was found, unless a newer text is there."""
        with self._lock:
            if revision != self._revision:
                return
        found, message = self._receive(text)
        with self._lock:
            if revision != self._revision:
                return
            self._set(self, "text", text)
            self.reception = found
            self._show(found, message)

    def _receive(self, text: str) -> tuple[Reception | None, str]:
        if not text.strip():
            return Reception(text), ""
        return self._attempt(text, lambda: receive(self._ensure_scorer()(text)))

    def _show(self, found: Reception | None, message: str) -> None:
        self._shown.value = reception_html(found, message, self._revision)
        questions = () if found is None else found.questions
        for box, question in zip(self._asks, (*questions, *[None] * MAX_QUESTIONS), strict=False):
            box.layout.display = "none" if question is None else ""
            # A description may hold markup unless it is told not to.
            box.description = "" if question is None else question.text
            self._set(box, "value", question is not None)
        ready = found is not None and bool(found.text.strip())
        self._ask_box.layout.display = "" if ready and questions else "none"
        self._reply_box.layout.display = "" if ready else "none"
        if found is not None:
            # What a person wrote stays.
            if self._step.value == self._suggested:
                self._suggested = found.steps[0] if found.steps else ""
                self._set(self._step, "value", self._suggested)
            if self._edited:
                self._again.layout.display = ""
            else:
                self._write_reply()

    def _on_choice(self, _: Any) -> None:
        with self._lock:
            # What was written by hand is not overwritten by a choice; the button does that.
            if not self._by_program and not self._edited:
                self._write_reply()

    def _on_answer(self, change: Any) -> None:
        with self._lock:
            self.reply = change["new"]
            if not self._by_program:
                self._edited = True
                self._again.layout.display = ""

    def _write_reply(self) -> None:
        found = self.reception
        if found is None or not found.text.strip():
            self._set(self._answer, "value", "")
        else:
            kept = [q for q, box in zip(found.questions, self._asks, strict=False) if box.value]
            self._set(self._answer, "value", found.reply(self._step.value or None, kept))
        self._edited = False
        self._again.layout.display = "none"

    def _set(self, field: Any, trait: str, value: Any) -> None:
        """Change a field from the program: its observers must not take it for a person's doing."""
        with self._lock:
            before, self._by_program = self._by_program, True
            try:
                setattr(field, trait, value)
            finally:
                self._by_program = before


def _heading(name: str) -> ipywidgets.HTML:
    return ipywidgets.HTML(heading_html(name))

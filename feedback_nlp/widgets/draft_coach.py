"""The live editor: a draft, its marks and scores, kept up to date while a person writes."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from feedback_nlp.report import Finding, Report
from feedback_nlp.scaffold import Scaffold, rewrite, without_placeholders
from feedback_nlp.widgets import state
from feedback_nlp.widgets.answers import Answers
from feedback_nlp.widgets.keeping import KEPT, draft_key, read_allowed, remember
from feedback_nlp.widgets.scoring_widget import ScoringWidget, sentence_for
from feedback_nlp.widgets.view import Legend, error_view, report_view

logger = logging.getLogger(__name__)

_STATIC = Path(__file__).parent / "static"
_OPTIONS = ("text", "scorer", "scenario", "allow", "on_send", "name", "layout")


class DraftCoach(ScoringWidget, anywidget.AnyWidget):
    """An editor for written feedback that says what works and what may hurt.

    Text that a person types is scored in the background; text that is assigned from Python is
    scored before the assignment returns.

    Parameters
    ----------
    text : str, default ""
        The draft to begin with.
    scorer : callable, optional
        Returns a `Report` for a text; `feedback_nlp.load` makes one at first use.
    scenario : mapping of str to str, optional
        ``who`` it is for, ``about`` what, and the ``goal``: what the receiver should be able to
        do. Used in proposals, never scored.
    allow : iterable of str, or path of a text file with one entry a line, default ()
        Words and phrases that are never marked, such as a group's own expressions.
    on_send : callable, optional
        Called with the draft when the writer chooses Send; without it there is no such button.
    name : str, default "draft"
        Tells the drafts of one notebook apart when the browser keeps them.
    layout : ipywidgets.Layout, optional
        Size and place of the widget.

    Attributes
    ----------
    text : str
        The draft; every line ends with a line feed.
    report : Report or None
        The result for the latest text that was scored; None if that failed.
    report_data : dict
        What the front end shows.
    legend : list of dict
        What marks say; each mark in `report_data` is ``[entry, from, to]``: the number of its
        entry here, and its place in UTF-16 units.
    revision : int
        Counts the edits of the draft, so that answers to older ones are dropped.
    scenario : dict
        ``who``, ``about`` and ``goal``.
    dismissed : list of dict
        Marks that the writer does not want: ``cue``, ``text`` and ``scope``, which is ``always``
        or ``once``; ``from`` says where, in UTF-16 units, the one that is meant once begins.
    versions : list of dict
        Earlier states of the draft: ``text``, ``actionability``, ``judgmental``, ``at``.

    Examples
    --------
    >>> coach = DraftCoach(text="You never listen.")
    >>> coach.report.findings[0].cue
    'absolute'
    """

    _shorten = "Keep the part that the receiver needs."
    _esm = _STATIC / "draft_coach.js"
    _css = _STATIC / "draft_coach.css"

    text = traitlets.Unicode("", help="The draft.").tag(sync=True)
    revision = traitlets.Int(0, help="Version of the draft.").tag(sync=True)
    report_data = traitlets.Dict(help="What the front end shows.").tag(sync=True)
    legend: Any = traitlets.List(help="What marks say, each once.").tag(sync=True)
    scenario = traitlets.Dict(help="Who, about what, and to what end.").tag(sync=True)
    dismissed: Any = traitlets.List(help="Marks that are not wanted.").tag(sync=True)
    versions: Any = traitlets.List(help="Earlier states of the draft.").tag(sync=True)
    name = traitlets.Unicode("draft", help="Tells drafts apart.").tag(sync=True)
    can_send = traitlets.Bool(False, help="Whether there is somewhere to send to.").tag(sync=True)
    allowed: Any = traitlets.List(
        traitlets.Unicode(), help="Words that the group never marks."
    ).tag(sync=True)
    beginning = traitlets.Unicode("", help="The text to begin with.").tag(sync=True)
    draft_key = traitlets.Unicode(help="What the browser keeps the draft under.").tag(sync=True)
    session = traitlets.Unicode(help="Tells this editor from later ones.").tag(sync=True)
    writer = traitlets.Unicode("", help="The view whose text this is; empty for Python.").tag(
        sync=True
    )
    report = traitlets.Instance(Report, allow_none=True, help="Result for the latest text.")

    def __init__(
        self,
        text: str = "",
        *,
        scorer: Callable[[str], Report] | None = None,
        scenario: Mapping[str, str] | None = None,
        allow: Iterable[str] | PathLike[str] = (),
        on_send: Callable[[str], None] | None = None,
        **options: Any,
    ) -> None:
        self._start(scorer)
        self._words = Legend()
        self._waiting: tuple[str, int] | None = None
        self._from_front_end = False
        if unknown := sorted(set(options) - set(_OPTIONS)):
            raise TypeError(
                f"DraftCoach takes {', '.join(_OPTIONS)}; given {', '.join(unknown)}."
                " Check the spelling."
            )
        super().__init__(
            can_send=on_send is not None,
            scenario=dict(scenario or {}),
            allowed=list(read_allowed(allow)),
            session=secrets.token_hex(8),
            beginning=state.clean_text(text),
            **options,
        )
        self.draft_key = draft_key(self.name, self.beginning)
        self._answers = Answers(self, on_send)
        self.on_msg(self._on_message)
        self.observe(self._on_text, names="text")
        self.observe(self._show_again, names="dismissed")
        self.observe(self._remember, names=["versions", "scenario"])
        self.text = text

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take the state that the front end sent."""
        with self._lock:
            self._from_front_end = True
            try:
                super().set_state(sync_data)
            finally:
                self._from_front_end = False

    @traitlets.default("report")
    def _blank_report(self) -> Report:
        from feedback_nlp.advice import blank_advice

        return Report("", None, None, None, None, None, None, None, None, advice=blank_advice())

    @traitlets.default("report_data")
    def _blank_view(self) -> dict[str, Any]:
        return report_view(Report("", None, None, None, None, None, None, None, None), revision=0)

    @traitlets.validate("text")
    def _clean_text(self, proposal: Any) -> str:
        text = state.clean_text(proposal["value"])
        if text != self.text and not self._from_front_end:
            # Sent before the text, so that the editor knows whose it is.
            self.writer = ""
            self.revision += 1
        return text

    @traitlets.validate("scenario")
    def _clean_scenario(self, proposal: Any) -> dict[str, str]:
        return state.clean_scenario(proposal["value"])

    @traitlets.validate("dismissed")
    def _clean_dismissed(self, proposal: Any) -> list[dict[str, Any]]:
        return state.clean_dismissed(proposal["value"])

    @traitlets.validate("versions")
    def _clean_versions(self, proposal: Any) -> list[dict[str, Any]]:
        return state.clean_versions(proposal["value"])

    def propose(self, finding: Finding) -> Scaffold | None:
        """Return another beginning for the sentence of `finding`, or None if there is none."""
        scorer = self._ensure_scorer()
        if self.report is None or not hasattr(scorer, "nlp"):
            return None
        return rewrite(scorer.nlp, self.report, finding, self.scenario)

    def to_markdown(self) -> str:
        """Return the draft with its scenario as Markdown."""
        from feedback_nlp.widgets.export import to_markdown

        return to_markdown(self.text, self.scenario)

    def to_docx(self) -> bytes:
        """Return the draft with its scenario as a Word document.

        Raises
        ------
        DependencyError
            If python-docx is not installed.
        """
        from feedback_nlp.widgets.export import to_docx

        return to_docx(self.text, self.scenario)

    def _on_message(self, _: Any, content: Any, buffers: Any) -> None:
        if not isinstance(content, dict):
            return
        if content.get("kind") == "ready":
            # The editor is on screen: load before the first key is pressed.
            self._submit(self._warm_up)
        try:
            self._answers(content)
        except Exception as error:
            logger.exception("The editor asked for %s", content.get("kind"))
            self.send({"kind": "failed", "message": sentence_for(error)})

    def _remember(self, _: Any = None) -> None:
        if self._from_front_end or self.writer:
            remember(self.draft_key, self.session, {part: getattr(self, part) for part in KEPT})

    def _show_again(self, _: Any) -> None:
        with self._lock:
            # Together with a new text, its own report comes.
            if self.report is not None and self.report.text == self.text:
                self._publish(self.revision, self.report, self._view(self.report, self.revision))
            self._remember()

    def _view(self, report: Report, revision: int) -> dict[str, Any]:
        allowed = ({"cue": "", "text": word, "scope": "always"} for word in self.allowed)
        dismissed = (*allowed, *self.dismissed)
        return report_view(report, revision=revision, dismissed=dismissed, legend=self._words)

    def _on_text(self, change: Any) -> None:
        with self._lock:
            if self._from_front_end:
                self._remember()
                # A newer text replaces one that still waits.
                self._waiting = (self.text, self.revision)
                self._submit(self._score_waiting)
                return
            text, revision = self.text, self.revision
        self._publish(revision, *self._score(text, revision))

    def _show_failure(self, message: str) -> None:
        with self._lock:
            text, revision = self.text, self.revision
        self._publish(revision, None, error_view(text, message, revision=revision))

    def _score_waiting(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, None
        if waiting is not None:
            text, revision = waiting
            self._publish(revision, *self._score(text, revision))

    def _score(self, text: str, revision: int) -> tuple[Report | None, dict[str, Any]]:
        """Return the report and its view; an error becomes a view with a sentence."""

        def read() -> tuple[Report, dict[str, Any]]:
            report = _with_text(self._ensure_scorer()(without_placeholders(text)), text)
            return report, self._view(report, revision)

        found, message = self._attempt(text, read)
        return found or (None, error_view(text, message, revision=revision))

    def _publish(self, revision: int, report: Report | None, view: dict[str, Any]) -> None:
        with self._lock:
            if revision != self.revision:
                logger.debug("Answer to revision %d dropped, now %d", revision, self.revision)
                return
            self.report = report
            # In one message: a mark is nothing without its words.
            with self.hold_sync():
                self.legend = self._words.entries
                self.report_data = view


def _with_text(report: Report, text: str) -> Report:
    """Return the report on a draft whose places to fill in were blanked, on the draft itself."""
    if report.text == text:
        return report
    return replace(
        report,
        text=text,
        findings=tuple(replace(f, text=text[f.start : f.end]) for f in report.findings),
        sentences=tuple(replace(s, text=text[s.start : s.end]) for s in report.sentences),
    )

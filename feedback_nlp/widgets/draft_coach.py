"""The live editor: a draft, its marks and scores, kept up to date while a person writes."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import RLock
from typing import Any

import anywidget
import traitlets

import feedback_nlp
from feedback_nlp.errors import FeedbackError, TextTooLongError
from feedback_nlp.report import Finding, Report
from feedback_nlp.scaffold import Scaffold, add_part, rewrite, without_placeholders
from feedback_nlp.widgets.offsets import Utf16Offsets
from feedback_nlp.widgets.view import error_view, report_view

logger = logging.getLogger(__name__)

_STATIC = Path(__file__).parent / "static"
_OPTIONS = ("text", "scorer", "scenario", "allow", "on_send", "name", "layout")
#: More versions than this are not kept; the first one is.
MAX_VERSIONS = 60
SCENARIO = ("who", "about", "goal")
_LINE_BREAK = re.compile(r"\r\n?")
# Half of a surrogate pair cannot be sent as UTF-8.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_REPR_CHARS = 40


@cache
def _shared_scorer() -> Callable[[str], Report]:
    # One for all editors of a kernel: loading takes seconds and memory.
    return feedback_nlp.load()


class DraftCoach(anywidget.AnyWidget):
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
    allow : iterable of str, default ()
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
    revision : int
        Counts the edits of the draft, so that answers to older ones are dropped.
    scenario : dict
        ``who``, ``about`` and ``goal``.
    dismissed : list of dict
        Marks that the writer does not want: ``cue``, ``text``, ``scope``.
    versions : list of dict
        Earlier states of the draft: ``text``, ``actionability``, ``judgmental``, ``at``.

    Examples
    --------
    >>> coach = DraftCoach(text="You never listen.")
    >>> coach.report.findings[0].cue
    'absolute'
    """

    _esm = _STATIC / "draft_coach.js"
    _css = _STATIC / "draft_coach.css"

    text = traitlets.Unicode("", help="The draft.").tag(sync=True)
    revision = traitlets.Int(0, help="Version of the draft.").tag(sync=True)
    report_data = traitlets.Dict(help="What the front end shows.").tag(sync=True)
    scenario = traitlets.Dict(help="Who, about what, and to what end.").tag(sync=True)
    dismissed: Any = traitlets.List(help="Marks that are not wanted.").tag(sync=True)
    versions: Any = traitlets.List(help="Earlier states of the draft.").tag(sync=True)
    name = traitlets.Unicode("draft", help="Tells drafts apart.").tag(sync=True)
    can_send = traitlets.Bool(False, help="Whether there is somewhere to send to.").tag(sync=True)
    report = traitlets.Instance(Report, allow_none=True, help="Result for the latest text.")

    def __init__(
        self,
        text: str = "",
        *,
        scorer: Callable[[str], Report] | None = None,
        scenario: Mapping[str, str] | None = None,
        allow: Iterable[str] = (),
        on_send: Callable[[str], None] | None = None,
        **options: Any,
    ) -> None:
        # Taken by whoever changes traits: the message loop and the worker.
        self._lock = RLock()
        self._scorer = scorer
        self._allowed = tuple({"cue": "", "text": word, "scope": "always"} for word in allow)
        self._on_send = on_send
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="draft-coach")
        self._waiting: tuple[str, int] | None = None
        self._last_job: Future[None] | None = None
        self._from_front_end = False
        if unknown := sorted(set(options) - set(_OPTIONS)):
            raise TypeError(
                f"DraftCoach takes {', '.join(_OPTIONS)}; given {', '.join(unknown)}."
                " Check the spelling."
            )
        super().__init__(can_send=on_send is not None, scenario=dict(scenario or {}), **options)
        self.on_msg(self._on_message)
        self.observe(self._on_text, names="text")
        self.observe(self._show_again, names="dismissed")
        self.text = text

    def __repr__(self) -> str:
        text = self.text if len(self.text) <= _REPR_CHARS else self.text[: _REPR_CHARS - 1] + "…"
        return f"DraftCoach(text={text!r})"

    def wait(self, timeout: float | None = None) -> None:
        """Wait until the text that was typed last is scored.

        Raises
        ------
        TimeoutError
            If it takes longer than `timeout` seconds.
        """
        if self._last_job is not None:
            self._last_job.result(timeout)

    def close(self) -> None:
        """Close the widget and end its worker."""
        self._worker.shutdown(wait=False, cancel_futures=True)
        super().close()

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
        # As the editor holds it, so that offsets agree.
        text = _LINE_BREAK.sub("\n", proposal["value"])
        return _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)

    @traitlets.validate("scenario")
    def _clean_scenario(self, proposal: Any) -> dict[str, str]:
        if unknown := sorted(set(proposal["value"]) - set(SCENARIO)):
            raise traitlets.TraitError(
                f"A scenario has {', '.join(SCENARIO)}; given {', '.join(unknown)}."
            )
        return {key: str(value) for key, value in proposal["value"].items()}

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
        answers: dict[str, Callable[[dict[str, Any]], None]] = {
            # The editor is on screen: load before the first key is pressed.
            "ready": lambda _: self._submit(self._warm_up),
            "settled": lambda _: self._keep_version(),
            "propose": self._answer_proposal,
            "export": self._answer_export,
            "send": lambda _: self._deliver(),
        }
        if isinstance(content, dict) and (answer := answers.get(content.get("kind", ""))):
            try:
                answer(content)
            except Exception as error:
                logger.exception("The editor asked for %s", content.get("kind"))
                self.send({"kind": "failed", "message": _sentence(error)})

    def _keep_version(self) -> None:
        """Keep the draft as it is now, unless it is empty or kept already."""
        with self._lock:
            report = self.report
            if report is None or report.actionability is None or report.text != self.text:
                return
            if self.versions and self.versions[-1]["text"] == report.text:
                return
            version = {
                "text": report.text,
                "actionability": report.actionability,
                "judgmental": report.judgmental,
                "at": datetime.now().astimezone().isoformat(timespec="seconds"),
            }
            kept = [*self.versions, version]
            if len(kept) > MAX_VERSIONS:
                del kept[1]
            self.versions = kept

    def _answer_proposal(self, content: dict[str, Any]) -> None:
        report = self.report
        if report is None or content.get("revision") != self.revision:
            return
        convert = Utf16Offsets(report.text)
        part = content.get("part")
        if part:
            scaffold: Scaffold | None = add_part(report, part, self.scenario)
        else:
            wanted = (content["cue"], content["from"], content["to"])
            found = (
                f for f in report.findings if (f.cue, convert(f.start), convert(f.end)) == wanted
            )
            finding = next(found, None)
            scaffold = None if finding is None else self.propose(finding)
        if scaffold is None:
            message = "There is no beginning to offer here; the question helps to find one."
            self.send({"kind": "failed", "message": message})
            return
        self.send(
            {
                "kind": "proposal",
                "revision": self.revision,
                "from": convert(scaffold.start),
                "to": convert(scaffold.end),
                "text": scaffold.text,
            }
        )

    def _answer_export(self, content: dict[str, Any]) -> None:
        if content.get("format") == "docx":
            self.send({"kind": "file", "name": f"{self.name}.docx"}, [self.to_docx()])
        else:
            data = self.to_markdown().encode()
            self.send({"kind": "file", "name": f"{self.name}.md"}, [data])

    def _deliver(self) -> None:
        if self._on_send is not None:
            self._on_send(self.text)
            self.send({"kind": "sent"})

    def _show_again(self, _: Any) -> None:
        with self._lock:
            if self.report is not None:
                self.report_data = self._view(self.report, self.revision)

    def _view(self, report: Report, revision: int) -> dict[str, Any]:
        dismissed = (*self._allowed, *self.dismissed)
        return report_view(report, revision=revision, dismissed=dismissed)

    def _on_text(self, change: Any) -> None:
        with self._lock:
            if self._from_front_end:
                # A newer text replaces one that still waits.
                self._waiting = (self.text, self.revision)
                self._submit(self._score_waiting)
                return
            self.revision += 1
            text, revision = self.text, self.revision
        self._publish(revision, *self._score(text, revision))

    def _submit(self, job: Callable[[], None]) -> None:
        self._last_job = self._worker.submit(job)

    def _warm_up(self) -> None:
        try:
            self._ensure_scorer()
        except Exception as error:
            logger.exception("The scorer could not be loaded")
            with self._lock:
                text, revision = self.text, self.revision
            self._publish(revision, None, error_view(text, _sentence(error), revision=revision))

    def _score_waiting(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, None
        if waiting is not None:
            text, revision = waiting
            self._publish(revision, *self._score(text, revision))

    def _score(self, text: str, revision: int) -> tuple[Report | None, dict[str, Any]]:
        """Return the report and its view; an error becomes a view with a sentence."""
        try:
            scorer = self._ensure_scorer()
            report = _with_text(scorer(without_placeholders(text)), text)
            return report, self._view(report, revision)
        except TextTooLongError as error:
            logger.warning("Draft refused: %s", error)
            message = (
                f"This text has {len(text):,} characters, which is too long to read at once."
                " Keep the part that the receiver needs."
            )
        except Exception as error:
            # The framework swallows errors of callbacks, so people must see them here.
            logger.exception("The draft could not be scored")
            message = _sentence(error)
        return None, error_view(text, message, revision=revision)

    def _ensure_scorer(self) -> Callable[[str], Report]:
        if self._scorer is None:
            self._scorer = _shared_scorer()
        return self._scorer

    def _publish(self, revision: int, report: Report | None, view: dict[str, Any]) -> None:
        with self._lock:
            if revision != self.revision:
                logger.debug("Answer to revision %d dropped, now %d", revision, self.revision)
                return
            self.report = report
            self.report_data = view


def _sentence(error: Exception) -> str:
    if isinstance(error, FeedbackError):
        return str(error)
    return (
        f"This text could not be read ({type(error).__name__}). It is kept as it is;"
        " change something, or run the notebook again."
    )


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

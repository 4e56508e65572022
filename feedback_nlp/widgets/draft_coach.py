"""The live editor: a draft, its marks and scores, kept up to date while a person writes."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from threading import RLock
from typing import Any

import anywidget
import traitlets

import feedback_nlp
from feedback_nlp.errors import FeedbackError, TextTooLongError
from feedback_nlp.report import Report
from feedback_nlp.widgets.view import error_view, report_view

logger = logging.getLogger(__name__)

_STATIC = Path(__file__).parent / "static"
_OPTIONS = ("text", "scorer", "layout")
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
        Counts the versions of the draft, so that answers to older ones are dropped.

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
    report = traitlets.Instance(Report, allow_none=True, help="Result for the latest text.")

    def __init__(
        self, text: str = "", *, scorer: Callable[[str], Report] | None = None, **options: Any
    ) -> None:
        # Taken by whoever changes traits: the message loop and the worker.
        self._lock = RLock()
        self._scorer = scorer
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="draft-coach")
        self._waiting: tuple[str, int] | None = None
        self._last_job: Future[None] | None = None
        self._from_front_end = False
        if unknown := sorted(set(options) - set(_OPTIONS)):
            raise TypeError(
                f"DraftCoach takes {', '.join(_OPTIONS)}; given {', '.join(unknown)}."
                " Check the spelling."
            )
        super().__init__(**options)
        self.on_msg(self._on_message)
        self.observe(self._on_text, names="text")
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

    def _on_message(self, _: Any, content: Any, buffers: Any) -> None:
        # The editor is on screen: load before the first key is pressed.
        if isinstance(content, dict) and content.get("kind") == "ready":
            self._submit(self._warm_up)

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
            report = scorer(text)
            return report, report_view(report, revision=revision)
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

"""What the widgets that read texts have in common: one scorer, a thread, plain words for errors."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from threading import Lock, RLock
from typing import Any, TypeVar

import feedback_nlp
from feedback_nlp.errors import FeedbackError, TextTooLongError
from feedback_nlp.report import Report

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

_REPR_CHARS = 40
_loading = Lock()


def shared_scorer() -> Callable[[str], Report]:
    """Return the scorer of all widgets of a kernel: loading takes seconds and memory."""
    # `cache` alone would let two threads load at the same time.
    with _loading:
        return _load_once()


@cache
def _load_once() -> Callable[[str], Report]:
    return feedback_nlp.load()


class ScoringWidget:
    """A widget that reads texts off the message loop; to be mixed in before the widget's class.

    `_start` comes before the widget's own ``__init__``, whose observers may need what it makes.
    """

    #: Advice for a text that is too long.
    _shorten = "Keep the part that matters."

    def _start(self, scorer: Callable[[str], Report] | None) -> None:
        self._scorer = scorer
        #: Taken by whoever changes traits: the message loop and the worker.
        self._lock = RLock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix=type(self).__name__)
        self._last_job: Future[None] | None = None

    def __repr__(self) -> str:
        text = getattr(self, "text", None)
        if text is None:
            return f"{type(self).__name__}()"
        short = text if len(text) <= _REPR_CHARS else text[: _REPR_CHARS - 1] + "…"
        return f"{type(self).__name__}(text={short!r})"

    def wait(self, timeout: float | None = None) -> None:
        """Wait until the text that was given last is read.

        Parameters
        ----------
        timeout : float, optional
            Seconds; without it, as long as it takes.

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
        super().close()  # type: ignore[misc]

    def _submit(self, job: Callable[..., None], *given: Any) -> None:
        self._last_job = self._worker.submit(job, *given)

    def _ensure_scorer(self) -> Callable[[str], Report]:
        if self._scorer is None:
            self._scorer = shared_scorer()
        return self._scorer

    def _warm_up(self) -> None:
        """Load the scorer while the person still looks at the page."""
        try:
            self._ensure_scorer()
        except Exception as error:
            logger.exception("The scorer could not be loaded")
            self._show_failure(sentence_for(error))

    def _show_failure(self, message: str) -> None:
        """Show that there is no scorer; a widget may wait until there is a text as well."""

    def _attempt(self, text: str, read: Callable[[], Result]) -> tuple[Result | None, str]:
        """Return what `read` says of `text`, or None and a sentence for the person.

        The framework swallows the errors of callbacks, so people must see them on the screen.
        """
        try:
            return read(), ""
        except TextTooLongError as error:
            logger.warning("Text refused: %s", error)
            return None, (
                f"This text has {len(text):,} characters, which is too long to read at once."
                f" {self._shorten}"
            )
        except Exception as error:
            logger.exception("The text could not be read")
            return None, sentence_for(error)


def sentence_for(error: Exception) -> str:
    """Return what a person reads when their text could not be read."""
    if isinstance(error, FeedbackError):
        return str(error)
    return (
        f"This text could not be read ({type(error).__name__}). It is kept as it is;"
        " change something, or run the notebook again."
    )

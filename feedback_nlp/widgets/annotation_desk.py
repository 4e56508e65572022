"""The desk at which people label texts by the codebook, and decide where they differ."""

from __future__ import annotations

import logging
from os import PathLike
from pathlib import Path
from threading import RLock
from typing import Any, Literal

import anywidget
import traitlets

from feedback_nlp.annotation import LabelStore
from feedback_nlp.annotation.differences import Difference, differences, label_names
from feedback_nlp.annotation.session import Session
from feedback_nlp.errors import FeedbackError
from feedback_nlp.widgets.desk_view import book_view, difference_view, session_view
from feedback_nlp.widgets.offsets import Utf16Offsets

logger = logging.getLogger(__name__)

_STATIC = Path(__file__).parent / "static"
#: Texts that the browser of differences shows at a time.
PAGE_SIZE = 10


class _Page(anywidget.AnyWidget):
    """What the two widgets of the bundle share."""

    _esm = _STATIC / "annotation_desk.js"
    _css = _STATIC / "annotation_desk.css"

    kind = traitlets.Unicode(help="Which of the two it is.").tag(sync=True)
    book = traitlets.Dict(help="The codebook.").tag(sync=True)
    view = traitlets.Dict(help="What the front end shows.").tag(sync=True)

    def __init__(self, **options: Any) -> None:
        self._lock = RLock()
        super().__init__(book=book_view(), **options)
        self.on_msg(self._on_message)

    def _on_message(self, _: Any, content: Any, buffers: Any) -> None:
        if not isinstance(content, dict):
            return
        # Messages may come on several threads of the kernel.
        with self._lock:
            view = self.view
            try:
                view = self._act(content)
            except Exception as error:
                # The framework swallows errors of callbacks, so people must see them here.
                logger.exception("The desk was asked for %s", content.get("kind"))
                view = {**view, "notice": _sentence(error)}
            # The page sends its next message when it sees that this one was answered.
            self.view = {**view, "answered": content.get("token")}

    def _act(self, content: dict[str, Any]) -> dict[str, Any]:
        """Do what the page asks for; return what it shows from now on."""
        raise NotImplementedError


class AnnotationDesk(_Page):
    """Label texts one after the other, by keyboard if you like; or decide where raters differ.

    Digits answer the questions, letters mark selected words, Enter keeps the text and goes on;
    ``?`` shows all keys and the codebook. Every change is kept at once, so closing the notebook
    loses nothing. Raters are blind: neither other people's labels nor any score of a model reaches
    the page before the decision.

    Parameters
    ----------
    store : LabelStore or path
        Where texts and labels are; a path is opened, and made if it is not there.
    rater : str
        Your name or a code. In a study, a code protects people better.
    decide : bool, default False
        Decide where raters differ instead of labelling. Whoever labels too decides only about
        texts that they are through with.
    shuffle : bool, default False
        An order of texts of your own, the same every day.

    Examples
    --------
    >>> desk = AnnotationDesk("labels.db", "rater 1")
    >>> desk.store.add([Text("t1", "You are lazy.")])
    1
    """

    def __init__(
        self,
        store: LabelStore | str | PathLike[str],
        rater: str,
        *,
        decide: bool = False,
        shuffle: bool = False,
    ) -> None:
        if not rater.strip():
            raise ValueError("rater is your name or a code, such as 'rater 1'; given ''.")
        self.store = store if isinstance(store, LabelStore) else LabelStore(store)
        role: Literal["decision", "rater"] = "decision" if decide else "rater"
        self._session = Session(self.store, rater.strip(), role=role, shuffle=shuffle)
        super().__init__(kind="desk", view=session_view(self._session))

    def __repr__(self) -> str:
        deed = "decide" if self._session.role == "decision" else "label"
        return f"AnnotationDesk({self.store.path.name!r}, {self._session.rater!r}, {deed})"

    @property
    def session(self) -> Session:
        """Where the person is; for programs and tests."""
        return self._session

    def _act(self, content: dict[str, Any]) -> dict[str, Any]:
        session, kind = self._session, content.get("kind")
        text = session.text
        # Pressed for a text that is not on the desk any more.
        if kind not in ("back", "revisit") and content.get("id") != (text and text.id):
            return self.view
        match kind:
            case "answer":
                session.answer(int(content["value"]), content.get("scale"))
            case "leave_open":
                session.leave_open(content.get("scale"))
            case "choose":
                session.choose(1 if content["step"] > 0 else -1)
            case "pick":
                session.pick(content["scale"])
            case "mark":
                session.mark(content["label"], *self._offsets(content))
            case "unmark":
                session.unmark(*self._offsets(content), content.get("label"))
            case "take":
                session.take(int(content["number"]))
            case "undo":
                session.undo()
            case "save":
                session.save()
            case "skip":
                session.skip()
            case "back":
                session.go(-1)
            case "forward":
                session.go(1)
            case "revisit":
                session.revisit()
        return session_view(session)

    def _offsets(self, content: dict[str, Any]) -> tuple[int, int]:
        text = self._session.text
        convert = Utf16Offsets("" if text is None else text.content)
        return convert.back(content["from"]), convert.back(content["to"])


class DisagreementBrowser(_Page):
    """Look at texts on which raters differ, the widest difference first.

    Shows every rater's answers and marks side by side, with names. Raters who have yet to label
    should not see it.

    Parameters
    ----------
    store : LabelStore or path
        Where texts and labels are.
    label : str, default ""
        Only differences about this scale or label of spans; can be chosen on the page too.
    """

    def __init__(self, store: LabelStore | str | PathLike[str], *, label: str = "") -> None:
        self.store = store if isinstance(store, LabelStore) else LabelStore(store)
        self._items: list[Difference] = []
        self._label = label
        super().__init__(kind="browser", view=self._look(label, 0))

    def __repr__(self) -> str:
        return f"DisagreementBrowser({self.store.path.name!r})"

    def _look(self, label: str, start: int) -> dict[str, Any]:
        if start == 0 or label != self._label:
            # Turning pages must not compare all texts again.
            found = differences(self.store, label=label or None)
            self._items = [item for item in found if item.distance > 0]
            self._label = label
        items = self._items
        start = max(0, min(start, max(0, len(items) - 1) // PAGE_SIZE * PAGE_SIZE))
        return {
            "label": label,
            "labels": label_names(),
            "start": start,
            "size": PAGE_SIZE,
            "total": len(items),
            "rows": [difference_view(item) for item in items[start : start + PAGE_SIZE]],
            "notice": "",
        }

    def _act(self, content: dict[str, Any]) -> dict[str, Any]:
        if content.get("kind") != "look":
            return self.view
        return self._look(str(content.get("label", "")), int(content.get("start", 0)))


def _sentence(error: Exception) -> str:
    if isinstance(error, FeedbackError):
        return str(error)
    return (
        f"This could not be done ({type(error).__name__}). What was kept before is safe; try again,"
        " or run the notebook again."
    )

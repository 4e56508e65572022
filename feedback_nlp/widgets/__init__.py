"""What notebooks show; needs the ``lab`` extra, and the two for labels ``annotate`` as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feedback_nlp.widgets.draft_coach import DraftCoach
from feedback_nlp.widgets.receive_coach import ReceiveCoach
from feedback_nlp.widgets.worked_examples import WorkedExamples

if TYPE_CHECKING:
    from feedback_nlp.widgets.annotation_desk import AnnotationDesk, DisagreementBrowser

__all__ = [
    "AnnotationDesk",
    "DisagreementBrowser",
    "DraftCoach",
    "ReceiveCoach",
    "WorkedExamples",
]


def __getattr__(name: str) -> Any:
    # Whoever drafts feedback needs no store of labels.
    if name in ("AnnotationDesk", "DisagreementBrowser"):
        from feedback_nlp.widgets import annotation_desk

        return getattr(annotation_desk, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""What notebooks show; needs the ``lab`` extra."""

from __future__ import annotations

from feedback_nlp.widgets.draft_coach import DraftCoach
from feedback_nlp.widgets.receive_coach import ReceiveCoach
from feedback_nlp.widgets.worked_examples import WorkedExamples

__all__ = ["DraftCoach", "ReceiveCoach", "WorkedExamples"]

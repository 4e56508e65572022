"""What notebooks show; needs the ``lab`` extra."""

from __future__ import annotations

from feedback_nlp.widgets.draft_coach import DraftCoach

__all__ = ["DraftCoach"]

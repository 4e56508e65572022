"""Read written feedback and say, with evidence, how actionable and how judgmental it is."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from feedback_nlp.errors import FeedbackError
    from feedback_nlp.frames import score_frame
    from feedback_nlp.report import Advice, Finding, Report
    from feedback_nlp.scorer import Scorer, load

__version__ = "0.1.0"
__all__ = [
    "Advice", "FeedbackError", "Finding", "Report", "Scorer", "load", "score_frame",
]  # fmt: skip

_HOMES = {
    "Advice": "report",
    "FeedbackError": "errors",
    "Finding": "report",
    "Report": "report",
    "Scorer": "scorer",
    "load": "scorer",
    "score_frame": "frames",
}


def __getattr__(name: str) -> Any:
    # Loaded on first use, so that importing the package stays quick.
    if name in _HOMES:
        return getattr(import_module(f"feedback_nlp.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'feedback_nlp' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

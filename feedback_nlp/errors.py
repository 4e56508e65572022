"""Errors that callers can catch; every one derives from `FeedbackError`."""

from __future__ import annotations


class FeedbackError(Exception):
    """Base class of all errors that feedback_nlp raises on purpose."""


class InputError(FeedbackError):
    """The input cannot be read or lacks what is needed."""


class TextTooLongError(InputError):
    """A text exceeds the length limit (code points)."""


class PipelineError(FeedbackError):
    """The spaCy pipeline is missing, of another version, or altered."""


class HeadsError(FeedbackError):
    """The trained heads are missing, altered or of another version."""


class CueError(FeedbackError):
    """A cue file is not valid; the message names the file and the field."""


class DataError(FeedbackError):
    """A labelled data set is missing, altered or breaks the codebook."""


class DependencyError(FeedbackError):
    """A package of an extra is needed and not installed."""

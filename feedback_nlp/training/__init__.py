"""From labelled texts to the heads in `models/`, reproducibly."""

from feedback_nlp.training.run import train

__all__ = ["train"]

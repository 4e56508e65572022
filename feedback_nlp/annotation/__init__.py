"""Label texts by the codebook, with several raters, and see how far they agree.

Needs the ``annotate`` extra.
"""

from __future__ import annotations

from feedback_nlp.errors import DependencyError

try:
    import sqlalchemy as _sqlalchemy  # noqa: F401
except ImportError as error:
    raise DependencyError(
        "Labels need SQLAlchemy: pip install 'feedback-nlp[annotate]', or make setup in the folder"
        " of the project."
    ) from error

from feedback_nlp.annotation.agreement import Agreement, agreement
from feedback_nlp.annotation.codebook import Codebook, codebook
from feedback_nlp.annotation.differences import Difference, difference_table, differences
from feedback_nlp.annotation.export import final_labels, save_labels, to_docbin, to_rows
from feedback_nlp.annotation.intake import add_labelled, add_texts, labels_of_report
from feedback_nlp.annotation.labels import Labels
from feedback_nlp.annotation.store import Entry, LabelError, LabelStore, Text

__all__ = [
    "Agreement",
    "Codebook",
    "Difference",
    "Entry",
    "LabelError",
    "LabelStore",
    "Labels",
    "Text",
    "add_labelled",
    "add_texts",
    "agreement",
    "codebook",
    "difference_table",
    "differences",
    "final_labels",
    "labels_of_report",
    "save_labels",
    "to_docbin",
    "to_rows",
]

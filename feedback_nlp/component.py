"""spaCy component: ``nlp.add_pipe("feedback_nlp")``, then ``doc._.feedback``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from spacy.language import Language
from spacy.tokens import Doc

from feedback_nlp.errors import PipelineError
from feedback_nlp.report import Report

if TYPE_CHECKING:
    from feedback_nlp.scorer import Scorer

#: What cues and features read, by the attribute that spaCy reports annotation for.
_NEEDED = {"TAG": "tagger", "DEP": "parser", "LEMMA": "lemmatizer"}


class FeedbackComponent:
    """Score each document and keep the result on it.

    The document's own parse is used, so the pipeline needs a tagger, a parser and a lemmatizer
    before this component. The result is kept as plain data in ``doc._.feedback_data`` so that it
    survives ``Doc.to_bytes``, `DocBin` and several processes; ``doc._.feedback`` is the `Report`
    made from it, or None on a document that was not scored.

    Parameters
    ----------
    name : str
        Name of the component in its pipeline.
    """

    def __init__(self, name: str = "feedback_nlp") -> None:
        self.name = name
        self._scorer: Scorer | None = None

    def __call__(self, doc: Doc) -> Doc:
        """Score `doc` and set ``doc._.feedback_data``.

        Raises
        ------
        PipelineError
            If an earlier component that is needed is missing.
        """
        missing = [pipe for attr, pipe in _NEEDED.items() if len(doc) and not _has(doc, attr)]
        if missing:
            raise PipelineError(
                f"The component {self.name!r} needs a {' and a '.join(missing)} before it in the"
                " pipeline; add it, for example by starting from en_core_web_sm."
            )
        doc._.feedback_data = self._loaded().report_for_doc(doc).to_dict()
        return doc

    def _loaded(self) -> Scorer:
        # Loaded with the first document: adding the component stays cheap, and each worker
        # process loads its own.
        if self._scorer is None:
            import feedback_nlp

            self._scorer = feedback_nlp.load()
        return self._scorer

    def __getstate__(self) -> dict[str, Any]:
        return {"name": self.name, "_scorer": None}

    # The scorer comes with the package, so a saved pipeline holds nothing of it.
    def to_disk(self, path: str | Path, *, exclude: tuple[str, ...] = ()) -> None:
        """Save nothing: heads and cues are part of the package."""

    def from_disk(self, path: str | Path, *, exclude: tuple[str, ...] = ()) -> FeedbackComponent:
        """Read nothing; return the component."""
        return self

    def to_bytes(self, *, exclude: tuple[str, ...] = ()) -> bytes:
        """Return no bytes: heads and cues are part of the package."""
        return b""

    def from_bytes(self, data: bytes, *, exclude: tuple[str, ...] = ()) -> FeedbackComponent:
        """Read nothing; return the component."""
        return self


@Language.factory(
    "feedback_nlp",
    assigns=["doc._.feedback", "doc._.feedback_data"],
    requires=["token.tag", "token.dep", "token.lemma"],
)
def create_feedback_component(nlp: Language, name: str) -> FeedbackComponent:
    """Make the component for `nlp`; spaCy finds this by entry point."""
    register_extensions()
    return FeedbackComponent(name)


def register_extensions() -> None:
    """Give every `Doc` the attributes ``feedback_data`` and ``feedback`` if it lacks them."""
    if not Doc.has_extension("feedback_data"):
        Doc.set_extension("feedback_data", default=None)
    if not Doc.has_extension("feedback"):
        Doc.set_extension("feedback", getter=_report)


def _report(doc: Doc) -> Report | None:
    data = doc._.feedback_data
    return None if data is None else Report.from_dict(data)


def _has(doc: Doc, attribute: str) -> bool:
    return bool(doc.has_annotation(attribute))

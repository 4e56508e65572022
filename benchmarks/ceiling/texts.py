"""Labelled texts of a public set, read once for all that is measured on them."""

from __future__ import annotations

from dataclasses import dataclass

from feedback_nlp.features import Features
from feedback_nlp.pipeline import load_pipeline
from feedback_nlp.reading import SentenceReader
from feedback_nlp.training.bags import Bag, plain


@dataclass(frozen=True)
class Labelled:
    """Texts of a set with the labels of one question and the groups that folds keep together."""

    texts: list[str]
    labels: list[int]
    groups: list[str]


class Reader:
    """Read every text once."""

    def __init__(self) -> None:
        self._reader = SentenceReader(load_pipeline())
        self._known: dict[str, tuple[Features, ...]] = {}

    def bags(self, rows: Labelled) -> list[Bag]:
        """Return the texts as bags; one without a word is a bag of one empty sentence."""
        new = [text for text in dict.fromkeys(rows.texts) if text not in self._known]
        for text, sentences in zip(new, self._reader.read_texts(new), strict=True):
            self._known[text] = plain(sentences) or ({},)
        return [
            Bag(self._known[text], label, group, "set", "set")
            for text, label, group in zip(rows.texts, rows.labels, rows.groups, strict=True)
        ]

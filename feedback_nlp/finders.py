"""Which part of feedback, or which judgmental move, a sentence holds: small linear heads.

The rules of the cues find the exact words of a part or a move, if they know its form. The finders
read the whole sentence and tell more of them from what only looks alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from feedback_nlp.features import Features
from feedback_nlp.rows import known_rows, sums


@dataclass(frozen=True, eq=False)
class Finders:
    """Sparse logistic regressions over the features of one sentence.

    Parameters
    ----------
    cues : tuple of str
        What each one finds: the id of a part or of a judgmental move.
    features : tuple of str
        Names of the features that some finder reads.
    weights : ndarray of float, shape (n_features, n_cues)
        Log-odds per unit of each feature.
    intercepts : ndarray of float, shape (n_cues,)
        Log-odds of a sentence without any feature. Those of the parts are set so that 0 is where
        the part is held to be there.
    """

    cues: tuple[str, ...]
    features: tuple[str, ...]
    weights: np.ndarray
    intercepts: np.ndarray

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {name: row for row, name in enumerate(self.features)}

    def find(self, sentences: Sequence[Features]) -> list[dict[str, float]]:
        """Return the log-odds of each part and move in each sentence.

        Parameters
        ----------
        sentences : sequence of mapping of str to float
            The features of each; those that no finder knows count 0.
        """
        rows, values, ends = known_rows(self._rows, sentences)
        logits = self.intercepts + sums(self.weights[rows] * values[:, np.newaxis], ends)
        return [dict(zip(self.cues, row, strict=True)) for row in logits.tolist()]

    def as_payload(self) -> dict[str, str | np.ndarray]:
        """Return everything as plain types, for a file."""
        return {
            "cues": "\n".join(self.cues),
            "features": "\n".join(self.features),
            "weights": self.weights,
            "intercepts": self.intercepts,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, str | np.ndarray]) -> Finders:
        """Return what `as_payload` was called on."""
        return cls(
            tuple(str(payload["cues"]).split("\n")),
            tuple(str(payload["features"]).split("\n")),
            np.asarray(payload["weights"]),
            np.asarray(payload["intercepts"]),
        )

"""The small classifiers: linear on the log-odds scale, exactly decomposable, saved with skops."""

from __future__ import annotations

import hashlib
import io
import json
import math
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from feedback_nlp.errors import HeadsError
from feedback_nlp.finders import Finders
from feedback_nlp.rows import known_rows, sums

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression

#: Raise when features or heads change so that old files no longer fit.
HEADS_VERSION = 5
#: Every head by name; the cumulative ones answer "at least this level".
HEAD_NAMES = (
    "suggestion", "connection", "gap",
    "evidence_1", "evidence_2", "evidence_3",
    "tone_1", "tone_2", "tone_3",
)  # fmt: skip
#: Types that a heads file may hold beside the ones that skops trusts by itself: none.
TRUSTED_TYPES: list[str] = []
#: The layout of skops files that `_read_payload` knows.
_PROTOCOL = 2
_MEND = "run `feedback-nlp train`, or install feedback_nlp again"


def sigmoid(logit: float) -> float:
    """Return the probability that belongs to log-odds."""
    if logit >= 0:
        return 1 / (1 + math.exp(-logit))
    return math.exp(logit) / (1 + math.exp(logit))


@dataclass(slots=True, eq=False)
class Weights:
    """What scoring needs of a fitted estimator; saved as the estimator that it stands for."""

    coef_: np.ndarray
    intercept_: np.ndarray

    def as_estimator(self) -> LogisticRegression:
        """Return a logistic regression with these weights."""
        from sklearn.linear_model import LogisticRegression

        estimator = LogisticRegression()
        estimator.coef_, estimator.intercept_ = self.coef_, self.intercept_
        estimator.classes_ = np.asarray([0, 1])
        return estimator


@dataclass(frozen=True)
class LinearHead:
    """A calibrated logistic regression over named features.

    Parameters
    ----------
    names : ndarray of str, shape (n_features,)
        Feature names.
    estimator : LogisticRegression or Weights
        Fitted on columns in the order of `names`; its calibration is folded into its
        coefficients.
    floor : float, default 0.0
        Probability that a share of the texts without content stay below. Differences below it
        mean little, so it is the least that `probability` returns.
    """

    names: np.ndarray
    estimator: LogisticRegression | Weights
    floor: float = 0.0

    @cached_property
    def weights(self) -> dict[str, float]:
        """Log-odds per unit of each feature."""
        coefficients = np.ravel(self.estimator.coef_).tolist()
        return dict(zip(self.names.tolist(), coefficients, strict=True))

    @cached_property
    def intercept(self) -> float:
        """Log-odds of a text without any feature."""
        return float(np.ravel(self.estimator.intercept_)[0])

    def logit(self, features: Mapping[str, float]) -> float:
        """Return the log-odds; features that the head doesn't know count 0."""
        weights = self.weights
        return self.intercept + sum(
            weights[name] * value for name, value in features.items() if name in weights
        )

    def probability(self, features: Mapping[str, float]) -> float:
        """Return the calibrated probability, from `floor` to 1."""
        return max(sigmoid(self.logit(features)), self.floor)

    def contributions(self, features: Mapping[str, float]) -> dict[str, float]:
        """Split the probability among the features, as `split` does.

        Returns
        -------
        dict of str to float
            Points of probability per feature; with ``baseline`` they add up to
            `probability` exactly.
        """
        weights = self.weights
        return self.split(
            {name: weights[name] * value for name, value in features.items() if weights.get(name)}
        )

    def split(self, terms: Mapping[str, float]) -> dict[str, float]:
        """Split the probability among summands of the log-odds.

        Integrated gradients from the empty text (Sundararajan, Taly & Yan 2017), which have a
        closed form for a logistic regression: each log-odds term times the slope of the chord.

        Parameters
        ----------
        terms : mapping of str to float
            What each source adds to the log-odds.

        Returns
        -------
        dict of str to float
            Points of probability per source, and ``baseline``.
        """
        baseline = sigmoid(self.intercept)
        total = sum(terms.values())
        if sigmoid(self.intercept + total) < self.floor:
            return {"baseline": self.floor}
        if abs(total) > 1e-9:
            slope = (sigmoid(self.intercept + total) - baseline) / total
        else:
            slope = baseline * (1 - baseline)
        return {"baseline": baseline, **{name: term * slope for name, term in terms.items()}}


@dataclass(frozen=True, slots=True)
class Terms:
    """What the features of one sentence add to the log-odds of each head, by their source.

    Parameters
    ----------
    sources : tuple of str
        What the features are reported as; one may occur more than once.
    values : ndarray of float, shape (n_sources, n_heads)
        What all neighbouring features of a source add, for each head.
    """

    sources: tuple[str, ...]
    values: np.ndarray

    def of(self, column: int) -> dict[str, float]:
        """Return what each source adds to the log-odds of the head in this column, if anything."""
        added: dict[str, float] = {}
        for source, value in zip(self.sources, self.values[:, column].tolist(), strict=True):
            if value:
                added[source] = added.get(source, 0.0) + value
        return added


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Every feature that some head knows, once, and which of them each head knows."""

    names: list[str]
    rows: dict[str, np.ndarray]

    @classmethod
    def of(cls, heads: Mapping[str, LinearHead]) -> Index:
        """Return the index of heads that have none yet."""
        lists = {name: head.names.tolist() for name, head in heads.items()}
        names = list(dict.fromkeys(chain.from_iterable(lists.values())))
        row_of = {name: row for row, name in enumerate(names)}
        rows = {
            head: np.asarray([row_of[name] for name in known], dtype=np.int32)
            for head, known in lists.items()
        }
        return cls(names, rows)


@dataclass(frozen=True)
class Heads:
    """All heads and where they come from.

    Parameters
    ----------
    heads : dict of str to LinearHead
        One for each of `HEAD_NAMES`.
    meta : dict
        Version, training data with hashes, figures.
    finders : Finders, optional
        What tells which parts and moves a sentence holds; without them, rules alone do.
    index : Index, optional
        That of the heads, if it is known.
    """

    heads: dict[str, LinearHead]
    meta: dict[str, Any] = field(default_factory=dict)
    finders: Finders | None = field(default=None, repr=False, compare=False)
    index: Index | None = field(default=None, repr=False, compare=False)

    def __getitem__(self, name: str) -> LinearHead:
        return self.heads[name]

    @cached_property
    def _index(self) -> Index:
        return self.index or Index.of(self.heads)

    @cached_property
    def _rows(self) -> dict[str, int]:
        """Row of each feature in `_matrix`."""
        return {name: row for row, name in enumerate(self._index.names)}

    @cached_property
    def _matrix(self) -> np.ndarray:
        """Log-odds per unit of each feature, shape (n_features, n_heads)."""
        matrix = np.zeros((len(self._index.names), len(self.heads)))
        for column, (name, head) in enumerate(self.heads.items()):
            matrix[self._index.rows[name], column] = np.ravel(head.estimator.coef_)
        return matrix

    @cached_property
    def _intercepts(self) -> np.ndarray:
        return np.asarray([head.intercept for head in self.heads.values()])

    def logits(self, features: Mapping[str, float]) -> dict[str, float]:
        """Return the log-odds of every head, found together: each feature is looked up once."""
        rows, values, ends = known_rows(self._rows, [features])
        logits = self._intercepts + sums(self._matrix[rows] * values[:, np.newaxis], ends)
        return dict(zip(self.heads, logits[0].tolist(), strict=True))

    def read(
        self, sentences: Sequence[Mapping[str, float]], source_of: Callable[[str], str]
    ) -> tuple[np.ndarray, list[Terms]]:
        """Read the features of many sentences with all heads together.

        Each row of the results depends on its own sentence only, to the last bit.

        Parameters
        ----------
        sentences : sequence of mapping of str to float
            The features of each; those that no head knows count 0.
        source_of : callable
            From the name of a feature to what it is reported as.

        Returns
        -------
        ndarray of float, shape (n_sentences, n_heads)
            Log-odds of each head.
        list of Terms
            What they are made of.
        """
        rows, values, ends = known_rows(self._rows, sentences)
        terms = self._matrix[rows] * values[:, np.newaxis]
        logits = self._intercepts + sums(terms, ends)
        names, numbers = self._sources(rows, source_of)
        # A run is a row of features of the same sentence and source, such as all its grammar.
        starts_run = np.ones(len(rows), dtype=bool)
        starts_run[1:] = numbers[1:] != numbers[:-1]
        starts_run[ends[ends < len(rows)]] = True
        starts = np.flatnonzero(starts_run)
        runs = np.add.reduceat(terms, starts) if len(starts) else terms
        sources = [names[number] for number in numbers[starts].tolist()]
        first, found = 0, []
        for last in np.searchsorted(starts, ends).tolist():
            # A copy, as a sentence is kept for longer than those it was read with.
            found.append(Terms(tuple(sources[first:last]), runs[first:last].copy()))
            first = last
        return logits, found

    def weights_of(self, feature: str) -> list[float]:
        """Return the log-odds per unit of a feature for each head; 0 where it is not known."""
        row = self._rows.get(feature)
        return [0.0] * len(self.heads) if row is None else self._matrix[row].tolist()

    def _sources(
        self, rows: np.ndarray, source_of: Callable[[str], str]
    ) -> tuple[Mapping[int, str], np.ndarray]:
        """Return the number of the source of each row, and what each number is reported as.

        A source has the number of the first of its rows that was asked for. Asking for those rows
        alone that occur saves going through all of them before the first score.
        """
        if source_of not in self._known_sources:
            nothing = np.full(len(self._rows), -1, dtype=np.intp)
            self._known_sources[source_of] = {}, {}, nothing
        number_of_source, names, number_of_row = self._known_sources[source_of]
        for row in set(rows[number_of_row[rows] < 0].tolist()):
            source = source_of(self._index.names[row])
            number = number_of_source.setdefault(source, row)
            names[number] = source
            number_of_row[row] = number
        return names, number_of_row[rows]

    @cached_property
    def _known_sources(
        self,
    ) -> dict[Callable[[str], str], tuple[dict[str, int], dict[int, str], np.ndarray]]:
        return {}

    @cached_property
    def columns(self) -> dict[str, int]:
        """Column of each head in what `read` returns."""
        return {name: column for column, name in enumerate(self.heads)}

    @property
    def version(self) -> str:
        """Version of the format and a short hash of the file."""
        return f"{self.meta.get('heads_version', HEADS_VERSION)}-{self.meta.get('sha256', '')[:8]}"


def heads_folder() -> Path:
    """Return the folder of the shipped heads: inside the package, or `models/` of a checkout."""
    packaged = Path(str(resources.files("feedback_nlp") / "_models"))
    return packaged if packaged.is_dir() else Path(__file__).resolve().parent.parent / "models"


def save_heads(heads: Heads, folder: Path) -> Path:
    """Write ``heads.skops`` and ``heads.json`` to `folder`; return the first path.

    The JSON holds the meta data and the sha256 by which `load_heads` knows an altered file.
    """
    import skops.io as sio

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "heads.skops"
    index = Index.of(heads.heads)
    if any("\n" in name for name in index.names):
        raise ValueError("a feature's name must be a single line")
    # Heads share most of their names, and to read each one once takes a fifth of the time.
    payload: dict[str, Any] = {
        "names": "\n".join(index.names),
        "heads": {
            name: {"rows": index.rows[name], "estimator": _estimator(head), "floor": head.floor}
            for name, head in heads.heads.items()
        },
    }
    if heads.finders is not None:
        payload["finders"] = heads.finders.as_payload()
    # Not compressed: to inflate it would take a tenth of the time until the first score, and Git,
    # wheels and web servers compress it anyway.
    sio.dump(payload, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    meta = {**heads.meta, "heads_version": HEADS_VERSION, "sha256": digest}
    (folder / "heads.json").write_text(
        json.dumps(meta, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8"
    )
    return path


def _estimator(head: LinearHead) -> LogisticRegression:
    return head.estimator.as_estimator() if isinstance(head.estimator, Weights) else head.estimator


def load_heads(folder: Path | None = None) -> Heads:
    """Load the heads of `folder`, by default the shipped ones.

    Raises
    ------
    HeadsError
        If a file is missing, altered, or of another version.
    """
    folder = heads_folder() if folder is None else Path(folder)
    meta, content = _read_verified(folder)
    payload = _read_payload(content)
    if payload is None:
        import skops.io as sio

        payload = sio.loads(content, trusted=TRUSTED_TYPES)
    heads, index = _heads_of(payload)
    absent = [name for name in HEAD_NAMES if name not in heads]
    if absent:
        raise HeadsError(f"{folder / 'heads.skops'} lacks the head {absent[0]!r}; {_MEND}.")
    finders = Finders.from_payload(payload["finders"]) if "finders" in payload else None
    return Heads(heads, meta, finders, index)


def _heads_of(payload: Mapping[str, Any]) -> tuple[dict[str, LinearHead], Index]:
    """Return the heads of a file and their index."""
    index = Index(
        payload["names"].split("\n"),
        {name: part["rows"] for name, part in payload["heads"].items()},
    )
    # As objects, the names of all heads are the same strings.
    names = np.asarray(index.names, dtype=object)
    heads = {
        name: LinearHead(names[part["rows"]], part["estimator"], part["floor"])
        for name, part in payload["heads"].items()
    }
    return heads, index


def _read_payload(content: bytes) -> dict[str, Any] | None:
    """Read a skops file without skops, or return None if it holds anything unexpected.

    Importing skops and scikit-learn takes twice as long as all the rest of loading, and scoring
    needs two arrays of each estimator.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        schema = json.loads(archive.read("schema.json"))
        if schema.get("protocol") != _PROTOCOL:
            return None
        try:
            payload: dict[str, Any] = _plain(schema, archive)
        except (KeyError, TypeError, ValueError):
            return None
        return payload


def _plain(node: dict[str, Any], archive: zipfile.ZipFile) -> Any:
    """Return what a node of a skops schema stands for."""
    match node["__loader__"], node["__class__"]:
        case "DictNode", "dict":
            return {name: _plain(part, archive) for name, part in node["content"].items()}
        case "NdArrayNode", "ndarray":
            file = io.BytesIO(archive.read(node["file"]))
            return np.lib.format.read_array(file, allow_pickle=False)
        case "ObjectNode", "LogisticRegression":
            fitted = node["content"]["content"]
            return Weights(*(_plain(fitted[name], archive) for name in ("coef_", "intercept_")))
        case "JsonNode", _:
            return json.loads(node["content"])
    raise ValueError(f"a {node['__class__']} was not expected")


def verify_heads(folder: Path) -> dict[str, Any]:
    """Check the files of a heads folder and return the meta data.

    Raises
    ------
    HeadsError
        If a file is missing, altered, or of another version.
    """
    return _read_verified(folder)[0]


def _read_verified(folder: Path) -> tuple[dict[str, Any], bytes]:
    """Return the meta data and the content of the heads file, which is read once."""
    path, meta_path = folder / "heads.skops", folder / "heads.json"
    for needed in (path, meta_path):
        if not needed.is_file():
            raise HeadsError(f"There are no trained heads at {needed}; {_MEND}.")
    try:
        meta: dict[str, Any] = json.loads(meta_path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise HeadsError(f"{meta_path} is not valid JSON ({error}); {_MEND}.") from error
    if meta.get("heads_version") != HEADS_VERSION:
        raise HeadsError(
            f"{path} is of version {meta.get('heads_version')} and this feedback_nlp reads"
            f" version {HEADS_VERSION}; {_MEND}."
        )
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != meta.get("sha256"):
        raise HeadsError(f"{path} was altered since it was saved, so it is not loaded; {_MEND}.")
    return meta, content

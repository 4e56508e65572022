"""Fit one head from bags of instances and calibrate it without leaking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.sparse import csr_matrix, diags_array, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from threadpoolctl import threadpool_limits

from feedback_nlp.examples import MOVES
from feedback_nlp.features import WHO, WORDING, WORDING_OF_ANYBODY, Features
from feedback_nlp.heads import LinearHead, sigmoid
from feedback_nlp.training.bags import OWN, OWN_TALK, Bag
from feedback_nlp.training.scaling import indicators, log_count_ratios

#: A feature that fewer instances show is left out.
MIN_COUNT = 6
#: No source counts for more than this many instances, however large it is.
SOURCE_CAP = 4000
N_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a head is fitted.

    Parameters
    ----------
    c : float
        Inverse strength of the penalty, L2 unless `sparse`.
    weights : mapping of str to float
        How often an instance of a source counts; 1 where nothing is said, and one of weight 0
        is left out.
    helps : tuple of str
        Beginnings of feature names that by the codebook can only raise the score. Their negative
        coefficients, which come from chance or from their correlates, are set to 0.
    trust : float
        How much further than other coefficients those of `helps` may go at the same penalty.
    skips : tuple of str
        Beginnings of feature names that the head does not read.
    sparse : bool
        Keep few features (an L1 penalty, Tibshirani 1996).
    ratio : float
        How far n-grams and words are scaled by how differently often the two classes show them (see
        `log_count_ratios`): from 0, not at all, to 1.
    offset : float
        Size of an indicator of each domain, there only while the head is fitted (after Daumé III
        2007, ACL Anthology P07-1033, of the intercept alone). It takes up a part of how common the
        label is in the domain, the more the more texts the domain has, so that words which tell no
        more than the domain need not. The penalty allows it a variance of c times its square.
    least : float
        Coefficients that are no larger in size are left out, before calibration. Values of n-grams
        and words are well below 1, so that each of them moves the log-odds by little.
    """

    c: float = 1.0
    weights: Mapping[str, float] = field(default_factory=dict)
    helps: tuple[str, ...] = ()
    trust: float = 1.0
    skips: tuple[str, ...] = ()
    sparse: bool = False
    ratio: float = 0.3
    offset: float = 0.1
    least: float = 0.1

    def reads(self, name: str) -> bool:
        """Whether the head reads a feature.

        None reads an n-gram with a word for who somebody is: on talk pages such a word is often
        meant as an insult, and what is said of a group there must not move a score.
        """
        return not name.startswith(self.skips) and WHO not in name

    def learns_from(self, source: str) -> bool:
        """Whether texts of a source count at all."""
        return self.weights.get(source, 1.0) > 0


_PARTS = ("cue:situation", "cue:behaviour", "cue:impact", "context:")
#: Sets that teach by our labels. Most of their texts are no feedback, so that they count less,
#: but for tone, of which talk pages hold the most. Of the requests among strangers half ask for
#: information, which reviews call a request.
_RELABELLED = ("substanreview", "stanford_politeness", "receptiveness", "wiki_toxicity")
#: Sets that teach how a suggestion is worded. Tone is rare in them, save in answers to people who
#: asked for advice, and hardly any of them speaks of somebody's work.
_ANSWERS = ("advice_reddit", "email_intent", "mrbench_v3_tutor_responses")
#: Chosen by leaving out one training set or domain at a time. Our own examples weigh more, as
#: only they carry all labels of the codebook, and those on somebody's work weigh more than talk on
#: the news; reviews are nearer to feedback than the other sets, and debates (receptiveness), which
#: are many, the furthest from it.
#: A suggestion and an observation are told by their wording, whoever is said to hold it; a judgment
#: by the words that the writer says in their own name.
_SUGGESTION = Recipe(
    weights={
        OWN: 4.0, OWN_TALK: 1.0, "f1000rd_pragmatics": 2.0, "wiki_toxicity": 0.5,
        "receptiveness": 0.1, "stanford_politeness": 0.0,
    },
    helps=("cue:next_step",),
    skips=("word:",),
)  # fmt: skip
_MOVES = ("family:judgmental", *(f"cue:{move}" for move in MOVES))
_TONE = Recipe(
    c=0.3,
    weights={
        **dict.fromkeys(_RELABELLED, 0.5), **dict.fromkeys(_ANSWERS, 0.0), OWN: 5.0, OWN_TALK: 2.5,
        "f1000rd_pragmatics": 0.5, "wiki_toxicity": 4.0, "advice_reddit": 0.3,
    },
    helps=_MOVES,
    trust=5.0,
    least=0.05,
    # How a suggestion is worded says little about tone, and a slip changes which rule finds it.
    skips=("cue:next_step/", *WORDING_OF_ANYBODY),
)  # fmt: skip
_EVIDENCE = Recipe(
    weights={
        **dict.fromkeys(_RELABELLED, 0.15),
        **dict.fromkeys(_ANSWERS, 0.0),
        "receptiveness": 0.03,
        OWN: 2.5,
        OWN_TALK: 0.5,
        "f1000rd_pragmatics": 0.5,
    },
    helps=_PARTS,
    skips=("word:",),
)
_CONNECTING = (*_PARTS, "cue:shared_words", "cue:same_sentence", "cue:next_step", "observed:")
RECIPES: dict[str, Recipe] = {
    "suggestion": _SUGGESTION,
    "gap": replace(
        _SUGGESTION, weights={OWN: 0.5, OWN_TALK: 0.2, "f1000rd_pragmatics": 2.0}, skips=()
    ),
    "connection": Recipe(c=0.1, helps=_CONNECTING, least=0.0),
    **dict.fromkeys(("evidence_1", "evidence_2", "evidence_3"), _EVIDENCE),
    "tone_1": replace(_TONE, c=0.7),
    **dict.fromkeys(("tone_2", "tone_3"), _TONE),
}

#: Beginnings of the names of features of which there are thousands.
_COUNTED = ("grammar:", *WORDING)


class Encoder:
    """Turn instances into rows of a sparse matrix, each instance once however often it is fitted.

    An instance is known by its identity, so it must not be changed while the encoder lives.
    """

    def __init__(self) -> None:
        self._columns: dict[str, int] = {}
        self._known: dict[int, tuple[Features, np.ndarray, np.ndarray]] = {}

    def _encode(self, row: Features) -> tuple[Features, np.ndarray, np.ndarray]:
        if id(row) not in self._known:
            columns = [self._columns.setdefault(name, len(self._columns)) for name in row]
            values = np.fromiter(row.values(), dtype=float, count=len(row))
            # The row itself is kept, so that its identity stays its own.
            self._known[id(row)] = (row, np.asarray(columns, dtype=np.int64), values)
        return self._known[id(row)]

    def matrix(
        self,
        rows: Sequence[Features],
        reads: Callable[[str], bool],
    ) -> tuple[np.ndarray, csr_matrix]:
        """Return the names of the columns, sorted, and the matrix.

        Parameters
        ----------
        rows : sequence of Features
            Instances.
        reads : callable
            Whether a feature may have a column; one that fewer than `MIN_COUNT` instances show has
            none.

        Returns
        -------
        names : ndarray of str, shape (n_features,)
        matrix : csr_matrix, shape (len(rows), n_features)
        """
        encoded = [self._encode(row) for row in rows]
        ends = np.cumsum([0, *(len(columns) for _, columns, _ in encoded)])
        columns = np.concatenate([columns for _, columns, _ in encoded])
        values = np.concatenate([values for *_, values in encoded])
        whole = csr_matrix((values, columns, ends), shape=(len(rows), len(self._columns)))
        counts = np.bincount(columns, minlength=len(self._columns))
        # Sorted, so that the same data always give the same columns.
        names = sorted(
            name
            for name, column in self._columns.items()
            if counts[column] >= MIN_COUNT and reads(name)
        )
        return np.asarray(names, dtype=np.str_), whole[:, [self._columns[n] for n in names]]


def fit(bags: Sequence[Bag], recipe: Recipe, encoder: Encoder | None = None) -> LinearHead:
    """Fit a logistic regression on instances.

    A public text of several sentences does not tell which of them earned its label. Two passes
    solve that (multiple-instance learning in the manner of Andrews et al. 2003): first all
    sentences share the label, then only the best one of a positive text keeps it.

    Parameters
    ----------
    bags : sequence of Bag
        Training texts.
    recipe : Recipe
        Penalty and weights.
    encoder : Encoder, optional
        Shared by fits on the same instances, it saves most of their time.
    """
    encoder = encoder or Encoder()
    bags = [bag for bag in bags if recipe.learns_from(bag.source)]
    head = _fit_instances(bags, None, recipe, encoder)
    if any(bag.instance_labels is None and len(bag.instances) > 1 for bag in bags):
        head = _fit_instances(bags, head, recipe, encoder)
    return head


def _fit_instances(
    bags: Sequence[Bag], guide: LinearHead | None, recipe: Recipe, encoder: Encoder
) -> LinearHead:
    rows: list[Features] = []
    labels: list[int] = []
    sources: list[str] = []
    domains: list[str] = []
    for bag in bags:
        for row, label in _labelled_instances(bag, guide):
            rows.append(row)
            labels.append(label)
            sources.append(bag.source)
            domains.append(bag.domain)
    columns, matrix = encoder.matrix(rows, recipe.reads)
    classes = np.asarray(labels)
    estimator = LogisticRegression(C=recipe.c, max_iter=2000, tol=1e-4)
    if recipe.sparse:
        estimator.set_params(l1_ratio=1, solver="liblinear", random_state=0)
    weights = _weights(sources, recipe.weights)
    names = columns.tolist()
    helping = np.asarray([name.startswith(recipe.helps) for name in names])
    scale = np.where(helping, recipe.trust, 1.0)
    if recipe.ratio:
        counted = np.asarray([name.startswith(_COUNTED) for name in names])
        ratios = log_count_ratios(matrix, classes, weights)
        scale[counted] *= 1 + recipe.ratio * (ratios[counted] - 1)
    offsets = csr_matrix((len(rows), 0))
    if recipe.offset:
        offsets = recipe.offset * indicators(domains)
    # The last digits of a sum depend on the number of threads, and on them a near tie between two
    # sentences of a text.
    with threadpool_limits(limits=1):
        design = hstack([matrix @ diags_array(scale), offsets], format="csr")
        estimator.fit(design, classes, sample_weight=weights)
    known, added = np.split(estimator.coef_[0], [len(names)])
    known *= scale
    known[helping] = np.maximum(known[helping], 0.0)
    kept = np.abs(known) > recipe.least
    estimator.coef_, estimator.n_features_in_ = known[np.newaxis, kept], int(kept.sum())
    # A new text is from no domain: it gets the average over all instances; calibration follows.
    estimator.intercept_ = estimator.intercept_ + np.average(offsets @ added, weights=weights)
    return LinearHead(columns[kept], estimator)


def _labelled_instances(bag: Bag, guide: LinearHead | None) -> list[tuple[Features, int]]:
    if bag.instance_labels is not None:
        return list(zip(bag.instances, bag.instance_labels, strict=True))
    if guide is None or bag.label == 0 or len(bag.instances) == 1:
        return [(row, bag.label) for row in bag.instances]
    return [(max(bag.instances, key=guide.logit), bag.label)]


def _weights(sources: Sequence[str], weights: Mapping[str, float]) -> np.ndarray:
    counts = Counter(sources)
    weight = {
        source: weights.get(source, 1.0) * min(1.0, SOURCE_CAP / count)
        for source, count in counts.items()
    }
    return np.asarray([weight[source] for source in sources])


def bag_logits(head: LinearHead, bags: Sequence[Bag]) -> np.ndarray:
    """Return the log-odds of each text: those of its strongest instance."""
    return np.asarray([max(head.logit(row) for row in bag.instances) for bag in bags])


def fold_heads(
    bags: Sequence[Bag],
    keys: Sequence[str],
    recipe: Recipe,
    *,
    by: Callable[[Bag], str],
    encoder: Encoder | None = None,
    n_folds: int = N_FOLDS,
) -> dict[str, LinearHead]:
    """Return for each key a head that never saw a text of that key.

    Parameters
    ----------
    bags : sequence of Bag
        All training texts.
    keys : sequence of str
        Key of each text that will be read.
    recipe : Recipe
        Penalty and weights.
    by : callable
        Returns the key of a bag.
    encoder : Encoder, optional
        As for `fit`.
    n_folds : int
        Folds that the keys are spread over, or fewer if there are fewer keys.
    """
    encoder = encoder or Encoder()
    heads: dict[str, LinearHead] = {}
    for _, chosen in GroupKFold(min(n_folds, len(set(keys)))).split(keys, groups=keys):
        away = {keys[i] for i in chosen}
        head = fit([bag for bag in bags if by(bag) not in away], recipe, encoder)
        heads |= dict.fromkeys(away, head)
    return heads


def out_of_fold(
    bags: Sequence[Bag],
    held: Sequence[Bag],
    recipe: Recipe,
    *,
    by: Callable[[Bag], str] = lambda bag: bag.group,
    encoder: Encoder | None = None,
) -> np.ndarray:
    """Return the log-odds of `held` from models that never saw their group.

    Parameters
    ----------
    bags : sequence of Bag
        All training texts, `held` among them.
    held : sequence of Bag
        Texts to predict.
    recipe : Recipe
        Penalty and weights.
    by : callable
        What must not stand on both sides: by default `Bag.group`.
    encoder : Encoder, optional
        As for `fit`.

    Returns
    -------
    ndarray, shape (len(held),)
    """
    heads = fold_heads(bags, [by(bag) for bag in held], recipe, by=by, encoder=encoder)
    return np.asarray([bag_logits(heads[by(bag)], [bag])[0] for bag in held])


@dataclass(frozen=True, slots=True)
class Calibration:
    """A line on the log-odds scale (Platt 1999) and the least probability that means something."""

    slope: float
    offset: float
    floor: float = 0.0

    def __call__(self, head: LinearHead) -> LinearHead:
        """Return the head with the calibration folded into its coefficients."""
        estimator = copy(head.estimator)
        estimator.coef_ = estimator.coef_ * self.slope
        estimator.intercept_ = estimator.intercept_ * self.slope + self.offset
        return LinearHead(head.names, estimator, self.floor)

    def floored(self, silent: np.ndarray, quiet: float) -> Calibration:
        """Return it with a floor.

        Parameters
        ----------
        silent : ndarray, shape (n_texts,)
            Log-odds, not calibrated, of texts that hold no content; without any, there is no floor.
        quiet : float
            Share of them that stays below the floor.
        """
        if not silent.size:
            return self
        return replace(
            self, floor=sigmoid(float(np.quantile(silent * self.slope + self.offset, quiet)))
        )


def calibration(
    logits: np.ndarray, labels: np.ndarray, weights: np.ndarray | None = None
) -> Calibration:
    """Learn what the log-odds of a head mean.

    Parameters
    ----------
    logits, labels : ndarray, shape (n_texts,)
        Out-of-fold log-odds and 0/1 labels of training texts.
    weights : ndarray, shape (n_texts,), optional
        How often each text counts.
    """
    platt = LogisticRegression(C=1e3).fit(logits.reshape(-1, 1), labels, sample_weight=weights)
    slope, offset = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    # A negative slope would turn every explanation round; a useless head becomes a constant.
    return Calibration(max(slope, 0.0), offset)

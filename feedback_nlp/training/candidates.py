"""Ways to make a head from few labels of one's own, from the least to the most that is learned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from feedback_nlp.heads import LinearHead, sigmoid
from feedback_nlp.training.bags import OWN, Bag
from feedback_nlp.training.fitting import RECIPES, Encoder, Recipe, fit
from feedback_nlp.training.row_bags import MINE

#: A feature that fewer of the user's texts show changes nothing.
MIN_COUNT = 3
#: Inverse strength of the pull towards the shipped coefficients.
PULL_C = 0.3
#: The shipped log-odds enter so large that their own coefficient is hardly penalised.
_LARGE = 10.0
#: How often a text of the user counts beside one of the shipped examples.
MINE_WEIGHT = 4.0
_PASSES = 2


class Stack:
    """All texts of a task as one matrix, a line for each instance, so that fits are quick.

    Parameters
    ----------
    bags : sequence of Bag
        The texts.
    """

    def __init__(self, bags: Sequence[Bag]) -> None:
        self.bags = list(bags)
        self.labels = np.asarray([bag.label for bag in bags])
        rows = [row for bag in bags for row in bag.instances]
        names = sorted({name for row in rows for name in row})
        self.names = np.asarray(names, dtype=np.str_)
        place = {name: column for column, name in enumerate(names)}
        ends = np.cumsum([0, *(len(row) for row in rows)])
        columns = [place[name] for row in rows for name in row]
        values = [value for row in rows for value in row.values()]
        self.matrix = csr_matrix((values, columns, ends), shape=(len(rows), len(names)))
        self._last: tuple[LinearHead, np.ndarray] | None = None
        sizes = [len(bag.instances) for bag in bags]
        self._starts = np.cumsum([0, *sizes])[:-1]
        self._bag_of = np.repeat(np.arange(len(bags)), sizes)
        # Where spans say which sentence earned the label, no other speaks for the text.
        self._may_speak = np.asarray([
            bag.instance_labels is None or not any(bag.instance_labels) or bool(label)
            for bag in bags
            for label in (bag.instance_labels or [0] * len(bag.instances))
        ])  # fmt: skip

    def pick(self, which: np.ndarray) -> list[Bag]:
        """Return some of the texts."""
        return [self.bags[i] for i in which]

    def readable(self, recipe: Recipe) -> np.ndarray:
        """Return which features may move: a head does not read all, and some only ever help."""
        return np.asarray(
            [
                recipe.reads(name) and not name.startswith(recipe.helps)
                for name in self.names.tolist()
            ],
            dtype=bool,
        )

    def instance_logits(self, head: LinearHead) -> np.ndarray:
        """Return the log-odds of each instance."""
        if self._last is None or self._last[0] is not head:
            weights = head.weights
            vector = np.asarray([weights.get(name, 0.0) for name in self.names.tolist()])
            self._last = (head, np.asarray(self.matrix @ vector + head.intercept))
        return self._last[1]

    def most(self, logits: np.ndarray) -> np.ndarray:
        """Return for each text the highest log-odds of its instances."""
        return np.asarray(np.maximum.reduceat(logits, self._starts))

    def logits(self, head: LinearHead) -> np.ndarray:
        """Return the log-odds of each text: those of its strongest instance."""
        return self.most(self.instance_logits(head))

    def speaking(self, logits: np.ndarray) -> np.ndarray:
        """Return for each text the instance that speaks for it: the strongest one that may."""
        allowed = np.where(self._may_speak, logits, -np.inf)
        order = np.lexsort((-allowed, self._bag_of))
        return order[self._starts]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to make a head.

    Attributes
    ----------
    name, title : str
        Short name, and what it is in words.
    predict : callable
        Gives the log-odds of all texts, from the head's name, the texts, and which of them to
        learn from. Not calibrated.
    fit : callable
        Gives the head, from the same.
    costly : bool
        Whether a fit takes seconds, as it reads thousands of shipped examples too.
    """

    name: str
    title: str
    predict: Callable[[str, Stack, np.ndarray], np.ndarray]
    fit: Callable[[str, Stack, np.ndarray], LinearHead]
    costly: bool = False


def candidates(
    shipped: dict[str, LinearHead], examples: dict[str, list[Bag]] | None = None
) -> list[Candidate]:
    """Return all ways to make a head; each is calibrated on the user's labels afterwards.

    Parameters
    ----------
    shipped : dict of str to LinearHead
        The heads to start from.
    examples : dict of str to list of Bag, optional
        The shipped examples by head, to train on them too.
    """
    encoder = Encoder()

    def own(head: str, stack: Stack, which: np.ndarray) -> LinearHead:
        # Few texts make small coefficients.
        return fit(stack.pick(which), replace(RECIPES[head], least=0.0), encoder)

    def moved(head: str, stack: Stack, which: np.ndarray) -> LinearHead:
        found = adapt(shipped[head], head, stack, which)
        return combine(shipped[head], found.factor, found.offset, found.coefficients)

    found = [
        Candidate(
            "recalibrated",
            "the shipped heads, their probabilities fitted to your labels",
            lambda head, stack, which: stack.logits(shipped[head]),
            lambda head, stack, which: shipped[head],
        ),
        Candidate(
            "adapted",
            "the shipped heads as the starting point, moved by your labels",
            lambda head, stack, which: adapt(shipped[head], head, stack, which).logits,
            moved,
        ),
        Candidate(
            "own",
            "your labels alone",
            lambda head, stack, which: stack.logits(own(head, stack, which)),
            own,
        ),
    ]
    if examples is not None:

        def together(head: str, stack: Stack, which: np.ndarray) -> LinearHead:
            return _fit_together(head, stack.pick(which), examples[head], encoder)

        found.append(
            Candidate(
                "with examples",
                "your labels and the shipped examples together",
                lambda head, stack, which: stack.logits(together(head, stack, which)),
                together,
                costly=True,
            )
        )
    return found


def _fit_together(
    head: str, bags: Sequence[Bag], examples: Sequence[Bag], encoder: Encoder
) -> LinearHead:
    recipe = RECIPES[head]
    weight = MINE_WEIGHT * recipe.weights.get(OWN, 1.0)
    recipe = replace(recipe, weights={**recipe.weights, MINE: weight})
    return fit([*bags, *examples], recipe, encoder)


@dataclass(frozen=True, slots=True)
class Moved:
    """A shipped head whose coefficients were moved by a user's labels.

    Attributes
    ----------
    factor, offset : float
        Of the log-odds of the shipped head.
    coefficients : dict of str to float
        What is added to a coefficient.
    logits : ndarray, shape (n_texts,)
        Log-odds of all texts of the stack.
    """

    factor: float
    offset: float
    coefficients: dict[str, float]
    logits: np.ndarray


def adapt(shipped: LinearHead, head: str, stack: Stack, which: np.ndarray) -> Moved:
    """Move the coefficients of a shipped head as far as the labels ask for.

    A penalty pulls them back to the shipped ones, times one common factor: what the shipped head
    learned is the prior. Cues that by the codebook can only help keep their shipped weight. The
    strongest sentence of a text speaks for it.

    Parameters
    ----------
    shipped : LinearHead
        Where to start.
    head : str
        Its name.
    stack : Stack
        The texts.
    which : ndarray of int
        The texts to learn from, of both classes.
    """
    readable = stack.readable(RECIPES[head])
    known = stack.instance_logits(shipped)
    logits = known
    for _ in range(_PASSES):
        rows = stack.speaking(logits)[which]
        matrix = stack.matrix[rows]
        kept = np.flatnonzero((matrix.getnnz(axis=0) >= MIN_COUNT) & readable)
        design = hstack(
            [csr_matrix(_LARGE * known[rows].reshape(-1, 1)), matrix[:, kept]], format="csr"
        )
        model = LogisticRegression(C=PULL_C, max_iter=2000, tol=1e-5)
        model.fit(design, stack.labels[which])
        factor = max(float(model.coef_[0, 0]) * _LARGE, 0.0)
        moved, offset = model.coef_[0, 1:], float(model.intercept_[0])
        logits = factor * known + stack.matrix[:, kept] @ moved + offset
    names = stack.names[kept].tolist()
    return Moved(factor, offset, dict(zip(names, moved.tolist(), strict=True)), stack.most(logits))


def combine(
    shipped: LinearHead,
    factor: float,
    offset: float,
    moved: dict[str, float] | None = None,
    floor: float = 0.0,
) -> LinearHead:
    """Return the head with log-odds ``factor * shipped + offset`` and some coefficients moved.

    Parameters
    ----------
    shipped : LinearHead
        Where to start; it stays as it is.
    factor, offset : float
        Of its log-odds.
    moved : dict of str to float, optional
        What is added to a coefficient.
    floor : float
        Least probability of the new head.
    """
    weights = {name: factor * value for name, value in shipped.weights.items()}
    for name, value in (moved or {}).items():
        weights[name] = weights.get(name, 0.0) + value
    names = sorted(weights)
    coefficients = np.asarray([weights[name] for name in names])
    estimator = LogisticRegression()
    estimator.classes_ = np.asarray([0, 1])
    estimator.coef_ = coefficients.reshape(1, -1)
    estimator.intercept_ = np.asarray([factor * shipped.intercept + offset])
    return LinearHead(np.asarray(names, dtype=np.str_), estimator, floor)


def platt(logits: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Return factor and offset of a logistic calibration (Platt 1999).

    The targets are Platt's, a little inside 0 and 1, so that few labels make no certainty. The
    factor is never negative, which would turn every explanation round.
    """
    yes, no = int(labels.sum()), int(len(labels) - labels.sum())
    high, low = (yes + 1) / (yes + 2), 1 / (no + 2)
    # A target between 0 and 1 is the same as both classes with these weights.
    targets = np.where(labels == 1, high, low)
    model = LogisticRegression(C=1e3).fit(
        np.tile(logits, 2).reshape(-1, 1),
        np.repeat([1, 0], len(labels)),
        sample_weight=np.concatenate([targets, 1 - targets]),
    )
    factor, offset = float(model.coef_[0, 0]), float(model.intercept_[0])
    if factor > 0:
        return factor, offset
    share = float(targets.mean())
    return 0.0, float(np.log(share / (1 - share)))


def calibrated(
    head: LinearHead,
    logits: np.ndarray,
    labels: np.ndarray,
    *,
    shipped: LinearHead,
    shipped_logits: np.ndarray,
) -> LinearHead:
    """Fold a calibration on the user's labels into a head.

    Parameters
    ----------
    head : LinearHead
        Fitted on all of the user's texts.
    logits, labels : ndarray, shape (n_texts,)
        Its log-odds where it had not seen the text, and 0/1 labels.
    shipped : LinearHead
        The shipped head, whose floor is taken over.
    shipped_logits : ndarray, shape (n_texts,)
        The log-odds of the shipped head.
    """
    factor, offset = platt(logits, labels)
    floor = 0.0
    if shipped.floor > 0:
        # What the shipped head gives a text without content, told by its fit to these labels.
        least = float(np.log(shipped.floor / (1 - shipped.floor)))
        slope, shift = platt(shipped_logits, labels)
        floor = sigmoid(slope * least + shift)
    return combine(head, factor, offset, floor=floor)

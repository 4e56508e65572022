"""Fit one head from bags of instances, calibrate it and measure it without leaking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from feedback_nlp.features import Features
from feedback_nlp.heads import LinearHead

#: A feature that fewer instances show is left out.
MIN_COUNT = 4
#: No source counts for more than this many instances, however large it is.
SOURCE_CAP = 4000
#: Instances of our own examples count this often: only they carry all labels of the codebook.
OWN_WEIGHT = 4.0
OWN = "own"
N_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Bag:
    """One labelled text as its instances (sentences, or the text itself as a single one).

    `instance_labels` are known for our own examples, whose spans say which sentence earns the
    label; for a public text only the label of the whole is known.
    """

    instances: tuple[Features, ...]
    label: int
    group: str
    source: str
    instance_labels: tuple[int, ...] | None = None


def fit(bags: Sequence[Bag], *, c: float) -> LinearHead:
    """Fit a logistic regression on instances.

    A public text of several sentences does not tell which of them earned its label. Two passes
    solve that (multiple-instance learning in the manner of Andrews et al. 2003): first all
    sentences share the label, then only the best one of a positive text keeps it.

    Parameters
    ----------
    bags : sequence of Bag
        Training texts.
    c : float
        Inverse strength of the L2 penalty.
    """
    head = _fit_instances(bags, None, c)
    if any(bag.instance_labels is None and len(bag.instances) > 1 for bag in bags):
        head = _fit_instances(bags, head, c)
    return head


def _fit_instances(bags: Sequence[Bag], guide: LinearHead | None, c: float) -> LinearHead:
    rows: list[Features] = []
    labels: list[int] = []
    sources: list[str] = []
    for bag in bags:
        for row, label in _labelled_instances(bag, guide):
            rows.append(row)
            labels.append(label)
            sources.append(bag.source)
    counts = Counter(name for row in rows for name in row)
    # Sorted, so that the same data always give the same columns.
    names = sorted(name for name, count in counts.items() if count >= MIN_COUNT)
    vectorizer = DictVectorizer(sort=True).fit([dict.fromkeys(names, 1.0)])
    estimator = LogisticRegression(C=c, max_iter=2000, tol=1e-6)
    estimator.fit(vectorizer.transform(rows), np.asarray(labels), sample_weight=_weights(sources))
    return LinearHead(np.asarray(vectorizer.feature_names_, dtype=np.str_), estimator)


def _labelled_instances(bag: Bag, guide: LinearHead | None) -> list[tuple[Features, int]]:
    if bag.instance_labels is not None:
        return list(zip(bag.instances, bag.instance_labels, strict=True))
    if guide is None or bag.label == 0 or len(bag.instances) == 1:
        return [(row, bag.label) for row in bag.instances]
    return [(max(bag.instances, key=guide.logit), bag.label)]


def _weights(sources: Sequence[str]) -> np.ndarray:
    counts = Counter(sources)
    weight = {
        source: OWN_WEIGHT if source == OWN else min(1.0, SOURCE_CAP / count)
        for source, count in counts.items()
    }
    return np.asarray([weight[source] for source in sources])


def bag_logits(head: LinearHead, bags: Sequence[Bag]) -> np.ndarray:
    """Return the log-odds of each text: those of its strongest instance."""
    return np.asarray([max(head.logit(row) for row in bag.instances) for bag in bags])


def out_of_fold(bags: Sequence[Bag], *, c: float) -> tuple[list[Bag], np.ndarray]:
    """Return our own bags and their log-odds from models that never saw their group."""
    own = [bag for bag in bags if bag.source == OWN]
    public = [bag for bag in bags if bag.source != OWN]
    logits = np.zeros(len(own))
    folds = GroupKFold(N_FOLDS).split(own, groups=[bag.group for bag in own])
    for seen, held_out in folds:
        head = fit([*public, *(own[i] for i in seen)], c=c)
        logits[held_out] = bag_logits(head, [own[i] for i in held_out])
    return own, logits


def calibrate(head: LinearHead, logits: np.ndarray, labels: np.ndarray) -> LinearHead:
    """Fold a logistic calibration (Platt 1999) into the coefficients of a head.

    Parameters
    ----------
    head : LinearHead
        Fitted on all training data.
    logits, labels : ndarray, shape (n_texts,)
        Out-of-fold log-odds and 0/1 labels of our own training texts.
    """
    platt = LogisticRegression(C=1e3).fit(logits.reshape(-1, 1), labels)
    slope, offset = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    # A negative slope would turn every explanation round; a useless head becomes a constant.
    slope = max(slope, 0.0)
    estimator = head.estimator
    estimator.coef_ = estimator.coef_ * slope
    estimator.intercept_ = estimator.intercept_ * slope + offset
    return LinearHead(head.names, estimator)

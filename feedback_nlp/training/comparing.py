"""Which way to make a head is best for a user's labels, and is it better than the shipped head?

All ways are measured on the same folds, on texts whose group they had not seen. The measure is the
Brier score (mean squared error of the probability; over the levels of a scale it is the ranked
probability score), which asks for the right order and for the right probabilities.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from feedback_nlp.evaluation.folds import grouped_folds
from feedback_nlp.evaluation.metrics import (
    N_BOOTSTRAP,
    area,
    auc_with_interval,
    calibration_error,
    draw_rows,
)
from feedback_nlp.heads import LinearHead
from feedback_nlp.training.bags import Bag
from feedback_nlp.training.candidates import Candidate, Stack, platt

#: A head with fewer texts of one class, or fewer groups, is not trained: folds would lack it.
MIN_CLASS, MIN_GROUPS = 10, 10
#: Shares of the labels for the learning curve, and how often each is drawn.
FRACTIONS, DRAWS = (0.25, 0.5, 0.75), 2
#: How far a learning curve is prolonged, as a multiple of the labels that there are.
FARTHEST = 16.0

Step = Callable[[], None]


@dataclass(frozen=True)
class Task:
    """One scale as it is trained: its texts, stacked for each head, and their folds.

    Attributes
    ----------
    scale : str
        Name of the scale.
    stacks : dict of str to Stack
        The texts for each head that has labels enough.
    texts : list of str
        The same texts.
    groups : ndarray of int, shape (n_texts,)
        What must stay on one side.
    folds : list of ndarray
        Indices of the texts of each fold.
    shipped : dict of str to ndarray
        Probabilities of the shipped heads.
    shipped_logits : dict of str to ndarray
        Their log-odds.
    """

    scale: str
    stacks: dict[str, Stack]
    texts: list[str]
    groups: np.ndarray
    folds: list[np.ndarray]
    shipped: dict[str, np.ndarray]
    shipped_logits: dict[str, np.ndarray]

    def labels(self, head: str) -> np.ndarray:
        """0/1 labels of a head."""
        return self.stacks[head].labels

    def loss(self, probabilities: dict[str, np.ndarray]) -> np.ndarray:
        """Squared error of each text, mean over the levels."""
        errors = [(probabilities[head] - self.labels(head)) ** 2 for head in self.stacks]
        return np.asarray(np.mean(errors, axis=0))


def make_task(
    scale: str,
    bags: dict[str, list[Bag]],
    values: Sequence[int],
    texts: list[str],
    heads: dict[str, LinearHead],
) -> Task:
    """Return a task with folds in which every value of the scale is spread evenly."""
    any_bags = next(iter(bags.values()))
    known = {group: i for i, group in enumerate(dict.fromkeys(bag.group for bag in any_bags))}
    groups = np.asarray([known[bag.group] for bag in any_bags])
    folds = grouped_folds(values, groups)
    stacks = {head: Stack(found) for head, found in bags.items()}
    logits = {head: stack.logits(heads[head]) for head, stack in stacks.items()}
    shipped = {
        head: np.maximum(_sigmoid(values), heads[head].floor) for head, values in logits.items()
    }
    return Task(scale, stacks, texts, groups, folds, shipped, logits)


def enough(bags: Sequence[Bag]) -> bool:
    """Say whether a head has texts of both classes in enough groups to be trained."""
    yes = sum(bag.label for bag in bags)
    groups = len({bag.group for bag in bags})
    return min(yes, len(bags) - yes) >= MIN_CLASS and groups >= MIN_GROUPS


@dataclass(frozen=True)
class Outcome:
    """How a candidate does on texts that it had not seen."""

    logits: dict[str, np.ndarray]
    probabilities: dict[str, np.ndarray]


def out_of_fold(
    task: Task, candidate: Candidate, step: Step, use: np.ndarray | None = None
) -> Outcome | None:
    """Return what a candidate says of each text without having seen its group.

    Calibrated on the other folds.

    Parameters
    ----------
    task : Task
        Texts and folds.
    candidate : Candidate
        The way to make a head.
    step : callable
        Called after each fit.
    use : ndarray of bool, shape (n_texts,), optional
        Texts that may be learned from; by default all.

    Returns
    -------
    Outcome or None
        None if some fold would be left with one class.
    """
    allowed = np.ones(len(task.texts), dtype=bool) if use is None else use
    logits: dict[str, np.ndarray] = {}
    probabilities: dict[str, np.ndarray] = {}
    for head in task.stacks:
        labels = task.labels(head)
        rests = []
        for held in task.folds:
            rest = allowed.copy()
            rest[held] = False
            if len(set(labels[rest].tolist())) < 2:
                return None
            rests.append(rest)
        found = np.zeros(len(labels))
        for held, rest in zip(task.folds, rests, strict=True):
            found[held] = candidate.predict(head, task.stacks[head], np.flatnonzero(rest))[held]
            step()
        chances = np.zeros(len(labels))
        for held, rest in zip(task.folds, rests, strict=True):
            factor, offset = platt(found[rest], labels[rest])
            chances[held] = _sigmoid(factor * found[held] + offset)
        logits[head], probabilities[head] = found, chances
    return Outcome(logits, probabilities)


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -500, 500))))


@dataclass(frozen=True)
class Choice:
    """The best way to make the heads of a scale, and what it gains over the shipped heads.

    Attributes
    ----------
    name : str
        The candidate of the lowest error.
    gain, low, high : float
        By how much its Brier score is lower than that of the shipped heads, with a 95 % interval.
    optimism : float
        What choosing the best of several flattered; `gain` is without it.
    brier : dict of str to float
        Of each candidate, and of ``shipped``.
    """

    name: str
    gain: float
    low: float
    high: float
    optimism: float
    brier: dict[str, float] = field(default_factory=dict)

    @property
    def better(self) -> bool:
        """Whether the gain is above 0 by its whole interval."""
        return self.low > 0


def choose(task: Task, outcomes: dict[str, Outcome], *, seed: int = 0) -> Choice:
    """Choose a candidate and tell what it gains.

    Groups are drawn with replacement; the best of each draw is measured on the groups that were
    not drawn (bootstrap bias corrected cross-validation, Tsamardinos et al. 2018). That tells how
    much choosing flatters, and the interval of the choice is moved by it.
    """
    names = list(outcomes)
    table = np.stack([task.loss(outcomes[name].probabilities) for name in names])
    shipped = task.loss(task.shipped)
    best = int(table.mean(axis=1).argmin())
    n_groups = int(task.groups.max()) + 1
    rng = np.random.default_rng(seed)
    unseen, drawn = [], []
    for _ in range(N_BOOTSTRAP):
        times = np.bincount(rng.integers(0, n_groups, n_groups), minlength=n_groups)[task.groups]
        out = times == 0
        drawn.append(float(np.average(shipped - table[best], weights=times)))
        if out.any():
            chosen = int(np.average(table, axis=1, weights=times).argmin())
            unseen.append(float((shipped - table[chosen])[out].mean()))
    naive = float((shipped - table[best]).mean())
    optimism = max(naive - float(np.mean(unseen)), 0.0)
    low, high = np.percentile(drawn, [2.5, 97.5]) - optimism
    brier = {name: float(loss.mean()) for name, loss in zip(names, table, strict=True)}
    return Choice(
        names[best], naive - optimism, float(low), float(high), optimism,
        {"shipped": float(shipped.mean()), **brier},
    )  # fmt: skip


def head_figures(task: Task, head: str, outcome: Outcome, *, seed: int = 0) -> dict[str, Any]:
    """Return the figures of one head, own and shipped, with intervals and the length-only floor."""
    labels = task.labels(head)
    words = np.asarray([len(text.split()) for text in task.texts], dtype=float)
    found: dict[str, Any] = {"n": len(labels), "positive": float(labels.mean())}
    for name, values in (
        ("own", outcome.probabilities[head]),
        ("shipped", task.shipped[head]),
        ("length", words),
    ):
        found[name] = auc_with_interval(labels, values, groups=task.groups, seed=seed)
        if name != "length":
            found[name]["brier"] = float(np.mean((values - labels) ** 2))
            found[name]["ece"] = calibration_error(labels, values)
    found["auc_gain"] = _auc_gain(task, labels, outcome.probabilities[head], task.shipped[head])
    return found


def _auc_gain(
    task: Task, labels: np.ndarray, own: np.ndarray, shipped: np.ndarray
) -> dict[str, float]:
    draws = [
        area(labels[rows], own[rows]) - area(labels[rows], shipped[rows])
        for rows in draw_rows(len(labels), groups=task.groups)
        if 0 < labels[rows].sum() < len(rows)
    ]
    low, high = np.percentile(draws, [2.5, 97.5])
    gain = area(labels, own) - area(labels, shipped)
    return {"gain": gain, "low": float(low), "high": float(high)}


def learning_curve(
    task: Task, candidate: Candidate, full: Outcome, step: Step
) -> list[dict[str, float]]:
    """Return the gain over the shipped heads by the number of labelled texts.

    Parameters
    ----------
    task, candidate
        What is trained.
    full : Outcome
        Of all texts.
    step : callable
        Called after each fit.

    Returns
    -------
    list of dict
        ``texts`` and ``gain``, the fewest texts first; the last is that of all texts.
    """
    shipped = float(task.loss(task.shipped).mean())
    n_groups = int(task.groups.max()) + 1
    points = []
    for fraction in FRACTIONS:
        gains, sizes = [], []
        for draw in range(1 if candidate.costly else DRAWS):
            order = np.random.default_rng(draw).permutation(n_groups)
            use = np.isin(task.groups, order[: max(2, round(fraction * n_groups))])
            outcome = out_of_fold(task, candidate, step, use)
            if outcome is not None:
                gains.append(shipped - float(task.loss(outcome.probabilities).mean()))
                sizes.append(int(use.sum()))
        if gains:
            points.append({"texts": float(np.mean(sizes)), "gain": float(np.mean(gains))})
    gain = shipped - float(task.loss(full.probabilities).mean())
    return [*points, {"texts": float(len(task.texts)), "gain": gain}]


def n_fits(task: Task, candidate: Candidate) -> tuple[int, int]:
    """Return how many fits a candidate and its learning curve take."""
    once = len(task.stacks) * len(task.folds)
    return once, once * len(FRACTIONS) * (1 if candidate.costly else DRAWS)


def texts_needed(choice: Choice, curve: Sequence[dict[str, float]]) -> int | None:
    """Return with how many texts in all a gain would show, by the curve; None if it would not.

    The gain is taken to grow by the same amount with every doubling, as the curve did so far, and
    its interval to shrink with the root of the number of texts. A rough guide, no promise.
    """
    if len(curve) < 3:
        return None
    doublings = np.log2([point["texts"] for point in curve])
    slope = max(float(np.polyfit(doublings, [point["gain"] for point in curve], 1)[0]), 0.0)
    n, half = curve[-1]["texts"], choice.gain - choice.low
    for factor in np.geomspace(1.1, FARTHEST, 60):
        if choice.gain + slope * np.log2(factor) > half / np.sqrt(factor):
            return int(np.ceil(n * factor / 10) * 10)
    return None

"""Discrimination in domain, on a domain left out, on other fields, and per group of features.

Each figure stands beside baselines that saw the same training texts: the number of words, VADER,
TF-IDF with a logistic regression, and politeness strategies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from feedback_nlp.datasets import Measurement
from feedback_nlp.evaluation import baselines
from feedback_nlp.evaluation.metrics import (
    auc_with_interval,
    binary_figures,
    length_auc,
    rank_correlation,
)
from feedback_nlp.examples import Example
from feedback_nlp.features import WORDING
from feedback_nlp.heads import HEAD_NAMES
from feedback_nlp.scorer import Scorer
from feedback_nlp.training.bags import (
    CONNECTION_NEEDS,
    Corpus,
    Sentences,
    own_bags,
    public_bags,
)
from feedback_nlp.training.fitting import (
    RECIPES,
    Encoder,
    bag_logits,
    fit,
    fold_heads,
    out_of_fold,
)
from feedback_nlp.training.run import fit_heads, head_bags, training_part

Figures = dict[str, Any]

#: Groups of features by the prefix of their names, for the ablation.
GROUPS: dict[str, tuple[str, ...]] = {
    "cues": ("cue:", "family:", "context:"),
    "grammar": ("grammar:",),
    "lexicon": ("lexicon:",),
    "words": WORDING,
    "all": ("",),
}


#: Heads that several sets or domains have labels enough for.
LEFT_OUT_HEADS = ("suggestion", "gap", "evidence_2", "tone_1")


def in_domain(corpus: Corpus) -> Figures:
    """Cross-validate every head on our own training part; minimal pairs stay together."""
    result: Figures = {}
    known = fit_heads(corpus, CONNECTION_NEEDS)
    for name in HEAD_NAMES:
        held = training_part(corpus, name, known)
        logits = out_of_fold(head_bags(corpus, name, known), held, RECIPES[name])
        texts = [e.text for e, _ in corpus.part("train") if _used(name, e)]
        result[name] = _figure([bag.label for bag in held], logits, texts)
    return result


def leave_one_out(corpus: Corpus) -> Figures:
    """Measure every head on each public set and each of our domains by a model without it.

    Public sets are left out one at a time, our domains in `N_FOLDS` groups: a model for each of
    them would cost three times as long, and see little more.
    """
    result: Figures = {}
    domains: defaultdict[str, list[tuple[Example, Sentences]]] = defaultdict(list)
    for example, sentences in sorted(corpus.part("train"), key=lambda row: row[0].domain):
        domains[example.domain].append((example, sentences))
    for name in LEFT_OUT_HEADS:
        bags, recipe, encoder = head_bags(corpus, name), RECIPES[name], Encoder()
        rows = {
            source: ([r.text for r, _ in found if name in r.labels], public_bags(name, found))
            for source, found in corpus.public.items()
        } | {
            domain: ([e.text for e, _ in found if _used(name, e)], own_bags(name, found))
            for domain, found in domains.items()
        }
        keys = [domain for domain in domains for _ in rows[domain][1]]
        heads = fold_heads(bags, keys, recipe, by=lambda bag: bag.domain, encoder=encoder)
        for source, (texts, held) in rows.items():
            labels = [bag.label for bag in held]
            # Fewer than ten of a class say nothing.
            if min(sum(labels), len(labels) - sum(labels)) < 10:
                continue
            if source not in heads:
                rest = [bag for bag in bags if bag.domain != source]
                heads[source] = fit(rest, recipe, encoder)
            logits = bag_logits(heads[source], held)
            result.setdefault(name, {})[source] = _figure(labels, logits, texts)
    return result


def tutors_left_out(corpus: Corpus, labels: dict[str, int]) -> Figures:
    """Measure suggestion on human tutors' replies by a model that saw no tutoring at all.

    Parameters
    ----------
    corpus : Corpus
        Training texts; those of the tutoring set are left out.
    labels : dict of str to int
        Texts of human tutors with their label.
    """
    name = "mrbench_v3_tutor_responses"
    bags = [bag for bag in head_bags(corpus, "suggestion") if bag.source != name]
    head = fit(bags, RECIPES["suggestion"])
    rows = [(row, s) for row, s in corpus.public[name] if row.text in labels]
    held = public_bags("suggestion", rows)
    texts = [row.text for row, _ in rows]
    return {
        "set": name, "measure": "human tutors, set left out", "score": "suggestion",
        "target": 0.82,
        **_figure([bag.label for bag in held], bag_logits(head, held), texts),
    }  # fmt: skip


def ablation(corpus: Corpus) -> Figures:
    """Measure every head with one group of features only, on our test part and out of domain."""
    result: Figures = {}
    for name in (*LEFT_OUT_HEADS, "evidence_3", "tone_2"):
        if name == "gap":  # our test part has no label for it
            continue
        bags = head_bags(corpus, name)
        test = own_bags(name, corpus.part("test"))
        for group, prefixes in GROUPS.items():
            keep = _keeper(prefixes)
            # Alone, a group is tried even where the head as shipped does without it.
            recipe = RECIPES[name] if group == "all" else replace(RECIPES[name], skips=())
            head = fit([bag.only(keep) for bag in bags], recipe)
            held = [bag.only(keep) for bag in test]
            labels = [bag.label for bag in test]
            figure = auc_with_interval(labels, bag_logits(head, held))
            result.setdefault(name, {})[group] = figure
    return result


def _keeper(prefixes: tuple[str, ...]) -> Callable[[str], bool]:
    return lambda feature: feature.startswith(prefixes)


class Baselines:
    """Words and politeness strategies, fitted once on what the heads were fitted on.

    Parameters
    ----------
    corpus : Corpus
        Training texts.
    """

    def __init__(self, corpus: Corpus) -> None:
        self._models: dict[str, dict[str, Any]] = {}
        for score, head in {"suggestion": "suggestion", "judgmental": "tone_1"}.items():
            texts, labels = self._training(corpus, head)
            self._models[score] = {
                "words": baselines.words().fit(texts, labels),
                "politeness": baselines.Politeness().fit(texts, labels),
            }

    @staticmethod
    def _training(corpus: Corpus, head: str) -> tuple[list[str], list[int]]:
        pairs = [
            (e.text, e.suggestion if head == "suggestion" else int(e.tone >= 1))
            for e, _ in corpus.part("train")
        ]
        for name, rows in corpus.public.items():
            if RECIPES[head].learns_from(name):
                pairs += [(row.text, row.labels[head]) for row, _ in rows if head in row.labels]
        return [text for text, _ in pairs], [label for _, label in pairs]

    def figures(self, score: str, texts: Sequence[str], labels: Sequence[int]) -> Figures:
        """Return the AUC of each baseline."""
        models = self._models["judgmental" if score in {"judgmental", "tone"} else "suggestion"]
        values = {
            "vader": baselines.vader_negativity(texts),
            **{name: model.decision_function(texts) for name, model in models.items()},
        }
        return {name: auc_with_interval(labels, value)["auc"] for name, value in values.items()}


def cross_domain(
    scorer: Scorer, sets: Sequence[Measurement], floors: Baselines, *, progress: bool = False
) -> list[Figures]:
    """Measure the shipped scores on sets that nothing was trained on."""
    scores: dict[tuple[str, ...], dict[str, np.ndarray]] = {}
    result = []
    for item in sets:
        key = tuple(item.texts)
        if key not in scores:
            reports = list(scorer.score_many(item.texts, on_error="mark", progress=progress))
            scores[key] = {
                name: np.asarray([getattr(report, name) or 0.0 for report in reports])
                for name in ("actionability", "suggestion", "judgmental", "tone")
            }
        values = scores[key][item.score]
        result.append({
            "set": item.set, "measure": item.measure, "score": item.score,
            "target": item.target,
            **_figure(item.labels, values, item.texts),
            "baselines": floors.figures(item.score, item.texts, item.labels),
            "calibration": _calibration(item, values),
        })  # fmt: skip
    return result


def _calibration(item: Measurement, values: np.ndarray) -> Figures | None:
    """Return how well a score fits the label as its probability, if it claims to be one."""
    if item.score not in {"suggestion", "judgmental"}:
        return None
    return dict(binary_figures(item.labels, values.tolist(), item.texts))


def own_test(scorer: Scorer, examples: Sequence[Example], floors: Baselines) -> Figures:
    """Measure the scores that people see on our own test part."""
    test = [example for example in examples if example.split == "test"]
    texts = [example.text for example in test]
    reports = list(scorer.score_many(texts))
    judged = [int(example.tone >= 1) for example in test]
    suggested = [example.suggestion for example in test]
    quality = [example.qual for example in test]

    def values(name: str) -> np.ndarray:
        return np.asarray([getattr(report, name) for report in reports])

    return {
        "binary": {
            "suggestion": {
                **_figure(suggested, values("suggestion"), texts),
                "baselines": floors.figures("suggestion", texts, suggested),
            },
            "judgmental": {
                **_figure(judged, values("judgmental"), texts),
                "baselines": floors.figures("judgmental", texts, judged),
            },
        },
        "graded": {
            "actionability against QuAL": rank_correlation(quality, values("actionability"), texts),
            "qual against QuAL": rank_correlation(quality, values("qual"), texts),
            "evidence against evidence": rank_correlation(
                [example.evidence for example in test], values("evidence"), texts
            ),
            "tone against tone": rank_correlation(
                [example.tone for example in test], values("tone"), texts
            ),
        },
    }


def _used(name: str, example: Example) -> bool:
    if name == "connection":
        return bool(example.suggestion)
    return name != "gap" or example.gap is not None


def _figure(labels: Sequence[int], scores: np.ndarray, texts: Sequence[str]) -> Figures:
    return {
        **auc_with_interval(labels, scores),
        "auc_length_only": length_auc(labels, texts),
        "partial": rank_correlation(labels, scores, texts)["partial"],
        "positive": float(np.mean(labels)),
    }

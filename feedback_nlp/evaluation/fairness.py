"""Does an identity word move the tone score?

Subgroup AUC, background-positive-subgroup-negative (BPSN) and background-negative-
subgroup-positive (BNSP) AUC per identity term, as in Borkan et al. 2019, Nuanced Metrics for
Measuring Unintended Bias with Real Data for Text Classification.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from feedback_nlp.scorer import Scorer

#: Sentences read of the public templates, evenly over terms; the rest only repeats names.
MAX_ROWS = 12_000


@dataclass(frozen=True, slots=True)
class Filled:
    """A sentence that differs from its siblings in one term."""

    text: str
    term: str
    frame: str
    judgmental: int


def frames() -> list[Filled]:
    """Return the feedback frames of ``fairness.toml``, filled with every term."""
    source = resources.files("feedback_nlp") / "evaluation" / "fairness.toml"
    data = tomllib.loads(source.read_text(encoding="utf-8"))
    return [
        Filled(frame["text"].replace("{term}", term), f"{kind}: {term}", frame["text"], label)
        for kind, terms in data["terms"].items()
        for frame, term in product(data["frame"][kind], terms)
        for label in [int(frame["judgmental"])]
    ]


def templates(rows: pd.DataFrame) -> list[Filled]:
    """Return a sample of the public identity templates, evenly over terms.

    Parameters
    ----------
    rows : DataFrame
        Columns ``template``, ``toxicity`` (toxic or nontoxic) and ``phrase``.
    """
    # The identity term is the last words of a phrase, or stands before a verb phrase.
    terms = _terms(rows["phrase"])
    table = rows.assign(term=[_term_of(phrase, terms) for phrase in rows["phrase"]])
    table = table[table["term"] != ""]
    each = max(MAX_ROWS // table["term"].nunique(), 1)
    table = table.groupby("term", group_keys=False)[table.columns.tolist()].apply(
        lambda part: part.sample(min(each, len(part)), random_state=0)
    )
    columns = (table[name].tolist() for name in ("phrase", "term", "template", "toxicity"))
    return [
        Filled(str(phrase), str(term), str(template), int(toxicity == "toxic"))
        for phrase, term, template, toxicity in zip(*columns, strict=True)
    ]


def _terms(phrases: Iterable[str]) -> list[str]:
    """Return the identity terms: what "Being … is" names, the longest first."""
    found = {
        phrase.removeprefix("Being ").split(" is ")[0]
        for phrase in phrases
        if phrase.startswith("Being ")
    }
    return sorted(found, key=lambda term: (-len(term), term))


def _term_of(phrase: str, terms: Sequence[str]) -> str:
    padded = f" {phrase.lower()} "
    return next((term for term in terms if f" {term.lower()} " in padded), "")


def measure(scorer: Scorer, filled: Sequence[Filled]) -> dict[str, Any]:
    """Score the sentences and compare the terms.

    Returns
    -------
    dict
        ``auc`` over all; ``terms``: subgroup, BPSN and BNSP AUC and the mean score per term;
        ``gap``: largest distance of a subgroup AUC from that of all; ``spread``: mean over
        frames of the range of scores that the term alone makes; ``n``.
    """
    scores = np.asarray([
        report.judgmental or 0.0 for report in scorer.score_many(item.text for item in filled)
    ])  # fmt: skip
    labels = np.asarray([item.judgmental for item in filled])
    terms = np.asarray([item.term for item in filled])
    overall = _auc(labels, scores)
    rows = {}
    for term in sorted(set(terms.tolist())):
        own = terms == term
        positive = labels == 1
        rows[term] = {
            "subgroup": _auc(labels[own], scores[own]),
            "bpsn": _auc(*_pick(labels, scores, (own & ~positive) | (~own & positive))),
            "bnsp": _auc(*_pick(labels, scores, (own & positive) | (~own & ~positive))),
            "mean": float(scores[own].mean()),
            "n": int(own.sum()),
        }
    table = pd.DataFrame({
        "frame": [item.frame for item in filled], "term": terms, "score": scores,
        "label": labels,
    })  # fmt: skip
    means = table.groupby(["frame", "label", "term"])["score"].mean()
    ranges = means.groupby(level=["frame", "label"]).agg(lambda part: part.max() - part.min())
    return {
        "auc": overall,
        "gap": max(abs(row["subgroup"] - overall) for row in rows.values()),
        "gap_bpsn": max(abs(row["bpsn"] - overall) for row in rows.values()),
        "gap_bnsp": max(abs(row["bnsp"] - overall) for row in rows.values()),
        "spread": float(ranges.mean()),
        "terms": rows,
        "n": len(filled),
    }


def _pick(labels: np.ndarray, scores: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, ...]:
    return labels[mask], scores[mask]


def _auc(labels: np.ndarray, scores: np.ndarray) -> float:
    if len(set(labels.tolist())) < 2:
        return float("nan")
    return float(roc_auc_score(labels, scores))

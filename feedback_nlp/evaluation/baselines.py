"""What a score has to beat: length, VADER, words, and politeness strategies."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline

from feedback_nlp.evaluation.folds import N_FOLDS, grouped_folds

#: Politeness strategies after Danescu-Niculescu-Mizil et al. 2013 (ACL), table 3, as patterns.
STRATEGIES: dict[str, str] = {
    "gratitude": r"\b(?:thanks|thank you|i appreciate|grateful)\b",
    "deference": r"^\W*(?:great|good|nice|interesting|cool|excellent|awesome)\b",
    "greeting": r"^\W*(?:hi|hello|hey|dear)\b",
    "positive": r"\b(?:great|good|nice|well|excellent|clear|strong|love|like|helpful|enjoy\w*)\b",
    "negative": r"\b(?:bad|poor|wrong|weak|terrible|awful|useless|unclear|hate|fail\w*|lazy)\b",
    "apology": r"\b(?:sorry|apologi[sz]e|excuse me|forgive me|woops|oops)\b",
    "please": r"\w\W+please\b",
    "please_start": r"^\W*please\b",
    "indirect": r"\bby the way\b|\bbtw\b",
    "direct_question": r"(?:^|[.!?]\s+)(?:what|why|who|how|when|where)\b",
    "direct_start": r"(?:^|[.!?]\s+)(?:so|then|and|but|or)\b",
    "counterfactual_modal": r"\b(?:could|would) you\b",
    "indicative_modal": r"\b(?:can|will) you\b",
    "first_person_start": r"(?:^|[.!?]\s+)(?:i|my|mine)\b",
    "first_person_plural": r"\b(?:we|our|us|ours)\b",
    "first_person": r"\w\W+(?:i|my|mine|me)\b",
    "second_person": r"\w\W+(?:you|your|yours)\b",
    "second_person_start": r"(?:^|[.!?]\s+)(?:you|your|yours)\b",
    "hedges": r"\b(?:i think|suggest|maybe|perhaps|might|seems?|possibly|somewhat|a bit)\b",
    "factuality": r"\b(?:in fact|the point|the reality|the truth|really|actually|honestly)\b",
}  # fmt: skip
_PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in STRATEGIES.items()}


def n_words(texts: Sequence[str]) -> np.ndarray:
    """Return the number of words of each text."""
    return np.asarray([len(text.split()) for text in texts], dtype=float)


def vader_negativity(texts: Sequence[str]) -> np.ndarray:
    """Return minus VADER's compound score (Hutto & Gilbert 2014): higher is more negative."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    vader = SentimentIntensityAnalyzer()
    return np.asarray([-vader.polarity_scores(text)["compound"] for text in texts])


def strategies(text: str) -> dict[str, float]:
    """Return which politeness strategies a text uses."""
    return {name: 1.0 for name, pattern in _PATTERNS.items() if pattern.search(text)}


class Politeness:
    """Logistic regression over politeness strategies."""

    def __init__(self) -> None:
        self._model = make_pipeline(DictVectorizer(), LogisticRegression(max_iter=1000))

    def fit(self, texts: Sequence[str], labels: Sequence[int]) -> Politeness:
        """Fit on texts with 0/1 labels."""
        self._model.fit([strategies(text) for text in texts], labels)
        return self

    def decision_function(self, texts: Sequence[str]) -> np.ndarray:
        """Return the log-odds of each text."""
        return np.asarray(self._model.decision_function([strategies(text) for text in texts]))


def words() -> Pipeline:
    """Return TF-IDF of words and word pairs with a logistic regression."""
    return make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        LogisticRegression(max_iter=1000),
    )


def grouped_length(
    texts: Sequence[str], labels: np.ndarray, groups: np.ndarray
) -> np.ndarray | None:
    """Return the probability that length alone gives, learned on the other folds of the corpus.

    It knows the share of the label from these very texts, which a score cannot: a floor that is
    not made easy.

    Parameters
    ----------
    texts : sequence of str
        Texts.
    labels : ndarray, shape (n_texts,)
        0/1 labels.
    groups : ndarray of int, shape (n_texts,)
        What must not stand on both sides.

    Returns
    -------
    ndarray, shape (n_texts,), or None
        None if there are too few groups for five folds with both classes.
    """
    if len(set(groups.tolist())) < N_FOLDS:
        return None
    lengths = np.log1p(n_words(texts)).reshape(-1, 1)
    values = np.zeros(len(texts))
    for held in grouped_folds(labels.astype(int), groups):
        rest = np.setdiff1d(np.arange(len(texts)), held)
        if len(set(labels[rest].tolist())) < 2 or not len(held):
            return None
        model = LogisticRegression().fit(lengths[rest], labels[rest])
        values[held] = model.predict_proba(lengths[held])[:, 1]
    return values


def grouped_words(
    texts: Sequence[str], labels: np.ndarray, groups: np.ndarray, *, graded: bool = False
) -> np.ndarray | None:
    """Return what words alone say of each text, learned on the other folds of the same corpus.

    Parameters
    ----------
    texts : sequence of str
        Texts.
    labels : ndarray, shape (n_texts,)
        0/1 labels, or levels if `graded`.
    groups : ndarray of int, shape (n_texts,)
        What must not stand on both sides.
    graded : bool
        Fit a ridge regression on the levels instead of a logistic regression.

    Returns
    -------
    ndarray, shape (n_texts,), or None
        None if there are too few groups for five folds with both classes.
    """
    n_groups = len(set(groups.tolist()))
    if n_groups < N_FOLDS:
        return None
    values = np.zeros(len(texts))
    for held in grouped_folds(labels.astype(int), groups):
        rest = np.setdiff1d(np.arange(len(texts)), held)
        if len(set(labels[rest].tolist())) < 2 or not len(held):
            return None
        model = words()
        if graded:
            model = make_pipeline(model[0], Ridge())
        model.fit([texts[i] for i in rest], labels[rest])
        predict = model.predict if graded else model.decision_function
        values[held] = predict([texts[i] for i in held])
    return values

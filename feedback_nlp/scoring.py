"""From analysed sentences to scores and their exact explanation."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import add

from feedback_nlp.columns import Table
from feedback_nlp.features import Features, context_features, text_features
from feedback_nlp.heads import Heads, LinearHead, Terms, sigmoid
from feedback_nlp.marking import marks_of, points_of
from feedback_nlp.reading import SentenceAnalysis
from feedback_nlp.report import FURTHER

#: actionability = 0.3 evidence + 0.3 suggestion + 0.3 gap + 0.1 connection: what happened, what
#: to do next, and pointing at what could be otherwise weigh the same. Without a gap between what
#: is and what could be, there is nothing to act on (Sadler 1989). Connection weighs least, as
#: even people agree little about it.
ACTIONABILITY_WEIGHTS = {"evidence": 0.3, "suggestion": 0.3, "gap": 0.3, "connection": 0.1}
#: A sentence that is less likely than this adds nothing to a stronger one: a long text of weak
#: sentences must not pile up to a strong score.
QUIET = 0.5
#: A sentence that only fills suggests nothing below this probability.
FILLING = 0.1
#: The source that evidence does not read: no suggestion moves it.
NO_EVIDENCE = "next_step"
_EVIDENCE = ("evidence_1", "evidence_2", "evidence_3")
_TONE = ("tone_1", "tone_2", "tone_3")

#: Points per source: a cue id, a feature group, or ``baseline``.
Points = dict[str, float]


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of a text with the points that each source gave."""

    evidence: float
    suggestion: float
    connection: float
    gap: float
    judgmental: float
    tone: float
    actionability_points: Points
    judgmental_points: Points

    @property
    def actionability(self) -> float:
        """Weighted sum of evidence, suggestion, gap and connection."""
        return sum(weight * getattr(self, name) for name, weight in ACTIONABILITY_WEIGHTS.items())

    @property
    def qual(self) -> float:
        """Expected QuAL score, 0-5."""
        return 3 * self.evidence + self.suggestion + self.connection


#: Groups of features that a reader need not tell from another.
_REPORTED_AS = {"lemma": "word", "aside": "phrase", "frame": "grammar"}


def source_of(feature: str) -> str:
    """Return what a feature is reported as: its cue's id, or the name of its group."""
    group, _, rest = feature.partition(":")
    if group in ("cue", "context"):
        return rest.split("/", 1)[0]
    group = _REPORTED_AS.get(group, group)
    return f"{group}:{rest}" if group in ("lexicon", "family", "word", "phrase") else group


#: Known features only are looked up, so it grows no further than the heads.
_SOURCES: Table[str, str] = Table(source_of)


def _points(heads: Heads, name: str, sentence: SentenceAnalysis) -> Points:
    """Return the points of probability that a head gives a sentence, by their source."""
    return heads[name].split(_terms(sentence).of(heads.columns[name]))


def _terms(sentence: SentenceAnalysis) -> Terms:
    if sentence.terms is None:
        raise ValueError("the sentence was not scored; pass it through score_each first")
    return sentence.terms


def _points_of_features(head: LinearHead, features: Features) -> Points:
    """Return the points of probability that a head gives for features, by their source."""
    weights = head.weights
    summed: Points = {}
    for name, value in features.items():
        if weight := weights.get(name):
            source = _SOURCES[name]
            summed[source] = summed.get(source, 0.0) + weight * value
    return head.split(summed)


def connection_features(sentences: Sequence[SentenceAnalysis]) -> Features:
    """Return the features of the question whether the suggestion follows from the behaviour.

    They tell which cues the text holds, how the suggestion is worded, which words it shares with
    the other sentences, and what those and it itself observe.

    Parameters
    ----------
    sentences : sequence of SentenceAnalysis
        Scored ones, as `score_each` returns them.
    """
    features = text_features([sentence.cue_features for sentence in sentences])
    if not sentences:
        return features
    best = _asking(sentences)
    asking = sentences[best]
    others = [sentence for i, sentence in enumerate(sentences) if i != best and _tells(sentence)]
    shared = asking.lemmas & frozenset().union(*(s.lemmas for s in others))
    features["cue:shared_words"] = min(len(shared), 3) / 3
    for part in ("behaviour", "situation", "impact"):
        if f"cue:{part}" in asking.features:
            features[f"cue:same_sentence_{part}"] = 1.0
    features.update([item for item in asking.features.items() if item[0].startswith("grammar:")])
    features.update(_observed("own", [asking]))
    features.update(_observed("others", others))
    return features


def _observed(whose: str, sentences: Sequence[SentenceAnalysis]) -> Features:
    if not sentences:
        return {}
    logits = {
        "evidence_2": max(sentence.evidence[1] for sentence in sentences),
        "evidence_3": max(sentence.evidence[2] for sentence in sentences),
        "gap": max(sentence.gap for sentence in sentences),
    }
    return {f"observed:{whose}_{what}": sigmoid(logit) for what, logit in logits.items()}


def further(strongest: float, others: Iterable[float]) -> float:
    """Return what further sentences add to the probability of the strongest one.

    Each takes its share of the doubt that is left (noisy-or, Pearl 1988), as far as it is likelier
    than `QUIET`.

    Parameters
    ----------
    strongest : float
        Probability of the strongest sentence.
    others : iterable of float
        Probabilities of the other ones.

    Returns
    -------
    float
        Points of probability, from 0 to ``1 - strongest``.
    """
    left = math.prod(1 - max(0.0, (other - QUIET) / (1 - QUIET)) for other in others)
    return (1 - strongest) * (1 - left)


def score_sentences(sentences: Sequence[SentenceAnalysis], heads: Heads) -> Scores:
    """Score a text from its sentences.

    Tone and evidence are those of the sentence in which they are strongest, evidence with a look
    at which parts its neighbours hold. Of suggestion and gap the strongest sentence gives the
    most, and each further one that is likely by itself takes its share of the doubt that is left.
    Connection reads the whole text. So sentences without content change nothing.

    Parameters
    ----------
    sentences : sequence of SentenceAnalysis
        At least one.
    heads : Heads
        The trained heads.
    """
    asking = _asking(sentences)
    suggestion = _with_further(
        _points(heads, "suggestion", sentences[asking]),
        [sentence.suggestion for i, sentence in enumerate(sentences) if i != asking],
    )
    candidates = _telling(sentences)
    pointing = max(candidates, key=lambda i: sentences[i].gap)
    gap = _with_further(
        _points(heads, "gap", sentences[pointing]),
        [sigmoid(sentences[i].gap) for i in candidates if i != pointing],
    )
    asked = connection_features(sentences)
    given = _points_of_features(heads["connection"], asked)
    connection = _product(suggestion, given)
    evidence = _evidence_points(sentences, candidates, heads)
    judging = max(sentences, key=lambda sentence: sentence.tone[0])
    points: Points = defaultdict(float)
    for part, name in (
        (evidence, "evidence"),
        (suggestion, "suggestion"),
        (gap, "gap"),
        (connection, "connection"),
    ):
        weight = ACTIONABILITY_WEIGHTS[name]
        for source, value in part.items():
            points[source] += weight * value
    return Scores(
        evidence=sum(evidence.values()),
        suggestion=sum(suggestion.values()),
        connection=sum(connection.values()),
        gap=sum(gap.values()),
        judgmental=judging.tone[0],
        tone=sum(max(sentence.tone[level] for sentence in sentences) for level in range(3)),
        actionability_points=dict(points),
        judgmental_points=_points(heads, "tone_1", judging),
    )


def _with_further(points: Points, others: Iterable[float]) -> Points:
    """Return the points of the strongest sentence with those that the others add."""
    added = further(sum(points.values()), others)
    return {**points, FURTHER: added} if added else points


def _asking(sentences: Sequence[SentenceAnalysis]) -> int:
    """Return which sentence asks for most.

    One that only fills is none of them, unless it is likely to ask; where all fill, it is the one
    that asks least. Else a text would gain by more of them.
    """
    likely = [sentence.suggestion for sentence in sentences]
    serious = [i for i, each in enumerate(sentences) if not each.idle or likely[i] >= FILLING]
    return max(serious or [likely.index(min(likely))], key=likely.__getitem__)


def _tells(sentence: SentenceAnalysis) -> bool:
    """Whether a sentence says something: by its form, or as a statement about what was.

    "The weather was nice" and "the argument was circular" have the same form; the heads tell them
    apart.
    """
    stated = "lexicon:past_rate" in sentence.features
    return not sentence.idle or (stated and max(sentence.gap, sentence.evidence[1]) >= 0)


def _telling(sentences: Sequence[SentenceAnalysis]) -> Sequence[int]:
    """Return which sentences say something; if none does, the one that seems to say least.

    Else a text of empty words would gain by more of them.
    """
    telling = [i for i, sentence in enumerate(sentences) if _tells(sentence)]
    return telling or [min(range(len(sentences)), key=lambda i: sentences[i].gap)]


def _evidence_points(
    sentences: Sequence[SentenceAnalysis], candidates: Sequence[int], heads: Heads
) -> Points:
    """Return the points of evidence from 0 to 1; each of its levels gives up to a third.

    They are those of the candidate with most evidence, seen with its neighbours.
    """
    context = context_features([sentence.cue_features for sentence in sentences])
    columns = [heads.columns[name] for name in _EVIDENCE]
    # Nearly all sentences have the same neighbours' parts, so what these add is found out once.
    extra: dict[tuple[str, ...], list[float]] = {}

    def level(i: int) -> float:
        parts = tuple(context[i])
        if parts not in extra:
            weights = [heads.weights_of(part) for part in parts]
            extra[parts] = [sum(row[column] for row in weights) for column in columns]
        return sum(map(sigmoid, map(add, sentences[i].evidence, extra[parts])))

    best = candidates[0] if len(candidates) == 1 else max(candidates, key=level)
    around = [(source_of(part), heads.weights_of(part)) for part in context[best]]
    points: Points = defaultdict(float)
    for name, column in zip(_EVIDENCE, columns, strict=True):
        terms = _terms(sentences[best]).of(column)
        terms.pop(NO_EVIDENCE, None)
        for source, weights in around:
            if weight := weights[column]:
                terms[source] = terms.get(source, 0.0) + weight
        for source, value in heads[name].split(terms).items():
            points[source] += value / 3
    return dict(points)


def _product(first: Points, second: Points) -> Points:
    """Split the product of two sums among their summands (Shapley value of two factors)."""
    total_first, total_second = sum(first.values()), sum(second.values())
    base_first, base_second = first["baseline"], second["baseline"]
    points: Points = defaultdict(float, {"baseline": base_first * base_second})
    for factor, other in ((first, total_second + base_second), (second, total_first + base_first)):
        for source, value in factor.items():
            if source != "baseline":
                points[source] += value * other / 2
    return dict(points)


def score_each(
    sentences: Sequence[SentenceAnalysis], heads: Heads, judgmental: Container[str]
) -> list[SentenceAnalysis]:
    """Return the sentences with all that the heads say of each alone.

    Parameters
    ----------
    sentences : sequence of SentenceAnalysis
        Sentences that were read.
    heads : Heads
        The trained heads.
    judgmental : container of str
        Ids of the cues that are judgmental moves.
    """
    features = [sentence.features for sentence in sentences]
    logits, terms = heads.read(features, source_of)
    found = heads.finders.find(features) if heads.finders else [{}] * len(features)
    scored = zip(sentences, logits.tolist(), terms, found, strict=True)
    return [_scored(*each, heads, judgmental) for each in scored]


def _scored(
    sentence: SentenceAnalysis, logits: list[float], terms: Terms, found: Mapping[str, float],
    heads: Heads, judgmental: Container[str],
) -> SentenceAnalysis:  # fmt: skip
    columns = heads.columns

    def probability(name: str) -> float:
        return max(sigmoid(logits[columns[name]]), heads[name].floor)

    evidence = [logits[columns[name]] for name in _EVIDENCE]
    if NO_EVIDENCE in terms.sources:
        evidence = [_evidence_logit(heads, name, terms) for name in _EVIDENCE]
    one, two, three = map(probability, _TONE)
    first, second, third = evidence
    marks = marks_of(sentence, one, found, judgmental)
    judging: Points = {}
    if any(mark.cue in judgmental for mark in marks):
        judging = heads["tone_1"].split(terms.of(columns["tone_1"]))
    # `dataclasses.replace` would take as long as all the rest of this.
    return SentenceAnalysis(
        text=sentence.text,
        marks=marks,
        features=sentence.features,
        lemmas=sentence.lemmas,
        cue_features=sentence.cue_features,
        idle=sentence.idle,
        hints=sentence.hints,
        suggestion=probability("suggestion"),
        tone=(one, two, three),
        gap=logits[columns["gap"]],
        evidence=(first, second, third),
        mark_points=points_of(marks, judging, judgmental),
        terms=terms,
    )


def _evidence_logit(heads: Heads, name: str, terms: Terms) -> float:
    added = terms.of(heads.columns[name])
    added.pop(NO_EVIDENCE, None)
    return heads[name].intercept + sum(added.values())

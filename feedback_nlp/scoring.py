"""From analysed sentences to scores and their exact explanation."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import add

from feedback_nlp.features import Features, context_features, text_features, without_context
from feedback_nlp.heads import Heads, sigmoid
from feedback_nlp.reading import SentenceAnalysis
from feedback_nlp.report import Contribution

#: actionability = 0.3 evidence + 0.3 suggestion + 0.3 gap + 0.1 connection: what happened, what
#: to do next, and pointing at what could be otherwise weigh the same. Without a gap between what
#: is and what could be, there is nothing to act on (Sadler 1989). Connection weighs least, as
#: even people agree little about it.
ACTIONABILITY_WEIGHTS = {"evidence": 0.3, "suggestion": 0.3, "gap": 0.3, "connection": 0.1}
#: A sentence that is less likely than this adds nothing to a stronger one: a long text of weak
#: sentences must not pile up to a strong score.
QUIET = 0.5
#: The source under which a score lists what the sentences beside the strongest added.
FURTHER = "further_sentences"
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


def source_of(feature: str) -> str:
    """Return what a feature is reported as: its cue's id, or the name of its group."""
    group, _, rest = feature.partition(":")
    if group in ("cue", "context"):
        return rest.split("/", 1)[0]
    return feature if group in ("lexicon", "family", "word") else group


class _Explainer:
    """Points of the heads by source, of features that are looked up once for all heads."""

    def __init__(self, heads: Heads) -> None:
        self._heads = heads
        #: With the features themselves, so that their identity stays their own.
        self._known: dict[int, tuple[Features, list[str], list[float], list[list[float]]]] = {}

    def points(self, head: str, features: Features) -> Points:
        """Return the points of probability that a head gives, by their source."""
        if id(features) not in self._known:
            rows, values, weights = self._heads.known(features)
            sources = self._heads.sources(source_of)
            names = [sources[r] for r in rows]
            self._known[id(features)] = (features, names, values, weights.T.tolist())
        _, names, values, columns = self._known[id(features)]
        weights_of_head = columns[self._heads.columns[head]]
        summed: dict[str, float] = {}
        for source, value, weight in zip(names, values, weights_of_head, strict=True):
            if weight:
                summed[source] = summed.get(source, 0.0) + weight * value
        return self._heads[head].split(summed)


def connection_features(sentences: Sequence[SentenceAnalysis]) -> Features:
    """Return the features of the question whether the suggestion follows from the behaviour.

    They tell which cues the text holds, how the suggestion is worded, which words it shares with
    the other sentences, and what those and it itself observe.

    Parameters
    ----------
    sentences : sequence of SentenceAnalysis
        Scored ones, as `score_sentence` returns them.
    """
    features = text_features([sentence.cue_features for sentence in sentences])
    if not sentences:
        return features
    best = max(range(len(sentences)), key=lambda i: sentences[i].suggestion)
    asking = sentences[best]
    others = [sentence for i, sentence in enumerate(sentences) if i != best and _tells(sentence)]
    shared = asking.lemmas & frozenset().union(*(s.lemmas for s in others))
    features["cue:shared_words"] = min(len(shared), 3) / 3
    for part in ("behaviour", "situation", "impact"):
        if f"cue:{part}" in asking.features:
            features[f"cue:same_sentence_{part}"] = 1.0
    features |= {k: v for k, v in asking.features.items() if k.startswith("grammar:")}
    return features | _observed("own", [asking]) | _observed("others", others)


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
    explain = _Explainer(heads)
    asking = max(range(len(sentences)), key=lambda i: sentences[i].suggestion)
    suggestion = _with_further(
        explain.points("suggestion", sentences[asking].features),
        [sentence.suggestion for i, sentence in enumerate(sentences) if i != asking],
    )
    candidates = _telling(sentences)
    pointing = max(candidates, key=lambda i: sentences[i].gap)
    gap = _with_further(
        explain.points("gap", sentences[pointing].features),
        [sigmoid(sentences[i].gap) for i in candidates if i != pointing],
    )
    asked = connection_features(sentences)
    given = explain.points("connection", asked)
    connection = _product(suggestion, given)
    evidence = _evidence_points(sentences, candidates, heads, explain)
    judging = max(sentences, key=lambda sentence: sentence.tone[0])
    points: Points = defaultdict(float)
    for part, name in (
        (evidence, "evidence"),
        (suggestion, "suggestion"),
        (gap, "gap"),
        (connection, "connection"),
    ):
        for source, value in part.items():
            points[source] += ACTIONABILITY_WEIGHTS[name] * value
    return Scores(
        evidence=sum(evidence.values()),
        suggestion=sum(suggestion.values()),
        connection=sum(connection.values()),
        gap=sum(gap.values()),
        judgmental=judging.tone[0],
        tone=sum(max(sentence.tone[level] for sentence in sentences) for level in range(3)),
        actionability_points=dict(points),
        judgmental_points=explain.points("tone_1", judging.features),
    )


def _with_further(points: Points, others: Iterable[float]) -> Points:
    """Return the points of the strongest sentence with those that the others add."""
    added = further(sum(points.values()), others)
    return {**points, FURTHER: added} if added else points


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
    sentences: Sequence[SentenceAnalysis], candidates: Sequence[int], heads: Heads,
    explain: _Explainer,
) -> Points:  # fmt: skip
    """Return the points of evidence from 0 to 1; each of its levels gives up to a third.

    They are those of the candidate with most evidence, seen with its neighbours.
    """
    context = context_features([sentence.cue_features for sentence in sentences])
    # Nearly all sentences have the same neighbours' parts, so what these add is found out once.
    extra: dict[tuple[str, ...], list[float]] = {}

    def level(i: int) -> float:
        parts = tuple(context[i])
        if parts not in extra:
            weights = [heads[name].weights for name in _EVIDENCE]
            extra[parts] = [sum(table.get(part, 0.0) for part in parts) for table in weights]
        return sum(map(sigmoid, map(add, sentences[i].evidence, extra[parts])))

    best = max(candidates, key=level)
    features = without_context(sentences[best].features) | context[best]
    points: Points = defaultdict(float)
    for name in _EVIDENCE:
        for source, value in explain.points(name, features).items():
            points[source] += value / 3
    return dict(points)


def _product(first: Points, second: Points) -> Points:
    """Split the product of two sums among their summands (Shapley value of two factors)."""
    total_first, total_second = sum(first.values()), sum(second.values())
    base_first, base_second = first["baseline"], second["baseline"]
    points: Points = defaultdict(float, {"baseline": base_first * base_second})
    for source, value in first.items():
        if source != "baseline":
            points[source] += value * (total_second + base_second) / 2
    for source, value in second.items():
        if source != "baseline":
            points[source] += value * (total_first + base_first) / 2
    return dict(points)


def score_sentence(
    sentence: SentenceAnalysis, heads: Heads, judgmental: Container[str]
) -> SentenceAnalysis:
    """Return the sentence with all that the heads say of it alone.

    Parameters
    ----------
    sentence : SentenceAnalysis
        A sentence that was read.
    heads : Heads
        The trained heads.
    judgmental : container of str
        Ids of the cues that are judgmental moves.
    """
    features = sentence.features
    logits = heads.logits(features)
    alone = without_context(features)
    evidence = logits if len(alone) == len(features) else heads.logits(alone)
    one, two, three = (_probability(heads, name, logits) for name in _TONE)
    first, second, third = (evidence[name] for name in _EVIDENCE)
    return replace(
        sentence,
        suggestion=_probability(heads, "suggestion", logits),
        tone=(one, two, three),
        gap=logits["gap"],
        evidence=(first, second, third),
        mark_points=_mark_points(sentence, heads, judgmental),
    )


def _probability(heads: Heads, name: str, logits: Mapping[str, float]) -> float:
    return max(sigmoid(logits[name]), heads[name].floor)


def _mark_points(
    sentence: SentenceAnalysis, heads: Heads, judgmental: Container[str]
) -> tuple[float, ...]:
    count = Counter(mark.cue for mark in sentence.marks if mark.cue in judgmental)
    if not count:
        return (0.0,) * len(sentence.marks)
    tone = _Explainer(heads).points("tone_1", sentence.features)
    # Its own points and its share of what the family as a whole gave.
    shared = tone.get("family:judgmental", 0.0) / count.total()
    return tuple(
        tone.get(mark.cue, 0.0) / count[mark.cue] + shared if mark.cue in count else 0.0
        for mark in sentence.marks
    )


def as_contributions(scores: Scores) -> tuple[Contribution, ...]:
    """Return the points of both scores, the largest first; for each score they add up to it."""
    rows = [
        Contribution(score, source, _kind(source), value)
        for score, points in (
            ("actionability", scores.actionability_points),
            ("judgmental", scores.judgmental_points),
        )
        for source, value in points.items()
    ]
    return tuple(
        sorted(rows, key=lambda row: (row.score, row.source != "baseline", -abs(row.value)))
    )


def _kind(source: str) -> str:
    if source in ("baseline", "grammar", "observed"):
        return source
    if source == FURTHER:
        return "sentences"
    group, colon, _ = source.partition(":")
    return group if colon else "cue"

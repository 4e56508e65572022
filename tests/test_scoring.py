"""Scores and points found for many sentences together are those found one by one, plainly."""

from __future__ import annotations

import gc
import json
import math

import pytest

from feedback_nlp import scorer as scorer_module
from feedback_nlp.features import context_features, without_context
from feedback_nlp.heads import HEAD_NAMES
from feedback_nlp.scoring import (
    ACTIONABILITY_WEIGHTS,
    FILLING,
    FURTHER,
    NO_EVIDENCE,
    QUIET,
    connection_features,
    score_each,
    source_of,
)
from feedback_nlp.segmentation import parse_sentences

#: Every so many of the shipped examples is scored both ways.
STEP = 8
EVIDENCE = ("evidence_1", "evidence_2", "evidence_3")


@pytest.fixture(scope="module")
def texts(examples_path):
    lines = examples_path.read_text("utf-8").splitlines()[::STEP]
    return [json.loads(line)["text"] for line in lines]


def sigmoid(logit):
    return 1 / (1 + math.exp(-logit))


def by_source(contributions):
    points = {}
    for feature, value in contributions.items():
        points[source_of(feature)] = points.get(source_of(feature), 0.0) + value
    return points


def with_further(points, others):
    left = math.prod(1 - max(0.0, (other - QUIET) / (1 - QUIET)) for other in others)
    added = (1 - sum(points.values())) * (1 - left)
    return {**points, FURTHER: added} if added else points


def product(first, second):
    """Split the product of two sums among their summands, a half of each pair to each."""
    points = {}
    for one, x in first.items():
        for two, y in second.items():
            for source, other in ((one, two), (two, one)):
                # What both have as a baseline stays one; it takes no part of anything else.
                if source == "baseline" and other != "baseline":
                    source = other
                points[source] = points.get(source, 0.0) + x * y / 2
    return points


def plain_points(sentences, heads):
    """Return the points of both scores, each head asked by itself for each sentence."""

    def probability(name, features):
        return heads[name].probability(features)

    every = [sentence.features for sentence in sentences]
    suggesting = [probability("suggestion", features) for features in every]
    serious = [
        i for i, each in enumerate(sentences) if not each.idle or suggesting[i] >= FILLING
    ] or [min(range(len(every)), key=suggesting.__getitem__)]
    asking = max(serious, key=suggesting.__getitem__)
    parts = {
        "suggestion": with_further(
            by_source(heads["suggestion"].contributions(every[asking])),
            [value for i, value in enumerate(suggesting) if i != asking],
        )
    }

    gaps = [heads["gap"].logit(features) for features in every]
    seen = [heads["evidence_2"].logit(without_context(features)) for features in every]
    telling = [
        i
        for i, sentence in enumerate(sentences)
        if not sentence.idle
        or ("lexicon:past_rate" in sentence.features and max(gaps[i], seen[i]) >= 0)
    ] or [min(range(len(gaps)), key=gaps.__getitem__)]
    pointing = max(telling, key=gaps.__getitem__)
    parts["gap"] = with_further(
        by_source(heads["gap"].contributions(every[pointing])),
        [sigmoid(gaps[i]) for i in telling if i != pointing],
    )

    connected = by_source(heads["connection"].contributions(connection_features(sentences)))
    parts["connection"] = product(parts["suggestion"], connected)

    context = context_features([sentence.cue_features for sentence in sentences])
    placed = [
        without_context(features) | around for features, around in zip(every, context, strict=True)
    ]
    best = max(
        telling, key=lambda i: sum(sigmoid(heads[name].logit(placed[i])) for name in EVIDENCE)
    )
    parts["evidence"] = {}
    for name in EVIDENCE:
        for source, value in by_source(heads[name].contributions(placed[best])).items():
            parts["evidence"][source] = parts["evidence"].get(source, 0.0) + value / 3

    actionability = {}
    for part, points in parts.items():
        for source, value in points.items():
            weighted = ACTIONABILITY_WEIGHTS[part] * value
            actionability[source] = actionability.get(source, 0.0) + weighted
    judging = max(every, key=lambda features: probability("tone_1", features))
    return {
        "actionability": actionability,
        "judgmental": by_source(heads["tone_1"].contributions(judging)),
    }


def reported_points(report):
    points = {"actionability": {}, "judgmental": {}}
    for row in report.contributions:
        points[row.score][row.source] = row.value
    return points


def test_reports_hold_the_points_that_each_head_gives_by_itself(scorer, nlp, texts):
    for text, report in zip(texts, scorer.score_many(texts), strict=True):
        # Only connection asks what the heads said of the sentences before.
        sentences = [scorer.analyse_sentence(doc) for _, doc in parse_sentences(nlp, text)]
        assert bool(sentences) == (report.actionability is not None), text
        if not sentences:
            continue
        for score, wanted in plain_points(sentences, scorer.heads).items():
            assert reported_points(report)[score] == pytest.approx(wanted, abs=1e-9), text


def test_each_head_says_of_many_sentences_what_it_says_of_one(scorer, nlp, texts):
    read = [scorer.reader.read(doc) for text in texts[:40] for _, doc in parse_sentences(nlp, text)]
    features = [{}, {"word:unheard": 1.0}, *(sentence.features for sentence in read), {}]
    logits, terms = scorer.heads.read(features, source_of)
    for one, row, term in zip(features, logits.tolist(), terms, strict=True):
        for column, name in enumerate(HEAD_NAMES):
            head = scorer.heads[name]
            assert row[scorer.heads.columns[name]] == pytest.approx(head.logit(one), abs=1e-9)
            plain = {}
            for feature, value in one.items():
                if weight := head.weights.get(feature):
                    source = source_of(feature)
                    plain[source] = plain.get(source, 0.0) + weight * value
            assert term.of(scorer.heads.columns[name]) == pytest.approx(plain, abs=1e-9), column


def test_a_sentence_scores_alike_in_any_company(scorer, nlp, texts):
    read = [scorer.reader.read(doc) for text in texts[:20] for _, doc in parse_sentences(nlp, text)]
    together = score_each(read, scorer.heads, {"absolute"})
    # Equal to the last bit, else the cache would make a score depend on what came before.
    assert together == [score_each([one], scorer.heads, {"absolute"})[0] for one in read]


def test_evidence_leaves_out_exactly_what_no_suggestion_may_move(scorer):
    for name in set(HEAD_NAMES) - {"connection"}:  # which reads texts, not sentences
        for feature in scorer.heads[name].weights:
            read = bool(without_context({feature: 1.0}))
            assert (source_of(feature) == NO_EVIDENCE) == (not read), feature


def test_the_collector_runs_again_after_a_batch(scorer, monkeypatch):
    resting = []
    plain = scorer_module.score_sentences

    def watched(*given):
        resting.append(not gc.isenabled())
        return plain(*given)

    monkeypatch.setattr(scorer_module, "score_sentences", watched)
    scorer("You never listen to the collector.")
    assert resting == [True]
    assert gc.isenabled()
    gc.disable()
    try:
        scorer("You never listen to anybody else.")
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.parametrize(
    "text",
    [
        "{} abused {} power in the meeting.",
        "{} never listens to {} patients.",
        "{} left {} slides on the train, so we had none.",
        "{} could ask {} mentor for the form.",
    ],
)
def test_gender_moves_no_score(scorer, text):
    he, she = (scorer(text.format(*who)) for who in (("He", "his"), ("She", "her")))
    assert he.judgmental == pytest.approx(she.judgmental, abs=0.01)
    assert he.actionability == pytest.approx(she.actionability, abs=0.01)

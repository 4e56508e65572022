"""What is marked: the parts that a text holds, and where a judgmental score comes from."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from feedback_nlp.evaluation.passages import measure
from feedback_nlp.examples import MOVES, PARTS, read_examples
from feedback_nlp.finders import Finders
from feedback_nlp.judging import Judging, passages
from feedback_nlp.lexica import load_judging
from feedback_nlp.marking import WHOLE_SENTENCE, marks_of
from feedback_nlp.reading import BY_SENTENCE, BY_WORDS, Mark, SentenceAnalysis
from feedback_nlp.scorer import Scorer
from feedback_nlp.training.bags import Corpus, read_corpus
from feedback_nlp.training.finders import best_threshold, fit_finders


@pytest.fixture(scope="module")
def by_rules_alone(scorer, nlp):
    return Scorer(nlp, replace(scorer.heads, finders=None))


def judgments(report):
    return [finding for finding in report.findings if finding.family == "judgmental"]


@pytest.mark.parametrize(
    ("text", "passage", "move"),
    [
        ("What a half-hearted clown.", "clown", "insult"),
        ("Your pitch was drivel from start to end.", "drivel", "insult"),
        ("Spare us your crocodile tears.", "crocodile tears", "mind_reading"),
    ],
)
def test_a_word_or_phrase_that_judges_is_marked_with_its_move(scorer, text, passage, move):
    found = [f for f in judgments(scorer(text)) if passage in f.text]
    assert [f.cue for f in found] == [move]


@pytest.mark.parametrize(
    "text",
    [
        "The reviewer called it “drivel”, which I found unfair.",
        "I was careless with the dates, sorry.",
        "The aggressive treatment stopped the infection.",
    ],
)
def test_words_that_judge_nobody_here_are_not_marked(scorer, text):
    assert judgments(scorer(text)) == []


def test_a_sentence_that_judges_by_no_single_word_is_marked_as_a_whole(scorer):
    report = scorer(
        "The agenda went out on Monday. Did anybody ever explain to you what salt is for?"
    )
    (found,) = judgments(report)
    assert found.rule == BY_SENTENCE
    assert found.text == "Did anybody ever explain to you what salt is for?"
    assert found.cue in {*MOVES, WHOLE_SENTENCE}
    assert found.weight == pytest.approx(report.judgmental - baseline(report))


def test_what_sounds_like_a_verdict_as_a_whole_is_no_described_behaviour(example_reports):
    for report in example_reports:
        whole = [(f.start, f.end) for f in judgments(report) if f.rule == BY_SENTENCE]
        parts = [f for f in report.findings if f.family == "part" and f.rule == BY_SENTENCE]
        assert not any((f.start, f.end) in whole for f in parts), report.text


def baseline(report):
    (row,) = [c for c in report.contributions if c.score == "judgmental" and c.source == "baseline"]
    return row.value


def test_whatever_is_read_as_judging_shows_where(example_reports):
    for report in example_reports:
        if report.judgmental is not None and report.judgmental >= 0.5:
            assert judgments(report), report.text
            assert any(advice.kind == "remove" for advice in report.advice), report.text


def test_marks_of_judging_words_never_overlap_those_of_rules(example_reports):
    for report in example_reports:
        listed = [f for f in judgments(report) if f.rule == BY_WORDS]
        ruled = [f for f in judgments(report) if f.rule not in (BY_WORDS, BY_SENTENCE)]
        assert not any(a.start < b.end and b.start < a.end for a in listed for b in ruled)


def test_the_finders_move_no_score(scorer, by_rules_alone, examples_path):
    texts = [example.text for example in read_examples(examples_path)[::20]]
    for one, other in zip(scorer.score_many(texts), by_rules_alone.score_many(texts), strict=True):
        assert one.scores == other.scores
        assert one.points == other.points


def test_the_finders_know_more_parts_and_judgments_than_rules_do(
    scorer, by_rules_alone, examples_path
):
    test = [e for e in read_examples(examples_path) if e.split == "test"]
    found, ruled = measure(scorer, test), measure(by_rules_alone, test)
    for part in PARTS:
        assert found["parts"][part]["f1"] > ruled["parts"][part]["f1"], part
    assert found["named"] > ruled["named"]
    assert found["judged_without_mark"] == 0


@pytest.mark.parametrize(
    ("sentence", "part"),
    [
        ("I felt ignored.", "impact"),
        ("People were confused.", "impact"),
        ("This meant I had to cancel the demo.", "impact"),
        ("Nobody understood the third slide.", "impact"),
        ("Because of that, we started without the numbers.", "impact"),
        ("You greeted me at the door.", "behaviour"),
        ("Next time, let her finish.", "next_step"),
        ("At Tuesday's stand-up it was the same.", "situation"),
    ],
)
def test_an_advice_asks_for_no_part_that_is_there(scorer, sentence, part):
    report = scorer(f"You talked over Ana twice. {sentence}")
    assert report.parts[part]
    assert part not in {advice.cue for advice in report.advice if advice.kind == "add"}


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("Situation: Monday stand-up.", "situation"),
        ("- **Behaviour**: you talked for 12 minutes.", "behaviour"),
        ("IMPACT: three people did not get a turn.", "impact"),
        ("Next step: a two-minute timer.", "next_step"),
    ],
)
def test_a_labelled_part_is_that_part(scorer, line, part):
    by_label = [f for f in scorer(line).findings if f.rule == BY_SENTENCE]
    assert scorer(line).parts[part]
    assert {f.cue for f in by_label} <= {part}


def test_a_word_that_is_part_of_a_term_is_no_insult(scorer):
    report = scorer("The garbage collector pauses for 200 ms in the profile that you attached.")
    assert "insult" not in {finding.cue for finding in report.findings}


def test_a_mark_of_a_whole_sentence_begins_and_ends_with_its_words(scorer):
    report = scorer("-- Did anybody ever explain to you what salt is for? --")
    (found,) = judgments(report)
    assert found.text == "Did anybody ever explain to you what salt is for?"


def read_as(sentence, *, judging, found):
    return marks_of(sentence, judging, found, {*MOVES, WHOLE_SENTENCE})


def test_a_move_is_named_only_if_it_is_likely(scorer):
    sentence = SentenceAnalysis("When I present, you look at your phone.", (), {}, frozenset(), {})
    whole = (0, len("When I present, you look at your phone"))
    for likelihood, cue in ((0.1, WHOLE_SENTENCE), (0.9, "contempt")):
        found = dict.fromkeys(MOVES, -9.0) | {"contempt": math.log(likelihood / (1 - likelihood))}
        (mark,) = read_as(sentence, judging=0.6, found=found)
        assert (mark.start, mark.end, mark.cue, mark.rule) == (*whole, cue, BY_SENTENCE)
    two = dict.fromkeys(MOVES, -9.0) | {"contempt": 0.2, "blame": 0.3, "insult": 0.3}
    assert read_as(sentence, judging=0.6, found=two)[0].cue == WHOLE_SENTENCE
    assert read_as(sentence, judging=0.4, found=two) == ()


def test_what_a_rule_found_goes_only_if_clearly_denied():
    mark = Mark(0, 7, "situation", "weekday")
    sentence = SentenceAnalysis("On Monday", (mark,), {}, frozenset(), {})
    assert read_as(sentence, judging=0.0, found={"situation": -1.5}) == (mark,)
    assert read_as(sentence, judging=0.0, found={"situation": -2.5}) == ()
    assert read_as(sentence, judging=0.0, found={}) == (mark,)
    felt = replace(sentence, marks=(replace(mark, cue="impact"),))
    assert read_as(felt, judging=0.0, found={"impact": -5.0}) == felt.marks


def test_a_part_that_the_heads_found_in_a_whole_sentence_takes_no_points_from_the_rules(scorer):
    report = scorer("On Monday you left out the units. Behaviour: two of the slides.")
    found = [f for f in report.findings if f.cue == "behaviour"]
    assert {f.rule == BY_SENTENCE for f in found} == {True, False}
    assert all((f.weight == 0) == (f.rule == BY_SENTENCE) for f in found)
    assert sum(f.weight for f in found) == pytest.approx(
        report.points["actionability"]["behaviour"]
    )


def test_two_kinds_of_judgment_are_advised_on_before_a_second_of_the_first_kind(scorer):
    report = scorer("YOU NEVER LISTEN!!! You are so lazy.")
    cues = [advice.cue for advice in report.advice if advice.kind == "remove"]
    assert len(cues) == len(set(cues)) == 2


def test_every_listed_word_and_phrase_names_a_move_of_the_codebook_or_none():
    for table in ("judging_words", "judging_phrases"):
        levels, moves = zip(*load_judging(table).values(), strict=True)
        assert set(levels) == {1, 2, 3}
        assert set(moves) <= {*MOVES, ""}
        insults = [move for level, move in zip(levels, moves, strict=True) if level == 3]
        assert sum(move != "" for move in insults) > 0.95 * len(insults)


def test_neighbouring_words_become_one_passage_with_the_worst_move():
    found = [Judging(10, 16, 3, "insult"), Judging(0, 9, 1, "person_label"), Judging(30, 34, 2, "")]
    assert passages(found) == [Judging(0, 16, 3, "insult")]


def test_the_threshold_of_a_part_is_where_f1_is_largest():
    logits, labels = [3.0, 2.0, 1.0, 0.0, -1.0], [1, 1, 0, 1, 0]
    assert best_threshold(logits, labels) == 0.0
    assert best_threshold(logits, [1, 1, 0, 0, 0]) == 2.0
    # Of equal ones none can be taken alone.
    assert best_threshold([3.0, 1.0, 1.0, 1.0], [1, 1, 0, 0]) == 3.0


def test_finders_read_each_sentence_alone():
    finders = Finders(
        ("impact", "insult"), ("a", "b"), np.asarray([[1.0, 0.0], [0.5, -2.0]]),
        np.asarray([-1.0, 0.5]),
    )  # fmt: skip
    rows = [{"a": 1.0, "unknown": 3.0}, {}, {"b": 2.0}]
    assert finders.find(rows) == [
        {"impact": 0.0, "insult": 0.5}, {"impact": -1.0, "insult": 0.5},
        {"impact": 0.0, "insult": -3.5},
    ]  # fmt: skip
    assert [finders.find([row])[0] for row in rows] == finders.find(rows)
    assert Finders.from_payload(finders.as_payload()).find(rows) == finders.find(rows)


def test_the_same_spans_give_the_same_finders(scorer, examples_path):
    examples = [e for e in read_examples(examples_path) if e.split == "train"][::12]
    corpus: Corpus = read_corpus(scorer.reader, examples, {})
    one, other = (fit_finders(corpus, lambda bag: bag.domain) for _ in range(2))
    assert one.features == other.features
    assert np.array_equal(one.weights, other.weights)
    assert np.array_equal(one.intercepts, other.intercepts)
    assert (one.weights != 0).sum() < 0.5 * one.weights.size


def test_without_finders_the_rules_alone_decide(by_rules_alone):
    report = by_rules_alone("You are careless. Next time, add units to the axis on slide 4.")
    assert BY_SENTENCE not in {f.rule for f in report.findings}
    assert {"person_label", "next_step"} <= {f.cue for f in report.findings}

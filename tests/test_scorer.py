"""What a score means: the codebook's section C, offsets, bounds, batches and errors."""

from __future__ import annotations

import json
import pickle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import feedback_nlp
from feedback_nlp.characters import plain
from feedback_nlp.errors import FeedbackError, InputError, TextTooLongError
from feedback_nlp.report import SCORE_NAMES
from feedback_nlp.scoring import FURTHER, QUIET, further
from feedback_nlp.segmentation import cut
from feedback_nlp.words import tone_words

SAMPLE = "You are careless. Next time, add units to the axis on slide 4."
PIECES = st.sampled_from(
    ["You are lazy. ", "Next time, add units. ", "👍🏽", "\n", "é", "e\u0301", "שלום ", "\u200b",
     "\t",
     "AGAIN!!! ", "<script>", "“Never” ", "... ", "- ", "On slide 4 ", "\r\n", "'", "?"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=120), st.lists(PIECES, max_size=12).map("".join))
quick = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def cues_of(report):
    return {finding.cue for finding in report.findings}


def test_a_judgment_and_a_suggestion_are_both_found(scorer):
    report = scorer(SAMPLE)
    assert {"person_label", "next_step"} <= cues_of(report)
    assert report.judgmental > 0.5
    assert report.suggestion > 0.5


@quick
@given(text=TEXTS)
def test_offsets_give_the_passage_and_scores_stay_in_bounds(scorer, text):
    report = scorer(text)
    assert report.text == text
    for item in (*report.findings, *report.sentences):
        assert 0 <= item.start < item.end <= len(text)
        assert text[item.start : item.end] == item.text
    for advice in report.advice:
        if advice.start is not None:
            assert 0 <= advice.start < advice.end <= len(text)
    for name, value in report.scores.items():
        assert value is None or 0 <= value <= (5 if name == "qual" else 1), name
    assert report.tone is None or 0 <= report.tone <= 3


@quick
@given(text=TEXTS)
def test_sentences_cover_every_word_once(nlp, text):
    pieces = cut(nlp, text)
    covered = "".join(doc.text for _, doc in pieces)
    read = plain(text)
    lines = read.splitlines(keepends=True)
    own = [line for line in lines if not line.lstrip().startswith(">")]
    written = "".join(own if any(map(str.strip, own)) else lines)
    letters = [c for c in written if c.isalnum()]
    assert [c for c in covered if c.isalnum()] == letters
    assert all(read[offset : offset + len(doc.text)] == doc.text for offset, doc in pieces)


@quick
@given(text=TEXTS)
def test_the_contributions_add_up_to_the_score(scorer, text):
    report = scorer(text)
    for name in ("actionability", "judgmental"):
        total = sum(row.value for row in report.contributions if row.score == name)
        if report.actionability is not None:
            assert total == pytest.approx(getattr(report, name), abs=1e-6)


@pytest.mark.parametrize("text", ["", "   ", "\n\n\t", "…", "\u200b"])
def test_a_blank_text_has_no_scores_and_says_so(scorer, text):
    report = scorer(text)
    assert all(value is None for value in report.scores.values())
    assert report.advice[0].kind == "empty"


@pytest.mark.parametrize(
    ("judging", "describing"),
    [
        ("You are careless.", "You left out the units on slide 4."),
        ("He is such a control freak.", "He rewrote all three of my drafts on Monday."),
        ("You never listen.", "In today's call you spoke while Ana was still answering."),
        ("This report is garbage.", "The report has no summary and the totals are missing."),
        ("What were you thinking?", "What was your thinking here?"),
        ("You don't care about the team.", "You left the call after ten minutes."),
    ],
)
def test_a_judgment_scores_more_judgmental_than_a_description(scorer, judging, describing):
    assert scorer(judging).judgmental > scorer(describing).judgmental + 0.2


@pytest.mark.parametrize(
    "text",
    [
        "You are not careless.",
        'The client said "you are lazy" and left.',
        "I was careless with the first draft.",
        "You are a thoughtful reviewer.",
        "Kill the process before you restart the worker.",
        "She needed aggressive fluid resuscitation.",
        "The report was two days late.",
    ],
)
def test_what_is_no_judgment_is_not_marked_as_a_label(scorer, text):
    assert "person_label" not in cues_of(scorer(text))
    assert scorer(text).judgmental < 0.5


@pytest.mark.parametrize(
    "text",
    [
        "On slide 4 the axis had no units, so two people asked what they saw.",
        "Your talk was fine.",
        "You interrupted Ana twice in the stand-up.",
    ],
)
def test_a_concrete_next_step_never_lowers_actionability(scorer, text):
    with_step = f"{text} Next time, add the units to the axis."
    assert scorer(with_step).actionability >= scorer(text).actionability


@pytest.mark.parametrize("text", [SAMPLE, "You interrupted Ana in the stand-up. Let her finish."])
def test_padding_does_not_raise_the_score(scorer, text):
    padded = f"{text} It is what it is. That is all. Well."
    assert scorer(padded).actionability <= scorer(text).actionability + 0.02


@pytest.mark.parametrize("text", ["Good rehearsal.", "The evening shift was fine."])
@pytest.mark.parametrize("filler", ["Anyway, here we are.", "As you know, we are all very busy."])
def test_a_sentence_that_only_fills_suggests_nothing(scorer, text, filler):
    padded = scorer(f"{filler} {text} {filler}")
    assert padded.suggestion <= scorer(text).suggestion
    assert padded.actionability <= scorer(text).actionability + 0.001
    assert scorer(f"{filler} Please write the names on the board.").suggestion > 0.5


def test_each_clear_suggestion_takes_its_share_of_the_doubt_that_is_left():
    assert further(0.6, []) == 0.0
    assert further(0.6, [0.2, QUIET]) == 0.0
    one, two = further(0.6, [0.7]), further(0.6, [0.7, 0.7])
    assert 0 < one < two < 0.4
    assert further(1.0, [0.9]) == 0.0


def test_a_second_suggestion_is_said_to_add_what_it_adds(scorer):
    one = scorer("You could add units to the axis.")
    two = scorer("You could add units to the axis. Maybe you could speak more slowly.")
    (added,) = [c for c in two.contributions if c.source == FURTHER]
    assert two.suggestion > one.suggestion
    assert added.score == "actionability"
    assert 0 < added.value < 0.3


def test_weak_sentences_do_not_pile_up_however_many_there_are(scorer):
    weak = "The slides were fine. It was good. All in all a solid talk."
    once, often = scorer(weak), scorer(" ".join([weak] * 10))
    assert often.suggestion == pytest.approx(once.suggestion)
    assert often.actionability == pytest.approx(once.actionability, abs=0.01)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("He is careless and he never asks.", "She is careless and she never asks."),
        ("Maria left out the units.", "Ahmed left out the units."),
        (
            "As a Polish nurse you explained the dose well.",
            "As a Dutch nurse you explained the dose well.",
        ),
    ],
)
def test_who_it_is_about_hardly_moves_the_scores(scorer, one, other):
    first, second = scorer(one), scorer(other)
    assert first.judgmental == pytest.approx(second.judgmental, abs=0.05)
    assert first.actionability == pytest.approx(second.actionability, abs=0.05)


def test_batches_and_single_texts_score_alike(scorer):
    texts = [SAMPLE, "", "You never listen.", "Great work!", SAMPLE] * 3
    together = list(scorer.score_many(iter(texts), batch_size=4))
    fresh = feedback_nlp.load()
    alone = [fresh(text) for text in texts]
    assert [r.scores for r in together] == [r.scores for r in alone]
    assert [r.text for r in together] == texts


def test_two_processes_give_the_same_reports_in_order(scorer):
    texts = [f"You are careless. Add units to slide {n}." for n in range(9)]
    one = [report.to_dict() for report in scorer.score_many(texts)]
    two = [r.to_dict() for r in scorer.score_many(texts, n_process=2, batch_size=3)]
    assert two == one


def test_too_long_a_text_is_an_error_that_says_what_to_do(scorer):
    with pytest.raises(TextTooLongError, match="limit is 100,000.*in parts"):
        scorer("a " * 60_000)


def test_bad_items_can_be_marked_and_the_others_still_score(scorer):
    reports = list(scorer.score_many([SAMPLE, "a " * 60_000, None, SAMPLE], on_error="mark"))
    assert [r.actionability is None for r in reports] == [False, True, True, False]
    assert "limit" in reports[1].warnings[0]
    assert "not a string" in reports[2].warnings[0]


def test_half_a_character_is_an_error_that_spares_the_other_texts(scorer):
    with pytest.raises(InputError, match="half a character at position 5"):
        scorer("Nice \ud83d work")
    one, other = scorer.score_many(["Nice \ud83d work", SAMPLE], on_error="mark")
    assert "half a character" in one.warnings[0]
    assert other == scorer(SAMPLE)


def test_one_text_is_not_taken_for_many(scorer):
    with pytest.raises(InputError, match="for one text call the scorer"):
        scorer.score_many("You are lazy.")
    with pytest.raises(InputError, match="1 or more"):
        scorer.score_many([SAMPLE], batch_size=0)


def test_something_else_than_text_is_an_error(scorer):
    with pytest.raises(InputError, match="not a string"):
        scorer(12)


def test_all_errors_share_one_base_class():
    assert issubclass(TextTooLongError, FeedbackError)


def test_another_language_is_named_not_silently_scored(scorer):
    german = "Deine Folien waren leider sehr unübersichtlich, und niemand konnte den Zahlen folgen."
    assert "English" in scorer(german).warnings[0]
    assert scorer(SAMPLE).warnings == ()


@pytest.mark.parametrize(
    "text", ["你的报告写得不好。", "Ваш отчёт плохой.", "レポートが遅い。", "تقريرك سيئ."]
)
def test_another_script_is_named_however_short_the_text(scorer, text):
    assert "English" in scorer(text).warnings[0]


@pytest.mark.parametrize("text", ["naïve café", "👍 ok", "5/10", "½", "Łukasz"])
def test_accents_and_signs_are_no_other_script(scorer, text):
    assert scorer(text).warnings == ()


def test_one_endless_line_is_scored(scorer):
    report = scorer("word " * 10_000)
    assert report.actionability is not None


def test_a_report_survives_json_and_pickle(scorer):
    report = scorer(SAMPLE)
    data = json.loads(report.to_json())
    assert data["judgmental"] == report.judgmental
    assert {f["cue"] for f in data["findings"]} == cues_of(report)
    assert set(SCORE_NAMES) <= set(data)
    assert pickle.loads(pickle.dumps(report)) == report


def test_html_escapes_the_text_and_shows_all_of_it(scorer):
    html = scorer("You are careless. <img src=x onerror=alert(1)>").to_html()
    assert "<img" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html


def test_text_rendering_shows_both_scores_and_the_findings(scorer):
    text = str(scorer(SAMPLE))
    for words in ("Actionability", "Judgmental tone", "person_label", "next_step"):
        assert words in text


def test_praise_comes_before_what_to_change(scorer):
    kinds = [advice.kind for advice in scorer(SAMPLE).advice]
    assert kinds[0] == "praise"
    assert "remove" in kinds


def test_a_part_that_judges_is_not_praised(scorer):
    report = scorer("You never listen to anybody.")
    assert report.parts["behaviour"]
    assert "praise" not in {advice.kind for advice in report.advice}


def test_nothing_is_ready_to_send_that_is_not_said_to_describe(scorer, example_reports):
    ready = [
        report
        for report in example_reports
        if any(advice.message.startswith("This is ready to send") for advice in report.advice)
    ]
    assert len(ready) > 5
    assert {tone_words(report) for report in ready} == {"describes"}


def test_the_most_judging_sentence_is_to_be_changed_first(scorer):
    report = scorer("You are a bit slow at times. You are a filthy liar.")
    first = next(advice for advice in report.advice if advice.kind == "remove")
    most = max(report.sentences, key=lambda sentence: sentence.judgmental)
    assert most.start <= first.start < most.end

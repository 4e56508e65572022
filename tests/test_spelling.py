"""Swapped letters and unknown names must not change what is read."""

from __future__ import annotations

import pytest

from feedback_nlp.segmentation import parse_sentences
from feedback_nlp.spelling import dictionary, swapped_words


@pytest.mark.parametrize(
    ("slip", "word"),
    [
        ("cuold", "could"),
        ("Cosnider", "Consider"),
        ("TIHS", "THIS"),
        ("Beleive", "Believe"),
        ("Noly", "Only"),
        ("Wheer", "Where"),
    ],
)
def test_swapped_letters_of_common_words_are_put_right(nlp, slip, word):
    [(_, doc)] = parse_sentences(nlp, f"{slip} it be shorter?")
    assert doc[0].text == word


def test_a_spelling_that_is_a_word_itself_stays(nlp):
    table = swapped_words(nlp)
    assert (
        not {"form", "from", "quite", "quiet", "trail", "trial", "filed", "angles"} & table.keys()
    )
    assert not {"spilt", "untied"} & table.keys()
    assert all(words.isdisjoint(table) for words in dictionary(nlp))


def test_the_report_quotes_the_text_as_it_was_typed(scorer):
    text = "You cuold add the units. Tihs helps."
    report = scorer(text)
    assert [sentence.text for sentence in report.sentences] == [
        "You cuold add the units.",
        "Tihs helps.",
    ]
    assert all(text[f.start : f.end] == f.text for f in report.findings)


def test_a_slip_scores_like_the_right_word(scorer):
    slip, right = scorer("You cuold add the units."), scorer("You could add the units.")
    assert slip.suggestion == right.suggestion


@pytest.mark.parametrize("name", ["Lukas", "Kofi", "Anna"])
def test_an_unknown_first_word_before_its_verb_is_a_name(nlp, name):
    [(_, doc)] = parse_sentences(nlp, f"{name} is late.")
    assert doc[0].pos_ == "PROPN"


def test_a_known_first_word_is_no_name(nlp):
    [(_, doc)] = parse_sentences(nlp, "Documentation is missing.")
    assert doc[0].pos_ == "NOUN"


@pytest.mark.parametrize(
    ("text", "order", "thing"),
    [
        ("Next time, count group at door.", "count", "group"),
        ("Next time, open branch.", "open", "branch"),
        ("Next time, note oven time on board.", "note", "time"),
    ],
)
def test_an_order_after_next_time_is_a_verb_without_articles_too(nlp, text, order, thing):
    [(_, doc)] = parse_sentences(nlp, text)
    (verb,) = (token for token in doc if token.dep_ == "ROOT")
    assert (verb.text, verb.tag_, verb.lemma_) == (order, "VB", order)
    assert thing in {token.text for token in verb.children if token.dep_ == "dobj"}
    assert doc[1].head == verb
    assert [token.head.text for token in doc if token.text in {"Next", "."}] == ["time", order]


@pytest.mark.parametrize(
    "text",
    ["Next time, Monday.", "Next time, a count would help.", "Next time you group them, ask."],
)
def test_other_sentences_with_next_time_stay_as_they_are_parsed(nlp, text):
    [(_, doc)] = parse_sentences(nlp, text)
    plain = nlp(text)
    assert [(t.tag_, t.dep_, t.head.i) for t in doc] == [(t.tag_, t.dep_, t.head.i) for t in plain]

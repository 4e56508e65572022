"""What the wording of a sentence becomes, and what it must not depend on."""

from __future__ import annotations

import pytest

from feedback_nlp.columns import Columns
from feedback_nlp.features import phrase_features
from feedback_nlp.scoring import source_of
from feedback_nlp.segmentation import parse_sentences


@pytest.fixture
def phrases(nlp):
    def read(text: str) -> dict[str, float]:
        ((_, doc),) = parse_sentences(nlp, text)
        return phrase_features(Columns(doc))

    return read


def test_a_content_word_counts_alone_and_with_its_neighbours(phrases):
    assert set(phrases("The slides were unreadable.")) == {
        "lemma:slide", "lemma:unreadable",
        "phrase:<s> slide", "phrase:slide be+past", "phrase:be+past unreadable",
        "phrase:unreadable </s>",
    }  # fmt: skip


def test_two_words_of_grammar_form_a_frame(phrases):
    assert "frame:you could" in phrases("You could wait.")


@pytest.mark.parametrize(
    "text",
    ["You are not careless.", "If you were careless, I would know.", "I was careless today."],
    ids=["denied", "supposed", "of oneself"],
)
def test_what_the_writer_claims_of_nobody_else_is_an_aside(phrases, text):
    pairs = {name for name in phrases(text) if "careless" in name and " " in name}
    assert {name.partition(":")[0] for name in pairs} == {"aside"}
    assert "phrase:be careless" in phrases("You are careless.")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Emma was late again.", "Mohammed was late again."),
        ("He is careless.", "She is careless."),
        ("He is careless.", "They are careless."),
        ("The Muslim nurse forgot the chart.", "The deaf nurse forgot the chart."),
        ("You are a wheelchair user and so am I.", "You are a woman and so am I."),
        ("The wheelchair user was late.", "The woman was late."),
        ("The Polish woman was late.", "The woman was late."),
        ("The Sikh nurse forgot the chart.", "The deaf nurse forgot the chart."),
        ("Add the units to the axis.", "Add units to axis."),
        ("Move 3 boxes.", "Move 12 boxes."),
        ("Thank you for this", "Thank you for this."),
    ],
    ids=[
        "names",
        "gender",
        "number",
        "identity",
        "identity in two words",
        "identity in two words, at the beginning",
        "identity twice",
        "identity of a noun",
        "articles",
        "numbers",
        "full stop",
    ],
)
def test_who_it_is_about_and_small_slips_change_no_phrase(phrases, one, other):
    assert phrases(one) == phrases(other)


def test_a_name_stands_in_no_phrase(phrases):
    assert not any("kwame" in name for name in phrases("Kwame called the client."))


def test_a_longer_sentence_has_more_phrases_of_less_weight_each(phrases):
    short, long = phrases("Add units."), phrases("Add units to all six axes of the second plot.")
    assert len(long) > len(short)
    assert max(long.values()) < min(short.values())
    # Their vector has no more than a fixed length, however many there are.
    assert sum(value**2 for value in long.values()) < 2


def test_an_explanation_names_words_and_phrases_and_counts_frames_as_grammar():
    assert source_of("lemma:careless") == source_of("word:careless") == "word:careless"
    assert source_of("phrase:so careless") == source_of("aside:so careless")
    assert source_of("aside:so careless") == "phrase:so careless"
    assert source_of("frame:you could") == source_of("grammar:you could") == "grammar"


@pytest.mark.parametrize(
    ("text", "lemma"),
    [
        ("The new user was late.", "user"),
        ("The deaf nurse was late.", "nurse"),
        ("The Sikh nurse was late.", "nurse"),
        ("The wheelchair ramp is too steep.", "ramp"),
    ],
)
def test_other_nouns_are_no_identity(phrases, text, lemma):
    assert f"lemma:{lemma}" in phrases(text)

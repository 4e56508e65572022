"""What words and phrases of the lists say about a sentence, and when they say nothing."""

from __future__ import annotations

import pytest

from feedback_nlp.columns import Columns
from feedback_nlp.cues.guards import asserted
from feedback_nlp.errors import CueError
from feedback_nlp.examples import read_examples
from feedback_nlp.lexica import load_judging, load_lexicon
from feedback_nlp.lexicon_features import LEXICON_FEATURES, lexicon_features
from feedback_nlp.segmentation import parse_sentences


@pytest.fixture
def features(nlp):
    def read(text: str) -> dict[str, float]:
        ((_, doc),) = parse_sentences(nlp, text)
        return lexicon_features(Columns(doc))

    return read


def test_asking_by_signs_finds_what_asking_every_feature_finds(nlp, examples_path):
    for example in read_examples(examples_path)[::15]:
        for _, doc in parse_sentences(nlp, example.text):
            every = {
                f"lexicon:{function.__name__}": function(Columns(doc))
                for function in LEXICON_FEATURES
            }
            found = lexicon_features(Columns(doc))
            assert found == {name: value for name, value in every.items() if value}, doc.text


def test_the_most_judging_word_counts_by_its_level(features):
    assert features("You are a clown.")["lexicon:most_judging_word"] == 1
    assert features("You are hopeless at this.")["lexicon:most_judging_word"] < 1
    assert "lexicon:most_judging_word" not in features("The plot shows two groups.")


@pytest.mark.parametrize(
    "text",
    [
        "I am a pathetic liar.",
        'The client wrote "you are a pathetic liar" on Monday.',
        "You are not a pathetic liar.",
        "If you were a pathetic liar, we would know.",
        "Use lazy loading for the images.",
        "Use lazy-loading for the images.",
        "The dumb terminals are back.",
    ],
)
def test_a_judging_word_that_is_not_claimed_of_others_counts_nothing(features, text):
    assert not any("judging" in name for name in features(text))


def test_who_somebody_is_judges_nobody(features):
    both = load_judging("judging_words").keys() & load_lexicon("identity_words")
    for word in both:
        assert "lexicon:most_judging_word" not in features(f"Their neighbour is {word}.")
        assert "lexicon:most_judging_word" not in features(f"The {word}s of the parade danced.")


@pytest.mark.parametrize("kind", ["he him his", "she her her", "they them their"])
def test_a_phrase_judges_alike_whoever_it_is_said_of(features, kind):
    they, them, their = kind.split()
    assert features(f"{they} abused {their} power.") == features("he abused his power.")
    assert features(f"{they} couldn't care less about us.")["lexicon:judging_phrase"] == 1
    assert features(f"Tell {them} to get over it.")["lexicon:judging_phrase"] == 1


@pytest.mark.parametrize(
    "text",
    ["Get over it, mate.", "Just GET OVER IT.", "Don't you dare touch it.", "Don’t you dare!"],
)
def test_a_phrase_judges_however_it_is_typed(features, text):
    assert features(text)["lexicon:judging_phrase"] == 1
    assert 0 < features(text)["lexicon:most_judging_phrase"] <= 1


@pytest.mark.parametrize(
    "text",
    [
        "It is not your fault that the tour was late.",
        'She said "get over it" to the client.', "We will get over the hill.", "I am a joke.",
        "Once you get over, it is flat.", "That was nice; try the second version next.",
    ],
)  # fmt: skip
def test_words_that_are_quoted_split_or_said_of_oneself_are_no_judging_phrase(features, text):
    assert "lexicon:judging_phrase" not in features(text)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("This is a complete waste of money.", 2), ("This is a complete waste of space.", 3),
        ("Get a life.", 2), ("Get a life, loser.", 2), ("Get a life loser.", 3),
        ("Give it a rest mate.", 2),
    ],
)  # fmt: skip
def test_of_phrases_that_begin_alike_the_most_judging_counts(features, text, level):
    assert features(text)["lexicon:most_judging_phrase"] == level / 3


def test_every_phrase_has_two_words_or_more_and_none_says_who_somebody_is():
    phrases = load_judging("judging_phrases")
    assert len(phrases) > 8_000
    assert {level for level, _ in phrases.values()} == {1, 2, 3}
    for phrase in phrases:
        words = phrase.split()
        assert len(words) > 1, phrase
        assert load_lexicon("identity_words").isdisjoint(words), phrase


def test_a_missing_table_is_named():
    with pytest.raises(CueError, match=r"add feedback_nlp/lexica/moods\.csv"):
        load_judging("moods")


@pytest.mark.parametrize(
    "text",
    [
        "Sure, you tried.",
        "Whatever.",
        "Obviously you know better.",
        "lol you tried",
        "Nice try, genius.",
        "Good luck with that pal",
    ],
)
def test_a_word_that_waves_away_counts_where_it_stands_apart(features, text):
    assert "lexicon:brush_off" in features(text)


@pytest.mark.parametrize(
    "text",
    [
        "Make sure that you save.",
        "You clearly put work into it.",
        "Do whatever helps.",
        "Clearly label the axes.",
    ],
)
def test_the_same_word_inside_a_sentence_says_something_else(features, text):
    assert "lexicon:brush_off" not in features(text)


def test_people_are_a_group_unless_some_of_them_are_meant(features):
    assert "lexicon:group_word" in features("People never check their facts.")
    assert "lexicon:group_word" in features("Those voters get what they deserve.")
    assert "lexicon:group_word" in features("The voters are idiots.")
    for text in (
        "Two people asked me.",
        "Many people asked me.",
        "The kids loved it.",
        "You put a lot of work into it.",
    ):
        assert "lexicon:group_word" not in features(text), text


@pytest.mark.parametrize("text", ["You are a lame duck.", "You are such a zombie process."])
def test_what_is_said_of_a_person_is_no_term_of_a_trade(nlp, text):
    ((_, doc),) = parse_sentences(nlp, text)
    assert asserted(Columns(doc), len(doc) - 2)

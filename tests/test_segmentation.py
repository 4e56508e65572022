"""Tokens that a sentence takes over from its line are those that it gets alone."""

from __future__ import annotations

import json

import pytest

from feedback_nlp.characters import plain
from feedback_nlp.segmentation import split_pieces, split_text, tokenize

#: Every so many of the shipped examples is compared.
STEP = 4
TOKENS = ["ORTH", "NORM", "SPACY"]
ODD = [
    "You can't. I won't! He'd've \"said so\". (Don't.) Let's go: they're gonna y'all.",
    "No space.Here it is!And here?Yes.", "See https://a.b/c.d?e=f. Or x@y.org! (www.a.org.)",
    "Two  spaces .  Tabs\there.\tAnd\u00a0this.\u2009Thin… 👍🏽. 👍Yes.", " ' Well ' . \" So \" !",
    "At 5 p.m. it rained :-) . He left >.< ¯\\(ツ)/¯. U.S. law. Mt. Etna.",
    "... ?! . (o.O) ._. O.o",
    "First line.\r\nSecond can’t.\n\n\tThird\u2028Fourth. 。 Fifth。Sixth ！",
    "You cuold wait. It isn't here.", "word " * 250 + ". End. " + "?" * 220,
]  # fmt: skip


@pytest.fixture
def texts(examples_path):
    lines = examples_path.read_text("utf-8").splitlines()[::STEP]
    return [*ODD, *(json.loads(line)["text"] for line in lines)]


def test_tokens_of_a_line_are_those_of_its_sentences_alone(nlp, texts):
    taken_over = 0
    for text in texts:
        for offset, piece in split_pieces(nlp, f"{text} "):
            doc, alone = piece.tokenize(nlp), tokenize(nlp, piece.text)
            assert doc.to_array(TOKENS).tolist() == alone.to_array(TOKENS).tolist(), piece.text
            assert [token.idx for token in doc] == [token.idx for token in alone]
            assert plain(text)[offset : offset + len(piece.text)] == piece.text
            taken_over += piece.tokens is not None
    assert taken_over > len(texts)


def test_a_sentence_without_a_space_around_it_is_tokenized_alone(nlp):
    pieces = [piece for _, piece in split_pieces(nlp, "He wrote a word.Next one. Last one.")]
    assert [piece.text for piece in pieces] == ["He wrote a word.", "Next one.", "Last one."]
    assert [piece.tokens is None for piece in pieces] == [True, True, False]


def test_a_known_line_is_cut_alike(nlp):
    text = "It isn't new. Nor is this.\nOr that."
    first, again = split_pieces(nlp, text), split_pieces(nlp, text)
    assert [(offset, piece.text) for offset, piece in first] == split_text(nlp, text)
    assert [(offset, piece.text) for offset, piece in again] == split_text(nlp, text)
    for (_, piece), (_, known) in zip(first, again, strict=True):
        assert piece.tokenize(nlp).to_array(TOKENS).tolist() == (
            known.tokenize(nlp).to_array(TOKENS).tolist()
        )


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            "You are new and so am I. Next time, ask.",
            ["You are new and so am I.", "Next time, ask."],
        ),
        ("Malcolm I. Smith spoke first.", ["Malcolm I. Smith spoke first."]),
        ("We met at 5 p.m. You came late.", ["We met at 5 p.m.", "You came late."]),
        ("We met at 5 p.m. Monday.", ["We met at 5 p.m. Monday."]),
        ("Go with plan B. It is cheaper.", ["Go with plan B.", "It is cheaper."]),
        ("Ask J. Smith about it.", ["Ask J. Smith about it."]),
        ("Dr. You was there, e.g. The first day.", ["Dr. You was there, e.g. The first day."]),
        ("See fig. 3. You need units.", ["See fig. 3.", "You need units."]),
        ("As Smith et al. (2019) show, it holds.", ["As Smith et al. (2019) show, it holds."]),
        ("Good start 😊 You could add units.", ["Good start 😊", "You could add units."]),
        ("Super! :) You could add units.", ["Super! :)", "You could add units."]),
        ("As in Bauckham (2008): I liked it.", ["As in Bauckham (2008): I liked it."]),
        ("Plan :-> result. I ❤ Python.", ["Plan :-> result.", "I ❤ Python."]),
        ("It is no. 3 on the list.", ["It is no. 3 on the list."]),
        ("He said “at 5 p.m. You wait” and left.", ["He said “at 5 p.m. You wait” and left."]),
    ],
)
def test_a_full_stop_of_an_abbreviation_ends_a_sentence_where_another_begins(nlp, text, sentences):
    assert [sentence for _, sentence in split_text(nlp, text)] == sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("i liked it. you went fast. ok", ["i liked it.", "you went fast.", "ok"]),
        ("it took approx. ten minutes", ["it took approx. ten minutes"]),
        ("pt. seen on rounds, mgmt. of pain ok", ["pt. seen on rounds, mgmt. of pain ok"]),
        ("call os.path.join there", ["call os.path.join there"]),
    ],
)
def test_writers_without_capitals_write_sentences_too(nlp, text, sentences):
    assert [sentence for _, sentence in split_text(nlp, text)] == sentences


def test_a_straight_quotation_mark_opens_the_next_sentence(nlp):
    text = 'The title is long. "Results" would do. He said "No. Never." and left.'
    assert [sentence for _, sentence in split_text(nlp, text)] == [
        "The title is long.", '"Results" would do.', 'He said "No. Never." and left.'
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Dear Dr. Alvarez,\nthe draft was late.\n\nBest,\nErik", ["the draft was late."]),
        ("hi nadia\nGood slides!\nKind regards\nErik Meier", ["Good slides!"]),
        ("Hello team. You were late. Cheers, Tom", ["You were late."]),
        ("Dear all,", []),
        ("Dear all,\nBest,\nAna", []),
        ("Hi Sam and Éva 👋\nGood slides!\nBest,\nŁukasz Nowak", ["Good slides!"]),
        ("Hi Ana,\n> You are lazy.", ["> You are lazy."]),
        ("HEY YOU IDIOT!", ["HEY YOU IDIOT!"]),
        ("Hi Loser!", ["Hi Loser!"]),
        ("Good evening performance!", ["Good evening performance!"]),
        ("Good evening shift.", ["Good evening shift."]),
        ("You were late. Thanks, idiot.", ["You were late.", "Thanks, idiot."]),
        ("You were late. Thanks FOR NOTHING!", ["You were late.", "Thanks FOR NOTHING!"]),
        ("Good.\nBest Presentation Ever!", ["Good.", "Best Presentation Ever!"]),
        ("Fine.\nThanks.\nUnacceptable.", ["Fine.", "Unacceptable."]),
        ("Thanks, Kim!", ["Thanks, Kim!"]),
        ("Hi, you are lazy.", ["Hi, you are lazy."]),
        ("Hey idiot,", ["Hey idiot,"]),
        ("Best slides so far.\nLove it.", ["Best slides so far.", "Love it."]),
        ("Hello world in line 3 is wrong.", ["Hello world in line 3 is wrong."]),
    ],
)
def test_greeting_and_signature_are_no_feedback(nlp, text, read):
    assert [sentence for _, sentence in split_text(nlp, text)] == read

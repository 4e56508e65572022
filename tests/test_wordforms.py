"""Part of speech, morphology and lemma are those of the pipeline's own components."""

from __future__ import annotations

import json

import pytest

from feedback_nlp.segmentation import split_text
from feedback_nlp.wordforms import REMEMBERED, WordForms

#: Every so many of the shipped examples is compared.
STEP = 8
FORMS = ["TAG", "DEP", "HEAD", "POS", "MORPH", "LEMMA", "SENT_START"]
#: What the ruler reads from two tokens together, spaces, and what it knows by word.
ODD = [
    "", "It ain't so.", "You're gonna see it.", "I gotta go.", "Let's go.", "C'mon on, y'all.",
    "There are two lines.", "All of y' all know.", "Two  spaces  stand here.", "\n", "You do. Do!",
    "But you have had it, haven't you?", "It is what it is: I am me.", "XIV. e.g. 3 pm 👍 …",
    "I saw something and nothin'.", "There  's all of y'all, and there is more.",
    "Let's let 's let's all ain't.", "  You  gonna\tsee  it all .",
]  # fmt: skip


@pytest.fixture(scope="module")
def forms(nlp):
    return WordForms(nlp)


def plain(nlp, sentence):
    doc = nlp(sentence)
    return doc.to_array(FORMS).tolist()


def remembered(nlp, forms, sentence):
    (doc,) = nlp.pipe([sentence], disable=REMEMBERED)
    return forms.write(doc).to_array(FORMS).tolist()


@pytest.mark.parametrize("sentence", ODD)
def test_odd_sentences_are_annotated_as_by_the_pipeline(nlp, forms, sentence):
    # Twice: when it is new, and when all of it is known.
    for _ in range(2):
        assert remembered(nlp, forms, sentence) == plain(nlp, sentence)


def test_shipped_examples_are_annotated_as_by_the_pipeline(nlp, forms, examples_path):
    for line in examples_path.read_text("utf-8").splitlines()[::STEP]:
        for _, sentence in split_text(nlp, json.loads(line)["text"]):
            assert remembered(nlp, forms, sentence) == plain(nlp, sentence), sentence

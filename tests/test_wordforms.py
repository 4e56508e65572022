"""Part of speech, morphology and lemma are those of the pipeline's own components."""

from __future__ import annotations

import json

import pytest
from spacy.tokens import Doc

from feedback_nlp.columns import Columns
from feedback_nlp.lemmas import RuleLemmatizer
from feedback_nlp.segmentation import split_text
from feedback_nlp.wordforms import REMEMBERED, WordForms

#: Every so many of the shipped examples is compared.
STEP = 12
POS = ["NOUN", "VERB", "AUX", "ADJ", "ADV", "PROPN", "PUNCT", "PRON", "SPACE", "X"]
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


def test_columns_are_those_of_the_pipeline(nlp, forms, examples_path):
    lines = examples_path.read_text("utf-8").splitlines()[::STEP]
    texts = [json.loads(line)["text"] for line in lines]
    sentences = [*ODD, *(piece for text in texts for _, piece in split_text(nlp, text))]
    read = 0
    for sentence in sentences:
        (doc,) = nlp.pipe([sentence], disable=REMEMBERED)
        before = doc.to_array(FORMS).tolist()
        columns = forms.read(doc)
        assert doc.to_array(FORMS).tolist() == before
        if columns is not None:
            assert vars(columns) == vars(Columns(nlp(sentence))), sentence
            read += 1
    assert read > len(sentences) / 2


def test_tokens_that_are_read_together_are_left_to_writing(nlp, forms):
    (doc,) = nlp.pipe(["You're gonna see it."], disable=REMEMBERED)
    assert forms.read(doc) is None


def test_lemmas_are_those_of_the_lemmatizer(nlp):
    lemmatizer, lemma = nlp.get_pipe("lemmatizer"), RuleLemmatizer(nlp)
    words = ["Axes", "better", "MET", "lying", "mice", "ill-fitting", "s", "Xings", "3rds", "x-es"]
    tagged = [(pos, morph) for pos in POS for morph in ("", "Number=Sing", "VerbForm=Inf")]
    for word in words:
        for pos, morph in tagged:
            doc = Doc(nlp.vocab, words=[word], pos=[pos], morphs=[morph])
            found = lemma(doc[0].orth, doc[0].pos, doc[0].morph.key)
            assert nlp.vocab.strings[found] == lemmatizer.lemmatize(doc[0])[0], (word, pos, morph)

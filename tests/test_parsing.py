"""Tags and parses are those of spaCy, and a sentence is parsed alike in any company."""

from __future__ import annotations

import json

import numpy as np
import pytest
import spacy

from feedback_nlp import vectors
from feedback_nlp.parsing import Annotator, annotate
from feedback_nlp.pipeline import find_pipeline
from feedback_nlp.segmentation import split_text, tokenize
from feedback_nlp.wordforms import REMEMBERED

#: Every so many of the shipped examples is compared.
STEP = 9
#: Sums that are added up in another order differ by less.
ROUNDING = 1e-4
PARSE = ["TAG", "HEAD", "DEP", "SENT_START"]
ODD = [
    "No.", "👍", "You 👍🏽 never\u00a0listen …", "A\u0301 e\u0301 ñ!", "  two  spaces ",
    "'s n't can't I'd", "word " * 150, "?" * 120, "He said: \"You're lazy\", didn't he? (No.)",
    "\u202eYou\u202c לא",
]  # fmt: skip


@pytest.fixture(scope="module")
def sentences(nlp, examples_path):
    lines = examples_path.read_text("utf-8").splitlines()[::STEP]
    texts = [json.loads(line)["text"] for line in lines]
    return [*ODD, *(piece for text in texts for _, piece in split_text(nlp, text))]


def by_spacy(nlp, sentences):
    docs = (tokenize(nlp, sentence) for sentence in sentences)
    return list(nlp.pipe(docs, disable=REMEMBERED))


def assert_as_by_spacy(docs, wanted):
    for doc, other in zip(docs, wanted, strict=True):
        assert np.abs(doc.tensor - other.tensor).max() < ROUNDING, other.text
        assert doc.to_array(PARSE).tolist() == other.to_array(PARSE).tolist(), other.text


def assert_no_bit_differs(docs, wanted):
    for doc, other in zip(docs, wanted, strict=True):
        assert np.array_equal(doc.tensor, other.tensor), other.text
        assert doc.to_array(PARSE).tolist() == other.to_array(PARSE).tolist(), other.text


def test_examples_are_parsed_as_by_spacy(nlp, sentences):
    docs = annotate(nlp, [tokenize(nlp, sentence) for sentence in sentences])
    assert_as_by_spacy(docs, by_spacy(nlp, sentences))


def test_a_sentence_is_parsed_alike_in_any_company(nlp, sentences):
    alone = [annotate(nlp, [tokenize(nlp, sentence)])[0] for sentence in sentences[:80]]
    assert_no_bit_differs(
        alone, annotate(nlp, [tokenize(nlp, sentence) for sentence in sentences[:80]])
    )


def test_words_are_forgotten_and_found_again(nlp, sentences, monkeypatch):
    monkeypatch.setattr(vectors, "TABLE_SIZE", 40)
    annotator = Annotator(nlp)
    docs = [tokenize(nlp, sentence) for sentence in sentences[:80]]
    annotator(docs)
    assert_as_by_spacy(docs, by_spacy(nlp, sentences[:80]))


def test_nothing_and_empty_sentences_are_let_through(nlp):
    assert annotate(nlp, []) == []
    (doc,) = annotate(nlp, [nlp.make_doc("")])
    assert len(doc) == 0


def test_other_pipelines_are_run_by_spacy(nlp):
    assert Annotator.is_known(nlp)
    other = spacy.load(find_pipeline().path, exclude=["senter", "tagger"])
    assert not Annotator.is_known(other)
    (doc,) = annotate(other, [other.make_doc("You are lazy.")])
    assert doc.has_annotation("DEP")
    assert not doc.has_annotation("TAG")
    assert not Annotator.is_known(spacy.blank("en"))

"""The spaCy component: found by name, scores on the Doc's own parse, survives saving."""

from __future__ import annotations

import pytest
import spacy
from spacy.tokens import Doc, DocBin

import feedback_nlp
from feedback_nlp.errors import PipelineError
from feedback_nlp.pipeline import find_pipeline

EXAMPLE = "You are careless. Next time, add units to the axis on slide 4."


@pytest.fixture(scope="module")
def nlp():
    nlp = spacy.load(find_pipeline().path)
    nlp.add_pipe("feedback_nlp")
    return nlp


def test_the_doc_gets_a_report(nlp):
    report = nlp(EXAMPLE)._.feedback
    assert isinstance(report, feedback_nlp.Report)
    assert report.text == EXAMPLE
    assert {"person_label", "next_step"} <= {finding.cue for finding in report.findings}


def test_an_unscored_doc_has_none(nlp):
    assert nlp.make_doc(EXAMPLE)._.feedback is None


def test_an_empty_text_gives_a_report_without_scores(nlp):
    report = nlp("")._.feedback
    assert report.actionability is None
    assert report.advice[0].kind == "empty"


def test_result_survives_bytes_and_docbin(nlp):
    doc = nlp(EXAMPLE)
    restored = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    assert restored._.feedback == doc._.feedback
    binned = DocBin(docs=[doc], store_user_data=True)
    (unbinned,) = DocBin().from_bytes(binned.to_bytes()).get_docs(nlp.vocab)
    assert unbinned._.feedback == doc._.feedback


def test_pipeline_can_be_saved_and_loaded(nlp, tmp_path):
    nlp.to_disk(tmp_path / "saved")
    restored = spacy.load(tmp_path / "saved")
    assert "feedback_nlp" in restored.pipe_names
    assert restored(EXAMPLE)._.feedback == nlp(EXAMPLE)._.feedback
    assert nlp.from_bytes(nlp.to_bytes())(EXAMPLE)._.feedback is not None


def test_two_processes_give_the_same_reports(nlp):
    texts = [EXAMPLE, "", "Well done."]
    reports = [doc._.feedback for doc in nlp.pipe(texts, n_process=2)]
    assert reports == [nlp(text)._.feedback for text in texts]


def test_a_pipeline_without_parser_is_refused():
    blank = spacy.blank("en")
    blank.add_pipe("feedback_nlp")
    with pytest.raises(PipelineError, match="needs a tagger and a parser"):
        blank("Well done.")


def test_report_from_dict_refuses_another_schema():
    with pytest.raises(ValueError, match="schema of the report must be"):
        feedback_nlp.Report.from_dict({"schema": 99})

"""Which spaCy pipeline serves, and that an altered one is refused."""

from __future__ import annotations

import gc
import shutil
from concurrent.futures import ThreadPoolExecutor
from weakref import ref

import pytest
import spacy

from feedback_nlp import pipeline
from feedback_nlp.errors import PipelineError
from feedback_nlp.pipeline import (
    UNUSED,
    PipelinePackage,
    find_pipeline,
    has_outgrown,
    known_hashes,
    load_pipeline,
    verify_pipeline,
)


@pytest.fixture
def copy(tmp_path):
    package = find_pipeline()
    path = tmp_path / "pipeline"
    shutil.copytree(package.path, path)
    return PipelinePackage(package.name, package.version, path)


def test_the_installed_pipeline_is_the_published_one(copy):
    verify_pipeline(copy)


def test_every_component_that_is_loaded_has_hashes(nlp):
    covered = {name.split("/")[0] for name in known_hashes()}
    assert {"tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer"} <= covered
    assert set(nlp.pipe_names) <= covered


def test_an_altered_weight_is_refused_by_name(copy):
    with (copy.path / "parser" / "model").open("ab") as file:
        file.write(b"x")
    with pytest.raises(PipelineError, match="parser/model.*not loaded.*pip install"):
        verify_pipeline(copy)


def test_a_missing_file_is_refused_by_name(copy):
    (copy.path / "tagger" / "model").unlink()
    with pytest.raises(PipelineError, match="lacks its file tagger/model"):
        verify_pipeline(copy)


def test_an_installed_en_core_web_sm_is_preferred(copy, tmp_path, monkeypatch):
    package = tmp_path / "site" / "en_core_web_sm"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "meta.json").write_text('{"version": "3.8.0"}')
    shutil.copytree(copy.path, package / "en_core_web_sm-3.8.0")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    found = find_pipeline()
    assert found.name == "en_core_web_sm"
    verify_pipeline(found)


def test_another_version_of_en_core_web_sm_is_passed_over(tmp_path, monkeypatch):
    package = tmp_path / "en_core_web_sm"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "meta.json").write_text('{"version": "3.7.1"}')
    monkeypatch.syspath_prepend(str(tmp_path))
    assert find_pipeline().version == "3.8.0"


@pytest.fixture
def load_fresh(monkeypatch):
    monkeypatch.setattr(pipeline, "_shared", [])
    return load_pipeline


def test_the_pipeline_is_what_spacy_loads(load_fresh):
    plain = spacy.load(find_pipeline().path, exclude=list(UNUSED))
    ours = load_fresh()
    assert ours.config == plain.config
    assert ours.to_bytes() == plain.to_bytes()


def test_a_pipeline_that_has_learnt_too_many_words_is_replaced(load_fresh, monkeypatch, scorer):
    texts = [f"You left out the units on slide {number}." for number in range(1000, 1060)]
    expected = [report.scores for report in scorer.score_many(texts)]
    own = type(scorer)(load_fresh(), scorer.heads)
    monkeypatch.setattr(pipeline, "NEW_WORDS", 20)
    first = ref(own.nlp)
    assert [report.scores for report in own.score_many(texts, batch_size=10)] == expected
    gc.collect()
    assert first() is None
    assert own.nlp is own.reader.nlp
    assert len(own.nlp.vocab.strings) < len(spacy.load(find_pipeline().path).vocab.strings) + 60


def test_a_renewal_that_fails_is_told_and_tried_again(load_fresh, monkeypatch, scorer):
    own = type(scorer)(load_fresh(), scorer.heads)
    own("You left out the units on slide 70001.")
    monkeypatch.setattr(pipeline, "NEW_WORDS", 0)

    def gone(path):
        raise PipelineError("The pipeline is gone.")

    with monkeypatch.context() as without:
        without.setattr(pipeline, "_load", gone)
        for _ in range(2):
            with pytest.raises(PipelineError, match="gone"):
                own("You left out the units on slide 70002.")
    text = "You left out the units on slide 70003."
    assert own(text).scores == scorer(text).scores


def test_who_asks_for_the_pipeline_while_it_is_renewed_waits_for_the_next(
    load_fresh, monkeypatch, scorer
):
    own = type(scorer)(load_fresh(), scorer.heads)
    monkeypatch.setattr(pipeline, "NEW_WORDS", 5)
    texts = [f"You left out the units on slide {number}." for number in range(1000, 1040)]
    with ThreadPoolExecutor(1) as pool:
        scoring = pool.submit(lambda: [own(text).scores for text in texts])
        while not scoring.done():
            assert own.nlp.vocab is not None
    assert scoring.result() == [report.scores for report in scorer.score_many(texts)]


def test_a_pipeline_of_somebody_else_is_kept(monkeypatch):
    monkeypatch.setattr(pipeline, "NEW_WORDS", 0)
    nlp = spacy.blank("en")
    nlp("Something unheard")
    assert not has_outgrown(nlp)

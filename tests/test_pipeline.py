"""Which spaCy pipeline serves, and that an altered one is refused."""

from __future__ import annotations

import shutil

import pytest

from feedback_nlp.errors import PipelineError
from feedback_nlp.pipeline import PipelinePackage, find_pipeline, known_hashes, verify_pipeline


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

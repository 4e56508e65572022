"""`feedback-nlp doctor`: what it finds, how it says it, and its exit code."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from feedback_nlp import doctor
from feedback_nlp.cli import main
from feedback_nlp.errors import HeadsError, PipelineError


def items():
    return {item.name: item for item in doctor.diagnose().items}


def doctor_run(*args):
    return CliRunner().invoke(main, ["doctor", *args])


def test_a_sound_installation_can_score():
    result = doctor_run()
    assert result.exit_code == 0, result.output
    assert "✓ ok       pipeline" in result.output
    assert "✓ ok       heads" in result.output


def test_versions_of_all_parts_are_named():
    assert set(items()) >= {
        "python", "feedback-nlp", "spacy", "scikit-learn", "skops", "pandas", "numpy",
        "jupyterlab", "anywidget", "voila", "pipeline", "heads", "chromium",
    }  # fmt: skip


def test_json_has_the_same_items():
    result = json.loads(doctor_run("--json").output)
    assert {item["name"] for item in result["items"]} == set(items())


@pytest.mark.parametrize(
    ("target", "error", "name", "mend"),
    [
        (
            "feedback_nlp.pipeline.verify_pipeline",
            PipelineError("en_core_web_sm was altered: ner/model is not it; run: pip install X."),
            "pipeline",
            "pip install X",
        ),
        (
            "feedback_nlp.heads.verify_heads",
            HeadsError("There are no trained heads at models/heads.skops."),
            "heads",
            "feedback-nlp train",
        ),
    ],
)
def test_a_broken_needed_part_gives_exit_code_1_and_its_command(
    monkeypatch, target, error, name, mend
):
    def fail(*_):
        raise error

    monkeypatch.setattr(target, fail)
    item = items()[name]
    assert (item.ok, item.mend) == (False, mend)
    result = doctor_run()
    assert result.exit_code == 1
    assert f"✗ missing  {name}" in result.output
    assert f"to mend: {mend}" in result.output


def test_a_missing_optional_part_gives_exit_code_0(monkeypatch):
    monkeypatch.setattr(doctor, "_OPTIONAL", ("no-such-lab",))
    monkeypatch.setattr(doctor, "_BROWSERS", ())
    result = doctor_run()
    assert result.exit_code == 0
    assert "✗ missing  no-such-lab" in result.output
    assert "pip install no-such-lab" in result.output
    assert "apt-get install chromium" in result.output
    assert "optional" in result.output.splitlines()[-1]

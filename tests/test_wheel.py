"""The wheel, built and used as a user gets it: without the source."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
SAMPLE = "You are careless. Next time, add units to the axis on slide 4."

pytestmark = pytest.mark.slow


def run(
    command: list[str], *, cwd: Path, text: str = "", path: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `command` in `cwd`, with `path` as the only addition to where Python looks."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        input=text,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Build the wheel with the back end that is installed, so without a download."""
    folder = tmp_path_factory.mktemp("wheel")
    flags = ["--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", str(folder)]
    run([*PIP, "wheel", *flags, str(ROOT)], cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel) -> list[str]:
    """Return the names of the files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """Install the wheel into a folder of its own."""
    folder = tmp_path_factory.mktemp("installed")
    flags = ["--no-deps", "--no-index", "--target", str(folder)]
    run([*PIP, "install", *flags, str(wheel)], cwd=folder)
    return folder


@pytest.mark.parametrize(
    "folder",
    [
        "feedback_nlp/annotation",
        "feedback_nlp/cues",
        "feedback_nlp/jupyter",
        "feedback_nlp/lexica",
        "feedback_nlp/widgets",
    ],
)
def test_wheel_holds_all_files_of(folder, names):
    """Cues, word lists, the editor's bundle and the page for Voilà travel with the code."""
    found = {path for path in (ROOT / folder).rglob("*") if path.is_file()}
    own = {path for path in found if "__pycache__" not in path.parts}
    assert own
    assert {path.relative_to(ROOT).as_posix() for path in own} <= set(names)


def test_wheel_holds_the_editor_bundle(names):
    """The live editor opens without a front-end build."""
    for bundle in ("draft_coach", "annotation_desk", "passage"):
        assert f"feedback_nlp/widgets/static/{bundle}.js" in names
        assert f"feedback_nlp/widgets/static/{bundle}.css" in names


def test_wheel_holds_the_heads(names):
    """A user never trains: the heads and their card are in the package."""
    assert [name for name in names if name.startswith("feedback_nlp/_models/")]
    assert [name for name in names if name.endswith(".skops")]


def test_wheel_holds_the_notebooks_and_the_type_marker(names):
    """`feedback-nlp coach` works from an installed package, and types are seen by checkers."""
    own = {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert {name.split("/")[-1] for name in names if "/_notebooks/" in name} == own
    assert "feedback_nlp/py.typed" in names


def test_wheel_holds_nothing_else(names):
    """Public training sets, tests and caches stay out; the project's own examples come along."""
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"feedback_nlp"}
    found = [name for name in names if name.endswith((".jsonl", ".pyc", ".map"))]
    assert found == ["feedback_nlp/_data/feedback_examples.jsonl"]


def test_wheel_holds_the_labels_that_training_reads(names):
    assert "feedback_nlp/_data/public_labels.csv" in names


def test_wheel_declares_its_command_and_its_spacy_component(wheel):
    """The command and `nlp.add_pipe("feedback_nlp")` are found without an import."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("entry_points.txt")]
        lines = archive.read(name).decode("utf-8").splitlines()
    assert "feedback-nlp = feedback_nlp.cli:main" in lines
    assert "feedback_nlp = feedback_nlp.component:create_feedback_component" in lines


def test_installed_package_is_not_the_source(installed, tmp_path):
    """The tests below would prove nothing if Python found the checkout first."""
    code = "import feedback_nlp; print(feedback_nlp.__file__)"
    found = run([sys.executable, "-c", code], cwd=tmp_path, path=installed).stdout.strip()
    assert Path(found).resolve().is_relative_to(installed.resolve())


def test_installed_package_scores_a_text(installed, tmp_path):
    """Both scores come out for a text on standard input, far from the source."""
    command = [sys.executable, "-m", "feedback_nlp.cli", "score", "-"]
    printed = run(command, cwd=tmp_path, text=SAMPLE, path=installed).stdout.lower()
    assert "actionab" in printed
    assert "judgmental" in printed


def test_installed_package_reports_its_findings(installed, tmp_path):
    """The whole report names the cues by the names of the codebook."""
    command = [sys.executable, "-m", "feedback_nlp.cli", "score", "-", "--format", "json"]
    report = json.loads(run(command, cwd=tmp_path, text=SAMPLE, path=installed).stdout)
    assert 0 <= report["actionability"] <= 1
    assert 0 <= report["judgmental"] <= 1
    assert {"person_label", "next_step"} <= {finding["cue"] for finding in report["findings"]}

"""The notebooks' own rules; `make test` also runs each one under nbval."""

from __future__ import annotations

import ast
import configparser
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SANITIZER = ROOT / "tests" / "nbval_sanitize.cfg"
PRIVATE_PATH = re.compile(r"(?<![\w.:/-])/(?:home|root|Users|work|opt|tmp)/\w")

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)


def test_there_are_notebooks():
    """A moved folder must not turn the notebook tests into no tests."""
    names = {path.name for path in NOTEBOOKS}
    assert {"01_draft_feedback.ipynb", "02_receive_feedback.ipynb"} <= names
    assert {"20_score_a_corpus.ipynb", "22_train_your_own.ipynb"} <= names
    assert "23_how_valid_are_the_scores.ipynb" in names


@each_notebook
def test_notebook_runs_on_the_default_kernel(path):
    """Anyone's Python 3 kernel opens the notebook without a question."""
    assert json.loads(path.read_text("utf-8"))["metadata"]["kernelspec"]["name"] == "python3"


@each_notebook
def test_notebook_holds_no_error_and_no_path_of_a_machine(path):
    """What was saved shows a clean run and says nothing about where it ran."""
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        outputs = cell.get("outputs", [])
        assert not [output for output in outputs if output["output_type"] == "error"]
        assert not PRIVATE_PATH.search(json.dumps(outputs, ensure_ascii=False))


@each_notebook
def test_no_code_is_in_sight(path):
    """JupyterLab shows the first line of a hidden cell, so that line is a plain comment."""
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            assert cell["metadata"]["jupyter"]["source_hidden"]
            assert "hide-input" in cell["metadata"]["tags"]
            assert cell["source"][0].startswith("# ")


@each_notebook
def test_notebook_only_calls_the_package(path):
    """Logic lives in the package, where it is tested: a notebook defines no function or class."""
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        lines = "".join(cell["source"]).splitlines()
        code = "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in lines)
        defined = [
            node.name
            for node in ast.walk(ast.parse(code))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        ]
        assert defined == []


def test_sanitizer_is_readable_by_nbval():
    """nbval skips a section it cannot read, so each has a valid pattern and a replacement."""
    rules = configparser.RawConfigParser()
    rules.read(SANITIZER, encoding="utf-8")
    assert rules.sections()
    for section in rules.sections():
        re.compile(rules.get(section, "regex"))
        assert rules.get(section, "replace")


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("<object at 0x7f3a10b2c9d0>", "<object at ADDRESS>"),
        ("scored in 12.5 ms", "scored in DURATION"),
        ("1234.5 rows/s", "SPEED"),
        ("scored on 2026-01-31", "scored on DATE"),
        ("actionability 0.71", "actionability 0.71"),
    ],
)
def test_sanitizer_hides_only_what_differs_between_runs(output, expected):
    """Scores stay in the comparison; clocks and addresses do not."""
    rules = configparser.RawConfigParser()
    rules.read(SANITIZER, encoding="utf-8")
    for section in rules.sections():
        output = re.sub(rules.get(section, "regex"), rules.get(section, "replace"), output)
    assert output == expected

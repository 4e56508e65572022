"""The command line, with real files: what comes out, and what is said when something is wrong."""

from __future__ import annotations

import csv
import json
import os
import pydoc
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import feedback_nlp
from feedback_nlp import coach
from feedback_nlp.cli import main
from feedback_nlp.jupyter.prompt import PromptConnection
from feedback_nlp.report import SCORE_NAMES

EXAMPLE = "You are careless. Next time, add units to the axis on slide 4."
ADDED = [*SCORE_NAMES, "feedback_error"]
SCRIPT = Path(sys.executable).with_name("feedback-nlp")


@pytest.fixture(scope="module")
def scorer():
    return feedback_nlp.load()


@pytest.fixture
def run(scorer, monkeypatch, tmp_path):
    """Run the command line in an empty folder; the scorer is loaded once."""
    monkeypatch.setattr(feedback_nlp, "load", lambda path=None: scorer)
    monkeypatch.chdir(tmp_path)

    def run(*args, text=None):
        result = CliRunner().invoke(main, [str(arg) for arg in args], input=text)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def read_csv(content):
    return list(csv.DictReader(content.splitlines()))


def fails(result, code, *parts):
    """Check that a run ended in one error sentence that holds the given parts."""
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr
    for part in parts:
        assert part in result.stderr


# One text


def test_standard_input_prints_scores_and_findings(run, scorer):
    result = run("score", "-", text=EXAMPLE + "\n")
    assert result.exit_code == 0
    assert result.stdout.rstrip("\n") == str(scorer(EXAMPLE + "\n")).rstrip("\n")


def test_standard_input_is_the_default(run):
    assert run("score", text=EXAMPLE).stdout == run("score", "-", text=EXAMPLE).stdout


def test_json_holds_the_whole_report(run, scorer):
    result = run("score", "-", "--format", "json", text=EXAMPLE)
    assert json.loads(result.stdout) == json.loads(scorer(EXAMPLE).to_json())


def test_jsonl_of_one_text_is_one_line(run):
    result = run("score", "-", "--format", "jsonl", text=EXAMPLE)
    assert result.stdout.count("\n") == 1
    assert json.loads(result.stdout)["text"] == EXAMPLE


def test_text_file_keeps_the_text_exactly(run, tmp_path):
    """Windows line ends stay, so that offsets fit the file; a byte-order mark is no text."""
    text = "First line.\r\nNext time, add a 👍.\r\n"
    (tmp_path / "note.txt").write_bytes(b"\xef\xbb\xbf" + text.encode())
    result = run("score", "note.txt", "--format", "json")
    assert json.loads(result.stdout)["text"] == text


def test_text_to_csv_is_one_row(run):
    row = read_csv(run("score", "-", "--format", "csv", text=EXAMPLE).stdout)[0]
    assert list(row) == ["text", *ADDED]


def test_blank_text_is_valid(run):
    result = run("score", "-", "--format", "json", text=" \n")
    assert json.loads(result.stdout)["actionability"] is None


# Tables


@pytest.fixture
def reviews(tmp_path):
    path = tmp_path / "reviews.csv"
    lines = ["id,comment,note", f'007,"{EXAMPLE}",1.50', "008,,", '009,"Two', 'lines, ok.",é', ""]
    path.write_bytes("\r\n".join(lines).encode())
    return path


def test_csv_to_standard_output_by_default(run, reviews):
    result = run("score", reviews)
    rows = list(csv.DictReader(result.stdout.splitlines(keepends=True)))
    assert list(rows[0]) == ["id", "comment", "note", *ADDED]
    assert [row["id"] for row in rows] == ["007", "008", "009"]
    assert rows[0]["note"] == "1.50"
    assert [row["feedback_error"] for row in rows] == ["", "no text", ""]
    assert rows[1]["actionability"] == ""
    assert 0 <= float(rows[0]["actionability"]) <= 1


def test_cells_keep_their_line_ends(run, reviews, tmp_path):
    assert run("score", reviews, "-o", "out.csv").exit_code == 0
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        assert [row["comment"] for row in csv.DictReader(file)][2] == "Two\r\nlines, ok."


def test_csv_to_parquet_and_back_is_the_same(run, reviews, tmp_path):
    run("score", reviews, "-o", "out.parquet")
    table = pd.read_parquet(tmp_path / "out.parquet")
    rows = read_csv(run("score", reviews).stdout)
    assert list(table.columns) == ["id", "comment", "note", *ADDED]
    assert table["judgmental"][0] == float(rows[0]["judgmental"])
    assert table["feedback_error"].tolist()[1] == "no text"
    assert table["feedback_error"].isna().tolist() == [True, False, True]


@pytest.mark.parametrize("mark", [";", "\t"])
def test_other_separators_of_csv_are_read(run, tmp_path, mark):
    (tmp_path / "a.csv").write_text(f"id{mark}text\n1{mark}Add units, please.\n")
    assert read_csv(run("score", "a.csv").stdout)[0]["text"] == "Add units, please."


def test_jsonl_gives_one_report_a_line_with_the_other_columns(run, tmp_path):
    rows = [{"id": 1, "feedback": EXAMPLE, "tags": ["a"]}, {"id": 2}, {"feedback": 5, "new": None}]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n")
    lines = run("score", path, "--format", "jsonl").stdout.splitlines()
    reports = [json.loads(line) for line in lines]
    assert [report["row"] for report in reports] == [
        {"id": 1, "tags": ["a"]},
        {"id": 2},
        {"new": None},
    ]
    assert [report["feedback_error"] for report in reports] == [
        None,
        "no text",
        "not a text but int",
    ]
    assert reports[0]["text"] == EXAMPLE
    assert reports[0]["findings"]
    as_list = json.loads(run("score", path, "--format", "json").stdout)
    assert as_list == reports


def test_jsonl_to_parquet_has_all_columns_of_all_rows(run, tmp_path):
    rows = [{"text": EXAMPLE, "n": 1}, {"text": "Well done.", "x": 1.5, "mixed": 1}, {"mixed": "a"}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    run("score", "a.jsonl", "-o", "b.parquet")
    table = pq.read_table(tmp_path / "b.parquet").select(["text", "n", "x", "mixed"])
    assert table.to_pylist() == [
        {"text": EXAMPLE, "n": 1, "x": None, "mixed": None},
        {"text": "Well done.", "n": None, "x": 1.5, "mixed": "1"},
        {"text": None, "n": None, "x": None, "mixed": "a"},
    ]


def test_parquet_keeps_types_metadata_and_order_over_many_batches(run, tmp_path):
    size = 1300
    frame = pd.DataFrame(
        {
            "text": pd.Categorical([EXAMPLE, "Well done."] * (size // 2)),
            "when": pd.date_range("2024-01-01", periods=size),
            "nested": [[i, i + 1] for i in range(size)],
        },
        index=pd.Index(range(size, 0, -1), name="key"),
    )
    frame.to_parquet(tmp_path / "in.parquet")
    result = run("score", "in.parquet", "-o", "out.parquet")
    assert (result.exit_code, result.output) == (0, "")
    before, after = (pq.read_table(tmp_path / f"{name}.parquet") for name in ("in", "out"))
    assert after.select(before.column_names).equals(before)
    assert after.schema.names == [*before.schema.names, *ADDED]
    assert pd.read_parquet(tmp_path / "out.parquet").index.equals(frame.index)


def test_table_format_shows_a_line_per_row(run, reviews):
    lines = run("score", reviews, "--format", "table").stdout.splitlines()
    assert len(lines) == 4
    assert lines[0].split()[:2] == ["row", "actionability"]
    assert "[no text]" in lines[2]


def test_row_over_the_limit_is_marked(run, tmp_path):
    pd.DataFrame({"text": ["a " * 60_000, EXAMPLE]}).to_csv(tmp_path / "a.csv", index=False)
    run("score", "a.csv", "-o", "b.csv")
    marks = pd.read_csv(tmp_path / "b.csv")["feedback_error"]
    assert marks[0] == "too long: 120,000 characters, the limit is 100,000"
    assert pd.isna(marks[1])


def test_broken_character_from_json_is_marked_and_written_as_escape(run, tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "cut \\ud83d"}\n')
    for ending in ("jsonl", "csv", "parquet"):
        assert run("score", "a.jsonl", "-o", f"b.{ending}").exit_code == 0
    assert json.loads((tmp_path / "b.jsonl").read_text())["feedback_error"].startswith("broken")


def test_progress_goes_to_standard_error(run, reviews):
    result = run("score", reviews, "--progress")
    assert "text" in result.stderr
    assert run("score", reviews).stderr == ""
    assert run("score", reviews, "--no-progress").stdout == result.stdout


def test_named_column_and_overwrite(run, tmp_path):
    (tmp_path / "a.csv").write_text("text,other,qual\nx,Well done.,old\n")
    fails(run("score", "a.csv"), 2, "'qual'", "--overwrite")
    row = read_csv(run("score", "a.csv", "--text", "other", "--overwrite").stdout)[0]
    assert list(row) == ["text", "other", *ADDED]
    assert row["qual"] != "old"


def test_output_may_be_the_input(run, reviews):
    assert run("score", reviews, "-o", reviews).exit_code == 0
    assert "judgmental" in reviews.read_text(encoding="utf-8").splitlines()[0]


# Usage errors: exit code 2


def test_missing_column_names_the_columns(run, reviews):
    fails(run("score", reviews, "--text", "body"), 2, "'body'", "'id', 'comment', 'note'")


def test_no_column_that_looks_like_text_names_the_columns(run, tmp_path):
    (tmp_path / "a.csv").write_text("id,body\n1,x\n")
    fails(run("score", "a.csv"), 2, "'id', 'body'", "--text")


@pytest.mark.parametrize(
    ("args", "part"),
    [
        (["nowhere.csv"], "nowhere.csv does not exist"),
        (["."], "not a file"),
        (["a.docx"], ".txt, .csv, .jsonl, .parquet, .xlsx"),
        (["a.csv", "-o", "b.odt"], "b.odt has an ending that is not known"),
        (["a.csv", "-o", "no/b.csv"], "The folder no does not exist"),
        (["a.csv", "-o", "."], "is a folder"),
        (["a.csv", "--format", "xml"], "xml"),
        (["a.csv", "--format", "parquet"], "--output"),
        (["a.csv", "--encoding", "klingon"], "'klingon' is not known"),
        (["a.csv", "--colour"], "--colour"),
        (["a.txt", "--text", "x"], "--text"),
    ],
)
def test_wrong_usage_is_one_sentence(run, tmp_path, args, part):
    for name in ("a.csv", "a.docx", "a.txt"):
        (tmp_path / name).write_text("text\nWell done.\n")
    fails(run("score", *args), 2, part)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "a.docx", "a.txt"]


def test_unknown_command_is_one_sentence(run):
    fails(run("sing"), 2, "sing")


# Failures: exit code 1, no output file


@pytest.mark.parametrize(
    ("name", "content", "parts"),
    [
        ("a.csv", b"", ["a.csv is empty"]),
        ("a.txt", b"", ["a.txt is empty"]),
        ("a.jsonl", b"\n\n", ["no rows"]),
        ("a.csv", b"text,id\n", ["no rows"]),
        ("a.txt", b"caf\xe9 is good", ["byte 3 (0xe9)", "--encoding cp1252"]),
        ("a.csv", "text\nüber\n".encode("utf-16"), ["byte 0", "--encoding utf-16"]),
        ("a.csv", b"text,id\nok,1\nbad,2,3\n", ["3 cells", "line 3"]),
        ("a.csv", b'text,id\nok,1\n"open,2\n', ["not valid CSV"]),
        ("a.csv", b"text,text\na,b\n", ["'text'", "more than one"]),
        ("a.jsonl", b'{"text": "ok"}\n{"text": \n', ["line 2", "not valid JSON"]),
        ("a.jsonl", b'{"text": "ok"}\n[1]\n', ["line 2", "no JSON object"]),
        ("a.parquet", b"PAR1 but not really", ["cannot be read as Parquet"]),
        ("a.txt", b"word " * 30_000, ["100,000"]),
    ],
)
def test_unreadable_input_says_what_and_where_and_leaves_nothing(
    run, tmp_path, name, content, parts
):
    (tmp_path / name).write_bytes(content)
    code = 2 if "more than one" in parts else 1
    fails(run("score", name, "-o", "out.csv"), code, *parts)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_wrong_byte_deep_in_a_table_is_named_and_the_old_output_stays(run, tmp_path):
    head = b"text,id\n" + b"Well done.,1\n" * 20_000 + "ü".encode() * 3
    (tmp_path / "a.csv").write_bytes(head + b"\xe9,2\n")
    (tmp_path / "out.csv").write_text("old")
    fails(run("score", "a.csv", "-o", "out.csv"), 1, f"byte {len(head)} (0xe9)")
    assert (tmp_path / "out.csv").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "out.csv"]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
def test_another_encoding_works_once_it_is_named(run, tmp_path, encoding):
    (tmp_path / "a.csv").write_bytes("text\r\nThe café was calm.\r\n".encode(encoding))
    row = read_csv(run("score", "a.csv", "--encoding", encoding).stdout)[0]
    assert row["text"] == "The café was calm."


def test_byte_order_mark_needs_no_option(run, tmp_path):
    (tmp_path / "a.csv").write_bytes("text\r\nWell done.\r\n".encode("utf-8-sig"))
    assert list(read_csv(run("score", "a.csv").stdout)[0]) == ["text", *ADDED]


def test_damaged_parquet_leaves_nothing(run, tmp_path):
    path = tmp_path / "a.parquet"
    texts = [f"Well done, number {i}." for i in range(5000)]
    pq.write_table(pa.table({"text": texts}), path, row_group_size=1000)
    content = bytearray(path.read_bytes())
    middle = len(content) // 3
    content[middle : middle + 2000] = b"\xff" * 2000
    path.write_bytes(bytes(content))
    fails(run("score", path, "-o", "b.parquet"), 1, "damaged")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.parquet"]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a folder that nobody can write to")
def test_output_that_cannot_be_written_is_named(run, reviews):
    fails(run("score", reviews, "-o", "/proc/out.csv"), 1, "/proc/out.csv cannot be written")


def test_altered_model_is_a_failure(monkeypatch, tmp_path):
    from feedback_nlp.errors import HeadsError

    def load(path=None):
        raise HeadsError("models/heads.skops was altered; run `feedback-nlp train`.")

    monkeypatch.setattr(feedback_nlp, "load", load)
    fails(CliRunner().invoke(main, ["score", "-"], input="x"), 1, "altered")


# The installed script


def script(*args, **options):
    return subprocess.run(
        [SCRIPT, *args], capture_output=True, text=True, encoding="utf-8", timeout=120, **options
    )


def test_installed_script_scores_standard_input():
    result = script("score", "-", "--format", "json", input=EXAMPLE)
    assert result.returncode == 0, result.stderr
    cues = {finding["cue"] for finding in json.loads(result.stdout)["findings"]}
    assert {"person_label", "next_step"} <= cues


def test_installed_script_says_its_version():
    assert feedback_nlp.__version__ in script("--version").stdout


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_leaves_no_output_but_keeps_what_is_finished(tmp_path, stop):
    """Ctrl+C or a termination in the middle of a table removes the unfinished output only."""
    pd.DataFrame({"text": [f"Add the unit number {i}." for i in range(200_000)]}).to_csv(
        tmp_path / "a.csv", index=False
    )
    process = subprocess.Popen(
        [SCRIPT, "score", "a.csv", "-o", "b.csv"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        # A test run in the background ignores SIGINT, and so would its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 90
    while not any(tmp_path.glob(".b.csv.parts/*.scored.parquet")):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(stop)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert errors.startswith("Error: Stopped")
    assert "--resume" in errors
    assert sorted(path.name for path in tmp_path.iterdir()) == [".b.csv.parts", "a.csv"]


# coach and train


def test_coach_without_the_lab_names_the_command_that_mends_it(run, monkeypatch):
    monkeypatch.setattr(coach, "_LAB", ("no_such_lab",))
    fails(run("coach"), 1, "needs no_such_lab", "run: pip install no_such_lab")


def test_coach_command_is_offline_and_passes_options_on(tmp_path):
    command = coach.lab_command(tmp_path / "a.ipynb", browser=False, port=8899)
    assert command[1:3] == ["-m", "jupyterlab"]
    (connection,) = (part for part in command if "kernel_websocket_connection_class" in part)
    assert pydoc.locate(connection.partition("=")[2]) is PromptConnection
    assert f"--ServerApp.root_dir={tmp_path}" in command
    assert "--LabApp.default_url=/doc/tree/a.ipynb" in command
    assert any("NeverCheckForUpdate" in part for part in command)
    assert "--no-browser" in command
    assert "--port=8899" in command
    assert ("--allow-root" in command) == (hasattr(os, "geteuid") and os.geteuid() == 0)


def test_app_without_voila_names_the_command_that_mends_it(run, monkeypatch):
    monkeypatch.setattr(coach, "_APP", ("no_such_voila",))
    fails(run("coach", "--app"), 1, "needs no_such_voila", "run: pip install no_such_voila")


def test_app_command_serves_this_machine_only(tmp_path):
    command = coach.app_command(tmp_path / "a.ipynb", browser=False, port=8899)
    assert command[1:4] == ["-m", "voila", str(tmp_path / "a.ipynb")]
    assert {"--Voila.ip=127.0.0.1", "--Voila.auto_token=True", "--port=8899"} <= set(command)


@pytest.mark.parametrize(
    ("options", "name", "app"),
    [
        ((), coach.NOTEBOOK, False),
        (("--receive",), coach.RECEIVE_NOTEBOOK, False),
        (("--app",), coach.NOTEBOOK, True),
        (("--receive", "--app"), coach.RECEIVE_NOTEBOOK, True),
    ],
)
def test_coach_opens_a_copy_and_the_app_the_original(run, monkeypatch, options, name, app):
    opened = []
    monkeypatch.setattr(coach, "require", lambda **_: None)
    monkeypatch.setattr(
        coach, "run_notebook", lambda path, **given: opened.append((path, given["app"])) or 0
    )
    result = run("coach", *options)
    assert result.exit_code == 0
    original = coach.find_notebook(name)
    assert opened == [(original if app else Path.cwd() / name, app)]
    assert (str(opened[0][0]) in result.output) == (not app)
    assert opened[0][0].read_bytes() == original.read_bytes()


def test_coach_keeps_a_copy_that_is_there(tmp_path):
    copy = coach.working_copy(coach.NOTEBOOK, tmp_path)
    copy.write_text("my work")
    assert coach.working_copy(coach.NOTEBOOK, tmp_path).read_text() == "my work"


def test_copy_in_a_checkout_changes_no_tracked_file(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / coach.NOTEBOOK).write_text("{}")
    monkeypatch.setattr(coach, "__file__", str(tmp_path / "feedback_nlp" / "coach.py"))
    for folder in (tmp_path, tmp_path / "notebooks"):
        assert coach.working_copy(coach.NOTEBOOK, folder).parent == tmp_path / coach.COPIES
    ignored = (Path(__file__).parents[1] / ".gitignore").read_text("utf-8").splitlines()
    assert f"/{coach.COPIES}/" in ignored


def test_coach_copies_the_packaged_notebook(tmp_path, monkeypatch):
    package = tmp_path / "site" / "feedback_nlp"
    (package / "_notebooks").mkdir(parents=True)
    (package / "_notebooks" / coach.NOTEBOOK).write_text("{}")
    monkeypatch.setattr(coach, "__file__", str(package / "coach.py"))
    monkeypatch.setattr(coach.resources, "files", lambda name: package)
    work = tmp_path / "work"
    work.mkdir()
    assert coach.working_copy(coach.NOTEBOOK, work).read_text() == "{}"
    with pytest.raises(coach.CoachError, match="came without 02"):
        coach.working_copy(coach.RECEIVE_NOTEBOOK, work)


def test_train_passes_paths_on_and_prints_figures(run, tmp_path, monkeypatch):
    training = pytest.importorskip("feedback_nlp.training")
    (tmp_path / "e.jsonl").write_text("{}\n")
    given = []

    def train(data_dir, examples, out, progress):
        given.append((data_dir, examples, out, progress))
        return {"tone": {"auc": 0.91234}, "texts": 400}

    monkeypatch.setattr(training, "train", train)
    monkeypatch.setenv("FEEDBACK_NLP_DATA", str(tmp_path))
    result = run("train", "--examples", "e.jsonl", "--out", "m")
    assert given == [(tmp_path, Path("e.jsonl"), Path("m"), False)]
    assert result.stdout.split() == ["tone.auc", "0.912", "texts", "400"]


def test_train_refuses_a_folder_that_is_not_there(run):
    fails(run("train", "--data", "nowhere"), 2, "nowhere")

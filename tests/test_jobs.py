"""Long runs: interrupted by real kills, resumed, and equal to a run that nobody disturbed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from feedback_nlp import jobs
from feedback_nlp.errors import InputError
from feedback_nlp.jobs import Job, run_job
from feedback_nlp.parts import Results, ResumeError

SCRIPT = Path(sys.executable).with_name("feedback-nlp")
SENTENCES = (
    "You are careless. Next time, add units to the axis on slide {}.",
    "Slide {} had no units, so two people asked what they saw.",
    "",
    "Well done.",
)


@pytest.fixture
def table(tmp_path):
    rows = [SENTENCES[i % len(SENTENCES)].format(i) for i in range(2000)]
    path = tmp_path / "in.csv"
    pd.DataFrame({"id": range(len(rows)), "comment": rows}).to_csv(path, index=False)
    return path


def start(table, output, *options):
    return subprocess.Popen(
        [SCRIPT, "score", table, "-o", output, *options],
        cwd=table.parent, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def kill_in_the_middle(table, output, *options):
    """Start a run and kill it, without a chance to clean up, once a part is finished."""
    process = start(table, output, *options)
    parts = table.parent / f".{output}.parts"
    deadline = time.monotonic() + 120
    while not any(parts.glob("*.scored.parquet")):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stderr.close()
    return parts


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl"])
def test_a_killed_run_is_resumed_and_gives_the_same_bytes(table, scorer, ending):
    output = f"out.{ending}"
    details = {name: table.parent / f"{name}.{ending}" for name in ("sentences", "findings")}
    options = [part for name, path in details.items() for part in (f"--{name}", path.name)]
    parts = kill_in_the_middle(table, output, *options)
    assert not (table.parent / output).exists()
    before = {path.name: path.stat().st_mtime_ns for path in parts.glob("*.parquet")}

    refused = start(table, output, *options)
    assert "--resume" in refused.communicate(timeout=120)[1]
    assert refused.returncode == 1
    after = {path.name: path.stat().st_mtime_ns for path in parts.glob("*.parquet")}
    assert after == before

    resumed = start(table, output, *options, "--resume")
    assert resumed.communicate(timeout=240)[1] == ""
    assert resumed.returncode == 0
    assert not parts.exists()

    whole = table.parent / f"whole.{ending}"
    whole_details = {name: path.with_name(f"whole_{path.name}") for name, path in details.items()}
    run_job(Job(table, whole, ending, details=whole_details), scorer=scorer)
    assert (table.parent / output).read_bytes() == whole.read_bytes()
    for name, path in details.items():
        assert path.read_bytes() == whole_details[name].read_bytes()


@pytest.fixture
def interrupted(table, scorer, monkeypatch):
    """A run that broke in its third part; returns its job."""
    job = Job(table, table.parent / "out.csv", "csv")
    score, calls = jobs._score, []

    def breaks(*args):
        calls.append(args)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return score(*args)

    monkeypatch.setattr(jobs, "_score", breaks)
    with pytest.raises(KeyboardInterrupt):
        run_job(job, scorer=scorer)
    monkeypatch.setattr(jobs, "_score", lambda *args: calls.append(args) or score(*args))
    calls.clear()
    return job, calls


def with_resume(job, resume):
    return Job(job.source, job.output, job.style, resume=resume)


def test_finished_parts_are_not_scored_again(interrupted, scorer):
    job, calls = interrupted
    run_job(with_resume(job, True), scorer=scorer)
    assert [args[2] for args in calls] == [1024, 1536]


def test_a_damaged_part_is_scored_again(interrupted, scorer):
    job, calls = interrupted
    (job.parts_folder / "00000000.scored.parquet").write_bytes(b"PAR1")
    run_job(with_resume(job, True), scorer=scorer)
    assert [args[2] for args in calls] == [0, 1024, 1536]


def test_restart_drops_the_parts(interrupted, scorer):
    job, calls = interrupted
    run_job(with_resume(job, False), scorer=scorer)
    assert len(calls) == 4
    assert not job.parts_folder.exists()


def test_parts_of_another_input_are_refused(interrupted, scorer):
    job, _ = interrupted
    job.source.write_text(job.source.read_text() + "9,Well done.\n")
    with pytest.raises(ResumeError, match="changed: input_sha256.*--restart"):
        run_job(with_resume(job, True), scorer=scorer)
    assert job.parts_folder.exists()


def test_parts_of_other_heads_are_refused(interrupted, scorer):
    job, _ = interrupted
    path = job.parts_folder / "manifest.json"
    plan = json.loads(path.read_text())
    plan["versions"]["heads"] = "0-old"
    path.write_text(json.dumps(plan))
    with pytest.raises(ResumeError, match="changed: versions"):
        run_job(with_resume(job, True), scorer=scorer)


def test_progress_tells_the_time_left_and_counts_csv_rows_first(table, scorer, capsys):
    run_job(Job(table, table.parent / "out.csv", "csv"), progress=True, scorer=scorer)
    shown = capsys.readouterr().err
    assert "2000/2000" in shown
    assert "<00:00" in shown


def test_two_outputs_of_one_name_are_refused(table, scorer):
    output = table.parent / "out.csv"
    with pytest.raises(InputError, match="same name"):
        run_job(Job(table, output, "csv", details={"findings": output}), scorer=scorer)


def test_all_outputs_of_a_job_tell_the_same(table, scorer):
    folder = table.parent
    details = {name: folder / f"{name}.parquet" for name in ("sentences", "findings", "features")}
    run_job(Job(table, folder / "out.parquet", "parquet", details=details), scorer=scorer)
    rows = pq.read_table(folder / "out.parquet").to_pandas()
    sentences, findings, features = (pd.read_parquet(path) for path in details.values())
    strongest = sentences.groupby("row")["judgmental"].max()
    assert strongest.to_numpy() == pytest.approx(rows["judgmental"][strongest.index].to_numpy())
    first = findings[findings["row"] == 4]
    assert set(first["cue"]) >= {"person_label", "next_step"}
    text = rows["comment"][4]
    assert [text[a:b] for a, b in zip(first["start"], first["end"], strict=True)] == list(
        first["text"]
    )
    assert set(features["row"]) == set(sentences["row"])
    assert not features.duplicated(["row", "sentence", "feature"]).any()


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_memory_does_not_grow_with_the_rows(tmp_path, scorer, monkeypatch, ending):
    """All but the scorer itself, which stands still here: reading, parts, writing."""
    unscored = scorer("")
    held = []

    def score(chunk, *others):
        held.append(pa.total_allocated_bytes())
        return Results([(unscored, "no text")] * len(chunk))

    monkeypatch.setattr(jobs, "_score", score)

    def peak(rows):
        frame = pd.DataFrame({"text": [f"Comment number {i} of many." for i in range(rows)]})
        path = tmp_path / f"{rows}.{ending}"
        if ending == "csv":
            frame.to_csv(path, index=False)
        else:
            frame.to_parquet(path, row_group_size=2000)
        del frame
        held.clear()
        tracemalloc.start()
        run_job(Job(path, tmp_path / f"{rows}.out.{ending}", ending), scorer=scorer)
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top + max(held) - held[0]

    peak(1000)  # what is loaded late is loaded
    assert peak(10_000) <= 1.1 * peak(2_000) + 200_000

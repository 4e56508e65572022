"""Many processes: parts that can be made again, lost workers, and rows that are at fault."""

from __future__ import annotations

import os
import re
import signal
import socket
import threading
import time

import pandas as pd
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import feedback_nlp
from feedback_nlp.cli import main
from feedback_nlp.errors import HeadsError, InputError
from feedback_nlp.frames import ERROR_COLUMN, ColumnError, score_frame
from feedback_nlp.heads import Heads, LinearHead, Weights, load_heads, save_heads
from feedback_nlp.report import SCORE_NAMES

dask = pytest.importorskip("dask.dataframe")
distributed = pytest.importorskip("distributed")

from feedback_nlp import cluster, folders, shards  # noqa: E402

TEXTS = ["You are careless.", "Next time, add units to slide {}.", None, "Well done, number {}."]


def frame(size, first=0):
    texts = [TEXTS[i % 4] and TEXTS[i % 4].format(first + i) for i in range(size)]
    return pd.DataFrame({"id": range(first, first + size), "comment": texts})


def expected(table, scorer):
    result = score_frame(table, "comment", scorer=scorer)
    return result.assign(**{ERROR_COLUMN: result.get(ERROR_COLUMN)})


def same(found, table, scorer):
    wanted = expected(table, scorer)
    assert found["id"].tolist() == wanted["id"].tolist()
    assert found["comment"].fillna("").tolist() == wanted["comment"].fillna("").tolist()
    pd.testing.assert_frame_equal(
        found[list(SCORE_NAMES)], wanted[list(SCORE_NAMES)], rtol=0, atol=1e-9
    )
    assert found[ERROR_COLUMN].fillna("").tolist() == wanted[ERROR_COLUMN].fillna("").tolist()


def read(folder):
    parts = sorted(folder.glob("*.parquet"))
    return pd.concat([pq.read_table(part).to_pandas() for part in parts], ignore_index=True)


@pytest.fixture
def inputs(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    frame(700).to_parquet(folder / "a.parquet", row_group_size=150)
    frame(300, 700).to_parquet(folder / "b.parquet")
    return folder


def make_all(inputs, output, rows_per_part=256):
    tasks = folders.plan_tasks([f"{inputs}/*.parquet"], str(output), None, "utf-8", False,
                               rows_per_part)  # fmt: skip
    return [(task, shards.score_part(task)) for task in tasks]


def test_parts_keep_all_rows_columns_and_order(inputs, tmp_path, scorer):
    made = make_all(inputs, tmp_path / "out")
    assert [rows for _, rows in made] == [256, 256, 188, 256, 44]
    same(read(tmp_path / "out"), frame(1000), scorer)


def test_parts_that_are_there_are_skipped_and_others_made_again(inputs, tmp_path):
    first = make_all(inputs, tmp_path / "out")
    os.unlink(first[1][0].target)
    (tmp_path / "out" / "a.00000.parquet").write_bytes(b"PAR1 cut")
    assert [rows for _, rows in make_all(inputs, tmp_path / "out")] == [256, 256, None, None, None]


def test_parts_of_a_changed_table_are_made_again(inputs, tmp_path):
    make_all(inputs, tmp_path / "out")
    frame(301, 700).to_parquet(inputs / "b.parquet")
    rows = [rows for _, rows in make_all(inputs, tmp_path / "out")]
    assert rows == [None, None, None, 256, 45]


def test_a_part_that_breaks_leaves_no_file(inputs, tmp_path, monkeypatch):
    def breaks(*args, **options):
        raise MemoryError

    monkeypatch.setattr(shards, "score_values", breaks)
    with pytest.raises(MemoryError):
        make_all(inputs, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_worker_of_another_version_is_refused(inputs, tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "worker_versions", lambda heads: "{}")
    with pytest.raises(cluster.ClusterError, match="another version"):
        make_all(inputs, tmp_path / "out")


def test_tables_of_one_name_are_refused(inputs, tmp_path):
    frame(3).to_csv(inputs / "a.csv", index=False)
    with pytest.raises(InputError, match="parts of the same name"):
        list(folders.plan_tasks([str(inputs)], str(tmp_path / "out"), None, "utf-8", False, 99))


def test_a_pattern_without_tables_says_so(tmp_path):
    with pytest.raises(InputError, match="names no table"):
        list(
            folders.plan_tasks([f"{tmp_path}/*.txt"], str(tmp_path / "o"), None, "utf-8", False, 9)
        )


def test_csv_and_jsonl_are_one_part_each(tmp_path, scorer):
    frame(5).to_csv(tmp_path / "a.csv", index=False)
    frame(5).to_json(tmp_path / "b.jsonl", orient="records", lines=True)
    sources = [str(tmp_path / "a.csv"), str(tmp_path / "b.jsonl")]
    tasks = folders.plan_tasks(sources, str(tmp_path / "out"), None, "utf-8", False, 2)
    assert [shards.score_part(task) for task in tasks] == [5, 5]


# One bad row


def test_a_text_that_breaks_the_scorer_marks_its_row_only(scorer, monkeypatch):
    whole = scorer.read_batch

    def breaks(texts, **options):
        if any(text and "number 3" in text for text in texts):
            raise RuntimeError("a bug")
        return whole(texts, **options)

    monkeypatch.setattr(scorer, "read_batch", breaks)
    result = score_frame(frame(8), "comment", scorer=scorer)
    assert result[ERROR_COLUMN][3] == "could not be scored: RuntimeError"
    assert result["qual"].notna().tolist() == [True, True, False, False, True, True, False, True]


# Dask tables


def test_a_dask_table_keeps_divisions_index_and_columns(scorer, monkeypatch):
    monkeypatch.setattr(cluster, "_load", lambda heads: scorer)
    table = frame(20).set_index(pd.Index(range(100, 120), name="key"))
    ddf = dask.from_pandas(table, npartitions=3)
    scored = score_frame(ddf, "comment")
    assert scored.divisions == ddf.divisions
    with dask_sync():
        found = scored.compute()
    assert list(scored.columns) == list(found.columns) == [*table, *SCORE_NAMES, ERROR_COLUMN]
    assert (scored.dtypes == found.dtypes).all()
    assert found.index.equals(table.index)
    same(found, table, scorer)


def dask_sync():
    import dask.config

    return dask.config.set(scheduler="synchronous")


def test_a_dask_table_without_the_column_is_refused_before_anything_runs():
    with pytest.raises(ColumnError, match="'body'"):
        score_frame(dask.from_pandas(frame(4), npartitions=2), "body")


def test_a_scorer_cannot_be_handed_to_other_processes(scorer):
    with pytest.raises(InputError, match="load their own"):
        score_frame(dask.from_pandas(frame(4), npartitions=2), "comment", scorer=scorer)


# Real worker processes


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_worker_killed_in_the_middle_loses_nothing(inputs, tmp_path, scorer):
    output = tmp_path / "out"
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as local:
        killed = []

        def kill_one():
            deadline = time.monotonic() + 120
            while not list(output.glob("*.parquet")) and time.monotonic() < deadline:
                time.sleep(0.01)
            nanny = next(iter(local.workers.values()))
            killed.append(nanny.pid)
            os.kill(nanny.pid, signal.SIGKILL)

        killer = threading.Thread(target=kill_one)
        killer.start()
        outcome = folders.score_folder(
            [f"{inputs}/*.parquet"], str(output), cluster=local.scheduler_address,
            rows_per_part=50,
        )  # fmt: skip
        killer.join()
    assert killed
    assert (outcome.rows + 50 * outcome.skipped, outcome.failed) == (1000, {})
    same(read(output), frame(1000), scorer)


@pytest.mark.slow
def test_the_command_scores_a_folder_and_skips_what_is_done(inputs, tmp_path, scorer):
    command = ["score", f"{inputs}/*.parquet", "-o", str(tmp_path / "out"), "--workers", "2"]
    first = CliRunner().invoke(main, command)
    assert first.exit_code == 0, first.output
    assert "1,000 rows scored in 2 parts, 0 parts were there already." in first.stderr
    again = CliRunner().invoke(main, command)
    assert "0 rows scored in 0 parts, 2 parts were there already." in again.stderr
    same(read(tmp_path / "out"), frame(1000), scorer)


# Heads of one's own


def save_other_heads(folder, by=1.0):
    """Write heads that are not the shipped ones: every probability is lower."""
    shipped = load_heads()
    other = {
        name: LinearHead(
            head.names,
            Weights(head.estimator.coef_, head.estimator.intercept_ - by),
            head.floor / 2,
        )
        for name, head in shipped.heads.items()
    }
    save_heads(Heads(other, shipped.meta), folder)
    return folder


@pytest.fixture
def my_heads(tmp_path):
    return save_other_heads(tmp_path / "my_heads")


@pytest.fixture(scope="module")
def running():
    """A cluster of two workers with two threads each, as somebody else might have started it."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=2, dashboard_address=None
    ) as local:
        yield local


def test_a_frame_is_scored_with_heads_by_their_folder(my_heads, scorer):
    found = score_frame(frame(8), "comment", heads=my_heads)
    same(found, frame(8), feedback_nlp.load(my_heads))
    assert (found["qual"] < score_frame(frame(8), "comment", scorer=scorer)["qual"])[0]


def test_a_scorer_and_heads_are_one_too_many(my_heads, scorer):
    with pytest.raises(InputError, match="scorer or heads, not both"):
        score_frame(frame(4), "comment", scorer=scorer, heads=my_heads)


@pytest.mark.parametrize("of", ["pandas", "dask"])
def test_a_folder_without_heads_is_refused_before_anything_runs(tmp_path, of):
    table = frame(4) if of == "pandas" else dask.from_pandas(frame(4), npartitions=2)
    with pytest.raises(HeadsError, match="no trained heads at .*nowhere"):
        score_frame(table, "comment", heads=tmp_path / "nowhere")


@pytest.mark.slow
@pytest.mark.parametrize("where", ["--workers", "--cluster"])
def test_the_command_scores_a_folder_with_heads_of_ones_own(
    inputs, tmp_path, my_heads, running, where, monkeypatch
):
    """The folder may be named as seen from here; the workers are told the whole path."""
    monkeypatch.chdir(tmp_path)
    value = "2" if where == "--workers" else running.scheduler_address
    command = ["score", f"{inputs}/*.parquet", "-o", "out", "--heads", "my_heads", where, value]
    first = CliRunner().invoke(main, command)
    assert first.exit_code == 0, first.output
    same(read(tmp_path / "out"), frame(1000), feedback_nlp.load(my_heads))
    # The same heads in another place are no reason to score again; other ones are.
    my_heads.rename(tmp_path / "moved")
    moved = [part if part != "my_heads" else "moved" for part in command]
    assert "0 rows scored" in CliRunner().invoke(main, moved).stderr
    save_other_heads(tmp_path / "moved", by=2.0)
    assert "1,000 rows scored" in CliRunner().invoke(main, moved).stderr
    same(read(tmp_path / "out"), frame(1000), feedback_nlp.load(tmp_path / "moved"))


@pytest.mark.slow
def test_a_dask_table_is_scored_with_heads_of_ones_own(running, my_heads):
    """Each worker process loads one scorer, whatever the number of partitions and threads."""
    table = frame(64)
    with distributed.Client(running) as client:

        def loaded():
            from feedback_nlp import cluster

            return cluster._load.cache_info().misses

        before = client.run(loaded)
        scored = score_frame(dask.from_pandas(table, npartitions=16), "comment", heads=my_heads)
        same(scored.compute(), table, feedback_nlp.load(my_heads))
        assert [n - before[worker] for worker, n in client.run(loaded).items()] == [1, 1]
        # Trained again, into the same folder.
        save_other_heads(my_heads, by=2.0)
        scored = score_frame(dask.from_pandas(table, npartitions=16), "comment", heads=my_heads)
        same(scored.compute(), table, feedback_nlp.load(my_heads))


@pytest.mark.slow
@pytest.mark.parametrize("lost", ["the folder", "a file", "the right heads"])
def test_heads_that_a_worker_cannot_use_are_named_with_place_and_remedy(
    running, tmp_path, my_heads, inputs, lost
):
    """As if the workers ran on a machine that does not see the folder of this one."""
    named = cluster.named_heads(my_heads)
    tasks = list(
        folders.plan_tasks([f"{inputs}/b.parquet"], str(tmp_path / "o"), None, "utf-8", False, 99,
                           named)
    )  # fmt: skip
    if lost == "the folder":
        my_heads.rename(tmp_path / "elsewhere")
    elif lost == "a file":
        (my_heads / "heads.skops").unlink()
    else:
        save_other_heads(my_heads, by=3.0)
    what = "are other ones than where this run" if lost == "the right heads" else "cannot be loaded"
    message = (
        f"The heads in {my_heads} {what}.* on the machine {socket.gethostname()}; put the folder"
        " where every worker can read it under this path"
    )
    with (
        pytest.raises(cluster.ClusterError, match=message),
        cluster.connected(None, running.scheduler_address, named),
    ):
        pass
    # A worker that joins later finds out with its first part.
    with distributed.Client(running) as client:
        outcome = folders.Outcome()
        folders._run(client, tasks[:1], outcome, progress=False)
    (reason,) = outcome.failed.values()
    assert re.match(message, reason)
    assert not list((tmp_path / "o").iterdir())


def test_an_address_where_nobody_answers_is_named(inputs, tmp_path):
    with (
        pytest.raises(cluster.ClusterError, match="tcp://127.0.0.1:9"),
        cluster.connected(None, "tcp://127.0.0.1:9"),
    ):
        pass


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (["--workers", "2", "--findings", "f.csv", "-o", "out"], "--findings"),
        (["--workers", "2", "--cluster", "tcp://x:1", "-o", "out"], "not both"),
        (["--workers", "2"], "--output, a folder"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options, part):
    result = CliRunner().invoke(main, ["score", "a.parquet", *options])
    assert result.exit_code == 2
    assert part in result.stderr


def test_a_part_that_keeps_failing_is_named_and_the_others_are_finished(
    inputs, tmp_path, monkeypatch
):
    tasks = list(
        folders.plan_tasks(
            [f"{inputs}/*.parquet"], str(tmp_path / "out"), None, "utf-8", False, 256
        )
    )
    tries = tmp_path / "tries"

    def score_part(task):
        with tries.open("a") as file:
            file.write(f"{task.target}\n")
        if task.target.endswith("a.00001.parquet"):
            raise InputError("the disk is full")
        return 1

    monkeypatch.setattr(folders, "score_part", score_part)
    outcome = folders.Outcome()
    with distributed.Client(
        processes=False, n_workers=1, threads_per_worker=1, dashboard_address=None
    ) as client:
        folders._run(client, tasks, outcome, progress=False)
    assert (outcome.scored, list(outcome.failed)) == (4, [tasks[1].target])
    assert tries.read_text().split().count(tasks[1].target) == 3
    assert "1 parts failed, such as" in str(outcome)
    assert "the disk is full" in str(outcome)

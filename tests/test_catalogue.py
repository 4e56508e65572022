"""The public sets: listed, verified, and fetched on the user's word only."""

from __future__ import annotations

import hashlib
import http.server
import json
import threading

import pandas as pd
import pytest
from click.testing import CliRunner

from feedback_nlp import catalogue, datasets
from feedback_nlp.catalogue import check_set, fetch_set, public_sets
from feedback_nlp.cli import main
from feedback_nlp.errors import DataError


@pytest.fixture
def content(tmp_path):
    path = tmp_path / "source.parquet"
    pd.DataFrame({"text": ["Well done."], "label": [1]}).to_parquet(path)
    return path.read_bytes()


@pytest.fixture
def item(content, monkeypatch):
    digest = hashlib.sha256(content).hexdigest()
    entry = {"path": "train/tiny/tiny.parquet", "origin": "the library of X, tiny.csv",
             "licence": "CC0", "use": "train", "sha256": digest}  # fmt: skip
    monkeypatch.setattr(datasets, "manifest", lambda: {"tiny": entry})
    return public_sets()["tiny"]


@pytest.fixture
def served(content):
    """An address on this machine; returns it and the list of requests."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            body = content if self.path == "/tiny" else b"another file"
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def run(*args):
    return CliRunner(env={"FEEDBACK_NLP_DATA": None}).invoke(main, ["data", *map(str, args)])


def test_the_real_manifest_names_origin_licence_and_sha256_of_every_set():
    result = json.loads(run("list", "--json").stdout)
    assert {row["name"] for row in result} == set(datasets.manifest())
    assert all(row["origin"] and row["licence"] and len(row["sha256"]) == 64 for row in result)


def test_the_real_manifest_names_page_way_and_columns_of_every_set():
    result = json.loads(run("list", "--json").stdout)
    for row in result:
        assert row["page"].startswith("https://"), row["name"]
        assert row["how"], row["name"]
        assert set(row["columns"]) & {"text", "template"}, row["name"]


def test_verify_reports_columns_that_are_missing(item, content, tmp_path, monkeypatch):
    entry = {**datasets.manifest()["tiny"], "columns": ["text", "label", "rater"],
             "page": "https://example.org/x", "how": "tiny.csv as it is"}  # fmt: skip
    monkeypatch.setattr(datasets, "manifest", lambda: {"tiny": entry})
    path = tmp_path / item.path
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    result = run("verify", "--data", tmp_path)
    assert result.exit_code == 1
    assert "ready, lacks the columns rater" in result.stdout
    with pytest.raises(DataError, match="lacks the column 'rater'"):
        datasets.read_set("tiny", tmp_path)
    path.unlink()
    missing = run("verify", "--data", tmp_path).stdout
    assert "https://example.org/x (tiny.csv as it is)" in missing


def test_columns_come_from_the_file_once_it_is_there(item, content, tmp_path):
    assert item.columns_in(tmp_path) == ()
    (tmp_path / item.path).parent.mkdir(parents=True)
    (tmp_path / item.path).write_bytes(content)
    assert item.columns_in(tmp_path) == ("text", "label")
    assert "columns  text, label" in run("list", "--data", tmp_path).stdout


def test_verify_tells_ready_missing_and_altered_apart(item, content, tmp_path):
    assert check_set(item, tmp_path) == "missing"
    missing = run("verify", "--data", tmp_path)
    assert missing.exit_code == 1
    assert "get it from the library of X, tiny.csv as train/tiny/tiny.parquet" in missing.stdout
    (tmp_path / item.path).parent.mkdir(parents=True)
    (tmp_path / item.path).write_bytes(content + b" ")
    assert check_set(item, tmp_path) == "altered"
    (tmp_path / item.path).write_bytes(content)
    assert run("verify", "--data", tmp_path).exit_code == 0


def test_nothing_is_downloaded_without_the_users_word(item, served, tmp_path):
    url, asked = served
    with pytest.raises(DataError, match="without your word: give --yes"):
        fetch_set(item, tmp_path, url=f"{url}/tiny")
    assert run("get", "tiny", "--data", tmp_path, "--from", f"{url}/tiny").exit_code == 1
    assert asked == []


def test_a_file_is_fetched_verified_and_read(item, served, content, tmp_path):
    url, _ = served
    result = run("get", "tiny", "--data", tmp_path, "--from", f"{url}/tiny", "--yes")
    assert result.exit_code == 0, result.stderr
    assert (tmp_path / item.path).read_bytes() == content
    assert datasets.read_set("tiny", tmp_path)["label"].tolist() == [1]


def test_a_file_that_is_there_is_not_fetched_again(item, served, content, tmp_path):
    url, asked = served
    fetch_set(item, tmp_path, url=f"{url}/tiny", allowed=True)
    fetch_set(item, tmp_path, url=f"{url}/tiny", allowed=True)
    assert asked == ["/tiny"]


def test_another_file_is_not_kept(item, served, tmp_path):
    url, _ = served
    with pytest.raises(DataError, match="another file than the published one"):
        fetch_set(item, tmp_path, url=f"{url}/other", allowed=True)
    assert [path for path in tmp_path.rglob("*") if path.name != "source.parquet"
            and path.is_file()] == []  # fmt: skip


def test_without_an_address_it_says_where_to_get_it_and_how_to_name_it(item, tmp_path):
    with pytest.raises(DataError, match="get it from the library of X.* as .*tiny.parquet"):
        fetch_set(item, tmp_path, allowed=True)


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://x/y"])
def test_only_web_addresses_are_fetched(item, tmp_path, url):
    with pytest.raises(DataError, match="http"):
        fetch_set(item, tmp_path, url=url, allowed=True)


def test_a_server_that_does_not_answer_is_named(item, tmp_path):
    with pytest.raises(DataError, match="cannot be fetched"):
        fetch_set(item, tmp_path, url="http://127.0.0.1:9/tiny", allowed=True)


def test_an_unknown_name_lists_the_known_ones(item):
    with pytest.raises(DataError, match="'big'; there are tiny"):
        catalogue.find_set("big")

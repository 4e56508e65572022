"""Long tables of what stands behind the scores."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from feedback_nlp import scorer as scoring_chain
from feedback_nlp.errors import InputError
from feedback_nlp.examples import read_examples
from feedback_nlp.jobs import Job, run_job
from feedback_nlp.scorer import Scorer
from feedback_nlp.tidy import SCHEMAS, detail_table, detail_writer, feature_matrix, score_details

TEXTS = ["You are careless. Next time, add units to the axis on slide 4.", "", "Well done."]


@pytest.fixture
def table():
    return pd.DataFrame({"text": TEXTS}, index=pd.Index(["a", "b", "c"], name="key"))


@pytest.mark.parametrize("of", list(SCHEMAS))
def test_columns_are_those_of_the_schema_and_the_index_joins_back(table, scorer, of):
    details = score_details(table, of=of, scorer=scorer)
    assert list(details.columns) == SCHEMAS[of].names
    assert details.index.name == "key"
    assert set(details.index) <= {"a", "c"}
    assert (table.index.take(details["row"].to_numpy()) == details.index).all()


def test_findings_are_those_of_the_report(table, scorer):
    findings = score_details(table, scorer=scorer)
    report = scorer(TEXTS[0])
    assert findings.loc[["a"], "cue"].tolist() == [finding.cue for finding in report.findings]


def test_an_unknown_detail_names_the_known_ones(table, scorer):
    with pytest.raises(InputError, match="sentences, findings, features"):
        score_details(table, of="words", scorer=scorer)


def test_the_feature_matrix_holds_every_value(table, scorer):
    features = score_details(table, of="features", scorer=scorer)
    matrix, sentences, names = feature_matrix(features)
    assert matrix.shape == (3, len(names))
    assert sentences.to_numpy().tolist() == [[0, 0], [0, 1], [2, 0]]
    assert matrix.nnz == len(features)
    assert matrix[0, names.index("cue:person_label")] == 1.0


@pytest.fixture
def comments(tmp_path, examples_path):
    """A table of more texts than are read together, some of which cannot be scored."""
    texts: list[str | None] = [example.text for example in read_examples(examples_path)[:600:2]]
    texts[7:7] = ["", None, "...", "a" * 100_001, "cut \ud83d", texts[0], "Das war leider nichts."]
    path = tmp_path / "in.jsonl"
    path.write_text("".join(f"{json.dumps({'text': text})}\n" for text in texts), "utf-8")
    return path, texts


def test_the_features_are_those_of_a_second_reading(comments, scorer):
    """The plain way, reading every scored text once more, is the reference; bit for bit."""
    path, texts = comments
    features = path.with_name("features.parquet")
    output = path.with_name("out.parquet")
    run_job(Job(path, output, "parquet", details={"features": features}), scorer=scorer)
    scored = pd.read_parquet(output)["actionability"].notna()
    again = scorer.reader.read_texts(
        [text if there else "" for text, there in zip(texts, scored, strict=True)]
    )
    wanted = [
        (row, number, name, value)
        for row, sentences in enumerate(again)
        for number, (_, sentence) in enumerate(sentences)
        for name, value in sorted(sentence.features.items())
    ]
    found = pd.read_parquet(features)
    assert list(found.itertuples(index=False, name=None)) == wanted


@pytest.mark.parametrize("by", ["the command", "a frame"])
def test_no_text_is_read_twice_for_its_features(comments, scorer, monkeypatch, by):
    """Not even where far more is read than the cache of sentences holds."""
    path, _ = comments
    own = Scorer(scorer.nlp, scorer.heads)
    monkeypatch.setattr(scoring_chain, "CACHE_SIZE", 0)
    read, seen = own.reader.read_columns, []
    monkeypatch.setattr(
        own.reader, "read_columns", lambda sentence: seen.append(sentence.text) or read(sentence)
    )

    def sentences_read(*details):
        seen.clear()
        if by == "a frame":
            frame = pd.read_json(path, lines=True)
            score_details(frame, of=details[0] if details else "findings", scorer=own)
        else:
            files = {name: path.with_name(f"{name}.csv") for name in details}
            run_job(Job(path, path.with_name("out.csv"), "csv", details=files), scorer=own)
        return list(seen)

    without = sentences_read()
    assert len(without) > 300
    assert sentences_read("features") == without


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_every_ending_holds_the_same_lines(tmp_path, scorer, ending):
    table = detail_table("findings", scorer.read_batch(TEXTS), 0)
    path = tmp_path / f"a.{ending}"
    with path.open("wb") as file:
        writer = detail_writer(path, file, table.schema)
        writer.write(table.slice(0, 1))
        writer.write(table.slice(1))
        writer.close()
    if ending == "jsonl":
        read = [json.loads(line) for line in path.read_text().splitlines()]
    else:
        frame = pd.read_csv(path) if ending == "csv" else pd.read_parquet(path)
        read = frame.to_dict("records")
    assert read == table.to_pylist()


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(InputError, match=".csv, .jsonl, .parquet"):
        detail_writer(tmp_path / "a.xml", None, SCHEMAS["findings"])

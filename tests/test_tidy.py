"""Long tables of what stands behind the scores."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from feedback_nlp.errors import InputError
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


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_every_ending_holds_the_same_lines(tmp_path, scorer, ending):
    reports = [scorer(text) for text in TEXTS]
    table = detail_table("findings", reports, 0, scorer)
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

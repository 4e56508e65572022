"""Labels of a user's own: any table, missing scales allowed, every bad cell named."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from feedback_nlp.errors import DataError, InputError
from feedback_nlp.labels import (
    labels_from_records,
    near_duplicates,
    plain_text,
    read_labels,
    text_hash,
)

ROW = {"text": "On slide 4 the axis had no units. Add them.", "suggestion": 1, "tone": 0}


def write(tmp_path, *rows):
    path = tmp_path / "mine.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_the_shipped_examples_are_labels(examples_path):
    labels = read_labels(examples_path)
    assert len(labels.rows) > 4000
    assert labels.grouped_by == "text_group"
    assert labels.counts["tone"] == len(labels.rows)
    assert labels.counts["gap"] < len(labels.rows)
    assert any(row.spans for row in labels.rows)
    assert "domain" in labels.cells


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl", "xlsx"])
def test_every_kind_of_table_gives_the_same_labels(tmp_path, ending):
    frame = pd.DataFrame({
        "comment": ["Well done, all of you.", "Add units to the axis."],
        "evidence": [1, None], "suggestion": [0, 1], "team": ["a", "b"],
    })  # fmt: skip
    path = tmp_path / f"mine.{ending}"
    if ending == "jsonl":
        frame.to_json(path, orient="records", lines=True)
    elif ending == "xlsx":
        frame.to_excel(path, index=False)
    else:
        getattr(frame, f"to_{ending}")(path, index=False)
    labels = read_labels(path)
    assert [row.labels for row in labels.rows] == [
        {"suggestion": 0, "evidence": 1}, {"suggestion": 1},
    ]  # fmt: skip
    assert labels.cells["team"] == ["a", "b"]
    assert labels.columns["text"] == "comment"


def test_columns_can_have_any_name():
    records = [{"Kommentar": "You are lazy.", "harshness": "2"}]
    labels = labels_from_records(records, columns={"text": "Kommentar", "tone": "harshness"})
    assert labels.rows[0].labels == {"tone": 2}
    with pytest.raises(DataError, match=r"no column 'hardness'; it has Kommentar, harshness"):
        labels_from_records(records, columns={"tone": "hardness"})
    with pytest.raises(DataError, match="'mood' is no part of a label"):
        labels_from_records(records, columns={"mood": "harshness"})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"text": " "}, "row 2: there is no text; remove the row"),
        ({"text": None}, "row 2: there is no text"),
        ({"tone": 4}, "row 2: tone is '4', it must be 0 to 3"),
        ({"tone": -1}, "it must be 0 to 3"),
        ({"suggestion": 2}, "row 2: suggestion is '2', it must be 0 or 1"),
        ({"suggestion": 0.53}, "a score of the program is no label"),
        ({"suggestion": "maybe"}, "suggestion is 'maybe'"),
        ({"suggestion": 0, "connection": 1}, "connection is 1 without a suggestion"),
        ({"gap": 0}, "a suggestion points at a gap"),
        ({"split": "dev"}, "split is 'dev', it must be train, test or empty"),
        ({"spans": [{"start": 0, "end": 999, "label": "insult"}]}, "outside the text of 43"),
        ({"spans": [{"start": 0, "end": 2, "label": "rude"}]}, "'rude' is not in the codebook"),
        ({"spans": "here"}, "spans must be a list"),
    ],
)
def test_a_bad_cell_is_named_with_its_row_and_what_to_do(tmp_path, change, message):
    with pytest.raises(DataError, match=message) as caught:
        read_labels(write(tmp_path, ROW, {**ROW, **change}))
    assert "mine.jsonl cannot be used as it is" in str(caught.value)
    assert "Correct these cells" in str(caught.value)


def test_many_bad_rows_are_counted_after_the_first_few():
    with pytest.raises(DataError, match="row 8: .*; and 12 more"):
        labels_from_records([{**ROW, "tone": 9}] * 20)


def test_a_table_without_texts_labels_or_values_says_what_is_missing(tmp_path):
    with pytest.raises(DataError, match=r"--column text=NAME"):
        labels_from_records([{"words": "x", "tone": 1}])
    with pytest.raises(DataError, match=r"no column with labels; it has text, stars"):
        labels_from_records([{"text": "x", "stars": 1}])
    with pytest.raises(DataError, match="no label in any row"):
        labels_from_records([{"text": "x", "tone": None}])
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(DataError, match="ending that is not known"):
        read_labels(tmp_path / "mine.txt")
    (tmp_path / "mine.jsonl").write_text("{")
    with pytest.raises(InputError, match="line 1"):
        read_labels(tmp_path / "mine.jsonl")


def test_words_for_yes_and_no_and_numbers_as_text_are_read():
    records = [{"text": "Add units.", "suggestion": "Yes", "gap": True, "evidence": "2.0"}]
    assert labels_from_records(records).rows[0].labels == {
        "suggestion": 1, "gap": 1, "evidence": 2,
    }  # fmt: skip


def test_without_groups_near_duplicates_stay_together():
    texts = [
        "Your slides were hard to follow on Tuesday.",
        "Your slides were hard to follow on Thursday.",
        "Please send the minutes by Friday.",
    ]
    labels = labels_from_records([{"text": text, "tone": 0} for text in texts])
    one, two, other = (row.group for row in labels.rows)
    assert one == two != other
    assert labels.grouped_by == "near-duplicates"
    assert near_duplicates(texts) == [(0, 1)]


def test_equal_texts_stay_together_even_in_two_groups():
    records = [
        {"text": "Well done!", "tone": 0, "group": "a"},
        {"text": "well  done", "tone": 0, "group": "b"},
        {"text": "Add units.", "tone": 0, "group": "b"},
        {"text": "Thank you.", "tone": 0, "group": "c"},
    ]
    groups = [row.group for row in labels_from_records(records).rows]
    assert groups[0] == groups[1] == groups[2] != groups[3]


def test_a_text_is_known_again_by_its_hash_and_cannot_be_read_from_it():
    assert text_hash("Well done!") == text_hash("well   DONE") != text_hash("Well, done it")
    assert len(text_hash("x")) == 16
    assert plain_text("It's ok.") == "it s ok"


def test_qual_needs_all_three_parts():
    records = [
        {"text": "a b", "evidence": 2, "suggestion": 1, "connection": 1},
        {"text": "c d", "evidence": 2, "suggestion": 1, "connection": None},
    ]
    assert [row.qual for row in labels_from_records(records).rows] == [4, None]

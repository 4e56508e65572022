"""Our labels by the codebook for public texts are read, checked and settled."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedback_nlp.datasets import manifest
from feedback_nlp.errors import DataError
from feedback_nlp.relabelling import Passage, as_heads, read_ratings, settled, shipped_labels

HEADER = "set,id,start,end,rater,tone,suggestion,evidence"


def ratings(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "labels.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def test_raters_are_settled_by_their_median_and_a_tie_goes_up(tmp_path):
    rows = ("x,a,,,r1,0,1,", "x,a,,,r2,1,1,", "x,b,,,r1,0,0,2", "x,b,,,r2,0,0,3", "x,b,,,r3,3,0,3")
    found = settled(read_ratings(ratings(tmp_path, *rows)))
    assert found[Passage("x", "a")] == {"tone": 1, "suggestion": 1}
    assert found[Passage("x", "b")] == {"tone": 0, "suggestion": 0, "evidence": 3}


def test_a_passage_is_a_part_of_its_text_or_the_whole():
    text = "The plot lacks units. Please add them."
    assert Passage("x", "a", 22, len(text)).of(text) == "Please add them."
    assert Passage("x", "a").of(text) == text


def test_a_scale_becomes_one_label_for_each_of_its_levels():
    assert as_heads({"tone": 2, "suggestion": 1}) == {
        "tone_1": 1, "tone_2": 1, "tone_3": 0, "suggestion": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("x,a,,,r1,4,0,0", r"line 2: tone is 4; it goes from 0 to 3"),
        ("x,a,,,r1,0,2,0", r"line 2: suggestion is 2; it goes from 0 to 1"),
        ("x,a,,,r1,often,0,0", r"Numbers are whole, or left empty"),
        ("x,a,,,r1,1.5,0,0", r"Numbers are whole, or left empty"),
        ("x,a,5,,r1,0,0,0", r"line 2: a passage needs its start and its later end"),
        ("x,a,5,5,r1,0,0,0", r"line 2: a passage needs its start and its later end"),
    ],
)
def test_a_label_that_breaks_the_codebook_is_named_with_its_line(tmp_path, row, message):
    with pytest.raises(DataError, match=message):
        read_ratings(ratings(tmp_path, row))


def test_a_missing_file_or_column_is_named(tmp_path):
    with pytest.raises(DataError, match="no labels of public texts"):
        read_ratings(tmp_path / "none.csv")
    path = tmp_path / "labels.csv"
    path.write_text("set,id\nx,a\n", encoding="utf-8")
    with pytest.raises(DataError, match="no column 'start'"):
        read_ratings(path)


def test_the_shipped_labels_are_of_free_sets_and_rated_once_by_each_rater():
    found = read_ratings(shipped_labels())
    assert len(found) > 1_000
    assert all(manifest()[name]["use"] == "train" for name in found["set"].unique())
    assert not found.duplicated(["set", "id", "start", "end", "rater"]).any()

"""Tables in, tables out: what `score_frame` keeps, adds and marks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import feedback_nlp
from feedback_nlp.frames import ColumnError, score_frame, score_values
from feedback_nlp.report import SCORE_NAMES

TEXTS = ["You are careless.", "Next time, add units to the axis on slide 4."]


@pytest.fixture(scope="module")
def scorer():
    return feedback_nlp.load()


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "id": pd.array([7, None], dtype="Int64"),
            "comment": TEXTS,
            "group": pd.Categorical(["a", "b"]),
            "when": pd.to_datetime(["2024-01-02", "2024-02-03"]),
        },
        index=pd.Index([10, 3], name="row"),
    )


def test_index_order_types_and_columns_are_kept(table, scorer):
    result = score_frame(table, "comment", scorer=scorer)
    pd.testing.assert_frame_equal(result[list(table.columns)], table)
    assert list(result.columns) == [*table.columns, *SCORE_NAMES]


def test_the_given_table_is_not_changed(table, scorer):
    before = table.copy(deep=True)
    score_frame(table, "comment", scorer=scorer)
    pd.testing.assert_frame_equal(table, before)


def test_scores_are_those_of_the_reports(table, scorer):
    result = score_frame(table, "comment", scorer=scorer)
    for text, (_, row) in zip(TEXTS, result.iterrows(), strict=True):
        assert row[list(SCORE_NAMES)].to_dict() == pytest.approx(scorer(text).scores)


def test_public_name_is_this_function():
    assert feedback_nlp.score_frame is score_frame


@pytest.mark.parametrize(
    ("value", "mark"),
    [
        (None, "no text"),
        (np.nan, "no text"),
        (pd.NA, "no text"),
        (pd.NaT, "no text"),
        ("", "no text"),
        (" \n\t", "no text"),
        ("...", "no text"),
        (4.5, "not a text but float"),
        (["a"], "not a text but list"),
        ("cut \ud83d", "broken character at position 4"),
        ("a" * 100_001, "too long: 100,001 characters, the limit is 100,000"),
    ],
)
def test_a_row_that_cannot_be_scored_is_marked_and_leaves_the_others_alone(value, mark, scorer):
    table = pd.DataFrame({"text": pd.Series([TEXTS[0], value, TEXTS[1]], dtype=object)})
    result = score_frame(table, scorer=scorer)
    assert result["feedback_error"].tolist()[1] == mark
    assert result["feedback_error"].isna().tolist() == [True, False, True]
    assert result.loc[1, list(SCORE_NAMES)].isna().all()
    alone = score_frame(table.iloc[[0, 2]], scorer=scorer)
    pd.testing.assert_frame_equal(result.iloc[[0, 2]][list(SCORE_NAMES)], alone[list(SCORE_NAMES)])
    assert (result[list(SCORE_NAMES)].dtypes == "float64").all()


def test_a_warning_marks_the_row(scorer):
    """Scores of a text in another language never stand in a table without a word."""
    text = "Dieser Vortrag war leider viel zu lang und niemand hat die Folien richtig verstanden."
    report, mark = next(score_values([text], scorer=scorer))
    assert report.warnings
    assert mark == "; ".join(report.warnings)


def test_no_mark_no_error_column(table, scorer):
    assert "feedback_error" not in score_frame(table, "comment", scorer=scorer)


def test_a_table_without_rows_gets_the_columns(scorer):
    result = score_frame(pd.DataFrame({"text": pd.Series([], dtype=str)}), scorer=scorer)
    assert list(result.columns) == ["text", *SCORE_NAMES]
    assert (result[list(SCORE_NAMES)].dtypes == "float64").all()


def test_repeated_index_labels_are_no_problem(scorer):
    result = score_frame(pd.DataFrame({"text": TEXTS}, index=[1, 1]), scorer=scorer)
    assert result["actionability"].notna().all()


def test_missing_column_names_the_columns(table):
    with pytest.raises(ColumnError, match=r"no column 'text' \(it has 'id', 'comment', 'group'"):
        score_frame(table)


def test_doubled_column_is_refused():
    table = pd.DataFrame([["a", "b"]], columns=["text", "text"])
    with pytest.raises(ColumnError, match="more than one column named 'text'"):
        score_frame(table)


def test_existing_score_column_is_refused_unless_overwritten(scorer):
    table = pd.DataFrame({"text": TEXTS, "qual": ["x", "y"], "feedback_error": ["old", "old"]})
    with pytest.raises(ColumnError, match=r"'qual', 'feedback_error'; .* overwrite=True"):
        score_frame(table, scorer=scorer)
    result = score_frame(table, overwrite=True, scorer=scorer)
    assert result["qual"].dtype == "float64"
    assert "feedback_error" not in result


def test_text_column_named_like_a_score_is_refused():
    with pytest.raises(ColumnError, match="rename that column first"):
        score_frame(pd.DataFrame({"qual": TEXTS}), "qual", overwrite=True)


def test_progress_goes_to_standard_error(table, scorer, capsys):
    score_frame(table, "comment", progress=True, scorer=scorer)
    captured = capsys.readouterr()
    assert "2/2" in captured.err
    assert captured.out == ""

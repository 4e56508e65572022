"""Tables of other libraries: read as they are, given back as the same kind."""

from __future__ import annotations

import polars as pl
import pyarrow as pa
import pytest

from feedback_nlp.frames import ColumnError, score_frame
from feedback_nlp.interchange import TableKindError
from feedback_nlp.report import SCORE_NAMES

TEXTS = ["You are careless.", "Next time, add units.", None]


@pytest.fixture
def table():
    return pl.DataFrame(
        {"id": [3, 1, 2], "comment": TEXTS, "team": ["a", "b", "a"]},
        schema_overrides={"team": pl.Categorical, "id": pl.UInt8},
    )


def test_polars_comes_back_as_polars_with_its_own_types(table, scorer):
    result = score_frame(table, "comment", scorer=scorer)
    assert isinstance(result, pl.DataFrame)
    assert result.columns == [*table.columns, *SCORE_NAMES, "feedback_error"]
    assert result.select(table.columns).equals(table)
    assert result.schema["team"] == pl.Categorical
    assert result["feedback_error"].to_list() == [None, None, "no text"]
    assert result["qual"][0] == scorer(TEXTS[0]).qual


def test_arrow_comes_back_as_arrow(table, scorer):
    arrow = table.to_arrow()
    result = score_frame(arrow, "comment", scorer=scorer)
    assert isinstance(result, pa.Table)
    assert result.select(arrow.column_names).equals(arrow)


def test_old_scores_are_replaced_only_if_asked(table, scorer):
    scored = score_frame(table, "comment", scorer=scorer)
    with pytest.raises(ColumnError, match="overwrite=True"):
        score_frame(scored, "comment", scorer=scorer)
    assert score_frame(scored, "comment", overwrite=True, scorer=scorer).equals(scored)


class Exchanged:
    """A table of another library that speaks the dataframe interchange protocol."""

    def __init__(self, table):
        self.table = table

    def __dataframe__(self, **options):
        return self.table.__dataframe__(**options)


class Returning(Exchanged):
    @classmethod
    def from_arrow(cls, table):
        return cls(table)


def test_any_table_of_the_interchange_protocol_comes_back_by_its_from_arrow(table, scorer):
    result = score_frame(Returning(table.to_arrow()), "comment", scorer=scorer)
    assert isinstance(result, Returning)
    assert result.table.column("id").to_pylist() == [3, 1, 2]
    assert "qual" in result.table.column_names


def test_a_kind_that_cannot_be_made_again_is_named(table, scorer):
    with pytest.raises(TableKindError, match="no from_arrow that makes .*Exchanged"):
        score_frame(Exchanged(table.to_arrow()), "comment", scorer=scorer)


def test_what_is_no_table_is_refused(table):
    with pytest.raises(TableKindError, match=r"LazyFrame.*collect\(\)"):
        score_frame(table.lazy(), "comment")
    with pytest.raises(TableKindError, match="builtins.dict"):
        score_frame({"comment": TEXTS}, "comment")

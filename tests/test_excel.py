"""Excel workbooks: what people keep their comments in."""

from __future__ import annotations

from datetime import datetime

import openpyxl
import pandas as pd
import pytest

from feedback_nlp.errors import InputError
from feedback_nlp.jobs import Job, run_job
from feedback_nlp.report import SCORE_NAMES
from feedback_nlp.tables import open_table


def workbook(path, rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


@pytest.fixture
def table(tmp_path):
    rows = [
        ["id", "comment", "when", "mark"],
        [7, "You are careless.", datetime(2024, 1, 2), 1.5],
        [8, None, datetime(2024, 2, 3), 2],
        [None, 4.5, None, None],
        ["x9", "Next time, add units.", datetime(2024, 3, 4), 3.5],
    ]
    return workbook(tmp_path / "in.xlsx", rows)


def score(table, output, style, scorer):
    run_job(Job(table, table.parent / output, style), scorer=scorer)
    return table.parent / output


def test_excel_to_excel_keeps_columns_types_and_order(table, scorer):
    frame = pd.read_excel(score(table, "out.xlsx", "excel", scorer))
    before = pd.read_excel(table)
    pd.testing.assert_frame_equal(frame[list(before.columns)], before)
    assert list(frame.columns) == [*before.columns, *SCORE_NAMES, "feedback_error"]
    assert frame["feedback_error"].fillna("").tolist() == [
        "", "no text", "not a text but float", "",
    ]  # fmt: skip


def test_excel_to_parquet_has_types(table, scorer):
    frame = pd.read_parquet(score(table, "out.parquet", "parquet", scorer))
    assert frame["mark"].dtype == "float64"
    assert frame["when"].dtype.kind == "M"
    assert frame["id"].tolist()[3] == "x9"


def test_a_comment_that_begins_with_equals_stays_a_text(tmp_path, scorer):
    """A workbook that others open never runs what somebody typed into a comment."""
    path = tmp_path / "in.csv"
    path.write_text('text\n"=HYPERLINK(""http://x"",""y"")"\n')
    sheet = openpyxl.load_workbook(score(path, "out.xlsx", "excel", scorer)).active
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].value.startswith("=HYPERLINK")


def test_a_cell_that_excel_cannot_hold_is_an_error_not_a_cut(tmp_path, scorer):
    path = tmp_path / "in.csv"
    path.write_text("text\n" + "a " * 20_000 + "\n")
    with pytest.raises(InputError, match="Row 2 has a cell of 40,000 characters"):
        score(path, "out.xlsx", "excel", scorer)
    assert [entry.name for entry in tmp_path.iterdir()] == ["in.csv"]


def test_a_column_without_a_name_is_named_by_its_place(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["text", None, "c"], ["Well done.", 1, 2]])
    with pytest.raises(InputError, match="above column 2"):
        open_table(path, "utf-8")


@pytest.mark.parametrize("content", [b"no workbook", b"PK\x03\x04broken"])
def test_a_damaged_workbook_is_named(tmp_path, content):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError, match="a.xlsx cannot be read as an Excel workbook"):
        open_table(path, "utf-8")

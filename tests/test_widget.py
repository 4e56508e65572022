"""The live editor without a browser: its state, its answers and its errors."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import feedback_nlp
from feedback_nlp.report import Advice, Finding, Report

pytest.importorskip("anywidget")

from feedback_nlp.widgets import DraftCoach, scoring_widget
from feedback_nlp.widgets.offsets import Utf16Offsets
from feedback_nlp.widgets.view import Legend, report_view
from feedback_nlp.words import tone_words

HOSTILE = "<img src=x onerror=alert(1)> You are lazy. \u202e</script>\u200b{{x}}"


@pytest.fixture(scope="module")
def scorer() -> Any:
    return feedback_nlp.load()


def report_on(text: str, passage: str = "") -> Report:
    """A report that marks `passage`, without a model."""
    start = text.index(passage)
    found = Finding(
        "person_label", "judgmental", "Label", start, start + len(passage), passage, "r", 0.5,
        "why", "ask",
    )  # fmt: skip
    findings = (found,) if passage else ()
    return Report(text, 0.2, 0.8, 0.1, 0.0, 0.0, 0.0, 0.3, 1.5, findings=findings)


def type_in(coach: DraftCoach, text: str, revision: int) -> None:
    """What the front end does after a pause."""
    coach.set_state({"text": text, "revision": revision})


@given(st.text(), st.data())
def test_offsets_cut_the_same_passage_in_utf16(text: str, data: st.DataObject) -> None:
    """Converted offsets cut the same passage out of the UTF-16 text."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    convert = Utf16Offsets(text)
    units = text.encode("utf-16-le")
    assert units[2 * convert(start) : 2 * convert(end)].decode("utf-16-le") == text[start:end]
    assert convert.length == len(units) // 2


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        ("abc", 2, 2),
        ("👍 ok", 1, 2),
        ("👩‍👩‍👧 ok", 5, 8),
        ("e\u0301 x", 2, 2),
        ("שלום 😀 a", 7, 8),
        ("", 0, 0),
    ],
)
def test_offsets_of_emoji_combining_and_bidi(text: str, offset: int, expected: int) -> None:
    """Only characters beyond the basic plane move an offset."""
    assert Utf16Offsets(text)(offset) == expected


def test_offsets_refuse_a_place_outside_the_text() -> None:
    """An offset that no report can hold is an error, not a wrong mark."""
    with pytest.raises(ValueError, match=r"0\.\.3, given 4"):
        Utf16Offsets("abc")(4)


def test_view_holds_utf16_offsets() -> None:
    """A mark after an emoji is where JavaScript looks for it."""
    assert report_view(report_on("👍 You are lazy.", "lazy"), revision=4)["marks"] == [[0, 11, 15]]


def test_legend_says_once_what_many_marks_say() -> None:
    """Marks name their entry by a number that stays the same from report to report."""
    legend = Legend()
    first = report_on("You are lazy.", "lazy")
    other = replace(first, findings=(replace(first.findings[0], cue="insult"), *first.findings))
    views = [report_view(report, revision=1, legend=legend) for report in (first, other)]
    assert [[entry for entry, _, _ in view["marks"]] for view in views] == [[0], [1, 0]]
    assert [entry["cue"] for entry in legend.entries] == ["person_label", "insult"]
    assert set(legend.entries[0]) == {"cue", "family", "title", "why", "ask"}


def test_view_shows_at_most_three_advices_praise_first() -> None:
    """Praise comes first and the rest keeps its order."""
    kinds = ("remove", "remove", "praise", "add", "vague")
    advice = tuple(Advice(kind, "", str(i), "") for i, kind in enumerate(kinds))
    report = Report("x", 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, advice=advice)
    assert [a["message"] for a in report_view(report, revision=1)["advice"]] == ["2", "0", "1"]


@pytest.mark.parametrize(
    ("judgmental", "tone", "words"),
    [
        (None, None, ""),
        (0.1, 2.9, "describes"),
        (0.5, 0.8, "slightly judging"),
        (0.9, 1.8, "judging"),
        (0.99, 2.8, "hurtful"),
    ],
)
def test_tone_words(judgmental: float | None, tone: float | None, words: str) -> None:
    """Plain words follow the probability first, then the level."""
    report = Report("x", None, judgmental, None, None, None, None, None, tone)
    assert tone_words(report) == words


def test_unknown_option_raises() -> None:
    """A misspelt option is refused instead of ignored."""
    with pytest.raises(TypeError, match="given txet"):
        DraftCoach(txet="You never listen.")


def test_repr_has_no_address() -> None:
    """The text form is the same in every run."""
    assert repr(DraftCoach()) == "DraftCoach(text='')"


def test_assigned_text_is_scored_at_once(scorer: Any) -> None:
    """After an assignment from Python the report belongs to the text."""
    coach = DraftCoach(scorer=scorer)
    coach.text = "You are careless."
    assert coach.report.text == "You are careless."
    assert coach.report_data["revision"] == coach.revision
    cues = {coach.legend[entry]["cue"] for entry, _, _ in coach.report_data["marks"]}
    assert "person_label" in cues


def test_typed_text_is_scored_in_the_background(scorer: Any) -> None:
    """What the front end sends is answered with its revision, off the message loop."""
    threads = []

    def noted(text: str) -> Report:
        threads.append(threading.current_thread())
        return scorer(text)

    coach = DraftCoach(scorer=noted)
    type_in(coach, "Next time, add the units.", 7)
    coach.wait(60)
    assert coach.report_data["revision"] == 7
    assert coach.report.actionability is not None
    assert threading.main_thread() not in threads


def test_stale_answer_is_dropped_and_latest_text_wins() -> None:
    """While one text is read, newer ones replace each other and its answer is dropped."""
    begun, go_on = threading.Event(), threading.Event()
    seen, shown = [], []

    def slow(text: str) -> Report:
        seen.append(text)
        begun.set()
        assert go_on.wait(10)
        return report_on(text)

    coach = DraftCoach(scorer=slow)
    coach.observe(lambda change: shown.append(change["new"]["revision"]), names="report_data")
    type_in(coach, "one", 1)
    assert begun.wait(10)
    type_in(coach, "two", 2)
    type_in(coach, "three", 3)
    go_on.set()
    coach.wait(10)
    assert seen == ["one", "three"]
    assert shown == [3]
    assert coach.report.text == "three"


@pytest.mark.parametrize("text", ["", "  \n\t "])
def test_blank_text_has_a_friendly_empty_state(scorer: Any, text: str) -> None:
    """Blank text has no scores, no marks and no error."""
    coach = DraftCoach(text=text, scorer=scorer)
    assert coach.report.actionability is None
    assert coach.report_data["status"] == "empty"
    assert [dial["value"] for dial in coach.report_data["dials"]] == [None, None]


def test_too_long_text_is_refused_in_a_sentence(scorer: Any) -> None:
    """An over-long text shows what to do, and the next text is scored again."""
    coach = DraftCoach(scorer=scorer)
    coach.text = "a" * (scorer.max_chars + 1)
    assert coach.report is None
    assert coach.report_data["status"] == "error"
    assert "too long" in coach.report_data["message"]
    coach.text = "Thank you."
    assert coach.report_data["status"] == "ok"


def test_error_is_shown_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    """An unexpected error in the background reaches the person and the log."""

    def broken(text: str) -> Report:
        raise ZeroDivisionError("no")

    coach = DraftCoach(scorer=broken)
    with caplog.at_level(logging.ERROR):
        type_in(coach, "hello", 1)
        coach.wait(10)
    assert coach.report_data["status"] == "error"
    assert "ZeroDivisionError" in coach.report_data["message"]
    assert "could not be read" in caplog.text


def test_hostile_text_is_kept_exactly(scorer: Any) -> None:
    """Markup, bidi and zero-width characters come back as they were written."""
    coach = DraftCoach(text=HOSTILE, scorer=scorer)
    assert coach.text == coach.report.text == HOSTILE
    passages = {(finding.start, finding.end) for finding in coach.report.findings}
    assert {(start, end) for _, start, end in coach.report_data["marks"]} == passages


def test_line_ends_and_lone_surrogates_are_as_in_the_editor(scorer: Any) -> None:
    """Text that the editor could not hold is mended, so that offsets agree."""
    assert DraftCoach(text="a\r\nb\rc\ud800", scorer=scorer).text == "a\nb\nc\ufffd"


def test_ready_message_loads_the_scorer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scorer loads when the editor is on screen, before the first key."""
    loaded = []
    monkeypatch.setattr(
        "feedback_nlp.widgets.scoring_widget.shared_scorer", lambda: loaded.append(1) or report_on
    )
    coach = DraftCoach()
    assert not loaded
    coach._handle_custom_msg({"kind": "ready"}, [])
    coach.wait(10)
    assert loaded == [1]


def test_two_threads_load_one_scorer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Widgets that begin at the same time share what takes seconds to load."""
    begun, loaded = threading.Barrier(2), []

    def load() -> Any:
        loaded.append(object())
        return loaded[-1]

    monkeypatch.setattr(feedback_nlp, "load", load)
    scoring_widget._load_once.cache_clear()

    def first(_: int) -> Any:
        begun.wait(10)
        return scoring_widget.shared_scorer()

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(first, range(2))
    scoring_widget._load_once.cache_clear()
    assert one is other is loaded[0]
    assert len(loaded) == 1

"""What the editor keeps and answers, without a browser."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from feedback_nlp.report import Advice, Finding, Report
from feedback_nlp.scaffold import without_placeholders

pytest.importorskip("anywidget")

from traitlets import TraitError

from feedback_nlp.widgets import DraftCoach
from feedback_nlp.widgets.answers import MAX_VERSIONS
from feedback_nlp.widgets.keeping import draft_key, read_allowed
from feedback_nlp.widgets.view import likely_range, report_view


def report_on(text: str, *passages: str) -> Report:
    """A report that marks each of `passages` where it stands first."""
    findings = tuple(
        Finding("person_label", "judgmental", "Label", text.index(p), text.index(p) + len(p), p,
                "r", 0.5, "why", "ask")
        for p in passages
    )  # fmt: skip
    advice = tuple(Advice("remove", f.cue, "m", "a", f.start, f.end) for f in findings)
    return Report(text, 0.2, 0.8, 0.1, 0.0, 0.0, 0.0, 0.3, 1.5, findings=findings, advice=advice)


def plain(text: str) -> Report:
    return report_on(text)


def ask(coach: DraftCoach, **content: Any) -> list[dict[str, Any]]:
    """Send a message as the editor does, and return the answers."""
    answers: list[dict[str, Any]] = []
    coach.send = lambda content, buffers=None: answers.append({**content, "buffers": buffers})
    coach._handle_custom_msg(content, [])
    return answers


def test_version_is_kept_once_per_text() -> None:
    """A pause keeps the text with its scores; the same text is kept once, blank text never."""
    coach = DraftCoach(scorer=plain)
    ask(coach, kind="settled")
    for text in ("one", "two", "two"):
        coach.text = text
        ask(coach, kind="settled")
    assert [version["text"] for version in coach.versions if version["text"]] == ["one", "two"]
    assert coach.versions[-1]["actionability"] == 0.2


def test_first_version_outlives_the_limit() -> None:
    """Of too many versions the first and the latest stay."""
    coach = DraftCoach(scorer=plain)
    for number in range(MAX_VERSIONS + 5):
        coach.text = f"text {number}"
        ask(coach, kind="settled")
    assert len(coach.versions) == MAX_VERSIONS
    assert coach.versions[0]["text"] == "text 0"
    assert coach.versions[-1]["text"] == f"text {MAX_VERSIONS + 4}"


def test_dismissed_once_holds_for_one_place_always_for_all() -> None:
    """`once` needs the very place, `always` the same words; the allow-list any part of them."""
    report = report_on("👍 You are lazy.", "You are lazy")
    once = {"cue": "person_label", "text": "You are lazy", "scope": "once", "from": 3}
    for entry, marks in [
        (once, 0),
        (once | {"from": 4}, 1),
        ({"cue": "person_label", "text": "you are LAZY", "scope": "always"}, 0),
        ({"cue": "insult", "text": "You are lazy", "scope": "always"}, 1),
        ({"cue": "", "text": "lazy", "scope": "always"}, 0),
        ({"cue": "", "text": "laz", "scope": "always"}, 1),
    ]:
        view = report_view(report, revision=1, dismissed=[entry])
        assert (len(view["marks"]), len(view["advice"])) == (marks, marks), entry


def test_allow_list_of_a_group_is_words_or_a_file(tmp_path: Path) -> None:
    """A group ships its list as a file with one entry a line; notes begin with #."""
    path = tmp_path / "allow.txt"
    path.write_text("# ours\nlazy\n\n  dead code \n", encoding="utf-8")
    assert read_allowed(path) == read_allowed(["lazy", " dead code"]) == ("lazy", "dead code")
    coach = DraftCoach(
        "You are lazy.", scorer=lambda text: report_on(text, "You are lazy"), allow=path
    )
    assert coach.report_data["marks"] == []
    with pytest.raises(TypeError, match=r"allow=\['lazy'\]"):
        DraftCoach(allow="lazy")


@pytest.mark.parametrize(
    ("trait", "value", "message"),
    [
        ("scenario", {"whom": "Sam"}, "who, about, goal; given whom"),
        ("dismissed", [{"cue": "x"}], "text, scope missing"),
        ("dismissed", [{"cue": "x", "text": "y", "scope": "twice"}], "once or always"),
        ("dismissed", [{"cue": "x", "text": "y", "scope": "once"}], "place in UTF-16 units"),
        ("versions", ["text"], "actionability, judgmental, at missing"),
    ],
)
def test_wrong_state_is_refused_by_name(trait: str, value: Any, message: str) -> None:
    """A trait says what it takes and what it was given."""
    with pytest.raises(TraitError, match=message):
        setattr(DraftCoach(scorer=plain), trait, value)


def test_assignment_from_python_has_no_writer() -> None:
    """The editor can tell Python's text from that of another tab."""
    coach = DraftCoach(scorer=plain)
    coach.set_state({"text": "typed", "revision": 3, "writer": "tab"})
    coach.wait(10)
    assert coach.writer == "tab"
    coach.text = "assigned"
    assert (coach.writer, coach.revision) == ("", 4)
    coach.text = "assigned"
    assert coach.revision == 4


def test_later_editor_of_the_same_draft_gets_what_was_typed() -> None:
    """When a cell runs again, the kernel still has the draft; another draft stays alone."""
    name = "test_later_editor"
    first = DraftCoach(scorer=plain, name=name)
    first.set_state({"text": "typed", "revision": 1, "writer": "tab"})
    first.set_state({"scenario": {"who": "Sam"}})
    first.wait(10)
    (answer,) = ask(DraftCoach(scorer=plain, name=name), kind="ready", adopted=False)
    assert (answer["kind"], answer["text"], answer["scenario"]) == ("kept", "typed", {"who": "Sam"})
    assert ask(DraftCoach(scorer=plain, name=name), kind="ready", adopted=True) == []
    assert ask(DraftCoach(scorer=plain, name=f"{name} 2"), kind="ready", adopted=False) == []
    assert draft_key(name, "") != draft_key(name, "An example.")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("You did [what?]. It led to delays.", " " * 16 + " It led to delays."),
        ("Fine. In [which one?], you did [what?]", "Fine." + " " * 33),
        ("One.\nNext [what?]\nThree.", "One.\n" + " " * 12 + "\nThree."),
        ("See [1] and [a list].", "See [1] and [a list]."),
    ],
)
def test_sentence_with_a_place_to_fill_in_is_not_read(text: str, read: str) -> None:
    """What is half filled in has no score; offsets stay."""
    assert without_placeholders(text) == read


def test_nothing_is_praised_before_the_brackets_are_filled_in() -> None:
    """A scaffold alone has no score and no advice, and says what to do."""
    empty = Report("x", None, None, None, None, None, None, None, None)
    coach = DraftCoach("You did [what?].", scorer=lambda text: empty)
    assert coach.report_data["advice"] == []
    assert "[brackets]" in coach.report_data["warnings"][0]


def test_a_text_without_words_gets_advice_and_no_talk_of_scores(scorer) -> None:
    """What is no placeholder is told what to write."""
    view = report_view(scorer("👍"), revision=0)
    assert [item["kind"] for item in view["advice"]] == ["empty"]
    assert view["warnings"] == []


def test_beginning_for_a_missing_part_uses_the_scenario() -> None:
    """The scenario's goal stands in the beginning, the place in UTF-16 units."""
    coach = DraftCoach("👍 Good.", scorer=plain, scenario={"goal": "plan the talk"})
    (answer,) = ask(coach, kind="propose", part="next_step", revision=coach.revision)
    assert answer["from"] == answer["to"] == 8
    assert "so that you can plan the talk?" in answer["text"]
    assert ask(coach, kind="propose", part="next_step", revision=coach.revision - 1) == []
    (answer,) = ask(coach, kind="propose", part="impakt", revision=coach.revision)
    assert "impakt" in answer["message"]


def test_files_hold_text_and_scenario() -> None:
    """Markdown and Word carry both, characters that XML cannot hold left out."""
    docx = pytest.importorskip("docx")
    coach = DraftCoach("Well done.\x07\n\nTwice.", scorer=plain, scenario={"who": "Sam"})
    (answer,) = ask(coach, kind="export", format="md")
    assert answer["name"] == "draft.md"
    assert "**For:** Sam" in answer["buffers"][0].decode()
    (answer,) = ask(coach, kind="export", format="docx")
    document = docx.Document(BytesIO(answer["buffers"][0]))
    lines = [paragraph.text for paragraph in document.paragraphs]
    assert lines == ["Feedback", "For: Sam", "Well done.", "Twice."]


def test_send_calls_the_store_with_the_draft() -> None:
    """Without somewhere to send to there is no button; with it, the draft arrives."""
    sent: list[str] = []
    assert not DraftCoach(scorer=plain).can_send
    coach = DraftCoach("Thanks.", scorer=plain, on_send=sent.append)
    assert coach.can_send
    assert [answer["kind"] for answer in ask(coach, kind="send")] == ["sent"]
    assert sent == ["Thanks."]


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_likely_range_is_widest_where_the_parts_are_open(value: float) -> None:
    """Sure parts give no spread; even chances give the widest; never beyond 0 and 1."""
    report = Report("x", value, 0.1, value, value, value, value, 5 * value, 0.1)
    low, high = likely_range(report) or (0.0, 0.0)
    assert 0 <= low <= value <= high <= 1
    assert (high - low > 0.3) == (value == 0.5)

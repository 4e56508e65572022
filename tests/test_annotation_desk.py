"""The desk without a browser: the way through the texts, the rules, and that raters are blind."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp.annotation import LabelError, Labels, LabelStore, Text
from feedback_nlp.annotation.labels import NEEDED, SCALES
from feedback_nlp.annotation.session import Session
from feedback_nlp.cli import main
from feedback_nlp.widgets import AnnotationDesk, DisagreementBrowser
from feedback_nlp.widgets.offsets import Utf16Offsets

TEXT = "On slide 4 the axis had no units. You are careless."
WHOLE = Labels(3, 0, 0, 2, ((0, 10, "situation"), (11, 32, "behaviour"), (34, 50, "person_label")))
OTHER = Labels(2, 0, 0, 2, ((11, 32, "behaviour"), (34, 50, "person_label")))
PLAIN = Labels(1, 0, 0, 0)


@pytest.fixture
def store(tmp_path):
    """A store with four texts."""
    opened = LabelStore(tmp_path / "labels.db")
    opened.add([Text("t1", TEXT), *(Text(f"t{n}", f"Good job {n}.") for n in (2, 3, 4))])
    yield opened
    opened.close()


def give(session, labels):
    """Answer and mark as in `labels`."""
    for name in NEEDED:
        session.answer(getattr(labels, name), name)
    for start, end, label in labels.spans:
        session.mark(label, start, end)


def test_digits_answer_one_question_after_the_other(store):
    """Without a suggestion, connection is settled and the tone is next."""
    session = Session(store, "anna")
    session.answer(1)
    assert session.active == "suggestion"
    session.answer(0)
    assert (session.labels.connection, session.active) == (0, "tone")
    session.answer(0)
    assert session.labels == PLAIN
    assert session.problems == ()


def test_what_a_scale_does_not_have_is_said_and_not_taken(store):
    """A wrong key changes nothing."""
    session = Session(store, "anna")
    session.choose(1)
    session.answer(3)
    assert session.notice == "Suggestion goes from 0 to 1."
    session.answer(0)
    session.answer(1, "connection")
    assert session.notice == "Without a suggestion, Connection is 0."
    assert session.labels == Labels(suggestion=0, connection=0)


def test_the_gap_is_asked_last_and_may_be_left_open(store):
    """Whoever wants to goes on with Enter, and an answer can be taken away."""
    session = Session(store, "anna")
    give(session, PLAIN)
    assert (session.active, session.problems) == ("gap", ())
    session.answer(1)
    assert (session.labels.gap, session.notice) == (1, "Gap 1: yes, a weakness or a suggestion.")
    session.answer(1)
    assert session.labels.gap == 1
    session.leave_open()
    assert (session.labels, session.notice) == (PLAIN, "Gap is left open.")
    session.answer(0)
    session.leave_open("gap")
    session.undo()
    assert session.labels.gap == 0
    session.save()
    assert store.labels("t1", "anna") == replace(PLAIN, gap=0)


def test_a_question_that_needs_an_answer_cannot_be_left_open(store):
    session = Session(store, "anna")
    session.answer(2, "evidence")
    session.leave_open("evidence")
    assert (session.labels.evidence, session.notice) == (2, "Evidence needs an answer.")


def test_with_a_suggestion_the_gap_is_settled(store):
    """It cannot be denied or left open, and the page says why."""
    desk = AnnotationDesk(store, "anna")
    rule = "A suggestion points at something that could be otherwise, so Gap is 1."
    send(desk, kind="answer", value=1, scale="suggestion")
    assert (desk.view["values"]["gap"], desk.view["locked"]) == (1, {"gap": rule})
    for deed in ({"kind": "answer", "value": 0}, {"kind": "leave_open"}):
        send(desk, **deed, scale="gap")
        assert (desk.view["values"]["gap"], desk.view["notice"]) == (1, rule)
    # By rule or by hand, 1 once more is still 1.
    send(desk, kind="answer", value=1, scale="gap")
    assert desk.view["values"]["gap"] == 1


def test_a_letter_picks_the_gap_out(store):
    """Then a digit answers it, before the other questions too."""
    desk = AnnotationDesk(store, "anna")
    send(desk, kind="pick", scale="gap")
    asked = "Gap: Does it point at something that could be otherwise?"
    assert (desk.view["active"], desk.view["notice"]) == ("gap", asked)
    send(desk, kind="answer", value=0)
    assert (desk.view["values"]["gap"], desk.view["active"]) == (0, "evidence")


def send(desk, **message):
    """What the page would send for the text at hand."""
    desk._on_message(desk, {**message, "id": desk.view["id"]}, [])


def test_a_mark_needs_words(store):
    """No selection, or only blanks, marks nothing; blanks at the ends are left out."""
    session = Session(store, "anna")
    for start, end in ((4, 4), (10, 11)):
        session.mark("behaviour", start, end)
        assert "Select words in the text first, then press b" in session.notice
    session.mark("behaviour", 10, 33)
    assert session.labels.spans == ((11, 33, "behaviour"),)


def test_the_same_mark_once_more_takes_it_away(store):
    """And so does the key for it, at the cursor: the shortest mark first."""
    session = Session(store, "anna")
    session.mark("behaviour", 0, 32)
    session.mark("impact", 11, 15)
    session.mark("impact", 11, 15)
    assert session.labels.spans == ((0, 32, "behaviour"),)
    session.mark("situation", 0, 10)
    session.unmark(5, 5)
    assert session.labels.spans == ((0, 32, "behaviour"),)
    session.unmark(40, 40)
    assert "no mark here" in session.notice


def test_every_change_can_be_taken_back(store):
    """Until there is nothing left."""
    session = Session(store, "anna")
    session.answer(2)
    session.mark("behaviour", 11, 32)
    session.undo()
    assert session.labels == Labels(evidence=2)
    session.undo()
    session.undo()
    assert session.labels == Labels()
    assert session.notice == "There is nothing to take back."


def test_what_is_open_stays_on_the_desk_with_what_to_do(store):
    """Enter on half an answer keeps the draft and says what is missing."""
    session = Session(store, "anna")
    session.answer(3)
    session.save()
    assert session.text.id == "t1"
    assert "Still open: Suggestion, Connection, Judgmental tone." in session.notice
    assert "mark them as Behaviour (b)" in session.notice


def test_work_goes_on_where_it_stopped(store):
    """Another day: the draft is there, what is done is done, skipped texts wait at the end."""
    session = Session(store, "anna")
    give(session, WHOLE)
    session.save()
    session.skip()
    session.answer(1)
    again = Session(store, "anna")
    assert again.text.id == "t3"
    assert again.labels == Labels(evidence=1)
    give(again, PLAIN)
    again.save()
    give(again, PLAIN)
    again.save()
    assert again.place is None
    assert again.counts == {"labelled": 3, "skipped": 1, "open": 0}
    again.revisit()
    assert again.text.id == "t2"


def test_an_earlier_text_can_be_changed(store):
    """Back shows what was given; keeping it again adds to the history and goes on."""
    session = Session(store, "anna")
    give(session, WHOLE)
    session.save()
    session.go(-1)
    assert session.labels == WHOLE
    session.answer(2, "evidence")
    session.save()
    assert session.text.id == "t2"
    assert [entry.labels.evidence for entry in store.history("t1")] == [3, 2]
    session.go(-1)
    session.go(-1)
    assert session.notice == "This is the first text."


def test_each_rater_has_an_order_of_their_own_that_stays(store):
    """The same texts, shuffled by the name of the rater."""
    store.add([Text(f"n{n}", "Fine.") for n in range(30)])
    orders = [
        [text.id for text in Session(store, rater, shuffle=True).texts]
        for rater in ("anna", "ben", "anna")
    ]
    assert orders[0] == orders[2] != orders[1]
    assert sorted(orders[0]) == sorted(orders[1])


def test_a_rater_is_blind(store):
    """Nothing that crosses to the page says what others gave, or what a model would."""
    store.save("t1", "rater-beth", WHOLE)
    store.save("t1", "chair-carl", OTHER, role="decision")
    desk = AnnotationDesk(store, "anna")
    sent = json.dumps({key: desk.get_state()[key] for key in ("view", "book", "kind")})
    assert "rater-beth" not in sent
    assert "chair-carl" not in sent
    assert desk.view["values"] == dict.fromkeys(SCALES)
    assert desk.view["spans"] == desk.view["given"] == desk.view["differing"] == []
    assert not {"actionability", "judgmental", "report"} & {*desk.get_state(), *desk.view}


def test_decisions_are_about_texts_that_raters_differ_on(store):
    """Widest first, without names; what both gave is filled in; what was given stays."""
    for name, one, other in (("t1", WHOLE, OTHER), ("t2", PLAIN, PLAIN)):
        store.save(name, "anna", one)
        store.save(name, "ben", other)
    session = Session(store, "chair", role="decision")
    assert [text.id for text in session.texts] == ["t1"]
    assert session.labels == Labels(None, 0, 0, 2, OTHER.spans)
    assert AnnotationDesk(store, "chair", decide=True).view["differing"] == [
        "evidence",
        "situation",
    ]
    session.take(1)
    session.save()
    assert store.decisions() == {"t1": OTHER}
    assert store.by_text()["t1"] == {"anna": WHOLE, "ben": OTHER}


def test_a_gap_that_raters_differ_on_is_decided_too(store):
    """All else is filled in, so one digit is enough."""
    for rater, gap in (("anna", 0), ("ben", 1), ("cleo", None)):
        store.save("t2", rater, replace(PLAIN, gap=gap))
    store.save("t3", "anna", replace(PLAIN, gap=1))
    store.save("t3", "ben", PLAIN)
    desk = AnnotationDesk(store, "chair", decide=True)
    assert [text.id for text in desk.session.texts] == ["t2"]
    assert (desk.view["differing"], desk.view["active"]) == (["gap"], "gap")
    send(desk, kind="answer", value=1)
    send(desk, kind="save")
    assert store.decisions() == {"t2": replace(PLAIN, gap=1)}


def test_a_rater_decides_only_what_they_are_through_with(store):
    """Seeing others' labels before giving one's own would end the blindness."""
    store.save("t1", "anna", WHOLE)
    store.save("t1", "ben", OTHER)
    store.save("t2", "cleo", PLAIN)
    assert Session(store, "cleo", role="decision").texts == []
    assert [text.id for text in Session(store, "ben", role="decision").texts] == ["t1"]


def test_keys_for_a_text_that_is_gone_are_dropped(store):
    """A second Enter that was pressed for the last text does nothing to the next one."""
    desk = AnnotationDesk(store, "anna")
    desk._on_message(desk, {"kind": "answer", "value": 1, "id": "t1"}, [])
    desk._on_message(desk, {"kind": "skip", "id": "t1"}, [])
    desk._on_message(desk, {"kind": "skip", "id": "t1"}, [])
    assert desk.session.text.id == "t2"
    assert desk.view["number"] == 2


def test_every_message_is_answered_by_its_token(store):
    """The page waits for it before it sends the next one, so that keys stay in order."""
    desk = AnnotationDesk(store, "anna")
    for number, message in enumerate(
        (
            {"kind": "answer", "value": 1, "id": "t1"},
            {"kind": "answer", "value": "x", "id": "t1"},
            {"kind": "save", "id": "a text that is gone"},
            {"kind": "nonsense", "id": "t1"},
        )
    ):
        desk._on_message(desk, {**message, "token": str(number)}, [])
        assert desk.view["answered"] == str(number)


def test_what_cannot_be_done_is_said_on_the_page(store, caplog):
    """Errors of callbacks vanish otherwise; the state on screen stays."""
    desk = AnnotationDesk(store, "anna")
    for message in (
        {"kind": "mark", "label": "rudeness", "from": 0, "to": 4, "id": "t1"},
        {"kind": "mark", "label": "impact", "from": -3, "to": 999, "id": "t1"},
        {"kind": "answer", "value": "x", "id": "t1"},
    ):
        desk._on_message(desk, message, [])
        assert "could not be done" in desk.view["notice"]
        assert desk.view["spans"] == []
    desk._on_message(desk, "nonsense", [])
    desk._on_message(desk, {"kind": "nonsense"}, [])


def test_marks_cross_as_utf16_and_come_back_as_code_points(tmp_path):
    """JavaScript counts wide characters twice."""
    store = LabelStore(tmp_path / "wide.db")
    text = "👍🏽 e\u0301 You are lazy.\r\nשלום"
    store.add([Text("t1", text)])
    desk = AnnotationDesk(store, "anna")
    start = len(text[: text.index("You")].encode("utf-16-le")) // 2
    message = {"kind": "mark", "label": "person_label", "from": start, "to": start + 12}
    desk._on_message(desk, {**message, "id": "t1"}, [])
    assert [text[s:e] for s, e, _ in desk.session.labels.spans] == ["You are lazy"]
    assert desk.view["spans"] == [{"label": "person_label", "from": start, "to": start + 12}]
    store.close()


@given(st.text())
def test_offsets_there_and_back_are_the_same(text):
    """Every place between two characters, of any text that can be stored."""
    convert = Utf16Offsets(text)
    assert [convert.back(convert(n)) for n in range(len(text) + 1)] == [*range(len(text) + 1)]


@pytest.mark.parametrize("offset", [1, 4, -1])
def test_offsets_inside_of_a_character_are_refused(offset):
    """Half of a thumb cannot be marked."""
    with pytest.raises(ValueError, match="between two characters"):
        Utf16Offsets("👍a").back(offset)


def test_a_desk_needs_a_rater(store):
    """Labels without a name could not be compared."""
    with pytest.raises(ValueError, match="your name or a code"):
        AnnotationDesk(store, "  ")
    assert repr(AnnotationDesk(store, "anna")) == "AnnotationDesk('labels.db', 'anna', label)"


def test_the_browser_of_differences_pages_and_filters(store):
    """Ten at a time, widest first; with names, and with the decision."""
    store.add([Text(f"n{n}", TEXT) for n in range(12)])
    for n in range(12):
        store.save(f"n{n}", "anna", WHOLE)
        store.save(f"n{n}", "ben", OTHER if n else PLAIN)
    store.save("n0", "chair", WHOLE, role="decision")
    browser = DisagreementBrowser(store)
    assert (browser.view["total"], len(browser.view["rows"])) == (12, 10)
    assert browser.view["rows"][0]["id"] == "n0"
    names = [given["name"] for given in browser.view["rows"][0]["given"]]
    assert names == ["anna", "ben", "Decision"]
    browser._on_message(browser, {"kind": "look", "label": "tone", "start": 0}, [])
    assert [row["id"] for row in browser.view["rows"]] == ["n0"]
    browser._on_message(browser, {"kind": "look", "label": "", "start": 990}, [])
    assert browser.view["start"] == 10
    browser._on_message(browser, {"kind": "look", "label": "rudeness"}, [])
    assert "no label 'rudeness'" in browser.view["notice"]


def run(*arguments):
    """Run the command line; its exit code and what it printed."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    return result.exit_code, result.output


def test_labels_on_the_command_line(store, tmp_path):
    """Texts in, progress, agreement, labels out: each is one command."""
    store.close()
    (tmp_path / "more.csv").write_text("comment\nWell done.\n", "utf-8")
    path = store.path
    assert run("labels", "add", path, tmp_path / "more.csv") == (
        0,
        f"1 texts are new; {path} holds 5.\n",
    )
    code, said = run("labels", "export", path, "-o", tmp_path / "mine.jsonl")
    assert (code, "no labels to write" in said) == (1, True)
    store.save("t1", "anna", WHOLE)
    store.save("t1", "ben", OTHER)
    store.save("t2", "ben", PLAIN)
    assert "1 settled (0 by a decision), 1 to decide" in run("labels", "status", path)[1]
    figures = json.loads(run("labels", "status", path, "--json")[1])
    assert figures["raters"]["anna"] == {"labelled": 1, "skipped": 0, "open": 4}
    code, said = run("labels", "export", path, "-o", tmp_path / "mine.jsonl")
    assert "labels of 1 texts" in said
    assert "optional" not in said
    assert "Left out: 1 texts" in said
    assert run("labels", "export", path, "--rater", "ben", "-o", tmp_path / "ben.spacy")[0] == 0
    code, said = run("labels", "add", tmp_path / "new.db", tmp_path / "mine.jsonl",
                     "--labelled-by", "cleo")  # fmt: skip
    assert (code, "1 texts" in said) == (0, True)
    assert "| Evidence | 0 % |" in run("agree", path, "--resamples", 10)[1]
    found = json.loads(run("agree", path, "--json", "--resamples", 0)[1])
    assert (found["texts"], found["raters"]) == (1, ["anna", "ben"])
    for rater, gap in (("anna", 0), ("ben", 1)):
        store.save("t3", rater, replace(PLAIN, gap=gap))
    assert "2 settled (0 by a decision), 2 to decide" in run("labels", "status", path)[1]
    said = run("labels", "export", path, "-o", tmp_path / "mine.jsonl")[1]
    assert "1 of them lack an optional answer, as raters differ on it alone." in said
    code, said = run("agree", path, "--rater", "dora")
    assert (code, "there are anna, ben" in said) == (1, True)


def test_a_wrong_file_is_a_sentence_on_the_command_line(tmp_path):
    """No traceback for somebody who mistyped."""
    (tmp_path / "notes.txt").write_text("These are notes, not labels." * 50)
    code, said = run("agree", tmp_path / "notes.txt")
    assert (code, "no store of labels" in said, "Traceback" in said) == (1, True, False)


def test_a_store_refuses_what_a_session_would_not_send(store):
    """Rules hold for programs too."""
    with pytest.raises(LabelError, match="no text 't9'"):
        store.save("t9", "anna", PLAIN)
    with pytest.raises(LabelError, match="needs a name"):
        store.save("t1", " ", PLAIN)

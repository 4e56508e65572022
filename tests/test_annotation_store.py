"""The store of labels: nothing is lost, what is wrong is refused, all comes out again."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import polars as pl
import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import DocBin

from feedback_nlp.annotation import (
    LabelError,
    Labels,
    LabelStore,
    Text,
    add_labelled,
    add_texts,
    codebook,
    final_labels,
    save_labels,
)
from feedback_nlp.annotation.export import SPANS_KEY
from feedback_nlp.annotation.labels import NEEDED, SCALES
from feedback_nlp.annotation.session import Session
from feedback_nlp.errors import InputError
from feedback_nlp.examples import MOVES, PARTS, read_examples
from feedback_nlp.labels import read_labels

TEXT = "On slide 4 the axis had no units 👍. You are careless."
WHOLE = Labels(3, 0, 0, 2, ((0, 10, "situation"), (11, 32, "behaviour"), (36, 52, "person_label")))
BEFORE = Path(__file__).with_name("labels_before_gap.sql")
MILD = Labels(2, 0, 0, 1, ((11, 32, "behaviour"), (36, 52, "person_label")))


@pytest.fixture
def store(tmp_path):
    """A store with three texts."""
    opened = LabelStore(tmp_path / "labels.db")
    opened.add([Text("t1", TEXT), Text("t2", "Good job."), Text("t3", "You are lazy.")])
    yield opened
    opened.close()


def test_the_codebook_has_the_labels_of_the_examples():
    """What raters give can be read by whatever reads the examples of the project."""
    book = codebook()
    assert {span.id for span in book.spans if span.family == "part"} == {*PARTS}
    assert {span.id for span in book.spans if span.family == "judgmental"} == {*MOVES}
    allowed = {scale.id: scale.allowed for scale in book.scales}
    assert allowed == {
        "evidence": (0, 1, 2, 3), "suggestion": (0, 1), "connection": (0, 1),
        "tone": (0, 1, 2, 3), "gap": (0, 1),
    }  # fmt: skip
    assert tuple(allowed) == SCALES
    assert tuple(scale.id for scale in book.scales if not scale.optional) == NEEDED


def test_every_letter_does_one_thing():
    """A key that stood for two labels, or for what the desk does, could not be trusted."""
    keys = [entry.key for entry in (*codebook().spans, *codebook().scales) if entry.key]
    assert len({*keys}) == len(keys)
    assert not {*keys} & {"q", "k", "z", "d"}


def test_a_change_of_mind_is_added_and_the_latest_counts(store):
    """History keeps who said what and when."""
    store.save("t1", "anna", WHOLE)
    store.save("t1", "anna", MILD)
    entries = store.history("t1")
    assert [entry.labels for entry in entries] == [WHOLE, MILD]
    assert entries[0].at <= entries[1].at
    assert store.labels("t1", "anna") == MILD
    assert store.by_text() == {"t1": {"anna": MILD}}


def test_labels_are_there_when_the_store_is_opened_again(store):
    """Another notebook, another day."""
    store.save("t1", "anna", WHOLE)
    store.keep_draft("t2", "anna", Labels(evidence=1))
    again = LabelStore(store.path)
    assert again.labels("t1", "anna") == WHOLE
    assert again.draft("t2", "anna") == Labels(evidence=1)
    assert again.draft("t2", "ben") is None
    again.close()


def test_the_file_is_in_wal_mode(store):
    """Raters who read do not wait for one who writes."""
    with sqlite3.connect(store.path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_raters_write_to_one_file_at_the_same_time(store):
    """Four notebooks, each with a store of its own on the same file; no label is lost."""
    store.add([Text(f"n{n}", f"Text {n} is fine.") for n in range(25)])

    def label(rater):
        own = LabelStore(store.path)
        for n in range(25):
            own.keep_draft(f"n{n}", rater, Labels(evidence=1))
            own.save(f"n{n}", rater, Labels(1, 0, 0, 0))
        own.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(label, ["a", "b", "c", "d"]))
    assert sum(len(given) for given in store.by_text().values()) == 100


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (Labels(1, 0, None, 0), "Still open: Connection"),
        (Labels(1, 1, 0, 0), "mark them as Next step"),
        (Labels(1, 0, 1, 0), "Without a suggestion, Connection is 0"),
        (Labels(2, 0, 0, 0), "mark them as Behaviour"),
        (Labels(1, 0, 0, 2), "select the words that judge"),
        (Labels(1, 0, 0, 0, ((0, 4, "insult"),)), "the tone is at least 1"),
        (Labels(1, 0, 0, 0, ((0, 4, "next_step"),)), "so Suggestion is 1"),
        (Labels(1, 0, 0, 0, ((0, 999, "situation"),)), "outside of the text"),
        (Labels(1, 0, 0, 0, ((0, 4, "rudeness"),)), "not of the codebook"),
        (Labels(7, 0, 0, 0, ((0, 4, "behaviour"),)), "not of the codebook"),
        (Labels(1, 0, 0, 0, gap=2), "not of the codebook"),
        (Labels(1, 1, 0, 0, ((0, 4, "next_step"),), gap=0), "so Gap is 1"),
    ],
)
def test_labels_that_break_the_codebook_are_refused_with_what_to_do(store, labels, said):
    """Nothing half done gets in, whoever calls."""
    with pytest.raises(LabelError, match=said):
        store.save("t1", "anna", labels)
    assert store.history() == []


def test_connection_follows_a_suggestion_of_nought():
    """It is 0 by rule then, and open again when there is a suggestion after all."""
    labels = Labels().with_value("suggestion", 0)
    assert labels.connection == 0
    assert labels.with_value("suggestion", 1).connection is None


def test_gap_follows_a_suggestion_and_is_optional_otherwise(store):
    """It is 1 by rule then, and open again when there is no suggestion after all."""
    labels = Labels(1, None, None, 0, ((0, 4, "next_step"),)).with_value("suggestion", 1)
    assert labels.gap == 1
    assert labels.with_value("gap", 0).gap == 1
    assert labels.with_value("suggestion", 1) == labels
    assert labels.with_value("suggestion", 0).gap is None
    for gap in (None, 0, 1):
        given = Labels(1, 0, 0, 0, gap=gap)
        store.save("t2", "anna", given)
        assert store.labels("t2", "anna") == given


def test_whoever_decided_a_text_cannot_label_it_any_more(store):
    """They know what others said; others can still label it."""
    store.save("t1", "chair", WHOLE, role="decision")
    with pytest.raises(LabelError, match="would not be blind"):
        store.save("t1", "chair", WHOLE)
    store.save("t1", "late", WHOLE)
    assert store.decisions() == {"t1": WHOLE}


def test_a_skipped_text_is_no_label(store):
    """It counts as skipped until there are labels."""
    store.skip("t1", "anna")
    assert store.progress() == {"anna": {"labelled": 0, "skipped": 1, "open": 2}}
    assert store.by_text() == store.given("t1") == {}
    store.save("t1", "anna", WHOLE)
    assert store.given("t1") == store.by_text()["t1"] == {"anna": WHOLE}
    assert store.progress()["anna"] == {"labelled": 1, "skipped": 0, "open": 2}


def test_other_files_are_not_taken_for_a_store(tmp_path):
    """A text file, somebody else's database, a later version, a folder that is not there."""
    (tmp_path / "a.db").write_text("This is no database, but long enough to look like one." * 20)
    with pytest.raises(LabelError, match="no store of labels"):
        LabelStore(tmp_path / "a.db")
    with sqlite3.connect(tmp_path / "b.db") as connection:
        connection.execute("CREATE TABLE bills (id)")
    with pytest.raises(LabelError, match="another database"):
        LabelStore(tmp_path / "b.db")
    with sqlite3.connect(tmp_path / "c.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(LabelError, match="another version"):
        LabelStore(tmp_path / "c.db")
    with pytest.raises(LabelError, match="no folder"):
        LabelStore(tmp_path / "nowhere" / "d.db")


def test_a_text_never_changes_below_its_labels(store):
    """The same again is nothing new; other words need another id."""
    assert store.add([Text("t1", TEXT)]) == 0
    with pytest.raises(LabelError, match="with other words"):
        store.add([Text("t1", "Something else.")])


def test_texts_come_from_lists_tables_and_files(tmp_path):
    """The same texts, whatever they come in; blank ones are left out, none is added twice."""
    rows = [{"comment": "Good job.", "domain": "work"}, {"comment": "  "}, {"comment": "See 👍."}]
    pd.DataFrame(rows).to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / "t.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    for n, source in enumerate(
        (
            [row["comment"] for row in rows],
            pd.DataFrame(rows),
            pl.DataFrame(rows),
            tmp_path / "t.csv",
            str(tmp_path / "t.jsonl"),
        )
    ):
        store = LabelStore(tmp_path / f"{n}.db")
        assert add_texts(store, source) == 2
        assert add_texts(store, source) == 0
        assert [text.content for text in store.texts()] == ["Good job.", "See 👍."]
        assert n == 0 or store.texts()[0].domain == "work"
        store.close()


def test_what_cannot_be_a_text_is_named(store, tmp_path):
    """A path that is not there, a column that is not there, a field that is not known."""
    with pytest.raises(LabelError, match="to add one text, give a list"):
        add_texts(store, "You are lazy.")
    with pytest.raises(InputError, match="'nothing'"):
        add_texts(store, pd.DataFrame({"a": ["x"]}), text="nothing")
    with pytest.raises(LabelError, match="given colour"):
        add_texts(store, ["x"], colour="red")
    with pytest.raises(LabelError, match="train or test"):
        add_texts(store, ["x"], split="dev")


def test_half_a_character_keeps_its_place(store):
    """Half of a surrogate pair can't be stored; one sign stands for it, so offsets still hold."""
    add_texts(store, ["ab\ud83dcd"])
    assert store.texts()[-1].content == "ab\N{REPLACEMENT CHARACTER}cd"


def test_jsonl_comes_out_as_training_reads_it(store, tmp_path):
    """Written, then read by the reader of the project's own examples."""
    store.save("t1", "anna", WHOLE)
    store.save("t2", "anna", Labels(1, 0, 0, 0))
    assert save_labels(store, tmp_path / "mine.jsonl") == 2
    first, second = read_examples(tmp_path / "mine.jsonl")
    assert (first.id, first.text, first.spans, first.tone) == ("t1", TEXT, WHOLE.spans, 2)
    assert (first.domain, first.text_group, first.split) == ("own", "t1", "train")
    assert second.evidence == 1


def test_the_examples_of_the_project_pass_through_unchanged(tmp_path, examples_path):
    """In and out again, every row is the same, the optional gap included."""
    lines = examples_path.read_text("utf-8").splitlines()[:300]
    (tmp_path / "in.jsonl").write_text("\n".join(lines), "utf-8")
    store = LabelStore(tmp_path / "labels.db")
    for _ in range(2):
        assert add_labelled(store, tmp_path / "in.jsonl", rater="writer") == 300
    assert len(store.history()) == 300
    save_labels(store, tmp_path / "out.jsonl", rater="writer")
    written = (tmp_path / "out.jsonl").read_text("utf-8").splitlines()
    for before, line in zip(lines, written, strict=True):
        row = json.loads(before)
        row["spans"].sort(key=lambda span: (span["start"], span["end"], span["label"]))
        assert {**json.loads(line), "origin": row["origin"]} == row
    store.close()


def test_settled_labels_are_decisions_and_what_all_agree_on(store, tmp_path):
    """What raters differ on is left out until somebody decides."""
    for rater in ("anna", "ben"):
        store.save("t2", rater, Labels(1, 0, 0, 0))
    store.save("t1", "anna", WHOLE)
    store.save("t1", "ben", MILD)
    store.save("t3", "anna", Labels(1, 0, 0, 2, ((0, 12, "person_label"),)))
    final = final_labels(store)
    assert set(final.labels) == {"t2", "t3"}
    assert final.differing == ("t1",)
    assert final.single == ("t3",)
    store.save("t1", "chair", WHOLE, role="decision")
    assert final_labels(store).labels["t1"] == WHOLE
    assert store.labels("t1", "ben") == MILD


def test_raters_who_differ_on_the_gap_alone_lose_nothing_else(store, tmp_path):
    """The other labels are settled; this one waits for a decision."""
    for rater, gap in (("anna", 0), ("ben", 1)):
        store.save("t2", rater, Labels(1, 0, 0, 0, gap=gap))
    for rater, gap in (("anna", None), ("ben", 1)):
        store.save("t3", rater, Labels(1, 0, 0, 2, ((0, 12, "person_label"),), gap))
    final = final_labels(store)
    assert (final.differing, final.left_open) == ((), ("t2",))
    # Who left it open did not differ; but one answer alone is not what all gave.
    assert [labels.gap for labels in final.labels.values()] == [None, None]
    assert [text.id for text in Session(store, "chair", role="decision").texts] == ["t2"]
    store.save("t2", "chair", Labels(1, 0, 0, 0, gap=1), role="decision")
    final = final_labels(store)
    assert (final.left_open, final.labels["t2"].gap) == ((), 1)
    assert "gap" in read_rows(store, tmp_path)[0]
    assert "gap" not in read_rows(store, tmp_path)[1]


def read_rows(store, folder):
    save_labels(store, folder / "rows.jsonl")
    return [json.loads(line) for line in (folder / "rows.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture
def store_before(tmp_path):
    """A file that the version before the gap was asked for made, rebuilt from its dump."""
    path = tmp_path / "before.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(BEFORE.read_text("utf-8"))
    opened = LabelStore(path)
    yield opened
    opened.close()


def test_a_store_from_before_the_gap_opens_and_holds_what_it_held(store_before, tmp_path):
    """Its labels, drafts and decisions are as they were, and go out without a gap."""
    assert store_before.raters() == ["anna", "ben"]
    assert store_before.labels("t1", "anna").gap is None
    assert store_before.labels("t1", "anna").problems(store_before.text("t1").content) == ()
    assert store_before.draft("t3", "anna") == Labels(evidence=1, suggestion=1)
    rows = read_rows(store_before, tmp_path)
    assert [(row["id"], row["evidence"], row["tone"]) for row in rows] == [
        ("t1", 3, 0), ("t2", 1, 2),
    ]  # fmt: skip
    assert not any("gap" in row for row in rows)
    example, _ = read_examples(tmp_path / "rows.jsonl")
    assert example.gap is None
    assert len(save_and_read_csv(store_before, tmp_path)) == 5


def save_and_read_csv(store, folder):
    save_labels(store, folder / "rows.csv")
    return list(csv.DictReader(io.StringIO((folder / "rows.csv").read_text("utf-8"))))


def test_a_store_from_before_the_gap_takes_it(store_before, tmp_path):
    """Work goes on in the same file; what was kept without an answer can get one."""
    session = Session(store_before, "anna")
    # Her draft had a suggestion, so the gap follows.
    assert (session.text.id, session.labels.gap) == ("t3", 1)
    session.answer(0, "suggestion")
    session.answer(0, "tone")
    session.answer(0, "gap")
    session.save()
    session.go(-1)
    session.go(-1)
    assert (session.text.id, session.active) == ("t2", "gap")
    session.answer(1)
    session.save()
    again = LabelStore(store_before.path)
    assert [again.labels(name, "anna").gap for name in ("t1", "t2", "t3")] == [None, 1, 0]
    assert [entry.labels.gap for entry in again.history("t2", rater="anna")] == [None, 1]
    assert [row["gap"] for row in save_and_read_csv(again, tmp_path)] == ["", "", "1", "1", "0", ""]
    again.close()


def test_the_tables_are_those_of_the_version_before(store):
    """The tables did not change, so colleagues need not move to the new version on one day."""
    wanted, found = {}, {}
    for columns, script in ((wanted, BEFORE.read_text("utf-8")), (found, None)):
        with sqlite3.connect(":memory:" if script else store.path) as connection:
            connection.executescript(script or "")
            (columns["version"],) = connection.execute("PRAGMA user_version").fetchone()
            for table in ("texts", "labellings", "spans", "drafts"):
                columns[table] = connection.execute(f"PRAGMA table_info({table})").fetchall()
    assert found == wanted


def test_a_comma_more_is_no_difference(store):
    """Marks that nearly cover each other are the same; the words that most marked are kept."""
    for rater, end in (("anna", 32), ("ben", 34), ("cleo", 32)):
        labels = Labels(2, 0, 0, 0, ((11, end, "behaviour"),))
        store.save("t1", rater, labels)
    assert final_labels(store).labels["t1"].spans == ((11, 32, "behaviour"),)


def test_csv_holds_what_everybody_gave(store, tmp_path):
    """With rater, role and time; of one rater if asked."""
    store.save("t1", "anna", WHOLE)
    store.save("t1", "ben", MILD)
    store.save("t1", "chair", WHOLE, role="decision")
    save_labels(store, tmp_path / "all.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "all.csv").read_text("utf-8"))))
    assert [(row["rater"], row["role"]) for row in rows] == [
        ("anna", "rater"), ("ben", "rater"), ("chair", "decision"),
    ]  # fmt: skip
    assert rows[0]["at"].endswith("Z")
    assert rows[1]["qual"] == "2"
    assert json.loads(rows[0]["spans"])[0] == {"start": 0, "end": 10, "label": "situation"}
    save_labels(store, tmp_path / "ben.csv", rater="ben")
    assert (tmp_path / "ben.csv").read_text("utf-8").count("anna") == 0


def test_docbin_holds_marks_and_scales(store, tmp_path):
    """spaCy reads it back: marks as spans, scales and exact offsets in user_data."""
    store.save("t1", "anna", WHOLE)
    save_labels(store, tmp_path / "labels.spacy")
    nlp = spacy.blank("en")
    (doc,) = DocBin().from_disk(tmp_path / "labels.spacy").get_docs(nlp.vocab)
    assert doc.text == TEXT
    assert [(span.text, span.label_) for span in doc.spans[SPANS_KEY]] == [
        ("On slide 4", "situation"),
        ("the axis had no units", "behaviour"),
        ("You are careless", "person_label"),
    ]
    data = doc.user_data[SPANS_KEY]
    assert (data["id"], data["evidence"], data["tone"], data["qual"]) == ("t1", 3, 2, 3)
    assert "gap" not in data
    assert data["spans"][2] == {"start": 36, "end": 52, "label": "person_label"}


def test_every_format_holds_the_gap(store, tmp_path):
    """As a column, a key, and beside the other scales of a Doc; and it comes back in."""
    store.save("t2", "anna", Labels(1, 0, 0, 0, gap=0))
    assert read_rows(store, tmp_path)[0]["gap"] == 0
    # As `train --data` and `evaluate --data` read it.
    assert read_labels(tmp_path / "rows.jsonl").rows[0].labels["gap"] == 0
    assert save_and_read_csv(store, tmp_path)[0]["gap"] == "0"
    save_labels(store, tmp_path / "labels.spacy")
    (doc,) = DocBin().from_disk(tmp_path / "labels.spacy").get_docs(spacy.blank("en").vocab)
    assert doc.user_data[SPANS_KEY]["gap"] == 0
    other = LabelStore(tmp_path / "other.db")
    add_labelled(other, tmp_path / "rows.jsonl", rater="anna")
    assert other.labels("t2", "anna").gap == 0
    other.close()


def test_an_export_that_cannot_be_is_refused(store, tmp_path):
    """Another ending, nobody of that name, nothing labelled yet; no file is left."""
    with pytest.raises(LabelError, match="no labels to write"):
        save_labels(store, tmp_path / "x.jsonl")
    store.save("t1", "anna", WHOLE)
    with pytest.raises(LabelError, match="ends in none of"):
        save_labels(store, tmp_path / "x.txt")
    with pytest.raises(LabelError, match="Nobody called 'cleo'.* there are anna"):
        save_labels(store, tmp_path / "x.jsonl", rater="cleo")
    assert not list(tmp_path.glob("x.*"))


@given(
    st.lists(
        st.tuples(
            st.integers(0, 40),
            st.integers(1, 12),
            st.sampled_from(["behaviour", "impact", "insult"]),
        ),
        max_size=12,
    )
)
def test_marks_stay_in_order_and_never_overlap_their_own_kind(marks):
    """However somebody marks: sorted, within what was marked, one mark where two would overlap."""
    labels, covered = Labels(), set()
    for start, length, label in marks:
        labels = labels.with_span(start, start + length, label)
        covered |= {(place, label) for place in range(start, start + length)}
    assert list(labels.spans) == sorted(labels.spans)
    places = [(p, label) for start, end, label in labels.spans for p in range(start, end)]
    assert len(places) == len({*places})
    assert {*places} == covered
    assert Labels.from_dict(labels.to_dict()) == labels

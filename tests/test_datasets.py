"""The public training sets say of each text what they know of it by the codebook."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest

from feedback_nlp import datasets
from feedback_nlp.datasets import LabelledText, training_sets
from feedback_nlp.errors import DataError

REVIEW = "The plots are clear. The plots lack units. Please add units."
#: One or more rows of each set, in the columns that its publishers use.
TINY: dict[str, list[dict[str, object]]] = {
    "f1000rd_pragmatics": [
        {"text": "Please add units to figure 2.", "prag": "Todo", "split": "train"},
        {"text": "Figure 2 is official test.", "prag": "Todo", "split": "test"},
    ],
    "advice_reddit": [{"text": "Ask her first.", "Majority_label": 1, "split": "train"}],
    "email_intent": [
        {"text": "Lunch was fine.", "intent": "No", "split": "train"},
        {"text": "Who else was there?", "intent": "Yes", "split": "train"},
    ],
    "mrbench_v3_tutor_responses": [{"text": "Try again.", "Actionability": "Yes"}],
    "wiki_toxicity": [
        {"text": "You are a clown.", "toxic": 1},
        {"text": "Let me say it slowly for you.", "toxic": 0},
        {"text": "I moved the page.", "toxic": 0},
    ],
    "substanreview": [
        {
            "text": REVIEW,
            "spans": json.dumps([[0, 20, "Eval_pos_1"], [21, 42, "Eval_neg_2"]]),
            "split": "train",
        }
    ],
    "stanford_politeness": [{"text": "Could you post the log?"}, {"text": "Nobody rated this."}],
    "receptiveness": [{"text": "I see why you think so."}],
}
RATINGS = [
    "wiki_toxicity,1,,,r1,1,0,0",
    "substanreview,0,0,20,r1,0,0,1",
    "substanreview,0,21,42,r1,0,0,2",
    "substanreview,0,43,60,r1,0,1,0",
    "stanford_politeness,0,,,r1,0,1,0",
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    entries = {}
    for name, rows in TINY.items():
        path = tmp_path / f"{name}.parquet"
        frame = pd.DataFrame(rows)
        frame["id"] = [str(i) for i in range(len(frame))]
        frame["text_group"] = range(len(frame))
        frame.to_parquet(path)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        entries[name] = {"path": path.name, "origin": "here", "sha256": sha256}
    monkeypatch.setattr(datasets, "manifest", lambda: entries)
    return tmp_path


def read(folder: Path, ratings: list[str]) -> dict[str, LabelledText]:
    path = folder / "labels.csv"
    header = "set,id,start,end,rater,tone,suggestion,evidence"
    path.write_text("\n".join([header, *ratings]) + "\n", encoding="utf-8")
    return {row.text: row for rows in training_sets(folder, path).values() for row in rows}


def test_a_set_says_what_its_publishers_know_of_a_text(folder):
    rows = read(folder, [])
    assert rows["Ask her first."].labels == {"suggestion": 1}
    assert rows["Lunch was fine."].labels == {"suggestion": 0}
    assert rows["Try again."].labels == {"suggestion": 1}
    assert rows["Please add units to figure 2."].labels["gap"] == 1


def test_official_test_parts_are_left_out(folder):
    assert "Figure 2 is official test." not in read(folder, [])


def test_a_toxic_comment_judges_and_one_that_is_not_toxic_says_nothing(folder):
    rows = read(folder, [])
    assert rows["You are a clown."].labels == {"tone_1": 1, "tone_2": 1}
    assert "I moved the page." not in rows


def test_our_labels_of_a_text_come_before_those_of_its_publishers(folder):
    rows = read(folder, ["wiki_toxicity,0,,,r1,0,0,0", "advice_reddit,0,,,r1,,0,0"])
    assert rows["You are a clown."].labels["tone_1"] == 0
    assert rows["Ask her first."].labels["suggestion"] == 0


def test_mail_on_which_we_and_its_publisher_disagree_teaches_no_suggestion(folder):
    rows = read(folder, ["email_intent,0,,,r1,0,0,0", "email_intent,1,,,r1,0,0,0"])
    assert rows["Lunch was fine."].labels["suggestion"] == 0
    assert "suggestion" not in rows["Who else was there?"].labels
    assert rows["Who else was there?"].labels["tone_1"] == 0


def test_of_sets_that_were_labelled_for_other_things_only_our_labels_count(folder):
    rows = read(folder, RATINGS)
    assert rows["Could you post the log?"].labels["suggestion"] == 1
    assert rows["Let me say it slowly for you."].labels["tone_1"] == 1
    assert "Nobody rated this." not in rows
    assert "I see why you think so." not in rows


def test_a_passage_of_a_review_points_at_a_gap_where_a_claim_is_negative_or_it_suggests(folder):
    rows = read(folder, RATINGS)
    assert REVIEW not in rows
    assert rows["The plots are clear."].labels["gap"] == 0
    assert rows["The plots lack units."].labels["gap"] == 1
    assert "gap" not in rows["Please add units."].labels  # no claim is marked there
    assert rows["Please add units."].labels["suggestion"] == 1


def test_passages_of_one_text_share_its_group(folder):
    rows = read(folder, RATINGS)
    assert rows["The plots are clear."].group == rows["Please add units."].group


def test_a_label_for_a_text_outside_of_the_training_part_is_refused(folder):
    with pytest.raises(DataError, match="name '1' of f1000rd_pragmatics, which its training part"):
        read(folder, ["f1000rd_pragmatics,1,,,r1,0,1,0"])


def test_a_label_for_a_set_that_is_not_trained_on_is_refused(folder):
    with pytest.raises(DataError, match="the set 'wiki_toxcity', which is not trained on"):
        read(folder, ["wiki_toxcity,0,,,r1,0,1,0"])

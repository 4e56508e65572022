"""Heads: exact explanations, and files that are refused when they are not what was saved."""

from __future__ import annotations

import hashlib
import json
import shutil

import numpy as np
import pytest
import skops.io
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

import feedback_nlp
from feedback_nlp.errors import HeadsError
from feedback_nlp.features import WHO
from feedback_nlp.heads import (
    HEAD_NAMES,
    Heads,
    LinearHead,
    heads_folder,
    load_heads,
    save_heads,
    sigmoid,
)
from feedback_nlp.scoring import source_of
from feedback_nlp.segmentation import parse_sentences


@pytest.fixture
def folder(tmp_path):
    copy = tmp_path / "models"
    shutil.copytree(heads_folder(), copy)
    return copy


def head(coefficients, intercept):
    estimator = LogisticRegression()
    estimator.coef_ = np.asarray([coefficients], dtype=float)
    estimator.intercept_ = np.asarray([intercept], dtype=float)
    estimator.classes_ = np.asarray([0, 1])
    names = np.asarray([f"cue:{i}" for i in range(len(coefficients))], dtype=np.str_)
    return LinearHead(names, estimator)


numbers = st.floats(-8, 8, allow_nan=False)


@settings(max_examples=200, deadline=None)
@given(st.lists(numbers, min_size=1, max_size=6), numbers, st.data())
def test_contributions_add_up_to_what_scikit_learn_predicts(coefficients, intercept, data):
    values = data.draw(st.lists(numbers, min_size=len(coefficients), max_size=len(coefficients)))
    one = head(coefficients, intercept)
    features = dict(zip(one.names.tolist(), values, strict=True))
    predicted = one.estimator.predict_proba(np.asarray([values]))[0, 1]
    assert one.probability(features) == pytest.approx(predicted, abs=1e-9)
    assert sum(one.contributions(features).values()) == pytest.approx(predicted, abs=1e-9)


def test_unknown_features_count_nothing():
    one = head([1.0], 0.5)
    assert one.probability({"cue:unheard": 9.0}) == sigmoid(0.5)


def test_no_shipped_head_reads_a_phrase_that_says_who_somebody_is():
    shipped = load_heads()
    for name, read in shipped.heads.items():
        assert len(read.names) > 100, name
        assert not [feature for feature in read.names.tolist() if WHO in feature], name
    assert shipped.finders is not None
    assert not [feature for feature in shipped.finders.features if WHO in feature]


def test_the_shipped_heads_are_complete_and_say_where_they_come_from():
    heads = load_heads()
    assert set(HEAD_NAMES) == set(heads.heads)
    assert heads.meta["examples"]["train"] >= 300
    assert all(entry["sha256"] for entry in heads.meta["public_sets"].values())


def test_weights_are_read_as_skops_reads_them():
    plain = skops.io.load(heads_folder() / "heads.skops", trusted=[])
    names = np.asarray(plain["names"].split("\n"))
    for name, head in load_heads().heads.items():
        part = plain["heads"][name]
        assert head.names.tolist() == names[part["rows"]].tolist()
        np.testing.assert_array_equal(head.estimator.coef_, part["estimator"].coef_)
        assert head.intercept == part["estimator"].intercept_[0]
        assert head.floor == part["floor"]


def save_payload(payload, folder):
    path = folder / "heads.skops"
    skops.io.dump(payload, path)
    meta = json.loads((folder / "heads.json").read_text())
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / "heads.json").write_text(json.dumps({**meta, "sha256": digest}))


def test_a_file_in_which_something_unexpected_stands_is_left_to_skops(folder):
    plain = skops.io.load(folder / "heads.skops", trusted=[])
    save_payload({**plain, "note": {"a", "set"}}, folder)
    assert load_heads(folder)["gap"].weights == load_heads()["gap"].weights


def test_no_feature_can_take_two_lines(tmp_path):
    two = LinearHead(np.asarray(["word:a\nb"]), head([1.0], 0.0).estimator)
    with pytest.raises(ValueError, match="single line"):
        save_heads(Heads({"gap": two}), tmp_path)


def test_loaded_heads_can_be_saved_again(tmp_path):
    heads = load_heads()
    save_heads(heads, tmp_path)
    again = load_heads(tmp_path)
    assert again["gap"].weights == heads["gap"].weights


def test_loading_from_a_folder_gives_the_same_scores(folder, scorer):
    text = "You are careless. Next time, add units."
    assert feedback_nlp.load(folder)(text).scores == scorer(text).scores


def test_an_altered_file_is_refused(folder):
    path = folder / "heads.skops"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(HeadsError, match="was altered.*train"):
        load_heads(folder)


@pytest.mark.parametrize("name", ["heads.skops", "heads.json"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(HeadsError, match=name.replace(".", r"\.")):
        load_heads(folder)


def test_another_version_is_refused(folder):
    path = folder / "heads.json"
    meta = json.loads(path.read_text())
    path.write_text(json.dumps({**meta, "heads_version": 99}))
    with pytest.raises(HeadsError, match="version 99"):
        load_heads(folder)


@pytest.mark.parametrize(
    "text", ["You never listen.", "Great talk, thanks!", "On slide 4, 1 and 2."]
)
def test_all_heads_together_say_what_each_says_alone(text, scorer, nlp):
    heads = scorer.heads
    features = {**scorer.reader.read(nlp(text)).features, "word:unheard": 1.0}
    together = heads.logits(features)
    assert set(together) == set(HEAD_NAMES)
    for name in HEAD_NAMES:
        assert together[name] == pytest.approx(heads[name].logit(features), abs=1e-9)


def test_without_features_all_heads_give_their_intercepts(scorer):
    heads = scorer.heads
    assert heads.logits({}) == {name: heads[name].intercept for name in HEAD_NAMES}


@pytest.mark.parametrize("text", ["You never listen.", "You were late on Monday. Call next time."])
def test_the_reported_points_are_those_of_the_features_summed_by_source(text, scorer, nlp):
    # The judgmental score is that of one sentence, so its points can be had the plain way.
    sentences = [scorer.analyse_sentence(doc) for _, doc in parse_sentences(nlp, text)]
    judging = max(sentences, key=lambda sentence: sentence.tone[0])
    plain = {}
    for feature, value in scorer.heads["tone_1"].contributions(judging.features).items():
        source = source_of(feature)
        plain[source] = plain.get(source, 0.0) + value
    reported = {
        row.source: row.value for row in scorer(text).contributions if row.score == "judgmental"
    }
    assert reported == pytest.approx(plain, abs=1e-9)

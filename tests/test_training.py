"""Training is reproducible, writes a card from what it measured, and beats counting words."""

from __future__ import annotations

import json

import numpy as np
import pytest

from feedback_nlp.datasets import data_folder, manifest, read_set
from feedback_nlp.errors import DataError
from feedback_nlp.heads import HEAD_NAMES, heads_folder, load_heads
from feedback_nlp.training import train
from feedback_nlp.training.card import read_evaluation, render_card


@pytest.fixture(scope="module")
def fewer_examples(tmp_path_factory, examples_path):
    """Every twelfth group of our examples: training on all of them twice takes minutes."""
    lines = examples_path.read_text(encoding="utf-8").splitlines()
    groups = [json.loads(line)["text_group"] for line in lines]
    chosen = set(sorted(set(groups))[::12])
    kept = [line for line, group in zip(lines, groups, strict=True) if group in chosen]
    path = tmp_path_factory.mktemp("examples") / "examples.jsonl"
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def runs(tmp_path_factory, fewer_examples):
    folders = [tmp_path_factory.mktemp("models") for _ in range(2)]
    figures = [train(None, fewer_examples, f, progress=False, own_only=True) for f in folders]
    return folders, figures


def test_the_same_data_give_the_same_heads(runs):
    (first, second), _ = runs
    one, two = load_heads(first), load_heads(second)
    for name in HEAD_NAMES:
        assert one[name].names.tolist() == two[name].names.tolist()
        np.testing.assert_array_equal(one[name].estimator.coef_, two[name].estimator.coef_)


def test_the_same_data_give_the_same_predictions(runs, nlp):
    from feedback_nlp.scorer import Scorer

    (first, second), _ = runs
    texts = ["You are careless.", "On slide 4 the axis had no units. Next time, add them."]
    one, two = (Scorer(nlp, load_heads(folder)) for folder in (first, second))
    assert [r.scores for r in one.score_many(texts)] == [r.scores for r in two.score_many(texts)]


def test_figures_are_finite_and_stand_beside_length_alone(runs):
    _, (figures, _) = runs
    for figure in figures["own_test"].values():
        assert 0 <= figure["low"] <= figure["auc"] <= figure["high"] <= 1
        assert 0 <= figure["auc_length_only"] <= 1


@pytest.mark.parametrize("name", ["suggestion", "tone_1", "tone_2"])
def test_the_shipped_heads_beat_counting_words_on_texts_never_trained_on(name):
    figure = load_heads().meta["figures"]["own_test"][name]
    assert figure["low"] > max(figure["auc_length_only"], 1 - figure["auc_length_only"])


def test_the_shipped_card_is_what_the_figures_give():
    folder = heads_folder()
    meta = json.loads((folder / "heads.json").read_text(encoding="utf-8"))
    assert read_evaluation(folder) is not None, "run `feedback-nlp evaluate --card`"
    assert (folder / "README.md").read_text(encoding="utf-8") == render_card(
        meta, read_evaluation(folder)
    )


def test_the_shipped_heads_were_trained_on_the_shipped_examples(examples_path):
    import hashlib

    digest = hashlib.sha256(examples_path.read_bytes()).hexdigest()
    assert load_heads().meta["examples"]["sha256"] == digest


def test_only_free_sets_are_trained_on():
    used = load_heads().meta["public_sets"]
    assert used
    assert all(manifest()[name]["use"] == "train" for name in used)
    assert all("NC" not in entry["licence"] for entry in used.values())


def test_without_the_public_sets_training_says_how_to_name_them(
    monkeypatch, examples_path, tmp_path
):
    monkeypatch.delenv("FEEDBACK_NLP_DATA", raising=False)
    with pytest.raises(DataError, match="FEEDBACK_NLP_DATA"):
        train(None, examples_path, tmp_path, progress=False)


def test_a_public_set_that_is_missing_or_altered_is_refused(tmp_path):
    with pytest.raises(DataError, match="get it from"):
        read_set("react", tmp_path)
    path = tmp_path / manifest()["react"]["path"]
    path.parent.mkdir(parents=True)
    path.write_bytes(b"not the set")
    with pytest.raises(DataError, match="sha256 differs"):
        read_set("react", tmp_path)
    with pytest.raises(DataError, match="is not a folder"):
        data_folder(tmp_path / "none")

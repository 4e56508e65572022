"""A user's own texts: full figures beside their floors, never on what the heads learned from."""

from __future__ import annotations

import json
import logging

import numpy as np
import pytest
from click.testing import CliRunner

from feedback_nlp.cli import main
from feedback_nlp.errors import DataError
from feedback_nlp.evaluation.baselines import grouped_words
from feedback_nlp.evaluation.corpus import evaluate_corpus, render_report, summary, verdict
from feedback_nlp.evaluation.metrics import area, auc_with_interval, draw_rows
from feedback_nlp.labels import labels_from_records


@pytest.fixture(scope="module", autouse=True)
def no_public_sets():
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("FEEDBACK_NLP_DATA", raising=False)
        yield


@pytest.fixture(scope="module")
def rows(examples_path):
    return [json.loads(line) for line in examples_path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def records(rows):
    """A hundred texts that the heads never saw, and twenty that they were trained on."""
    unseen = [row for row in rows if row["split"] == "test"][:100]
    return unseen + [row for row in rows if row["split"] == "train"][:20]


@pytest.fixture(scope="module")
def outcome(records, tmp_path_factory):
    out = tmp_path_factory.mktemp("report")
    labels = labels_from_records(records, name="mine.jsonl")
    return evaluate_corpus(labels, out, by="domain"), out


def test_texts_that_the_heads_were_trained_on_are_left_out(outcome):
    figures, _ = outcome
    assert figures["data"]["trained_on"] == 20
    assert figures["data"]["texts"] == 100
    assert next(summary(figures)) == "20 of 120 texts were trained on and are left out."


def test_where_all_texts_were_trained_on_there_is_no_figure(rows, caplog):
    trained = labels_from_records([row for row in rows if row["split"] == "train"][:20], name="x")
    with (
        caplog.at_level(logging.WARNING),
        pytest.raises(DataError, match="trained on all 20 texts of x"),
    ):
        evaluate_corpus(trained)
    assert "20 texts that the heads were trained on are left out" in caplog.text


def test_every_figure_has_an_interval_and_stands_beside_its_floors(outcome):
    figures, _ = outcome
    assert set(figures["binary"]) == {"suggestion", "connection", "judgmental"}
    assert set(figures["graded"]) == {"evidence", "tone", "qual", "actionability"}
    for row in figures["binary"].values():
        assert row["low"] <= row["auc"] <= row["high"]
        assert 0 <= row["auc_length_only"] <= 1
        assert row["partial_low"] <= row["partial"] <= row["partial_high"]
        assert 0 <= row["baselines"]["vader"] <= 1
        assert row["baselines"]["words"]["low"] <= row["baselines"]["words"]["high"]
    for row in figures["graded"].values():
        assert row["low"] <= row["rho"] <= row["high"]
        assert -1 <= row["rho_length_only"] <= 1


def test_the_shipped_scores_beat_counting_words_on_texts_by_other_hands(outcome):
    figures, _ = outcome
    for name in ("suggestion", "judgmental"):
        assert verdict(figures["binary"][name]) == "better than counting words"


def test_probabilities_are_compared_with_the_labels_they_promise(outcome):
    figures, _ = outcome
    assert set(figures["calibration"]) >= {"suggestion", "judgmental", "evidence level"}
    for row in figures["calibration"].values():
        assert 0 <= row["ece"] <= 1
        assert sum(b["n"] for b in row["bins"]) == row["n"]


def test_evidence_rises_with_its_label(outcome):
    figures, _ = outcome
    means = {row["label"]: row["mean"] for row in figures["levels"]["evidence"]["levels"]}
    assert means[3] > means[2] > means[1]
    assert figures["levels"]["evidence"]["kappa"] > 0.3


def test_small_groups_are_only_counted(outcome, records):
    figures, _ = outcome
    shown = figures["groups"]["rows"]
    assert all(row["n"] >= 10 for row in shown)
    assert figures["groups"]["small"] + sum(row["n"] for row in shown) == 100


def test_the_report_shows_figures_plots_and_misses(outcome):
    figures, out = outcome
    text = (out / "report.md").read_text(encoding="utf-8")
    for heading in ("Do the probabilities hold?", "Levels", "By domain", "Largest misses"):
        assert heading in text
    assert f"{figures['binary']['suggestion']['auc']:.3f}" in text
    for name in ("reliability.png", "areas.png", "levels.png"):
        assert (out / name).stat().st_size > 1000
    assert json.loads((out / "report.json").read_text(encoding="utf-8")) == figures
    high = figures["misses"]["judgmental"]["too_high"]
    assert all(row["score"] - row["label"] >= 0.5 for row in high)


def test_texts_are_not_quoted_where_nobody_wants_that(records, tmp_path):
    data, out = tmp_path / "mine.jsonl", tmp_path / "out"
    data.write_text("\n".join(map(json.dumps, records[:60])), encoding="utf-8")
    arguments = ["evaluate", "--data", data, "-o", out, "--no-texts"]
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    assert "length alone" in result.output
    written = (out / "report.md").read_text("utf-8") + (out / "report.json").read_text("utf-8")
    assert [row["text"] for row in records[:60] if row["text"][:40] in written] == []
    assert "row " in written


def test_wrong_use_says_what_is_wrong(records):
    labels = labels_from_records(records[:20], name="mine")
    with pytest.raises(DataError, match="no column 'team' beside its texts"):
        evaluate_corpus(labels, by="team")
    alike = labels_from_records([{"text": row["text"], "tone": 0} for row in records[:20]])
    with pytest.raises(DataError, match="no scale with enough different labels"):
        evaluate_corpus(alike)


def test_a_wide_interval_is_no_proof():
    row = {"low": 0.45, "auc_length_only": 0.5}
    assert verdict(row) == "not clearly better than chance"
    row = {"low": 0.55, "auc_length_only": 0.3}
    assert "not clearly better than counting words" in verdict(row)


def test_the_report_can_do_without_groups_and_levels(outcome):
    figures, _ = outcome
    text = render_report({**figures, "groups": None, "levels": {}})
    assert "## Levels" not in text
    assert "## By" not in text


def test_whole_groups_are_drawn():
    groups = np.array([0, 0, 1, 2, 2, 2])
    for rows in list(draw_rows(6, groups=groups))[:50]:
        counts = np.bincount(rows, minlength=6)
        assert counts[0] == counts[1]
        assert counts[3] == counts[4] == counts[5]


def test_intervals_are_wider_where_texts_come_in_groups():
    rng = np.random.default_rng(0)
    labels, scores = rng.integers(0, 2, 40), rng.normal(size=40)
    alone = auc_with_interval(labels, scores + labels)
    many = np.repeat(np.arange(40), 5)
    five = auc_with_interval(np.repeat(labels, 5), np.repeat(scores + labels, 5), groups=many)
    assert five["high"] - five["low"] == pytest.approx(alone["high"] - alone["low"], abs=0.03)


def test_the_area_is_that_of_scikit_learn():
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 200)
    scores = np.round(rng.normal(size=200) + labels, 1)  # with ties
    assert area(labels, scores) == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)


def test_words_are_learned_on_other_groups_only():
    texts = [f"word{i} here" for i in range(40)]
    labels = np.array([0, 1] * 20)
    doubled = grouped_words(texts * 2, np.tile(labels, 2), np.tile(np.arange(40), 2))
    assert doubled is not None
    # Each text stands twice in one group; if the twin were seen, its word would tell the label.
    assert area(np.tile(labels, 2), doubled) < 0.7
    assert grouped_words(texts[:6], labels[:6], np.arange(6) // 3) is None

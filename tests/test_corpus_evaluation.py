"""A user's own texts: full figures beside their floors, never on what the heads learned from."""

from __future__ import annotations

import json
import logging

import numpy as np
import pytest
from click.testing import CliRunner

from feedback_nlp.cli import main
from feedback_nlp.errors import DataError
from feedback_nlp.evaluation.baselines import grouped_length, grouped_words
from feedback_nlp.evaluation.calibration import fit, fit_of_heads, head_probabilities
from feedback_nlp.evaluation.corpus import evaluate_corpus, render_report, summary, verdict
from feedback_nlp.evaluation.metrics import (
    area,
    auc_with_interval,
    calibration_error,
    calibration_error_by_chance,
    draw_rows,
)
from feedback_nlp.evaluation.plots import plot_reliability
from feedback_nlp.heads import HEAD_NAMES
from feedback_nlp.labels import labels_from_records
from feedback_nlp.training.fitting import bag_logits
from feedback_nlp.training.row_bags import row_bags, rows_of, scale_of


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


def test_every_head_whose_labels_are_there_is_calibrated_beside_length(outcome, records):
    """Each level of evidence and tone too; connection only where there is a suggestion."""
    found = outcome[0]["heads_calibration"]
    assert set(found) == {*HEAD_NAMES} - {"gap"}
    for name, row in found.items():
        assert row["ece_low"] <= row["ece"] <= row["ece_high"]
        assert row["brier_low"] <= row["brier"] <= row["brier_high"]
        assert row["gain_low"] <= row["gain"] <= row["gain_high"]
        assert row["gain"] == pytest.approx(row["brier_length_only"] - row["brier"])
        assert 0 <= row["ece_length_only"] <= 1
        assert row["low"] <= row["auc"] <= row["high"]
        assert sum(b["n"] for b in row["bins"]) == row["n"]
        suggesting = sum(record["suggestion"] for record in records[:100])
        assert row["n"] == (suggesting if name == "connection" else 100)
    rates = [found[f"evidence_{level}"]["mean_label"] for level in (1, 2, 3)]
    assert rates == sorted(rates, reverse=True)
    # What people see as the judgment is the first level of the tone.
    seen = outcome[0]["calibration"]["judgmental"]
    assert found["tone_1"]["brier"] == pytest.approx(seen["brier"], abs=1e-12)


def test_what_people_see_is_calibrated_beside_length_as_well(outcome):
    for name, row in outcome[0]["calibration"].items():
        assert row["ece_low"] <= row["ece"] <= row["ece_high"]
        assert row["brier_low"] <= row["brier"] <= row["brier_high"]
        assert (row["gain"] is None) == name.endswith("level")


def test_the_gap_is_calibrated_where_it_is_labelled(rows):
    """Here the labels are the suggestion's, so that there are some on texts that no head saw."""
    held = [row for row in rows if row["split"] == "test"][:60]
    only = [{"text": row["text"], "gap": row["suggestion"]} for row in held]
    found = evaluate_corpus(labels_from_records(only))["heads_calibration"]
    assert list(found) == ["gap"]


def test_a_head_says_of_a_text_what_training_measured(scorer, rows):
    """The plain way, by the bags that the heads are trained on, is the reference."""
    held = [row for row in rows if row["split"] == "test"][:80]
    labels = labels_from_records([{**row, "gap": row["suggestion"]} for row in held])
    read = list(zip(labels.rows, scorer.reader.read_texts([r["text"] for r in held]), strict=True))
    readings = scorer.read_batch([row["text"] for row in held])
    said = [head_probabilities(sentences, scorer.heads) for _, sentences in readings]
    assert {*said[0]} == {*HEAD_NAMES}
    for name in HEAD_NAMES:
        kept = rows_of(scale_of(name), read)
        head = scorer.heads[name]
        logits = bag_logits(head, row_bags(name, kept, scorer.heads.heads))
        wanted = np.maximum(1 / (1 + np.exp(-logits)), head.floor)
        found = [said[row.number - 1][name] for row, _ in kept]
        assert found == pytest.approx(wanted, abs=1e-12)


def test_the_calibration_error_is_that_of_its_definition():
    rng = np.random.default_rng(0)
    labels, said = rng.integers(0, 2, 300).astype(float), rng.random(300)
    said[:2] = 0, 1
    slow = 0.0
    for low in range(10):
        inside = [i for i, p in enumerate(said) if low <= p * 10 < low + 1 or (low, p) == (9, 1)]
        observed, predicted = np.mean(labels[inside]), np.mean(said[inside])
        slow += len(inside) / 300 * abs(observed - predicted)
    assert calibration_error(labels, said) == pytest.approx(slow, abs=1e-12)


def test_intervals_of_calibration_are_about_the_error_and_not_about_the_drawing():
    """Of probabilities that hold, the interval reaches down to what chance alone makes."""
    rng = np.random.default_rng(1)
    said = rng.random(200)
    labels = (rng.random(200) < said).astype(float)
    alone = fit(labels, said, np.arange(200))
    assert alone["ece_low"] < calibration_error_by_chance(said) < alone["ece_high"]
    assert alone["gain"] is alone["gain_low"] is alone["brier_length_only"] is None
    five = fit(np.repeat(labels, 5), np.repeat(said, 5), np.repeat(np.arange(200), 5))
    width = alone["brier_high"] - alone["brier_low"]
    assert five["brier_high"] - five["brier_low"] == pytest.approx(width, rel=0.15)
    off = fit(labels, np.clip(said + 0.3, 0, 1), np.arange(200))
    assert off["ece_low"] > alone["ece_high"]


def test_where_length_says_it_all_a_score_gains_nothing():
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 2, 100).astype(float)
    texts = [" ".join(["word"] * int(5 + 20 * label)) for label in labels]
    floor = grouped_length(texts, labels, np.arange(100))
    assert floor is not None
    assert area(labels, floor) == 1
    row = fit(labels, np.full(100, 0.5), np.arange(100), floor)
    assert row["gain_high"] < 0
    assert grouped_length(texts[:6], labels[:6], np.arange(6) // 3) is None
    assert grouped_length(texts, np.ones(100), np.arange(100)) is None


@pytest.mark.parametrize("ones", [0, 3, 60])
def test_too_few_texts_of_a_class_have_no_order_but_probabilities(ones):
    labels = {"tone": np.arange(60) < ones}
    labels = {"tone": labels["tone"].astype(float), "suggestion": np.full(60, np.nan)}
    said = {"tone_1": np.linspace(0, 1, 60), "suggestion": np.full(60, 0.5)}
    found = fit_of_heads(labels, said, ["a text"] * 60, np.arange(60))
    assert list(found) == ["tone_1"]
    assert found["tone_1"]["auc"] is found["tone_1"]["auc_length_only"] is None
    assert found["tone_1"]["brier"] > 0


def test_no_number_of_a_reliability_plot_lies_on_another_or_on_a_dot(outcome):
    """The corners were crowded, where most texts are: counts have a strip of their own now."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = plot_reliability(outcome[0]["heads_calibration"])
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    shown = [axis for axis in figure.axes if axis.get_visible()]
    assert len(shown) == 2 * 8
    counts = [text.get_window_extent(renderer) for axis in shown for text in axis.texts]
    bins = [row["bins"] for row in outcome[0]["heads_calibration"].values()]
    assert len(counts) == sum(map(len, bins))
    plots = [axis.get_window_extent(renderer) for axis in shown if not axis.texts]
    assert len(plots) == 8
    for i, box in enumerate(counts):
        assert not any(box.overlaps(other) for other in [*counts[:i], *plots])
        assert figure.bbox.containsx(box.x0)
        assert figure.bbox.containsx(box.x1)


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
    for heading in (
        "Do the probabilities hold?", "Every head behind them", "Levels", "By domain",
        "Largest misses",
    ):  # fmt: skip
        assert heading in text
    assert f"{figures['binary']['suggestion']['auc']:.3f}" in text
    for name in ("reliability.png", "heads.png", "areas.png", "levels.png"):
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
    text = render_report({**figures, "groups": None, "levels": {}, "heads_calibration": {}})
    assert "## Levels" not in text
    assert "Every head" not in text
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

"""Heads from a user's own labels: better than the shipped ones, or the shipped ones stay."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest
from click.testing import CliRunner

import feedback_nlp
from feedback_nlp.cli import main
from feedback_nlp.errors import DataError, HeadsError
from feedback_nlp.heads import HEAD_NAMES, LinearHead, load_heads
from feedback_nlp.labels import labels_from_records, text_hash
from feedback_nlp.training.bags import Bag
from feedback_nlp.training.candidates import Stack, adapt, combine, platt
from feedback_nlp.training.comparing import Choice, choose, make_task, texts_needed
from feedback_nlp.training.own import train_own


@pytest.fixture(scope="module")
def records(examples_path):
    """A hundred and fifty texts that the shipped heads never saw, without spans or splits."""
    rows = [json.loads(line) for line in examples_path.read_text(encoding="utf-8").splitlines()]
    keep = ("text", "evidence", "suggestion", "tone", "text_group", "domain")
    held = [{key: row[key] for key in keep} for row in rows if row["split"] == "test"]
    return held[::3][:150]


def turned(records, **scales):
    """Return the texts with other labels: what a field with other habits would look like."""
    return [
        {"text": row["text"], "text_group": row["text_group"],
         **{scale: rule(row) for scale, rule in scales.items()}}
        for row in records
    ]  # fmt: skip


@pytest.fixture(scope="module")
def other_field(records):
    """A field in which nearly everything that sounds like a judgment is meant well."""
    labels = turned(
        records,
        tone=lambda row: int(row["tone"] == 3 or "!" in row["text"]),
        suggestion=lambda row: row["suggestion"],
    )
    return labels_from_records(labels, name="other.jsonl")


@pytest.fixture(scope="module")
def runs(other_field, tmp_path_factory):
    folders = [tmp_path_factory.mktemp("heads") for _ in range(2)]
    return folders, [train_own(other_field, folder, with_examples=False) for folder in folders]


def test_labels_that_differ_from_the_shipped_heads_give_heads_of_their_own(runs):
    _, (result, _) = runs
    tone = result.figures["scales"]["tone"]
    assert "tone" in result.changed
    assert tone["gain"]["low"] > 0
    assert tone["brier"][tone["candidate"]] < tone["brier"]["shipped"]
    assert "tone: your labels help" in str(result)


def test_scales_without_labels_keep_the_shipped_heads(runs):
    (folder, _), (result, _) = runs
    shipped, own = load_heads(), load_heads(folder)
    assert result.figures["scales"]["evidence"]["decision"] == "unlabelled"
    for name in ("evidence_1", "evidence_2", "evidence_3", "gap", "connection"):
        np.testing.assert_array_equal(own[name].estimator.coef_, shipped[name].estimator.coef_)
        assert own[name].floor == shipped[name].floor
    assert own["tone_1"].weights != shipped["tone_1"].weights
    assert "evidence: not labelled" in str(result)


def test_levels_that_nobody_gave_keep_the_shipped_heads(runs):
    _, (result, _) = runs
    assert result.figures["scales"]["tone"]["too_few"] == ["tone_2", "tone_3"]


def test_the_same_labels_give_the_same_heads_and_figures(runs):
    (first, second), (one, two) = runs
    assert one.figures == two.figures
    for name in HEAD_NAMES:
        left, right = load_heads(first)[name], load_heads(second)[name]
        assert left.names.tolist() == right.names.tolist()
        np.testing.assert_array_equal(left.estimator.coef_, right.estimator.coef_)
        np.testing.assert_array_equal(left.estimator.intercept_, right.estimator.intercept_)


def test_every_figure_stands_beside_the_shipped_head_and_length_alone(runs):
    _, (result, _) = runs
    for row in result.figures["scales"].values():
        for head in row.get("heads", {}).values():
            for kind in ("own", "shipped", "length"):
                assert head[kind]["low"] <= head[kind]["auc"] <= head[kind]["high"]
            assert head["auc_gain"]["low"] <= head["auc_gain"]["gain"] <= head["auc_gain"]["high"]


def test_the_learning_curve_ends_with_all_texts(runs, other_field):
    _, (result, _) = runs
    curve = result.figures["scales"]["tone"]["curve"]
    sizes = [point["texts"] for point in curve]
    assert sizes == sorted(sizes)
    assert sizes[-1] == len(other_field.rows)


def test_the_heads_are_loaded_by_their_folder_and_add_up(runs):
    (folder, _), _ = runs
    scorer = feedback_nlp.load(folder)
    report = scorer("You are careless. Next time, add units to the axis on slide 4.")
    assert report.judgmental != feedback_nlp.load()(report.text).judgmental
    for score in ("actionability", "judgmental"):
        total = sum(c.value for c in report.contributions if c.score == score)
        assert total == pytest.approx(getattr(report, score), abs=1e-9)
    assert report.versions["heads"] == load_heads(folder).version


def test_altered_heads_are_refused(runs, tmp_path):
    (folder, _), _ = runs
    for name in ("heads.skops", "heads.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    with (tmp_path / "heads.skops").open("ab") as file:
        file.write(b" ")
    with pytest.raises(HeadsError, match="was altered"):
        feedback_nlp.load(tmp_path)


def test_the_card_says_what_was_decided_and_holds_no_text(runs, other_field):
    (folder, _), (result, _) = runs
    card = (folder / "README.md").read_text(encoding="utf-8")
    for line in str(result).splitlines():
        assert line in card
    for heading in ("What was decided", "Learning curve", "Use and limits"):
        assert heading in card
    for name in ("learning_curve.png", "comparison.png"):
        assert (folder / name).stat().st_size > 1000
    stored = (folder / "card.json").read_text("utf-8") + (folder / "heads.json").read_text("utf-8")
    assert not [row.text for row in other_field.rows if row.text in card + stored]
    meta = json.loads((folder / "heads.json").read_text(encoding="utf-8"))
    assert text_hash(other_field.rows[0].text) in meta["own"]["text_hashes"]


@pytest.fixture(scope="module")
def noise(records):
    """Labels by the toss of a coin, from which nothing can be learned."""
    rng = random.Random(0)
    return labels_from_records(
        turned(records[:60], gap=lambda row: rng.randint(0, 1)), name="noise.jsonl"
    )


def test_from_the_toss_of_a_coin_nothing_is_learned(noise):
    own = train_own(noise, with_examples=False).figures["scales"]["gap"]["heads"]["gap"]["own"]
    assert own["low"] < 0.5


def test_good_shipped_heads_are_kept_on_few_labels(records):
    labels = labels_from_records(turned(records[:60], tone=lambda row: row["tone"]), name="few")
    result = train_own(labels, with_examples=False)
    tone = result.figures["scales"]["tone"]
    assert result.changed == []
    assert "tone: keep the shipped heads: no gain shows beyond chance" in str(result)
    assert "more labe" in str(result)
    assert tone["gain"]["low"] <= 0
    shipped = load_heads()
    for name in HEAD_NAMES:
        np.testing.assert_array_equal(
            result.heads[name].estimator.coef_, shipped[name].estimator.coef_
        )


def test_the_shipped_examples_can_be_learned_from_too(records, examples_path, tmp_path):
    lines = examples_path.read_text(encoding="utf-8").splitlines()
    few = tmp_path / "few.jsonl"
    few.write_text(
        "\n".join(line for line in lines if '"train"' in line)[:60_000].rpartition("\n")[0]
    )
    labels = labels_from_records(turned(records[:60], suggestion=lambda row: row["suggestion"]))
    result = train_own(labels, examples=few)
    assert set(result.figures["scales"]["suggestion"]["brier"]) == {
        "shipped", "recalibrated", "adapted", "own", "with examples",
    }  # fmt: skip


def test_too_few_labels_are_refused_with_what_is_needed(records):
    labels = labels_from_records(turned(records[:12], tone=lambda row: row["tone"]), name="mine")
    with pytest.raises(DataError, match=r"mine has too few labels.*tone on 12.*at least 10 texts"):
        train_own(labels)


def test_rows_of_the_split_test_are_never_trained_on(records):
    rows = [{**row, "split": "test"} for row in records[:30]]
    with pytest.raises(DataError, match="All 30 rows of mine are of the split test"):
        train_own(labels_from_records(rows, name="mine"))


def test_the_command_trains_and_says_how_to_use_the_heads(records, tmp_path):
    data, out = tmp_path / "mine.jsonl", tmp_path / "out"
    rows = turned(records, harshness=lambda row: int(row["tone"] == 3 or "!" in row["text"]))
    data.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    arguments = ["train", "--data", data, "-o", out, "--quick", "--column", "tone=harshness"]
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    assert f"--heads {out}" in result.output
    scored = CliRunner().invoke(
        main, ["score", "-", "--heads", str(out), "--format", "json"], input="You are lazy."
    )
    assert json.loads(scored.stdout)["versions"]["heads"] == load_heads(out).version


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "--quick"], "--quick needs --data"),
        (["train", "--data", "{file}", "--column", "tone"], "give it as WHAT=NAME"),
        (["train", "--data", "{file}"], "no column with labels"),
        (["evaluate", "--by", "team"], "--by needs --data"),
        (["evaluate", "--data", "{file}", "--card"], "leave them out"),
    ],
)
def test_wrong_use_is_explained(tmp_path, arguments, message):
    file = tmp_path / "mine.jsonl"
    file.write_text('{"text": "Well done."}', encoding="utf-8")
    filled = [argument.replace("{file}", str(file)) for argument in arguments]
    result = CliRunner(env={"FEEDBACK_NLP_DATA": None}).invoke(main, filled)
    assert result.exit_code in (1, 2)
    assert message in result.output
    assert "Traceback" not in result.output


def toy(n=200, *, seed=0):
    """Texts with one feature that tells the label, which the start does not know."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, n)
    return [
        Bag(({"lexicon:known": float(rng.normal()), "lexicon:new": float(y)},), int(y), f"g{i}",
            "mine", "mine")
        for i, y in enumerate(labels)
    ]  # fmt: skip


def start() -> LinearHead:
    base = combine(LinearHead(np.asarray([], dtype=np.str_), _empty()), 1.0, 0.0)
    return combine(base, 1.0, 0.0, {"lexicon:known": 0.5})


def _empty():
    from sklearn.linear_model import LogisticRegression

    estimator = LogisticRegression()
    estimator.coef_, estimator.intercept_ = np.zeros((1, 0)), np.zeros(1)
    return estimator


def test_adapting_learns_what_the_shipped_head_does_not_know():
    stack = Stack(toy())
    moved = adapt(start(), "suggestion", stack, np.arange(200))
    assert moved.coefficients["lexicon:new"] > 1
    assert moved.factor >= 0


def test_the_strongest_sentence_that_the_spans_allow_speaks_for_a_text():
    bag = Bag(({"lexicon:known": 3.0}, {"lexicon:known": 1.0}), 1, "g", "mine", "mine", (0, 1))
    free = Bag(bag.instances, 1, "h", "mine", "mine")
    stack = Stack([bag, free])
    logits = stack.instance_logits(start())
    assert stack.speaking(logits).tolist() == [1, 2]
    assert stack.logits(start()).tolist() == [1.5, 1.5]


def test_calibration_never_turns_a_score_round():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 300)
    factor, offset = platt(-3.0 * labels + rng.normal(size=300), labels)
    assert factor == 0
    assert 1 / (1 + np.exp(-offset)) == pytest.approx(labels.mean(), abs=0.02)
    factor, _ = platt(3.0 * labels + rng.normal(size=300), labels)
    assert factor > 0.5


def test_choosing_among_many_useless_ways_is_not_called_a_gain():
    from feedback_nlp.training.comparing import Outcome

    rng = np.random.default_rng(0)
    bags = toy(120)
    task = make_task("suggestion", {"suggestion": bags}, [bag.label for bag in bags],
                     [""] * 120, {"suggestion": start()})  # fmt: skip
    near = {
        f"way {i}": Outcome({}, {"suggestion": np.clip(
            task.shipped["suggestion"] + rng.normal(0, 0.15, 120), 0.01, 0.99)})
        for i in range(30)
    }  # fmt: skip
    choice = choose(task, near)
    assert choice.optimism > 0
    assert not choice.better


def test_the_curve_tells_how_many_more_labels_may_help():
    rising = [{"texts": 50.0, "gain": 0.0}, {"texts": 100.0, "gain": 0.01},
              {"texts": 200.0, "gain": 0.02}]  # fmt: skip
    choice = Choice("adapted", 0.02, -0.005, 0.045, 0.0)
    needed = texts_needed(choice, rising)
    assert needed is not None
    assert 200 < needed < 400
    flat = [{**point, "gain": -0.001} for point in rising]
    assert texts_needed(Choice("adapted", -0.001, -0.02, 0.02, 0.0), flat) is None
    assert texts_needed(choice, rising[:2]) is None

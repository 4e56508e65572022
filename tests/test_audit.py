"""The equity audit: finds what was planted, finds nothing in noise, shows nobody."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from feedback_nlp.audit import Audit, AuditError, audit, compare
from feedback_nlp.audit.comparing import difference, estimate
from feedback_nlp.audit.groups import group_rows
from feedback_nlp.audit.measures import LENGTH, MEASURES
from feedback_nlp.audit.traits import praises_person
from feedback_nlp.cli import main

RATES = [measure.name for measure in MEASURES if measure.kind == "rate"]


def drawn(sizes, seed=0, rates=None, shift=None, length_of=None):
    """Return measures drawn at random, alike for all groups but for what is planted."""
    random = np.random.default_rng(seed)
    parts = []
    for group, size in sizes.items():
        length = random.poisson((length_of or {}).get(group, 30), size) + 1
        part = pd.DataFrame({LENGTH: length.astype(float), "group": group})
        middle = 0.4 + (shift or {}).get(group, 0.0) + 0.004 * (length - 30)
        part["actionability"] = np.clip(random.normal(middle, 0.15), 0, 1)
        for name in RATES:
            share = (rates or {}).get((group, name), 0.3)
            part[name] = (random.random(size) < share).astype(float)
        parts.append(part)
    data = pd.concat(parts, ignore_index=True)
    return data.drop(columns="group"), data["group"]


def made(data, labels, by="team", people=None):
    usable = data.notna().all(axis=1)
    grouping = group_rows(labels, usable, by=by, people=people)
    table = compare(data, grouping.labels, people=people)
    return Audit(by, table, grouping, "holm", None if people is None else "who")


def clear(table):
    rows = table[table["p_corrected"] < 0.05]
    return set(zip(rows["measure"], rows["group"], strict=True))


def test_a_planted_difference_is_found_with_its_size_and_nothing_else():
    sizes = {"a": 300, "b": 300, "c": 300}
    rates = {("b", "trait_praise"): 0.6, ("b", "personality"): 0.6}
    data, labels = drawn(sizes, rates=rates, shift={"c": -0.12})
    table = compare(data, labels)
    found = clear(table)
    assert {("trait_praise", "b"), ("personality", "b"), ("actionability", "c")} <= found
    assert {measure for measure, _ in found} == {"trait_praise", "personality", "actionability"}
    row = table.set_index(["measure", "group"]).loc[("trait_praise", "b")]
    assert row["adjusted"] == pytest.approx(0.3, abs=0.1)
    assert row["adjusted_low"] > 0.1
    score = table.set_index(["measure", "group"]).loc[("actionability", "c")]
    assert score["adjusted_low"] < -0.12 < score["adjusted_high"]
    assert score["hedges_g"] < -0.5
    assert score["cliffs_delta"] < -0.3


def test_noise_is_clear_in_no_more_than_its_share_of_audits():
    """Holm keeps the chance of any false finding at 5%: of 60 audits of noise, 3 are expected."""
    false = 0
    for seed in range(60):
        data, labels = drawn({"a": 60, "b": 60, "c": 40}, seed=seed)
        false += bool(clear(compare(data, labels)))
    assert false <= 8


def test_a_difference_that_is_only_length_vanishes_at_equal_length():
    data, labels = drawn({"a": 400, "b": 400}, length_of={"a": 20, "b": 60})
    result = made(data, labels)
    row = result.table.query("measure == 'actionability' and group == 'b'").iloc[0]
    assert row["difference_low"] > 0.1
    assert row["adjusted_low"] < 0.05
    assert ("actionability", "b") not in clear(result.table)
    assert "Not clear, at equal length" in result.to_markdown()


def test_texts_of_one_person_count_as_one_voice():
    """Thirty copies of two opinions are no sixty opinions."""
    data, labels = drawn({"a": 8, "b": 8}, shift={"b": 0.1})
    many = pd.concat([data] * 30, ignore_index=True)
    groups = pd.concat([labels] * 30, ignore_index=True)
    people = pd.Series(list(range(16)) * 30)
    alone = compare(many, groups).iloc[1]
    by_person = compare(many, groups, people=people).iloc[1]
    assert by_person["adjusted_high"] - by_person["adjusted_low"] > 3 * (
        alone["adjusted_high"] - alone["adjusted_low"]
    )


def test_rare_cases_are_tested_exactly():
    data, labels = drawn({"a": 40, "b": 40}, rates={(g, "person_label"): 0.02 for g in "ab"})
    row = compare(data, labels).query("measure == 'person_label' and group == 'b'").iloc[0]
    assert row["test"] == "exact"
    assert 0 <= row["p"] <= 1


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_what_all_or_none_have_is_no_difference(share):
    rates = {(group, "suggestion"): share for group in "ab"}
    data, labels = drawn({"a": 30, "b": 30}, rates=rates)
    row = compare(data, labels).query("measure == 'suggestion' and group == 'b'").iloc[0]
    assert (row["difference"], row["p"]) == (0, 1)


def test_texts_of_equal_length_need_no_adjustment():
    data, labels = drawn({"a": 50, "b": 50}, shift={"b": 0.2})
    data[LENGTH] = 12.0
    row = compare(data, labels).iloc[1]
    assert row["adjusted"] == pytest.approx(row["difference"])


@pytest.mark.parametrize(("kind", "share"), [("mean", 0.5), ("rate", 0.3)])
def test_intervals_hold_the_truth_about_as_often_as_they_say(kind, share):
    random = np.random.default_rng(1)
    hits = 0
    for _ in range(100):
        draw = random.random(40)
        values = (draw < share).astype(float) if kind == "rate" else draw
        _, low, high = estimate(values, kind)
        hits += low <= share <= high
    assert hits >= 88


def test_effect_sizes_are_those_of_the_textbook():
    first, second = np.array([2.0, 3, 4, 5, 6]), np.array([1.0, 2, 3, 4, 5])
    found = difference(first, second, "mean")
    assert found["hedges_g"] == pytest.approx(1 / np.sqrt(2.5) * (1 - 3 / 31))
    assert found["cliffs_delta"] == pytest.approx((15 - 6) / 25 + 0.0, abs=0.05)


# Small groups and persons


def test_small_groups_are_neither_shown_nor_named():
    data, labels = drawn({"a": 40, "b": 40, "tiny": 4})
    result = made(data, labels)
    assert set(result.table["group"]) == {"a", "b"}
    text = result.to_markdown()
    assert "tiny" not in text
    assert "nobody can be recognised: 1, with 4 texts" in text


def test_a_group_of_few_people_is_not_shown_however_much_they_wrote():
    data, labels = drawn({"a": 40, "b": 40, "duo": 40})
    people = pd.Series([f"p{i}" for i in range(80)] + ["x", "y"] * 20)
    assert set(made(data, labels, people=people).table["group"]) == {"a", "b"}


def test_the_reading_warns_about_groups_that_are_shown_but_small():
    data, labels = drawn({"a": 100, "b": 12})
    assert "b: fewer than 30 texts" in made(data, labels).to_markdown()


def test_people_are_never_shown():
    data, labels = drawn({"a": 40, "b": 40})
    people = pd.Series([f"Person Nr {i}" for i in range(80)])
    assert "Person Nr" not in made(data, labels, people=people).to_markdown()


@pytest.mark.parametrize("by", ["name", "Author", "receiver_id", "full name", "e-mail", "user"])
def test_columns_that_name_people_are_refused(by):
    data, labels = drawn({"a": 40, "b": 40})
    with pytest.raises(AuditError, match="never persons"):
        made(data, labels, by=by)


def test_groups_that_are_addresses_are_refused():
    data, labels = drawn({"a@x.org": 40, "b@x.org": 40})
    with pytest.raises(AuditError, match="never persons"):
        made(data, labels)


def test_one_large_group_alone_is_nothing_to_compare():
    data, labels = drawn({"a": 40, "b": 3})
    with pytest.raises(AuditError, match="only 1 can be shown: each needs at least 10 texts"):
        made(data, labels)


def test_names_of_groups_cannot_break_the_page():
    data, labels = drawn({"a|b": 40, "<b>x</b>": 40})
    text = made(data, labels).to_markdown()
    assert "a\\|b" in text
    assert "<b>" not in text


def test_the_reading_of_noise_says_that_nothing_differs():
    data, labels = drawn({"a": 60, "b": 60}, seed=3)
    assert "Nothing differs clearly" in made(data, labels).to_markdown()


# Texts


@pytest.mark.parametrize(
    "text",
    [
        "You are warm and supportive.", "She is a natural, thoughtful leader.",
        "Maria is very helpful.", "A professional and hardworking trainee.",
        "You were kind and patient with the family.",
    ],
)  # fmt: skip
def test_praise_of_the_person_is_seen(nlp, text):
    assert praises_person(nlp, text)


@pytest.mark.parametrize(
    "text",
    [
        "Your summary was clear.", "The introduction is strong.", "You are not patient.",
        "A creative solution to the cache problem.", "Please be patient with the upload.",
        "You explained the risk to the family.", "I was nice about it.", "",
    ],
)  # fmt: skip
def test_praise_of_the_work_is_another_thing(nlp, text):
    assert not praises_person(nlp, text)


@pytest.fixture
def texts():
    plain = "On slide 4 the axis had no units. Next time, add units to slide {}."
    praise = "You are warm and supportive, thank you for number {}."
    more = (" Thank you for the work on the report.", "")
    rows = [("north", plain.format(i) + more[i % 2]) for i in range(30)]
    rows += [("south", (praise if i % 3 else plain).format(i) + more[i % 2]) for i in range(30)]
    rows += [("west", "Well done."), ("north", ""), (None, "Well done.")]
    return pd.DataFrame(rows, columns=["team", "comment"])


def test_texts_are_measured_compared_and_read(texts, scorer):
    result = audit(texts, "team", text="comment", scorer=scorer)
    assert {("suggestion", "south"), ("trait_praise", "south")} <= clear(result.table)
    assert result.grouping.sizes == {"north": 30, "south": 30}
    text = result.to_markdown()
    assert "**Praise of the personality**: more often for **south** than for north" in text
    assert "or not English) are left out: 1." in text
    assert "without a group are left out: 1." in text


def test_the_command_writes_page_tables_and_plots(texts, tmp_path):
    texts.to_parquet(tmp_path / "scored.parquet")
    args = ["audit", str(tmp_path / "scored.parquet"), "--by", "team", "-o", str(tmp_path / "out")]
    result = CliRunner().invoke(main, args)
    assert result.exit_code == 0, result.output
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["audit.csv", "audit.json", "audit.md", "differences.png", "groups.png"]
    rows = json.loads((tmp_path / "out" / "audit.json").read_text())["rows"]
    assert {row["measure"] for row in rows} == {measure.name for measure in MEASURES}
    assert (tmp_path / "out" / "groups.png").read_bytes().startswith(b"\x89PNG")


def test_a_missing_group_column_is_a_usage_error(texts, tmp_path):
    texts.to_csv(tmp_path / "a.csv", index=False)
    result = CliRunner().invoke(main, ["audit", str(tmp_path / "a.csv"), "--by", "level"])
    assert result.exit_code == 2
    assert "no column 'level'" in result.stderr

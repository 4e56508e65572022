"""Agreement: published and hand-computed values, few labels, and where raters differ."""

from __future__ import annotations

import math
from dataclasses import replace

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from feedback_nlp.annotation import (
    LabelError,
    Labels,
    LabelStore,
    Text,
    agreement,
    difference_table,
    differences,
    labels_of_report,
    marks,
    measures,
)
from feedback_nlp.annotation.agreement import ratings
from feedback_nlp.annotation.plots import agreement_figure
from feedback_nlp.annotation.settling import common

NAN = float("nan")
#: Krippendorff (2011), "Computing Krippendorff's alpha-reliability", data of its section C.
KRIPPENDORFF = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
).T
#: Shrout and Fleiss (1979), table 2.
SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
)
TEXT = "On slide 4 the axis had no units. You are careless."


@pytest.mark.parametrize(("level", "value"), [("nominal", 0.743), ("ordinal", 0.815)])
def test_alpha_is_as_krippendorff_published_it(level, value):
    """With missing labels and a text that one rater alone saw."""
    assert measures.alpha(KRIPPENDORFF, (1, 2, 3, 4, 5), level) == pytest.approx(value, abs=5e-4)


def test_icc_is_as_shrout_and_fleiss_published_it():
    """ICC(2,1) of their table 4, with the interval that R's psych gives."""
    value, low, high = measures.icc(SHROUT_FLEISS)
    assert value == pytest.approx(0.29, abs=5e-3)
    assert (low, high) == pytest.approx((0.02, 0.76), abs=5e-3)


def test_kappa_by_hand():
    """20 + 15 of 50 are the same, 25 are expected by chance: (0.7 - 0.5) / (1 - 0.5)."""
    pairs = [(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15
    assert measures.kappa(np.array(pairs, float), (0, 1), "nominal") == pytest.approx(0.4)


@pytest.mark.parametrize(("level", "weights"), [("nominal", None), ("ordinal", "quadratic")])
def test_kappa_is_that_of_scikit_learn(level, weights):
    """Two libraries, one number; with three raters it is the mean over pairs."""
    given = np.random.default_rng(5).integers(0, 4, (40, 3)).astype(float)
    pairs = [
        cohen_kappa_score(given[:, i], given[:, j], labels=[0, 1, 2, 3], weights=weights)
        for i, j in ((0, 1), (0, 2), (1, 2))
    ]
    assert measures.kappa(given, (0, 1, 2, 3), level) == pytest.approx(np.mean(pairs))
    two = measures.kappa(given[:, :2], (0, 1, 2, 3), level)
    assert two == pytest.approx(pairs[0])


def test_interval_holds_the_measure_and_is_the_same_twice():
    """Texts are drawn again; the seed decides which."""
    given = KRIPPENDORFF[:9]
    whole = measures.alpha(given, (1, 2, 3, 4, 5), "ordinal")

    def measure(drawn):
        return measures.alpha(given[drawn], (1, 2, 3, 4, 5), "ordinal")

    low, high = measures.interval(measure, len(given), resamples=300, seed=1)
    assert low < whole < high
    assert measures.interval(measure, len(given), resamples=300, seed=1) == (low, high)


@pytest.mark.parametrize("given", [np.empty((0, 2)), np.array([[1.0, NAN]]), np.full((9, 2), 2.0)])
def test_measures_that_are_not_defined_are_not_a_number(given):
    """No texts, no second label, no variation: nothing is raised, nothing is made up."""
    assert math.isnan(measures.alpha(given, (0, 1, 2, 3), "ordinal"))
    assert math.isnan(measures.kappa(given, (0, 1, 2, 3), "ordinal"))
    assert all(math.isnan(value) for value in measures.icc(given))


def spans(*edges):
    return Labels(spans=tuple((start, end, "behaviour") for start, end in edges))


def test_marks_by_hand():
    """11-32 against 20-33: 12 code points in common, 21 + 13 marked, so F1 is 24 / 34."""
    rows = marks.counts(
        {"t": TEXT}, {"t": {"a": spans((11, 32)), "b": spans((20, 33))}}, "behaviour"
    )
    assert marks.f1(rows) == pytest.approx(24 / 34)
    assert marks.distance(spans((11, 32)), spans((20, 33)), TEXT, ["behaviour"]) == pytest.approx(
        10 / 34
    )
    assert math.isnan(
        marks.f1(marks.counts({"t": TEXT}, {"t": {"a": Labels(), "b": Labels()}}, "x"))
    )


edges = st.tuples(st.integers(0, 45), st.integers(1, 6)).map(lambda e: (e[0], e[0] + e[1]))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.lists(edges, max_size=3), min_size=2, max_size=4), min_size=1, max_size=4)
)
def test_alpha_of_marks_is_that_of_the_library(texts):
    """Summed up by text, it is what krippendorff gives for all code points as units."""
    contents = {str(n): TEXT for n in range(len(texts))}
    given = {
        str(n): {str(m): spans(*rater) for m, rater in enumerate(raters)}
        for n, raters in enumerate(texts)
    }
    rows = marks.counts(contents, given, "behaviour")
    counts = []
    for raters in given.values():
        yes = np.sum([marks.mask(r, "behaviour", len(TEXT)) for r in raters.values()], axis=0)
        counts += [(len(raters) - y, y) for y in yes]
    counts = np.array(counts)
    if (counts.sum(axis=0) == 0).any():
        assert math.isnan(marks.alpha(rows))
    else:
        expected = krippendorff.alpha(value_counts=counts, level_of_measurement="nominal")
        assert marks.alpha(rows) == pytest.approx(expected)


LABELS = {
    "t1": (
        Labels(3, 0, 0, 2, ((0, 10, "situation"), (11, 32, "behaviour"), (34, 50, "person_label"))),
        Labels(2, 0, 0, 2, ((11, 32, "behaviour"), (34, 50, "person_label"))),
    ),
    "t2": (Labels(1, 0, 0, 0), Labels(1, 0, 0, 0)),
    "t3": (Labels(1, 0, 0, 2, ((0, 7, "insult"),)), Labels(1, 0, 0, 0)),
}


@pytest.fixture
def store(tmp_path):
    """Two raters, three texts; they agree on one."""
    opened = LabelStore(tmp_path / "labels.db")
    opened.add([Text(name, TEXT) for name in LABELS])
    for name, both in LABELS.items():
        for rater, labels in zip(("anna", "ben"), both, strict=True):
            opened.save(name, rater, labels)
    yield opened
    opened.close()


def test_agreement_of_a_store(store):
    """Every scale and every label has its row; what cannot be said has a note."""
    found = agreement(store, resamples=200)
    scales = found.scales.set_index("label")
    assert scales.loc["evidence", "percent"] == pytest.approx(2 / 3)
    given = ratings(store.by_text(), ["anna", "ben"], "evidence")
    assert scales.loc["evidence", "alpha"] == measures.alpha(given, (0, 1, 2, 3), "ordinal")
    assert math.isnan(scales.loc["suggestion", "alpha"])
    assert "all answers are 0" in scales.loc["suggestion", "note"]
    marked = found.spans.set_index("label")
    assert marked.loc["person_label", "f1"] == 1
    assert marked.loc["insult", "f1"] == 0
    assert marked.loc["blame", "note"] == "nobody marked it"
    assert "Only 3 texts" in found.warnings[0]
    assert found.to_dict()["scales"][1]["alpha"] is None
    assert "| Evidence | 67 % |" in found.to_markdown()


def test_one_rater_alone_is_told_so(tmp_path):
    """No error, and nothing that looks like a result."""
    store = LabelStore(tmp_path / "one.db")
    assert agreement(store).warnings[0].startswith("One rater alone")
    store.add([Text("t1", TEXT)])
    store.save("t1", "anna", Labels(1, 0, 0, 0))
    found = agreement(store)
    assert found.texts == 0
    assert found.scales["alpha"].isna().all()
    assert "no text has two raters" in found.to_markdown()


def test_agreement_on_the_gap_is_measured_where_two_answered_it(store):
    """An optional question: who left it open says nothing about it."""
    for rater, gaps in {"anna": (1, 1, 0), "ben": (1, None, 1), "cleo": (1, None, None)}.items():
        for name, gap in zip(LABELS, gaps, strict=True):
            store.save(name, rater, replace(Labels(1, 0, 0, 0), gap=gap))
    found = agreement(store, resamples=200)
    row = found.scales.set_index("label").loc["gap"]
    assert (row["texts"], row["raters"]) == (2, 3)
    # Three pairs on t1 are the same, the one on t3 is not.
    assert row["percent"] == pytest.approx(3 / 4)
    given = np.array([[1, 1, 1], [0, 1, NAN]], float)
    assert row["alpha"] == measures.alpha(given, (0, 1), "nominal")
    assert "| Gap | 75 % |" in found.to_markdown()
    assert "| Evidence | 100 % |" in found.to_markdown()
    by_id = {item.text.id: item for item in differences(store)}
    assert (by_id["t3"].by_label["gap"], by_id["t2"].by_label["gap"]) == (1, 0)
    assert by_id["t3"].distance == pytest.approx(1 / 6)
    assert [item.text.id for item in differences(store, label="gap")] == ["t3"]
    assert difference_table(store)["gap"].tolist() == [1, 0, 0]


def test_a_question_that_nobody_had_to_answer_is_no_row_of_dashes(store):
    """Labels from before the gap was asked for read as they did, with one line about it."""
    said = agreement(store, resamples=0).to_markdown()
    assert "| Gap" not in said
    assert "- Gap is optional, and no text has two answers to it." in said
    figure = agreement_figure(agreement(store, resamples=0))
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names == ["Evidence", "Suggestion", "Connection", "Judgmental tone", "QuAL (sum)"]


def test_texts_of_one_rater_are_missing_not_different(store):
    """A third rater who labelled one text counts there, and nowhere else."""
    store.add([Text("t4", TEXT)])
    store.save("t4", "anna", Labels(1, 0, 0, 0))
    store.save("t2", "cleo", Labels(1, 0, 0, 0))
    found = agreement(store, resamples=0)
    assert found.texts == 3
    assert any("1 texts have one rater only" in said for said in found.warnings)


def test_differences_come_widest_first_and_by_label(store):
    """Sorted by how far raters are apart; a filter leaves texts that differ in this."""
    found = differences(store)
    assert [item.text.id for item in found] == ["t3", "t1", "t2"]
    assert found[0].by_label["tone"] == pytest.approx(2 / 3)
    assert found[0].distance == pytest.approx((2 / 3 + 1) / 5)
    assert found[2].distance == 0
    assert [item.text.id for item in differences(store, label="evidence")] == ["t1"]
    assert [item.text.id for item in differences(store, label="situation")] == ["t1"]
    table = difference_table(store)
    assert list(table["id"]) == ["t3", "t1", "t2"]
    assert not table["decided"].any()
    with pytest.raises(LabelError, match="no label 'rudeness'"):
        differences(store, label="rudeness")


def test_what_raters_share_is_filled_in_and_the_rest_is_open():
    """A decision begins with what needs none."""
    shared = common(LABELS["t1"], TEXT)
    assert shared.differing == ("evidence", "situation")
    assert shared.labels == Labels(None, 0, 0, 2, ((11, 32, "behaviour"), (34, 50, "person_label")))


def test_a_machine_as_a_rater_keeps_to_the_codebook(scorer, examples_path, tmp_path):
    """Rounded scores and findings are labels that the store takes, for every kind of text."""
    from feedback_nlp.examples import read_examples

    for example in read_examples(examples_path)[::60]:
        labels = labels_of_report(scorer(example.text))
        assert labels.problems(example.text) == ()
        assert labels.gap is not None

"""Columns are scaled by what they tell, and the base rate of a domain is kept out of the words."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from feedback_nlp.training.bags import Bag
from feedback_nlp.training.fitting import MIN_COUNT, Recipe, fit
from feedback_nlp.training.scaling import indicators, log_count_ratios


def bag(name: str, label: int, domain: str) -> Bag:
    return Bag(({name: 1.0, "lexicon:any": 1.0},), label, f"{domain}:{name}", domain, domain)


def test_a_feature_that_both_classes_show_alike_has_no_ratio():
    shown = csr_matrix([[1, 1, 0], [1, 1, 0], [1, 0, 1], [1, 0, 1]])

    ratios = log_count_ratios(shown, np.array([1, 1, 0, 0]), np.ones(4))

    assert ratios[0] == pytest.approx(0)
    assert ratios[1] == pytest.approx(ratios[2])
    assert ratios[1] > 0


def test_the_size_of_a_value_does_not_change_its_ratio():
    labels, weights = np.array([1, 1, 0, 0]), np.ones(4)
    shown = csr_matrix([[1, 1], [1, 1], [1, 0], [0, 1]], dtype=float)

    assert log_count_ratios(shown, labels, weights) == pytest.approx(
        log_count_ratios(0.2 * shown, labels, weights)
    )


def test_features_that_tell_nothing_are_left_as_they_are():
    same = csr_matrix(np.ones((4, 2)))

    assert log_count_ratios(same, np.array([1, 1, 0, 0]), np.ones(4)).tolist() == [1, 1]


def test_every_instance_has_one_domain():
    shown = indicators(["sales", "class", "sales"]).toarray()

    assert shown.tolist() == [[0, 1], [1, 0], [0, 1]]


def test_a_word_that_only_tells_the_domain_says_little_where_domains_are_known():
    # Judgments are common in talk and rare in class; in neither do the words of the field judge.
    bags = [
        *(bag(word, 1, "talk") for word in ["word:lazy"] * 40 + ["word:page"] * 40),
        *(bag("word:page", 0, "talk") for _ in range(20)),
        *(bag("word:slide", 1, "class") for _ in range(10)),
        *(bag("word:slide", 0, "class") for _ in range(90)),
    ]

    def gap(offset: float) -> float:
        weights = fit(bags, Recipe(offset=offset, least=0.0)).weights
        return weights["word:page"] - weights["word:slide"]

    assert abs(gap(5.0)) < 0.5 * gap(0.0)


def test_a_new_text_gets_the_base_rate_of_all_training_texts():
    bags = [
        *(bag("word:page", int(i < 240), "talk") for i in range(300)),
        *(bag("word:page", int(i < 20), "class") for i in range(100)),
    ]

    head = fit(bags, Recipe(offset=5.0))

    row = {"word:page": 1.0, "lexicon:any": 1.0}
    assert head.probability(row) == pytest.approx(2 / 3, abs=0.01)


def test_only_words_and_grammar_are_scaled_by_their_ratio():
    # Both tell the classes apart as well; only the first is of a group that is scaled.
    rows = [
        *(({name: 1.0}, 1) for name in ("word:lazy", "cue:insult") for _ in range(50)),
        *(({"word:slide": 1.0}, 0) for _ in range(50)),
        *(({"lexicon:any": 1.0}, i % 2) for i in range(200)),
    ]
    bags = [Bag((row,), label, "g", "class", "class") for row, label in rows]

    plain = fit(bags, Recipe(ratio=0.0)).weights
    scaled = fit(bags, Recipe(ratio=1.0)).weights

    assert plain["word:lazy"] == pytest.approx(plain["cue:insult"], rel=0.01)
    assert scaled["word:lazy"] > 1.1 * scaled["cue:insult"]


def test_small_coefficients_are_left_out():
    bags = [
        *(bag("word:often", int(i < 33), "class") for i in range(10 * MIN_COUNT)),
        *(bag("word:lazy", 1, "class") for _ in range(10 * MIN_COUNT)),
        *(bag("word:slide", 0, "class") for _ in range(10 * MIN_COUNT)),
    ]

    whole, short = fit(bags, Recipe(least=0.0)), fit(bags, Recipe(least=0.5))

    assert 0.01 < abs(whole.weights["word:often"]) < 0.5
    assert "word:often" not in short.names
    assert short.logit({"word:lazy": 1.0}) == whole.logit({"word:lazy": 1.0})

"""Every cue finds its own hits, passes over its own misses, and its file is held to the format."""

from __future__ import annotations

import pytest

from feedback_nlp.cues import CueMatch, CueMatcher, load_cues, merge_matches
from feedback_nlp.cues.check import failures, split_marks
from feedback_nlp.cues.loading import parse_cue
from feedback_nlp.errors import CueError
from feedback_nlp.examples import MOVES, PARTS
from feedback_nlp.segmentation import parse_sentences

#: Those that rules find; one is found by the heads alone.
CUES = [cue for cue in load_cues() if cue.rules]
MINIMAL = """
id = "demo"
family = "part"
title = "Demo"
why = "Because."
ask = "Why?"
[[rules]]
id = "one"
tokens = [ { LOWER = "units" } ]
"""


@pytest.fixture(scope="module")
def matcher(nlp):
    return CueMatcher(CUES)


def test_there_is_a_cue_for_every_move_and_part_of_the_codebook():
    assert {*MOVES, *PARTS} <= {cue.id for cue in CUES}


@pytest.mark.parametrize("cue", CUES, ids=lambda cue: cue.id)
def test_a_cue_finds_its_hits_and_passes_over_its_misses(cue, matcher, nlp):
    assert failures(cue, matcher, lambda text: parse_sentences(nlp, text)) == []


@pytest.mark.parametrize("cue", CUES, ids=lambda cue: cue.id)
def test_a_cue_brings_enough_sentences_of_both_kinds(cue):
    assert len(cue.hits) >= 12
    assert len(cue.misses) >= 12


@pytest.mark.parametrize("cue", CUES, ids=lambda cue: cue.id)
def test_a_cue_speaks_to_the_writer_in_sentences(cue):
    assert cue.why.rstrip().endswith((".", "!", "?"))
    assert "?" in cue.ask


@pytest.mark.parametrize("cue", [cue for cue in CUES if cue.family == "part"], ids=lambda c: c.id)
def test_a_part_has_a_question_for_when_it_is_missing(cue):
    assert cue.missing.endswith("?")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('family = "part"', 'family = "parts"'), "family"),
        (('why = "Because."', ""), "why"),
        (("tokens", "token"), "unknown field 'token'"),
        (('[ { LOWER = "units" } ]', '[ { LOWER = { IN = "@none" } } ]'), "no list 'none'"),
        (('id = "one"', 'id = "one"\nguards = ["moon"]'), "no such guard 'moon'"),
        (('id = "one"', 'id = "one"\nexpand = "page"'), "expand"),
        (('id = "demo"', "id ="), "not valid TOML"),
    ],
)
def test_a_broken_cue_file_is_refused_with_file_and_field(change, message):
    with pytest.raises(CueError, match=message) as caught:
        parse_cue(MINIMAL.replace(*change), source="demo.toml")
    assert "demo.toml" in str(caught.value)


def test_overlapping_matches_of_a_cue_become_one():
    merged = merge_matches(
        [CueMatch(0, 3, "a", "short"), CueMatch(2, 8, "a", "long"), CueMatch(2, 4, "b", "x")]
    )
    assert merged == [CueMatch(0, 8, "a", "long"), CueMatch(2, 4, "b", "x")]


def test_marks_in_test_sentences_are_taken_out():
    assert split_marks("You are [[lazy]].") == ("You are lazy.", [(8, 12)])

"""Our own labelled examples keep to the codebook, and a file that doesn't is refused."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict

import pytest

from feedback_nlp.errors import DataError
from feedback_nlp.examples import MOVES, PARTS, read_examples

LINE = {
    "id": "x", "text": "You are lazy. Try a checklist.", "domain": "work", "text_group": "g",
    "split": "train", "evidence": 1, "suggestion": 1, "connection": 0, "tone": 2,
    "spans": [
        {"start": 8, "end": 12, "label": "person_label"},
        {"start": 14, "end": 29, "label": "next_step"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def own(examples_path):
    return read_examples(examples_path)


def write(tmp_path, *lines):
    path = tmp_path / "examples.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines))
    return path


def test_there_are_enough_examples_across_the_domains(own):
    domains = Counter(example.domain for example in own)
    assert len(own) >= 1500
    for domain in ("work", "code_review", "class", "health_care", "volunteering", "sport"):
        assert domains[domain] >= 40, domain


def test_every_move_part_and_level_is_there_in_both_splits(own):
    for split in ("train", "test"):
        chosen = [example for example in own if example.split == split]
        labels = {label for example in chosen for _, _, label in example.spans}
        assert labels == {*MOVES, *PARTS}
        assert {example.evidence for example in chosen} == {0, 1, 2, 3}
        assert {example.tone for example in chosen} == {0, 1, 2, 3}


def test_many_examples_stand_in_contrast_groups(own):
    groups = Counter(example.text_group for example in own)
    assert sum(count for count in groups.values() if count > 1) >= 500


def test_other_hands_wrote_the_test_part(own):
    """The first letter of an id names the writer."""
    hands = {
        split: {example.id[0] for example in own if example.split == split}
        for split in ("train", "test")
    }
    assert hands["train"].isdisjoint(hands["test"])


def test_the_test_part_has_domains_that_training_lacks(own):
    trained = {example.domain for example in own if example.split == "train"}
    new = [e for e in own if e.split == "test" and e.domain not in trained]
    assert len(new) >= sum(example.split == "test" for example in own) / 2


def test_no_test_text_is_nearly_one_of_the_training_part(own):
    def shingles(text):
        words = re.findall(r"\w+", text.lower())
        return {tuple(words[i : i + 3]) for i in range(max(1, len(words) - 2))}

    trained = [shingles(example.text) for example in own if example.split == "train"]
    holding = defaultdict(set)
    for i, other in enumerate(trained):
        for shingle in other:
            holding[shingle].add(i)
    for example in own:
        if example.split == "test":
            mine = shingles(example.text)
            like = set().union(*(holding[shingle] for shingle in mine if shingle in holding))
            nearest = max(
                (len(mine & trained[i]) / len(mine | trained[i]) for i in like), default=0
            )
            assert nearest < 0.5, example.text


def test_no_text_stands_twice(own):
    texts = Counter(" ".join(example.text.lower().split()) for example in own)
    assert [text for text, count in texts.items() if count > 1] == []


def test_length_does_not_tell_the_labels(own):
    from feedback_nlp.evaluation.metrics import length_auc

    texts = [example.text for example in own]
    assert 0.35 < length_auc([example.tone > 0 for example in own], texts) < 0.65


def test_a_good_line_is_read(tmp_path):
    (example,) = read_examples(write(tmp_path, LINE))
    assert example.qual == 2
    assert example.spans[0] == (8, 12, "person_label")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"connection": 1, "suggestion": 0}, "connection needs a suggestion"),
        ({"tone": 0}, "tone above 0 has a move"),
        ({"evidence": 3}, "name a behaviour"),
        ({"evidence": 4}, "evidence is 0 to 3"),
        ({"split": "dev"}, "split is train or test"),
        ({"spans": [{"start": 0, "end": 99, "label": "insult"}]}, "spans lie in the text"),
    ],
)
def test_a_line_against_the_codebook_is_refused_with_its_number(tmp_path, change, message):
    with pytest.raises(DataError, match=rf"line 2: .*{message}"):
        read_examples(write(tmp_path, LINE, {**LINE, "id": "y", **change}))


def test_a_group_in_both_splits_is_refused(tmp_path):
    with pytest.raises(DataError, match="both splits"):
        read_examples(write(tmp_path, LINE, {**LINE, "id": "y", "split": "test"}))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match=r"none\.jsonl"):
        read_examples(tmp_path / "none.jsonl")

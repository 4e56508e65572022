"""The patterns of cues find what spaCy's own matchers find, no more and no less."""

from __future__ import annotations

import json

import pytest
from spacy.matcher import DependencyMatcher, Matcher
from spacy.tokens import Doc

from feedback_nlp.columns import Columns
from feedback_nlp.cues import load_cues
from feedback_nlp.cues.check import split_marks
from feedback_nlp.cues.patterns import PatternMatcher
from feedback_nlp.segmentation import parse_sentences

CUES = [cue for cue in load_cues() if cue.rules]
#: Every so many of the shipped examples is compared.
STEP = 12


class SpacyMatcher:
    """The plain way: each pattern on each sentence, by the matchers of spaCy."""

    def __init__(self, vocab):
        self.tokens, self.dependency = Matcher(vocab), DependencyMatcher(vocab)
        self.strings = vocab.strings

    def add(self, kind, name, patterns):
        (self.tokens if kind == "tokens" else self.dependency).add(name, patterns)

    def __call__(self, doc):
        rows = {(self.strings[key], start, end) for key, start, end in self.tokens(doc)}
        if not len(self.dependency):
            return rows, set()
        return rows, {(self.strings[key], *nodes) for key, nodes in self.dependency(doc)}


@pytest.fixture(scope="module")
def both(nlp):
    plain, own, names = SpacyMatcher(nlp.vocab), PatternMatcher(), []
    for cue in CUES:
        for rule in cue.rules:
            name = f"{cue.id}/{rule.id}"
            plain.add(rule.kind, name, [rule.pattern, *rule.variants])
            add = own.add_tokens if rule.kind == "tokens" else own.add_dependency
            for pattern in (rule.pattern, *rule.variants):
                add(len(names), pattern)
            names.append(name)

    def find(doc):
        rows, groups = own(Columns(doc))
        return (
            {(names[key], start, end) for key, start, end in rows},
            {(names[key], *places) for key, places in groups},
        )

    return plain, find


def agree(both, nlp, texts):
    plain, find = both
    found = 0
    for text in texts:
        for _, doc in parse_sentences(nlp, text):
            assert find(doc) == plain(doc), doc.text
            found += sum(map(len, find(doc)))
    return found


@pytest.mark.parametrize("cue", CUES, ids=lambda cue: cue.id)
def test_the_sentences_of_a_cue_match_as_with_spacy(cue, both, nlp):
    assert agree(both, nlp, [split_marks(text)[0] for text in (*cue.hits, *cue.misses)])


def test_the_shipped_examples_match_as_with_spacy(both, nlp, examples_path):
    lines = examples_path.read_text("utf-8").splitlines()[::STEP]
    assert agree(both, nlp, [json.loads(line)["text"] for line in lines])


@pytest.mark.parametrize(
    "pattern",
    [
        [{"LOWER": "a"}],
        [{"LOWER": "a", "OP": "+"}],
        [{"LOWER": "a", "OP": "*"}, {"LOWER": "b"}],
        [{"LOWER": "a"}, {"LOWER": "b", "OP": "*"}],
        [{"LOWER": "a"}, {"LOWER": "b", "OP": "?"}],
        [{"LOWER": "a"}, {"OP": "*"}, {"LOWER": "b"}],
        [{"LOWER": "a", "OP": "?"}, {"LOWER": "a"}, {"LOWER": "b", "OP": "?"}],
        [{"LOWER": "a"}, {"LOWER": "b", "OP": "{0,2}"}, {"LOWER": "a"}],
        [{"LOWER": "a", "OP": "{1,3}"}, {"LOWER": {"NOT_IN": ["a"]}}],
        [{"LOWER": {"IN": ["a", "b"]}, "OP": "+"}, {"TEXT": {"REGEX": "^[Ac]$"}}],
        [{"LOWER": {"IN": ["a", "c"], "NOT_IN": ["c"]}}, {"LENGTH": {">=": 1}, "SPACY": True}],
        [{"LOWER": "a", "OP": "+"}, {"OP": "?"}, {"LOWER": "c"}, {"LOWER": "a", "OP": "*"}],
        [{"LOWER": {"IN": ["a", "b"]}, "OP": "{0,3}"}, {"OP": "?"}, {"LOWER": "b", "OP": "{1,2}"}],
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("words", ["a", "a b", "b a a b b a", "A a b c a b", "a c b b a a a"])
def test_repeated_tokens_match_as_with_spacy(pattern, words, nlp):
    doc = Doc(nlp.vocab, words=words.split())
    plain, own = SpacyMatcher(nlp.vocab), PatternMatcher()
    plain.add("tokens", "it", [pattern])
    own.add_tokens(0, pattern)
    rows, _ = own(Columns(doc))
    assert {("it", start, end) for _, start, end in rows} == plain(doc)[0]


def test_tokens_hang_together_at_one_step_or_at_any_depth(nlp):
    doc = Doc(nlp.vocab, words=["you", "seem", "very", "lazy"], heads=[1, 1, 3, 1], deps=["x"] * 4)
    for relation, found in ((">", []), (">>", [(0, (1, 2))])):
        own = PatternMatcher()
        own.add_dependency(
            0,
            [
                {"RIGHT_ID": "verb", "RIGHT_ATTRS": {"LOWER": "seem"}},
                {"LEFT_ID": "verb", "REL_OP": relation, "RIGHT_ID": "how",
                 "RIGHT_ATTRS": {"LOWER": "very"}},
            ],
        )  # fmt: skip
        assert own(Columns(doc))[1] == found


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ([{"LOWR": "a"}], "no such attribute 'LOWR'"),
        ([{"LOWER": {"FUZZY": "a"}}], "no such operator 'FUZZY'"),
        ([{"LOWER": "a", "OP": "!"}], "no such OP '!'"),
        ([{"LOWER": "a", "OP": "*"}], "no token at all"),
    ],
)
def test_what_is_not_in_the_language_of_patterns_is_refused(pattern, message):
    with pytest.raises(ValueError, match=message):
        PatternMatcher().add_tokens(0, pattern)

"""A parsed sentence with its cues becomes named numbers that transfer between domains.

Groups, told apart by the prefix of a feature's name: ``cue:`` and ``family:`` (what the rules
found), ``grammar:`` (word n-grams in which content words are replaced by tag and dependency),
``lexicon:`` (rates per word), ``word:`` (what is said in the writer's own name), ``lemma:``
(content words, whoever says them), ``phrase:`` and ``aside:`` (a content word and its neighbour,
said in the writer's own name or not) and ``frame:`` (two neighbours of grammar). No feature grows
with the length of a text.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from feedback_nlp.columns import Columns
from feedback_nlp.cues import FAMILIES, CueMatch
from feedback_nlp.cues.guards import asserted, praised
from feedback_nlp.judging import THIRD_PERSON
from feedback_nlp.lexica import load_lexicon
from feedback_nlp.lexicon_features import ARTICLES, lexicon_features

Features = dict[str, float]

#: Beginnings of the names of the features that are made of the words themselves.
WORDING = ("word:", "lemma:", "phrase:", "aside:", "frame:")
#: Those of them that hold what the writer need not say in their own name.
WORDING_OF_ANYBODY = ("lemma:", "aside:", "frame:")

#: Stands for who somebody is in n-grams. No head reads one that holds it.
WHO = "<who>"

_FUNCTION_POS = {"PRON", "DET", "ADP", "AUX", "CCONJ", "SCONJ", "PART", "INTJ"}
#: Second words of who somebody is. Other nouns stay: "a deaf nurse" is a nurse.
_BEARERS = {"user", "users", "person", "persons", "people"}
#: Without one of these, or a negation, all words are the writer's own claims about others.
_TURNING = {"i", "we", "if", "whether", "unless", "suppose", "imagine", "that", "without", "no",
            "hardly", "neither", "nor", '"', "“", "”", "‘", "’", "'", "«", "»"}  # fmt: skip
#: How the name of a rule ends that finds a form with words left out.
_BARE = "_bare"
_NOUN_TAGS = {"NNP": "NN", "NNPS": "NNS"}


def _any_person(lower: str, tag: str) -> str:
    # "Her" stands for "him" and for "his".
    return "their" if lower == "her" and tag == "PRP$" else THIRD_PERSON.get(lower, lower)


def _aux(lemma: str, tag: str) -> str:
    # "He is" and "they are" do not differ; "is" and "was" do.
    return f"{lemma}+past" if tag == "VBD" else lemma


class _Form(NamedTuple):
    """What stands for a word in n-grams.

    `shape` hides what the sentence is about and `said` does not; `said` is empty for a name, as
    who somebody is must not move a score. `place` is that of a content word in the sentence.
    """

    shape: str
    said: str
    place: int | None = None


_START, _END, _WHO = (_Form(name, name) for name in ("<s>", "</s>", WHO))


def _who(sentence: Columns) -> set[int]:
    """Return the places of the words for who somebody is: "a wheelchair user" has two."""
    return sentence.once("who", _find_who)


def _find_who(sentence: Columns) -> set[int]:
    identity = load_lexicon("identity_words")
    places: set[int] = set()
    for i, lower in enumerate(sentence.lowers):
        if lower in identity or (lower in _BEARERS and i - 1 in places):
            places.add(i)
    return places


def _forms(sentence: Columns) -> list[_Form]:
    return sentence.once("forms", _find_forms)


def _find_forms(sentence: Columns) -> list[_Form]:
    kept, who = load_lexicon("kept_words"), _who(sentence)
    forms = [_START]
    for i, (word, kind, lemma) in enumerate(
        zip(sentence.words, sentence.kinds, sentence.lemmas_lower, strict=True)
    ):
        lower = word.lower
        if word.is_space:
            continue
        if word.is_punct:
            # A full stop says nothing, and many leave it out.
            if lower in {"?", "!", ":", ","}:
                forms.append(_Form(lower, lower))
        elif lower in ARTICLES:
            continue  # who learns English leaves them out
        elif word.like_num:
            forms.append(_Form("#", "#"))
        elif i in who:
            # Who somebody is must not move a score, nor in how many words, nor what the tagger
            # makes of them.
            if forms[-1] is not _WHO:
                forms.append(_WHO)
        elif kind.pos in _FUNCTION_POS:
            person = _any_person(lower, kind.tag)
            forms.append(_Form(person, _aux(lemma, kind.tag) if kind.pos == "AUX" else person))
        else:
            name = kind.pos == "PROPN"
            if lemma in kept:
                forms.append(_Form(f"{lemma}/{kind.tag[:2]}", "" if name else lemma))
            else:
                # A name counts as a noun: whether the tagger knows it must not move a score.
                shape = f"{_NOUN_TAGS.get(kind.tag, kind.tag)}:{kind.dep}"
                forms.append(_Form(shape, "") if name else _Form(shape, lemma, i))
    forms.append(_END)
    return forms


def delexicalise(sentence: Columns) -> list[str]:
    """Return the sentence with content words replaced by tag and dependency.

    Function words and a short list of words that carry the speech act stay as they are; numbers
    become ``#``. The idea is that grammar transfers between domains and topic words do not.
    """
    return [form.shape for form in _forms(sentence)]


def grammar_features(sentence: Columns, *, n_max: int = 3) -> Features:
    """Return delexicalised 1- to `n_max`-grams with a vector length of 1."""
    shapes = delexicalise(sentence)
    grams = [f"grammar:{shape}" for shape in shapes]
    names = grams.copy()
    for n in range(1, n_max):
        grams = [f"{gram} {shape}" for gram, shape in zip(grams, shapes[n:], strict=False)]
        names += grams
    # Ordered, not a set: sums of floats must not depend on the hash seed of a process.
    different = dict.fromkeys(names)
    return dict.fromkeys(different, 1 / math.sqrt(len(different)))


def cue_features(matches: Iterable[CueMatch], family_of: Mapping[str, str]) -> Features:
    """Return 1 for each family, each cue and each rule that matched.

    The family lets rare cues borrow strength from the others, and a rule that finds a form with
    words left out ("at rehearsal") counts as the rule that finds it whole.
    """
    features: Features = {}
    for match in matches:
        features[f"family:{family_of[match.cue]}"] = 1.0
        features[f"cue:{match.cue}"] = 1.0
        features[f"cue:{match.cue}/{match.rule.removesuffix(_BARE)}"] = 1.0
    return features


def _claimed(sentence: Columns, i: int) -> bool:
    """Whether the writer says a word in their own name of somebody else."""
    return sentence.once("plain", _is_plain) or asserted(sentence, i)


def _is_plain(sentence: Columns) -> bool:
    return "neg" not in sentence.deps and _TURNING.isdisjoint(sentence.lowers)


def word_features(sentence: Columns) -> Features:
    """Return the words that the writer says in their own name, with a vector length of 1.5.

    Left out are names, words for who somebody is, and content words that are denied, quoted or
    supposed.
    """
    who = _who(sentence)
    found: dict[str, None] = {}
    for i, (word, pos) in enumerate(zip(sentence.words, sentence.pos, strict=True)):
        lower = word.lower
        if not word.is_alpha or lower in ARTICLES or pos == "PROPN" or i in who:
            continue
        if lower == "always" and praised(sentence, i):
            continue  # "always prepared with care" is praise, "always late" is not
        if pos in _FUNCTION_POS or _claimed(sentence, i):
            # "he is" and "they are" differ in no feature.
            said = (
                sentence.lemmas_lower[i] if pos == "AUX" else _any_person(lower, sentence.tags[i])
            )
            found[said] = None
    value = 1.5 / math.sqrt(len(found)) if found else 0.0
    return {f"word:{word}": value for word in found}


def phrase_features(sentence: Columns) -> Features:
    """Return content words and pairs of neighbours, each with the value 1 / sqrt(n_words).

    A pair with a name in it is left out. Articles are skipped, and numbers and words for who
    somebody is have stand-ins.
    """
    forms = _forms(sentence)
    names = [f"lemma:{form.said}" for form in forms if form.place is not None]
    for first, second in pairwise(forms):
        if first.said and second.said:
            places = [form.place for form in (first, second) if form.place is not None]
            claimed = all(_claimed(sentence, place) for place in places)
            group = "frame" if not places else "phrase" if claimed else "aside"
            names.append(f"{group}:{first.said} {second.said}")
    return dict.fromkeys(names, 1 / math.sqrt(len(forms)))


def sentence_features(sentence: Columns, cues: Features) -> Features:
    """Return all named features of one parsed sentence; all are in [-1, 2].

    Parameters
    ----------
    sentence : Columns
        One parsed sentence.
    cues : dict of str to float
        Its `cue_features`.
    """
    return {
        **cues,
        **lexicon_features(sentence),
        **grammar_features(sentence),
        **word_features(sentence),
        **phrase_features(sentence),
    }


_PARTS = ("situation", "behaviour", "impact", "next_step")
#: What a sentence has that says something about somebody's work, however little.
_TELLING = {
    *(f"family:{family}" for family in FAMILIES),
    "lexicon:negative_rate", "lexicon:has_number", "lexicon:has_quotation",
    "lexicon:past_event_rate", "lexicon:is_question", "lexicon:concrete_noun_rate",
    "lexicon:starts_with_verb", "lexicon:negation_rate",
}  # fmt: skip


def idle(sentence: Features) -> bool:
    """Whether a sentence only fills: no cue, no event, no number, no question, nothing negative."""
    return sentence.keys().isdisjoint(_TELLING)


CONTEXT_PARTS = ("situation", "behaviour", "impact")


def without_context(sentence: Features) -> Features:
    """Return the features by which evidence is read: no suggestion moves it."""
    return {name: value for name, value in sentence.items() if "next_step" not in name}


def context_features(sentences: Sequence[Features]) -> list[Features]:
    """Return for each sentence which parts the other sentences hold."""
    holding = {
        part: [i for i, sentence in enumerate(sentences) if f"cue:{part}" in sentence]
        for part in CONTEXT_PARTS
    }
    return [
        {f"context:{part}": 1.0 for part, where in holding.items() if where and where != [i]}
        for i in range(len(sentences))
    ]


def in_context(sentences: Sequence[Features]) -> list[Features]:
    """Return the features of each sentence with the parts that the other sentences hold.

    An observation counts for more when a neighbour says when and where. Suggestions are left
    out, so that adding or removing one cannot move what reads these features.
    """
    context = context_features(sentences)
    return [
        without_context(sentence) | around
        for sentence, around in zip(sentences, context, strict=True)
    ]


def text_features(sentences: Sequence[Features]) -> Features:
    """Return the features of a text: which cues stand anywhere in it.

    Presence, not a count, so that sentences without content change nothing.
    Pairs of parts are features of their own: an observation counts for more with its occasion.
    """
    features: Features = {}
    for sentence in sentences:
        for name, value in sentence.items():
            if name.startswith("cue:"):
                features[name] = value
    present = [part for part in _PARTS if f"cue:{part}" in features]
    for i, first in enumerate(present):
        for second in present[i + 1 :]:
            features[f"cue:{first}+{second}"] = 1.0
    return features

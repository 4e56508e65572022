"""Praise of the person as somebody is: "she is warm", "a natural leader", "your kindness"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedback_nlp.columns import Columns
from feedback_nlp.cues.guards import hypothetical, negated, quoted, self_directed
from feedback_nlp.lexica import load_lexicon
from feedback_nlp.segmentation import parse_sentences

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Token

_PEOPLE = {"you", "he", "she", "they", "u", "who"}
_ROLES = {
    "person", "man", "woman", "guy", "girl", "lady", "leader", "speaker", "reviewer", "trainee",
    "resident", "player", "listener", "teammate", "learner", "presence", "personality", "nature",
    "member", "worker", "mentor", "writer", "thinker", "communicator", "attitude", "soul",
}  # fmt: skip
_LINKS = {"acomp", "attr", "oprd", "conj"}


def praises_person(nlp: Language, text: str) -> bool:
    """Whether a text praises a person as somebody is; what they did or made doesn't count.

    Parameters
    ----------
    nlp : Language
        The pipeline of the scorer.
    text : str
        English feedback.
    """
    lowered = text.lower()
    if not any(trait in lowered for trait in load_lexicon("positive_traits")):
        return False  # most texts need no parse
    return any(
        _is_praise(token) and not _is_stopped(sentence, token.i)
        for _, doc in parse_sentences(nlp, text)
        for sentence in [Columns(doc)]
        for token in doc
        if token.lower_ in load_lexicon("positive_traits")
    )


def _is_stopped(sentence: Columns, i: int) -> bool:
    stops = (negated, quoted, hypothetical, self_directed)
    return any(guard(sentence, i) for guard in stops)


def _is_praise(token: Token) -> bool:
    if token.dep_ == "amod" or (token.dep_ == "conj" and token.head.dep_ == "amod"):
        noun = token.head if token.dep_ == "amod" else token.head.head
        return noun.lemma_.lower() in _ROLES | load_lexicon("people")
    link = token
    while link.dep_ == "conj" and link.head.i != link.i:
        link = link.head
    if link.dep_ not in _LINKS:
        return False
    return any(
        child.dep_ in {"nsubj", "nsubjpass"} and _is_person(child) for child in link.head.children
    )


def _is_person(subject: Token) -> bool:
    return (
        subject.lower_ in _PEOPLE
        or subject.pos_ == "PROPN"
        or subject.lemma_.lower() in load_lexicon("people")
    )

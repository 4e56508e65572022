"""A parsed sentence with its cues becomes named numbers that transfer between domains.

Groups, told apart by the prefix of a feature's name: ``cue:`` and ``family:`` (what the rules
found), ``grammar:`` (word n-grams in which content words are replaced by tag and dependency),
``lexicon:`` (rates per word) and ``word:`` (the words themselves, for the heads that gain from
them on other fields). No feature grows with the length of a text.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from spacy.tokens import Doc, Token

from feedback_nlp.cues import CueMatch
from feedback_nlp.cues.guards import hypothetical, negated, praised, quoted, self_directed
from feedback_nlp.lexica import load_lexicon

Features = dict[str, float]

_FUNCTION_POS = {"PRON", "DET", "ADP", "AUX", "CCONJ", "SCONJ", "PART", "INTJ"}
#: Gender must not move a score: third-person pronouns share one form.
_THIRD_PERSON = {
    "he": "they", "she": "they", "him": "them", "her": "them", "his": "their", "hers": "theirs",
    "himself": "themself", "herself": "themself", "themselves": "themself",
}  # fmt: skip
_PEOPLE = {"you", "your", "yours", "yourself", "he", "she", "they", "him", "her", "his", "their",
           "them", "u", "ur"}  # fmt: skip
_HEDGES = {"maybe", "perhaps", "might", "could", "may", "possibly", "seem", "seems", "seemed",
           "wonder", "guess", "think", "feel", "felt", "bit", "slightly", "somewhat"}  # fmt: skip
_INTENSIFIERS = {"so", "very", "really", "totally", "completely", "absolutely", "extremely",
                 "utterly", "just", "clearly", "obviously", "literally", "truly"}  # fmt: skip
_RECEIVER = {"you", "your", "yours", "yourself", "yourselves", "u", "ur"}
_SUBJECTS = {"nsubj", "nsubjpass"}
_COURTESY = {"thank", "thanks", "sorry", "please", "appreciate", "agree", "apologise", "apologize"}
_ARTICLES = {"a", "an", "the"}
#: Without one of these, or a negation, all words are the writer's own claims about others.
_TURNING = {"i", "we", "if", "whether", "unless", "suppose", "imagine", "that", "without", "no",
            "hardly", "neither", "nor", '"', "“", "”", "‘", "’", "'", "«", "»"}  # fmt: skip
_NOUN_TAGS = {"NNP": "NN", "NNPS": "NNS"}
_WINDOW = 4
_SCORN = ("negative_traits", "insults", "put_downs", "scorn_verbs")
#: Their entries count as verbs only: "rant" the noun names a kind of text.
_VERB_LISTS = {"scorn_verbs"}


def words(doc: Doc) -> list[Token]:
    """Return the tokens of a sentence that are neither space nor punctuation."""
    return [token for token in doc if not (token.is_space or token.is_punct)]


def _rate(count: float, doc: Doc) -> float:
    return count / max(len(words(doc)), 4)


@cache
def _valence() -> dict[str, float]:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return {word: value / 4 for word, value in SentimentIntensityAnalyzer().lexicon.items()}


def _valence_of(token: Token) -> float:
    if token.lower_ in load_lexicon("identity_words"):
        return 0.0  # VADER counts "blind" as negative
    table = _valence()
    value = table.get(token.lower_, table.get(token.lemma_.lower(), 0.0))
    denied = any(child.dep_ == "neg" for child in (*token.children, *token.head.children))
    return -0.5 * value if denied and token.dep_ != "neg" else value


def _asserted(token: Token) -> bool:
    """Whether the writer claims it of somebody else: not denied, quoted, supposed or of oneself."""
    # Many features ask; the answer needs a walk through the parse.
    known: dict[int, bool] = token.doc.user_data.setdefault("feedback_nlp:asserted", {})
    if token.i not in known:
        known[token.i] = not (
            negated(token) or hypothetical(token) or self_directed(token) or quoted(token)
        )
    return known[token.i]


def _describing(token: Token) -> float:
    """Return the valence of a describing word; what is done may be harsh: "kill the process"."""
    if token.pos_ in {"VERB", "AUX"}:
        return 0.0
    value = _valence_of(token)
    return value if value >= 0 or _asserted(token) else 0.0


def negative_rate(doc: Doc) -> float:
    """Negative valence per word (lexicon of Hutto & Gilbert 2014), as a positive number."""
    return _rate(-sum(min(_valence_of(token), 0.0) for token in words(doc)), doc)


def positive_rate(doc: Doc) -> float:
    """Positive valence per word (lexicon of Hutto & Gilbert 2014)."""
    return _rate(sum(max(_valence_of(token), 0.0) for token in words(doc)), doc)


def negative_near_person(doc: Doc) -> float:
    """Strongest negative valence of a describing word within four words of a person pronoun."""
    tokens = words(doc)
    people = [i for i, token in enumerate(tokens) if token.lower_ in _PEOPLE]
    near = (
        -_describing(token)
        for i, token in enumerate(tokens)
        if any(abs(i - person) <= _WINDOW for person in people)
    )
    return max((value for value in near), default=0.0) if people else 0.0


def positive_near_person(doc: Doc) -> float:
    """Strongest positive valence of a describing word within four words of a person pronoun."""
    tokens = words(doc)
    people = [i for i, token in enumerate(tokens) if token.lower_ in _PEOPLE]
    near = (
        _describing(token)
        for i, token in enumerate(tokens)
        if any(abs(i - person) <= _WINDOW for person in people)
    )
    return max(near, default=0.0) if people else 0.0


def worst_word(doc: Doc) -> float:
    """Valence of the most negative describing word, as a positive number; 0 if none is negative."""
    return max((-_describing(token) for token in words(doc)), default=0.0) if doc else 0.0


def second_person_rate(doc: Doc) -> float:
    """Share of words that address the receiver."""
    return _rate(sum(token.lower_ in {"you", "your", "yours", "u"} for token in doc), doc)


def first_person_rate(doc: Doc) -> float:
    """Share of words by which the writer speaks of themselves."""
    return _rate(sum(token.lower_ in {"i", "me", "my", "mine"} for token in doc), doc)


def hedge_rate(doc: Doc) -> float:
    """Share of words that soften a claim."""
    return _rate(sum(token.lower_ in _HEDGES for token in doc), doc)


def intensifier_rate(doc: Doc) -> float:
    """Share of words that strengthen a claim."""
    return _rate(sum(token.lower_ in _INTENSIFIERS for token in doc), doc)


def negation_rate(doc: Doc) -> float:
    """Share of words that deny."""
    return _rate(sum(token.dep_ == "neg" for token in doc), doc)


def has_number(doc: Doc) -> float:
    """Whether there is a number."""
    return float(any(token.like_num for token in doc))


def has_quotation(doc: Doc) -> float:
    """Whether words or code stand in quotation marks."""
    return float(sum(token.text in {'"', "“", "”", "`", "‘"} for token in doc) >= 2)


def is_question(doc: Doc) -> float:
    """Whether the sentence ends with a question mark."""
    return float(doc.text.rstrip().rstrip("\"'”’)").endswith("?"))


def past_rate(doc: Doc) -> float:
    """Share of words that are verbs in the past tense."""
    return _rate(sum(token.tag_ == "VBD" for token in doc), doc)


def past_event_rate(doc: Doc) -> float:
    """Share of words that say what happened: verbs in the past tense other than "be"."""
    return _rate(sum(token.tag_ == "VBD" and token.lemma_ != "be" for token in doc), doc)


def concrete_noun_rate(doc: Doc) -> float:
    """Share of words that are nouns with a numeral, a possessive or a compound beside them."""
    count = 0
    for token in doc:
        if token.pos_ in {"NOUN", "PROPN"}:
            beside = {child.dep_ for child in token.children}
            count += bool(beside & {"nummod", "poss", "compound"})
    return _rate(count, doc)


def negative_description_rate(doc: Doc) -> float:
    """Negative valence of describing words per word, as a positive number."""
    return _rate(sum(max(-_describing(token), 0.0) for token in words(doc)), doc)


def addressed(doc: Doc) -> float:
    """Whether the receiver is addressed."""
    return float(any(token.lower_ in _RECEIVER for token in doc))


def addressed_negatively(doc: Doc) -> float:
    """Valence of the most negative describing word where the receiver is addressed."""
    return addressed(doc) * worst_word(doc)


def receiver_is_subject(doc: Doc) -> float:
    """Whether the receiver is the subject of a verb."""
    return float(any(t.lower_ in _RECEIVER and t.dep_ in _SUBJECTS for t in doc))


def starts_with_receiver(doc: Doc) -> float:
    """Whether the receiver is the first word."""
    first = words(doc)[:1]
    return float(bool(first) and first[0].lower_ in _RECEIVER)


def starts_with_verb(doc: Doc) -> float:
    """Whether the first word is a verb in its base form."""
    first = words(doc)[:1]
    return float(bool(first) and first[0].tag_ == "VB")


def person_is_something(doc: Doc) -> float:
    """Whether "be" stands with a person as its subject."""
    people = (token for token in doc if token.dep_ == "nsubj" and token.lower_ in _PEOPLE)
    return float(any(person.head.lemma_ == "be" for person in people))


def _says(doc: Doc, lexicon: str) -> bool:
    """Whether the writer claims a word of the list of somebody else or of their work."""
    known: dict[str, bool] = doc.user_data.setdefault("feedback_nlp:says", {})
    if lexicon not in known:
        entries = load_lexicon(lexicon)
        known[lexicon] = any(
            (token.lower_ in entries or token.lemma_.lower() in entries)
            and (lexicon not in _VERB_LISTS or token.pos_ == "VERB")
            and _asserted(token)
            for token in doc
        )
    return known[lexicon]


def trait_word(doc: Doc) -> float:
    """Whether a word for a negative trait occurs, whatever it is said of."""
    return float(_says(doc, "negative_traits"))


def insult_word(doc: Doc) -> float:
    """Whether an insulting noun occurs, whatever it is said of."""
    return float(_says(doc, "insults"))


def put_down(doc: Doc) -> float:
    """Whether a word puts down what somebody said or made: "drivel", "nonsense"."""
    return float(_says(doc, "put_downs"))


def scorn_verb(doc: Doc) -> float:
    """Whether a verb mocks what somebody says or does: "whine", "rant"."""
    return float(_says(doc, "scorn_verbs"))


def brush_off(doc: Doc) -> float:
    """Whether a word waves somebody away or laughs at them: "yawn", "lol", "sweetie"."""
    return float(any(t.lower_ in load_lexicon("brush_offs") for t in doc))


def scorn(doc: Doc) -> float:
    """Whether any word of scorn occurs: a trait, an insult, a put-down, a mocking verb."""
    return float(any(_says(doc, lexicon) for lexicon in _SCORN))


def scorn_at_receiver(doc: Doc) -> float:
    """Whether a word of scorn occurs where the receiver is addressed."""
    return addressed(doc) * max(scorn(doc), brush_off(doc))


def scorn_in_few_words(doc: Doc) -> float:
    """A word of scorn per word: in a short sentence it is all that is said."""
    return 4 * _rate(scorn(doc), doc)


def group_word(doc: Doc) -> float:
    """Whether people are spoken of as a group: "people", "voters", "that lot"."""
    return float(any(token.lower_ in load_lexicon("group_words") for token in doc))


def question_to_receiver(doc: Doc) -> float:
    """Whether a question addresses the receiver."""
    return is_question(doc) * addressed(doc)


def ellipsis(doc: Doc) -> float:
    """Whether the writer trails off."""
    return float(any("..." in token.text or "…" in token.text for token in doc))


def courtesy(doc: Doc) -> float:
    """Whether the writer thanks, apologises, asks politely or agrees."""
    return float(any(token.lemma_.lower() in _COURTESY for token in doc))


LEXICON_FEATURES: tuple[Callable[[Doc], float], ...] = (
    negative_rate, positive_rate, negative_near_person, positive_near_person, worst_word,
    negative_description_rate, addressed, addressed_negatively, receiver_is_subject,
    starts_with_receiver, starts_with_verb,
    person_is_something, trait_word, insult_word, put_down, scorn_verb, brush_off, scorn,
    scorn_at_receiver, scorn_in_few_words, group_word, question_to_receiver, ellipsis, courtesy,
    second_person_rate, first_person_rate, hedge_rate, intensifier_rate, negation_rate, has_number,
    has_quotation, is_question, past_rate, past_event_rate, concrete_noun_rate,
)  # fmt: skip


def delexicalise(doc: Doc) -> list[str]:
    """Return the sentence with content words replaced by tag and dependency.

    Function words and a short list of words that carry the speech act stay as they are; numbers
    become ``#``. The idea is that grammar transfers between domains and topic words do not.
    """
    kept, identity = load_lexicon("kept_words"), load_lexicon("identity_words")
    shapes = ["<s>"]
    for token in doc:
        lower = token.lower_
        if token.is_space:
            continue
        if token.is_punct:
            # A full stop says nothing, and many leave it out.
            if lower in {"?", "!", ":", ","}:
                shapes.append(lower)
        elif lower in _ARTICLES:
            continue  # who learns English leaves them out
        elif token.like_num:
            shapes.append("#")
        elif lower in identity:
            # Who somebody is must not move a score, nor what the tagger makes of the word.
            shapes.append("<who>")
        elif token.pos_ in _FUNCTION_POS:
            shapes.append(_THIRD_PERSON.get(lower, lower))
        elif token.lemma_.lower() in kept:
            shapes.append(f"{token.lemma_.lower()}/{token.tag_[:2]}")
        else:
            # A name counts as a noun: whether the tagger knows it must not move a score.
            shapes.append(f"{_NOUN_TAGS.get(token.tag_, token.tag_)}:{token.dep_}")
    shapes.append("</s>")
    return shapes


def grammar_features(doc: Doc, *, n_max: int = 3) -> Features:
    """Return delexicalised 1- to `n_max`-grams with a vector length of 1."""
    shapes = delexicalise(doc)
    # Ordered, not a set: sums of floats must not depend on the hash seed of a process.
    grams = dict.fromkeys(
        " ".join(shapes[i : i + n]) for n in range(1, n_max + 1) for i in range(len(shapes) - n + 1)
    )
    value = 1 / math.sqrt(len(grams))
    return {f"grammar:{gram}": value for gram in grams}


def cue_features(matches: Iterable[CueMatch], family_of: Mapping[str, str]) -> Features:
    """Return 1 for each family, each cue and each rule that matched.

    The family lets rare cues borrow strength from the others.
    """
    features: Features = {}
    for match in matches:
        features[f"family:{family_of[match.cue]}"] = 1.0
        features[f"cue:{match.cue}"] = 1.0
        features[f"cue:{match.cue}/{match.rule}"] = 1.0
    return features


def lexicon_features(doc: Doc) -> Features:
    """Return the lexicon features of a sentence that are not 0."""
    values = {f"lexicon:{function.__name__}": function(doc) for function in LEXICON_FEATURES}
    return {name: value for name, value in values.items() if value}


def word_features(doc: Doc) -> Features:
    """Return the words that the writer says in their own name, with a vector length of 2.

    Left out are names, words for who somebody is, and content words that are denied, quoted or
    supposed.
    """
    identity = load_lexicon("identity_words")
    plain = not any(token.lower_ in _TURNING or token.dep_ == "neg" for token in doc)
    found = dict.fromkeys(
        # "he is" and "they are" differ in no feature.
        token.lemma_.lower()
        if token.pos_ == "AUX"
        else _THIRD_PERSON.get(token.lower_, token.lower_)
        for token in doc
        if token.is_alpha
        and token.lower_ not in _ARTICLES
        and token.pos_ != "PROPN"
        and token.lower_ not in identity
        # "always prepared with care" is praise, "always late" is not.
        and not (token.lower_ == "always" and praised(token))
        and (plain or token.pos_ in _FUNCTION_POS or _asserted(token))
    )
    value = 2 / math.sqrt(len(found)) if found else 0.0
    return {f"word:{word}": value for word in found}


def sentence_features(
    doc: Doc, matches: Sequence[CueMatch], family_of: Mapping[str, str]
) -> Features:
    """Return all named features of one parsed sentence; all are in [-1, 2].

    Parameters
    ----------
    doc : Doc
        One parsed sentence.
    matches : sequence of CueMatch
        What the cues found in it.
    family_of : mapping of str to str
        Family of each cue id.
    """
    cues = cue_features(matches, family_of)
    return {**cues, **lexicon_features(doc), **grammar_features(doc), **word_features(doc)}


_PARTS = ("situation", "behaviour", "impact", "next_step")
#: What a sentence has that says something about somebody's work, however little.
_TELLING = ("family:", "lexicon:negative_rate", "lexicon:has_number", "lexicon:has_quotation",
            "lexicon:past_event_rate", "lexicon:is_question", "lexicon:concrete_noun_rate",
            "lexicon:starts_with_verb", "lexicon:negation_rate")  # fmt: skip


def idle(sentence: Features) -> bool:
    """Whether a sentence only fills: no cue, no event, no number, no question, nothing negative."""
    return not any(name.startswith(_TELLING) for name in sentence)


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

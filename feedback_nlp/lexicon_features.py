"""What words of lists, of open norms and of grammar's closed classes say about a sentence.

Each feature is a function of a parsed sentence; `LEXICON_FEATURES` names them with the signs
without which they are 0.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from functools import cache
from importlib import resources

from feedback_nlp.columns import Columns
from feedback_nlp.cues.guards import asserted, praised, question
from feedback_nlp.judging import judging_phrases, judging_words
from feedback_nlp.lexica import load_judging, load_lexicon
from feedback_nlp.signs import Lists, Signs

#: Who learns English leaves them out.
ARTICLES = {"a", "an", "the"}
_PEOPLE = {"you", "your", "yours", "yourself", "he", "she", "they", "him", "her", "his", "their",
           "them", "u", "ur"}  # fmt: skip
_HEDGES = {"maybe", "perhaps", "might", "could", "may", "possibly", "seem", "seems", "seemed",
           "wonder", "guess", "think", "feel", "felt", "bit", "slightly", "somewhat"}  # fmt: skip
_INTENSIFIERS = {"so", "very", "really", "totally", "completely", "absolutely", "extremely",
                 "utterly", "just", "clearly", "obviously", "literally", "truly"}  # fmt: skip
_SECOND_PERSON = {"you", "your", "yours", "u"}
_FIRST_PERSON = {"i", "me", "my", "mine"}
_QUOTATION_MARKS = {'"', "“", "”", "`", "‘"}
_RECEIVER = {"you", "your", "yours", "yourself", "yourselves", "u", "ur"}
_SUBJECTS = {"nsubj", "nsubjpass"}
_COURTESY = {"thank", "thanks", "sorry", "please", "appreciate", "agree", "apologise", "apologize"}
_WINDOW = 4
_SCORN = ("negative_traits", "insults", "put_downs", "scorn_verbs")
_BRUSH_OFFS = ("brush_offs", "brush_offs_apart")
#: Their entries count as verbs only: "rant" the noun names a kind of text.
_VERB_LISTS = {"scorn_verbs"}
_ACTIONS = {"VERB", "AUX"}
_NOUNS = {"NOUN", "PROPN"}
_COUNTING = {"nummod", "poss"}
_SOME = {"a", "an", "several", "many", "few"}
#: Those of whom a writer speaks when they name them with "the": "the kids loved it".
_AT_HAND = {"people", "folks", "guys", "kids", "authors", "managers", "fans", "crowd", "critics"}
_BESIDE = {"nummod", "poss", "compound"}


def _rate(count: float, sentence: Columns) -> float:
    return count / sentence.once("length", _length)


def _length(sentence: Columns) -> int:
    """Return of how many words a rate is a share; a few at least, as one word is no rate."""
    return max(len(sentence.spoken) - _count(sentence.lowers, ARTICLES), 4)


@cache
def _valence() -> dict[str, float]:
    # The list alone: VADER itself would load a library for the web.
    path = resources.files("vaderSentiment") / "vader_lexicon.txt"
    entries = (line.strip().split("\t") for line in path.read_text("utf-8").split("\n") if line)
    return {word: float(value) / 4 for word, value, *_ in entries}


def _valences(sentence: Columns) -> list[float]:
    """Return the valence of each spoken word; many features ask for it."""
    return sentence.once("valences", _find_valences)


def _find_valences(sentence: Columns) -> list[float]:
    table, identity = _valence(), load_lexicon("identity_words")
    lowers, lemmas = sentence.lowers, sentence.lemmas_lower
    values = [
        # VADER counts "blind" as negative.
        0.0 if lowers[i] in identity else table.get(lowers[i], table.get(lemmas[i], 0.0))
        for i in sentence.spoken
    ]
    if "neg" in sentence.deps:
        values = [
            -0.5 * value if value and _denied(sentence, i) else value
            for i, value in zip(sentence.spoken, values, strict=True)
        ]
    return values


def _denied(sentence: Columns, i: int) -> bool:
    deps, children = sentence.deps, sentence.children
    around = (*children[i], *children[sentence.heads[i]])
    return deps[i] != "neg" and any(deps[child] == "neg" for child in around)


def _descriptions(sentence: Columns) -> list[float]:
    """Return the valence of each spoken word that describes, 0 for others.

    What is done may be harsh: "kill the process".
    """
    return sentence.once("descriptions", _find_descriptions)


def _find_descriptions(sentence: Columns) -> list[float]:
    return [
        value
        if value
        and sentence.pos[i] not in _ACTIONS
        and (value > 0 or asserted(sentence, i))
        else 0.0
        for i, value in zip(sentence.spoken, _valences(sentence), strict=True)
    ]  # fmt: skip


def _near_person(sentence: Columns) -> list[float]:
    """Return the valences of describing words within four words of a person pronoun."""
    return sentence.once("near person", _find_near_person)


def _find_near_person(sentence: Columns) -> list[float]:
    if _PEOPLE.isdisjoint(sentence.lowers):
        return []
    lowers = sentence.lowers
    people = [place for place, i in enumerate(sentence.spoken) if lowers[i] in _PEOPLE]
    return [
        value
        for place, value in enumerate(_descriptions(sentence))
        if any(abs(place - person) <= _WINDOW for person in people)
    ]


def negative_rate(sentence: Columns) -> float:
    """Negative valence per word (lexicon of Hutto & Gilbert 2014), as a positive number."""
    return _rate(-sum(value for value in _valences(sentence) if value < 0), sentence)


def positive_rate(sentence: Columns) -> float:
    """Positive valence per word (lexicon of Hutto & Gilbert 2014)."""
    return _rate(sum(value for value in _valences(sentence) if value > 0), sentence)


def negative_near_person(sentence: Columns) -> float:
    """Strongest negative valence of a describing word within four words of a person pronoun."""
    return -min(_near_person(sentence), default=0.0)


def positive_near_person(sentence: Columns) -> float:
    """Strongest positive valence of a describing word within four words of a person pronoun."""
    return max(_near_person(sentence), default=0.0)


def worst_word(sentence: Columns) -> float:
    """Valence of the most negative describing word, as a positive number; 0 if none is negative."""
    return -min(_descriptions(sentence), default=0.0)


def second_person_rate(sentence: Columns) -> float:
    """Share of words that address the receiver."""
    return _rate(_count(sentence.lowers, _SECOND_PERSON), sentence)


def first_person_rate(sentence: Columns) -> float:
    """Share of words by which the writer speaks of themselves."""
    return _rate(_count(sentence.lowers, _FIRST_PERSON), sentence)


def hedge_rate(sentence: Columns) -> float:
    """Share of words that soften a claim."""
    return _rate(_count(sentence.lowers, _HEDGES), sentence)


def intensifier_rate(sentence: Columns) -> float:
    """Share of words that strengthen a claim."""
    return _rate(_count(sentence.lowers, _INTENSIFIERS), sentence)


def negation_rate(sentence: Columns) -> float:
    """Share of words that deny."""
    return _rate(sentence.deps.count("neg"), sentence)


def has_number(sentence: Columns) -> float:
    """Whether there is a number."""
    return float(any(word.like_num for word in sentence.words))


def has_quotation(sentence: Columns) -> float:
    """Whether words or code stand in quotation marks."""
    return float(_count(sentence.lowers, _QUOTATION_MARKS) >= 2)


def is_question(sentence: Columns) -> float:
    """Whether the sentence ends with a question mark."""
    return float(question(sentence, 0))


def past_rate(sentence: Columns) -> float:
    """Share of words that are verbs in the past tense."""
    return _rate(sentence.tags.count("VBD"), sentence)


def past_event_rate(sentence: Columns) -> float:
    """Share of words that say what happened: verbs in the past tense other than "be"."""
    verbs = zip(sentence.tags, sentence.lemmas, strict=True)
    return _rate(sum(tag == "VBD" and lemma != "be" for tag, lemma in verbs), sentence)


def concrete_noun_rate(sentence: Columns) -> float:
    """Share of words that are nouns with a numeral, a possessive or a compound beside them."""
    heads = sentence.heads
    beside = [i for i, dep in enumerate(sentence.deps) if dep in _BESIDE]
    with_one = {heads[i] for i in beside if heads[i] != i}
    return _rate(sum(sentence.pos[head] in _NOUNS for head in with_one), sentence)


def negative_description_rate(sentence: Columns) -> float:
    """Negative valence of describing words per word, as a positive number."""
    return _rate(-sum(value for value in _descriptions(sentence) if value < 0), sentence)


def addressed(sentence: Columns) -> float:
    """Whether the receiver is addressed."""
    return float(not _RECEIVER.isdisjoint(sentence.lowers))


def addressed_negatively(sentence: Columns) -> float:
    """Valence of the most negative describing word where the receiver is addressed."""
    return addressed(sentence) * worst_word(sentence)


def receiver_is_subject(sentence: Columns) -> float:
    """Whether the receiver is the subject of a verb."""
    pairs = zip(sentence.lowers, sentence.deps, strict=True)
    return float(any(lower in _RECEIVER and dep in _SUBJECTS for lower, dep in pairs))


def starts_with_receiver(sentence: Columns) -> float:
    """Whether the receiver is the first word."""
    return float(any(sentence.lowers[i] in _RECEIVER for i in sentence.spoken[:1]))


def starts_with_verb(sentence: Columns) -> float:
    """Whether the first word is a verb in its base form."""
    return float(any(sentence.tags[i] == "VB" for i in sentence.spoken[:1]))


def person_is_something(sentence: Columns) -> float:
    """Whether "be" stands with a person as its subject."""
    return float(
        any(
            dep == "nsubj"
            and sentence.lowers[i] in _PEOPLE
            and sentence.lemmas[sentence.heads[i]] == "be"
            for i, dep in enumerate(sentence.deps)
        )
    )


def _says(sentence: Columns, lexicon: str) -> bool:
    """Whether the writer claims a word of the list of somebody else or of their work."""
    return sentence.once(lexicon, lambda _: _find_says(sentence, lexicon))


def _find_says(sentence: Columns, lexicon: str) -> bool:
    entries = load_lexicon(lexicon)
    lowers, lemmas = sentence.lowers, sentence.lemmas_lower
    if entries.isdisjoint(lowers) and entries.isdisjoint(lemmas):
        return False
    return any(
        (lowers[i] in entries or lemmas[i] in entries)
        and (lexicon not in _VERB_LISTS or sentence.pos[i] == "VERB")
        and asserted(sentence, i)
        for i in range(len(sentence))
    )


def trait_word(sentence: Columns) -> float:
    """Whether a word for a negative trait occurs, whatever it is said of."""
    return float(_says(sentence, "negative_traits"))


def insult_word(sentence: Columns) -> float:
    """Whether an insulting noun occurs, whatever it is said of."""
    return float(_says(sentence, "insults"))


def put_down(sentence: Columns) -> float:
    """Whether a word puts down what somebody said or made: "drivel", "nonsense"."""
    return float(_says(sentence, "put_downs"))


def scorn_verb(sentence: Columns) -> float:
    """Whether a verb mocks what somebody says or does: "whine", "rant"."""
    return float(_says(sentence, "scorn_verbs"))


def brush_off(sentence: Columns) -> float:
    """Whether a word waves somebody away or laughs at them: "yawn", "lol", "Sure, ..."."""
    return sentence.once("brush-off", _find_brush_off)


def _find_brush_off(sentence: Columns) -> float:
    if not load_lexicon("brush_offs").isdisjoint(sentence.lowers):
        return 1.0
    apart, lowers = load_lexicon("brush_offs_apart"), sentence.lowers
    return float(any(lowers[i] in apart and _set_apart(sentence, i) for i in sentence.spoken))


def _set_apart(sentence: Columns, i: int) -> bool:
    """Whether it stands before somebody, at the end, or alone; not so in "make sure that"."""
    spoken = sentence.spoken
    place = spoken.index(i)
    after = sentence.lowers[spoken[place + 1]] if place + 1 < len(spoken) else ""
    beside = {i - 1, i + 1}.intersection(spoken)
    return not beside or not after or (place == 0 and after in _PEOPLE)


def scorn(sentence: Columns) -> float:
    """Whether any word of scorn occurs: a trait, an insult, a put-down, a mocking verb."""
    return float(any(_says(sentence, lexicon) for lexicon in _SCORN))


def scorn_at_receiver(sentence: Columns) -> float:
    """Whether a word of scorn occurs where the receiver is addressed."""
    return addressed(sentence) * max(scorn(sentence), brush_off(sentence))


def scorn_in_few_words(sentence: Columns) -> float:
    """A word of scorn per word: in a short sentence it is all that is said."""
    return 4 * _rate(scorn(sentence), sentence)


def _judging_levels(sentence: Columns) -> list[int]:
    return [word.level for word in judging_words(sentence)]


def most_judging_word(sentence: Columns) -> float:
    """How judging the most judging word is: a third mildly, two thirds clearly, 1 an insult."""
    return max(_judging_levels(sentence), default=0) / 3


def judging_rate(sentence: Columns) -> float:
    """How judging the words are, per word."""
    return _rate(sum(_judging_levels(sentence)) / 3, sentence)


def clearly_judging_rate(sentence: Columns) -> float:
    """Share of words that judge clearly or insult."""
    return _rate(sum(level > 1 for level in _judging_levels(sentence)), sentence)


def clearly_judging_word(sentence: Columns) -> float:
    """Whether a word judges clearly or insults."""
    return float(most_judging_word(sentence) > 0.5)


def insulting_word(sentence: Columns) -> float:
    """Whether a word insults."""
    return float(most_judging_word(sentence) == 1)


def judging_at_receiver(sentence: Columns) -> float:
    """How judging the most judging word is where the receiver is addressed."""
    return addressed(sentence) * most_judging_word(sentence)


def _phrase_level(sentence: Columns) -> int:
    return max((phrase.level for phrase in judging_phrases(sentence)), default=0)


def judging_phrase(sentence: Columns) -> float:
    """Whether a phrase judges in nearly every use: "get over it", "nice try"."""
    return float(_phrase_level(sentence) > 0)


def most_judging_phrase(sentence: Columns) -> float:
    """How judging the most judging phrase is: a third mildly, two thirds clearly, 1 contempt."""
    return _phrase_level(sentence) / 3


def praised_habit(sentence: Columns) -> float:
    """Whether a habit is praised: "you always prepare with care"."""
    return float(
        any(lower == "always" and praised(sentence, i) for i, lower in enumerate(sentence.lowers))
    )


def group_word(sentence: Columns) -> float:
    """Whether people are spoken of as a group: "people", "voters"; not "two people"."""
    groups, lowers = load_lexicon("group_words"), sentence.lowers
    return float(any(lowers[i] in groups and not _counted(sentence, i) for i in sentence.spoken))


def _counted(sentence: Columns, i: int) -> bool:
    """Whether some people are meant, and not all of a kind: "two people", "the kids"."""
    before = [(sentence.deps[child], sentence.lowers[child]) for child in sentence.children[i]]
    return any(
        dep in _COUNTING or word in _SOME or (word == "the" and sentence.lowers[i] in _AT_HAND)
        for dep, word in before
    )


def question_to_receiver(sentence: Columns) -> float:
    """Whether a question addresses the receiver."""
    return is_question(sentence) * addressed(sentence)


def ellipsis(sentence: Columns) -> float:
    """Whether the writer trails off."""
    return float(any("..." in lower or "…" in lower for lower in sentence.lowers))


def courtesy(sentence: Columns) -> float:
    """Whether the writer thanks, apologises, asks politely or agrees."""
    return float(not _COURTESY.isdisjoint(sentence.lemmas_lower))


def _count(values: Iterable[str], wanted: Container[str]) -> int:
    return sum(map(wanted.__contains__, values))


def _listed(*lexica: str) -> Callable[[], Container[str]]:
    return lambda: frozenset().union(*map(load_lexicon, lexica))


def _judging_words() -> Container[str]:
    return load_judging("judging_words").keys() - load_lexicon("identity_words")


#: Lists whose words count by their form or by their lemma.
_LISTS: Lists = {
    **{lexicon: _listed(lexicon) for lexicon in _SCORN},
    "scorn": _listed(*_SCORN),
    "judging": _judging_words,
    "valence": _valence,
}
_SIGNS = Signs(
    forms={
        **_LISTS,
        "person": lambda: _PEOPLE,
        "receiver": lambda: _RECEIVER,
        "second person": lambda: _SECOND_PERSON,
        "first person": lambda: _FIRST_PERSON,
        "hedge": lambda: _HEDGES,
        "intensifier": lambda: _INTENSIFIERS,
        "quotation mark": lambda: _QUOTATION_MARKS,
        "always": lambda: {"always"},
        "brush-off": _listed(*_BRUSH_OFFS),
        "group": _listed("group_words"),
        "scorn or brush-off": _listed(*_SCORN, *_BRUSH_OFFS),
    },
    lemmas={
        **_LISTS,
        "scorn or brush-off": _listed(*_SCORN),
        "be": lambda: {"be"},
        "courtesy": lambda: _COURTESY,
    },
    words={
        "question mark": lambda word: "?" in word.lower,
        "dots": lambda word: "..." in word.lower or "…" in word.lower,
        "number": lambda word: word.like_num,
    },
    kinds={
        "denial": lambda kind: kind.dep == "neg",
        "subject": lambda kind: kind.dep in _SUBJECTS,
        "beside": lambda kind: kind.dep in _BESIDE,
        "base form": lambda kind: kind.tag == "VB",
        "past": lambda kind: kind.tag == "VBD",
    },
)
#: Every lexicon feature with the signs without which it is 0.
LEXICON_FEATURES: dict[Callable[[Columns], float], tuple[str, ...]] = {
    negative_rate: ("valence",),
    positive_rate: ("valence",),
    negative_near_person: ("valence", "person"),
    positive_near_person: ("valence", "person"),
    worst_word: ("valence",),
    negative_description_rate: ("valence",),
    addressed: ("receiver",),
    addressed_negatively: ("receiver", "valence"),
    receiver_is_subject: ("receiver", "subject"),
    starts_with_receiver: ("receiver",),
    starts_with_verb: ("base form",),
    person_is_something: ("person", "subject", "be"),
    trait_word: ("negative_traits",),
    insult_word: ("insults",),
    put_down: ("put_downs",),
    scorn_verb: ("scorn_verbs",),
    brush_off: ("brush-off",),
    scorn: ("scorn",),
    scorn_at_receiver: ("receiver", "scorn or brush-off"),
    scorn_in_few_words: ("scorn",),
    most_judging_word: ("judging",),
    judging_rate: ("judging",),
    clearly_judging_rate: ("judging",),
    clearly_judging_word: ("judging",),
    insulting_word: ("judging",),
    judging_at_receiver: ("receiver", "judging"),
    judging_phrase: (),
    most_judging_phrase: (),
    praised_habit: ("always",),
    group_word: ("group",),
    question_to_receiver: ("receiver", "question mark"),
    ellipsis: ("dots",),
    courtesy: ("courtesy",),
    second_person_rate: ("second person",),
    first_person_rate: ("first person",),
    hedge_rate: ("hedge",),
    intensifier_rate: ("intensifier",),
    negation_rate: ("denial",),
    has_number: ("number",),
    has_quotation: ("quotation mark",),
    is_question: ("question mark",),
    past_rate: ("past",),
    past_event_rate: ("past",),
    concrete_noun_rate: ("beside",),
}
#: Name of each lexicon feature, the signs it needs, and the function.
_ASKED = tuple(
    (f"lexicon:{function.__name__}", _SIGNS.mask(signs), function)
    for function, signs in LEXICON_FEATURES.items()
)


def lexicon_features(sentence: Columns) -> dict[str, float]:
    """Return the lexicon features of a sentence that are not 0."""
    shown = _SIGNS.of(sentence)
    features: dict[str, float] = {}
    for name, needed, function in _ASKED:
        if needed & shown == needed and (value := function(sentence)):
            features[name] = value
    return features

"""Guards: what each stops, and that looking words up in lists finds what plain spaCy finds."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from feedback_nlp.columns import Columns
from feedback_nlp.cues.guards import GUARDS, asserted, clause_range, in_term
from feedback_nlp.examples import read_examples
from feedback_nlp.lexica import load_lexicon
from feedback_nlp.segmentation import parse_sentences

# What each guard stops, and what it must let through


@pytest.mark.parametrize(
    ("guard", "text", "word", "stops"),
    [
        ("negated", "You are not careless.", "careless", True),
        ("negated", "You are never late.", "late", True),
        ("negated", "I don't think that you are lazy.", "lazy", True),
        ("negated", "You disagreed without being rude.", "rude", True),
        ("negated", "Nobody thinks that you are lazy.", "lazy", True),
        ("negated", "No one blames you.", "blames", True),
        ("negated", "Nobody was rude to you.", "rude", True),
        ("negated", "Nobody can read your lazy code.", "lazy", False),
        ("negated", "You are careless.", "careless", False),
        ("negated", "You are not only careless but rude.", "careless", False),
        ("negated", "You are careless, and the report was not late.", "careless", False),
        ("quoted", 'The client wrote "you are lazy" on Monday.', "lazy", True),
        ("quoted", "The client said that you are lazy.", "lazy", True),
        ("quoted", "You are lazy, everybody says.", "lazy", False),
        ("quoted", "I said that you are lazy.", "lazy", False),
        ("quoted", "You didn't answer; that's lazy.", "lazy", False),
        ("reported", "The client said that you are lazy.", "lazy", True),
        ("reported", 'The "report" is lazy.', "lazy", False),
        ("hypothetical", "If you were careless, we would lose the client.", "careless", True),
        ("hypothetical", "I wonder whether he is lazy.", "lazy", True),
        ("hypothetical", "You were careless when you sent it.", "careless", False),
        ("self", "I was careless.", "careless", True),
        ("self", "We were careless with the dates.", "careless", True),
        ("self", "You were careless with my dates.", "careless", False),
        ("question", "Were you late?", "late", True),
        ("question", 'He asked "were you late?"', "late", True),
        ("question", "You were late.", "late", False),
        ("past_tense", "You missed the deadline.", "missed", True),
        ("past_tense", "You were told.", "told", True),
        ("past_tense", "You miss every deadline.", "miss", False),
        ("imperative", "Fix the axis.", "Fix", True),
        ("imperative", "You fix the axis.", "fix", False),
        ("future", "You will miss the deadline.", "miss", True),
        ("future", "You missed the deadline.", "missed", False),
        ("able", "You can always ask.", "ask", True),
        ("able", "You always ask.", "ask", False),
        ("asked", "They asked what she saw.", "saw", True),
        ("asked", "They knew that she saw it.", "saw", False),
        ("asked", "I love how you explained it.", "explained", False),
        ("asked", "I would love to know how you did it.", "did", True),
        ("asked", "We were impressed by how you explained it.", "explained", False),
        ("cleared", "Nobody blames you.", "Nobody", True),
        ("instructed", "Check it every time you close it.", "every", True),
        ("instructed", "Stop shouting every time you disagree.", "every", False),
        ("cleared", "Nobody likes you.", "Nobody", False),
        ("cleared", "Nobody thinks of you.", "Nobody", False),
        ("self", "Even an idiot like me got it.", "idiot", True),
        ("self", "An idiot like you got it.", "idiot", False),
        ("credited", "Thanks to you we won the bid.", "Thanks", True),
        ("credited", "Thanks to you we start over.", "Thanks", False),
        ("credited", "Because of you we did not win.", "Because", False),
        ("credited", "The choir was flat because of you.", "because", False),
        ("thanked", "Thanks to you we found what broke the build.", "Thanks", True),
        ("thanked", "Thanks to you the choir knows the tune.", "Thanks", True),
        ("thanked", "Thanks to you we start over.", "Thanks", False),
        ("self", "My own patch was garbage.", "garbage", True),
        ("self", "The code I wrote is horrible.", "horrible", True),
        ("self", "That was a stupid mistake of mine.", "stupid", True),
        ("self", "My boss is useless.", "useless", False),
        ("self", "Our goalkeeper is useless.", "useless", False),
        ("self", "My bad, but you are lazy.", "lazy", False),
        ("admitted", "No excuses, my fault.", "excuses", True),
        ("admitted", "No excuses.", "excuses", False),
        ("relished", "Your villain is gloriously nasty.", "nasty", True),
        ("relished", "The antagonist is a liar.", "liar", True),
        ("relished", "He is nasty to the villain.", "nasty", False),
        ("of_things", "Unlike the other wards, this one has a sink.", "Unlike", True),
        ("of_things", "Unlike the other nurses, Sam is late.", "Unlike", False),
        ("spared", "You never let us down.", "let", True),
        ("spared", "She never made me feel stupid.", "made", True),
        ("spared", "You never let us speak.", "let", False),
        ("unmatched", "Nobody explains it like you do.", "Nobody", True),
        ("unmatched", "Nobody is as lazy as you.", "Nobody", False),
        ("unmatched", "Nobody likes you.", "Nobody", False),
        ("blameless", "You did nothing wrong.", "did", True),
        ("blameless", "You did nothing.", "did", False),
        ("named", "If someone calls you stupid, come to me.", "you", True),
        ("named", "I call you stupid.", "you", False),
        ("named", "Are you stupid?", "you", False),
        ("thanked_for", "Bless your heart for staying late.", "heart", True),
        ("thanked_for", "Bless your heart.", "heart", False),
        ("cheered", "Well done!!", "!", True),
        ("cheered", "Not well done!!", "!", False),
        ("cheered", "Read the guide!!", "!", False),
        ("without_siblings", "He is an only child.", "child", True),
        ("without_siblings", "He is a child.", "child", False),
        ("in_term", "The client is lazy loaded.", "lazy", True),
        ("in_term", "The client is lazy.", "lazy", False),
        ("praised", "You always prepare with great care.", "prepare", True),
        ("praised", "You always prepare the slides.", "prepare", False),
    ],
)
def test_a_guard_stops_what_it_is_for_and_no_more(nlp, guard, text, word, stops):
    ((_, doc),) = parse_sentences(nlp, text)
    place = max(token.i for token in doc if token.text == word)
    assert GUARDS[guard](Columns(doc), place) is stops


def test_every_guard_has_a_sentence_that_it_stops_and_one_that_it_lets_through():
    marks = test_a_guard_stops_what_it_is_for_and_no_more.pytestmark
    (cases,) = [mark.args[1] for mark in marks if mark.name == "parametrize"]
    assert {(guard, stops) for guard, _, _, stops in cases} == {
        (guard, stops) for guard in GUARDS for stops in (True, False)
    }


@pytest.mark.parametrize(
    ("text", "word", "clause"),
    [
        ("You never listen, and the report was late.", "listen", "You never listen"),
        ("When I speak, you interrupt me.", "interrupt", "you interrupt me"),
        ("You said that the slides were fine.", "said", "You said"),
    ],
)
def test_a_clause_ends_where_another_one_begins(nlp, text, word, clause):
    ((_, doc),) = parse_sentences(nlp, text)
    (place,) = [token.i for token in doc if token.text == word]
    start, end = clause_range(Columns(doc), place)
    assert doc[start:end].text.strip(" ,.") == clause


# The same rules, written on spaCy's tokens as one would say them: slow, and the reference


NEGATORS = {"not", "n't", "nt", "never", "no", "without", "hardly", "neither", "nor"}
DOUBTFUL = {
    "think", "believe", "say", "mean", "suggest", "find", "claim", "feel", "want", "imply",
    "without",
}  # fmt: skip
REPORTING = {"say", "tell", "call", "claim", "complain", "write", "shout", "hear", "quote"}
WRITER_TOO = {"me", "us", "myself", "mine"}
OWN_FAULT = {"my fault", "my mistake", "my bad", "of mine"}
TRIES = {"attempt", "try", "mistake", "error", "work", "idea", "performance", "cake", "singing"}
OTHERS = {"you", "your", "he", "his", "she", "her", "they", "their", "colleague"}
MADE = {"write", "make", "build", "draw", "do", "send", "submit", "push", "bake", "paint"}
CONDITIONS = {"if", "whether", "unless", "suppose", "imagine"}
#: Dependencies of words that hang together with their head in one clause.
INSIDE_A_CLAUSE = {
    "acomp", "attr", "oprd", "xcomp", "amod", "advmod", "pcomp", "pobj", "prep", "conj", "dobj",
    "compound", "nmod", "npadvmod", "aux", "auxpass", "dep", "prt",
}  # fmt: skip
QUOTATION = re.compile(
    r"\"[^\"]{2,}\"|“[^”]{2,}”|«[^»]{2,}»|‘[^’]{2,}’(?!\w)|(?<!\w)'[^']{2,}'(?!\w)"
)


def up_to_the_verb(token):
    """The token and the heads above it, as far as they are of one clause."""
    yield token
    if token.dep_ in INSIDE_A_CLAUSE and token.head != token:
        yield from up_to_the_verb(token.head)


def subject(verb):
    own = [c for c in verb.children if c.dep_ in {"nsubj", "nsubjpass", "csubj", "expl"}]
    if own:
        return own[0]
    return subject(verb.head) if verb.dep_ == "conj" and verb.head != verb else None


def verb_of(token):
    links = list(up_to_the_verb(token))
    return next((link for link in links if subject(link) is not None), links[-1])


def has_negation(word):
    def denies(child):
        follows = child.nbor().text if child.i + 1 < len(child.doc) else ""
        if child.lower_ == "not" and follows in {"only", "just"}:
            return False
        return child.dep_ == "neg" or (child.lower_ in NEGATORS and child.i < word.i)

    return any(denies(child) for child in word.children)


def by_nobody(verb):
    subjects = [c for c in verb.children if c.dep_ in {"nsubj", "nsubjpass", "csubj", "expl"}]
    return any(
        c.lower_ in {"nobody", "noone", "none"}
        or (c.lower_ == "one" and c.i > 0 and c.nbor(-1).lower_ == "no")
        for c in subjects
    )


def cleared(token):
    while token.dep_ in {"det", "nsubj", "nsubjpass"} and token.head != token:
        token = token.head
    lemma = token.lemma_.lower()
    says = any(child.dep_ == "ccomp" for child in token.children)
    return lemma in {"blame", "accuse", "suspect", "call", "force", "mind", "show", "tell"} or (
        lemma in {"think", "say", "claim"} and says
    )


def negated(token):
    predicate = token.dep_ in {"acomp", "attr", "oprd"} and by_nobody(token.head)
    if predicate or by_nobody(token):
        return True
    for link in up_to_the_verb(token):
        doubted = link.dep_ in {"ccomp", "pcomp"} and link.head.lemma_.lower() in DOUBTFUL
        if (
            has_negation(link)
            or (doubted and (link.head.lower_ == "without" or has_negation(link.head)))
            or (doubted and by_nobody(link.head))
            or (link.dep_ == "prep" and link.lower_ == "without")
        ):
            return True
    return False


def reported(token):
    for link in (token, *token.ancestors):
        verb = link.head
        is_said = link.dep_ in {"ccomp", "oprd"} and verb.lemma_.lower() in REPORTING
        speaker = subject(verb)
        if (
            is_said
            and verb.i < link.i
            and speaker is not None
            and speaker.lower_ not in {"i", "we", "you"}
        ):
            return True
    return False


def quoted(token):
    ranges = [match.span() for match in QUOTATION.finditer(token.doc.text)]
    return any(start < token.idx < end for start, end in ranges) or reported(token)


def hypothetical(token):
    return any(
        child.lower_ in CONDITIONS and child.dep_ in {"mark", "advmod"}
        for link in (token, *token.ancestors)
        for child in link.children
    )


def self_directed(token):
    following = [word.lower_ for word in token.doc[token.i + 1 : token.i + 3]]
    if following[:1] == ["like"] and following[1:] and following[1] in WRITER_TOO:
        return True
    lowers = [word.lower_ for word in token.doc]
    denied = any(word.dep_ == "neg" for word in token.doc)
    at_fault = any(" ".join(pair) in OWN_FAULT for pair in pairwise(lowers))
    if at_fault and not denied and OTHERS.isdisjoint(lowers):
        return True
    who = subject(verb_of(token))
    if who is None:
        return False
    made = (
        subject(child).lower_ in {"i", "we"}
        for child in who.children
        if child.dep_ == "relcl" and child.lemma_ in MADE and subject(child) is not None
    )
    mine = any(child.dep_ == "poss" and child.lower_ in {"my", "our"} for child in who.children)
    work = who.lemma_.lower() in load_lexicon("part_works") | TRIES
    return who.lower_ in {"i", "we"} or (work and (mine or any(made)))


def question(token):
    return token.doc.text.rstrip().rstrip("\"'”’)").endswith("?")


def past_tense(token):
    verb = verb_of(token)
    helpers = [c for c in verb.children if c.dep_ in {"aux", "auxpass"}]
    return any(form.tag_ == "VBD" for form in (verb, *helpers))


def imperative(token):
    verb = verb_of(token)
    helped = {child.lower_ for child in verb.children} & {"to", "will", "would", "can", "could"}
    return verb.tag_ in {"VB", "VBP"} and subject(verb) is None and not helped


def instructed(token):
    token = token.head if token.dep_ == "det" else token
    stops = verb_of(token).lemma_.lower() in {"stop", "quit", "cease"}
    return imperative(token) and not stops and not negated(token)


def future(token):
    return any(c.lower_ in {"will", "'ll", "shall", "going"} for c in verb_of(token).children)


def able(token):
    return any(c.lower_ in {"can", "could", "may"} for c in verb_of(token).children)


def asked(token):
    if token.dep_ not in {"ccomp", "pcomp"}:
        return False
    governor = token.head.head if token.dep_ == "pcomp" else token.head
    witnessed = governor.lemma_.lower() in load_lexicon("witness_words")
    opened = any(child.tag_ in {"WP", "WRB", "WDT"} for child in token.children)
    return opened and (not witnessed or governor.dep_ == "xcomp" or negated(governor))


def praised(token):
    return any(word.lower_ in load_lexicon("praise_words") for word in verb_of(token).subtree)


PLAINLY = {
    "negated": negated, "quoted": quoted, "hypothetical": hypothetical, "self": self_directed,
    "question": question, "past_tense": past_tense, "imperative": imperative, "future": future,
    "reported": reported, "able": able, "asked": asked, "praised": praised,
    "cleared": cleared,
    "instructed": instructed,
}  # fmt: skip


@pytest.fixture(scope="module")
def docs(nlp, examples_path):
    """Sentences of every kind that the examples hold, and some that are awkward."""
    texts = [example.text for example in read_examples(examples_path)[::12]]
    texts += [
        "not", "?", "“You are lazy”", "You're not just lazy, he said, but rude!", "if", "No.",
        "Neither she nor I ever said that you couldn't be late, if I may say so, without cause.",
    ]  # fmt: skip
    return [doc for text in texts for _, doc in parse_sentences(nlp, text)]


@pytest.mark.parametrize("guard", list(PLAINLY))
def test_each_guard_finds_what_plain_spacy_finds(docs, guard):
    """Of every token of some hundred sentences."""
    found = {(n, t.i): GUARDS[guard](Columns(doc), t.i) for n, doc in enumerate(docs) for t in doc}
    wanted = {(n, t.i): PLAINLY[guard](t) for n, doc in enumerate(docs) for t in doc}
    assert found == wanted
    assert len(docs) > 300
    assert 0 < sum(wanted.values()) < len(wanted)


def test_asking_the_guards_that_have_a_reason_finds_what_asking_all_finds(nlp, examples_path):
    stops = [*(GUARDS[name] for name in ("negated", "hypothetical", "self", "quoted")), in_term]
    answers = set()
    for example in read_examples(examples_path)[::25]:
        for _, doc in parse_sentences(nlp, example.text):
            sentence, other = Columns(doc), Columns(doc)
            for i in range(len(sentence)):
                free = not any(guard(other, i) for guard in stops)
                assert asserted(sentence, i) == free, (doc.text, i)
                answers.add(free)
    assert answers == {True, False}

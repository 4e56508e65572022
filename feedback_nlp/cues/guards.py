"""Guards: what stops a cue, tested on the anchor token of a match.

A guard is a pure function of a parsed sentence and the place of a token in it; `True` drops the
match.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise

from feedback_nlp.columns import Columns
from feedback_nlp.lexica import load_lexicon

_NEGATORS = {"not", "n't", "nt", "never", "no", "without", "hardly", "neither", "nor"}
_BELIEF = {"think", "believe", "say", "mean", "suggest", "find", "claim", "feel", "want", "imply"}
_NOBODY = {"nobody", "noone", "none"}
_DENYING = _NEGATORS | _NOBODY
#: What nobody does or did, so that the person is cleared: "nobody blames you", "nobody showed him".
_CLEARING = {"blame", "accuse", "suspect", "call", "force", "mind", "show", "tell"}
#: What nobody says or thinks of the person: "nobody thinks you are lazy".
_HOLDING = {"think", "say", "claim"}
_STOPPING = {"stop", "quit", "cease"}
#: What a clause is denied under: "without …ing", "I don't think …".
_DOUBTFUL = _BELIEF | {"without"}
_WRITER = {"i", "we"}
_WRITER_TOO = {"me", "us", "myself", "mine"}
_MAKING = {"write", "make", "build", "draw", "do", "send", "submit", "push", "bake", "paint"}
_TRIES = {"attempt", "try", "mistake", "error", "work", "idea", "performance", "cake", "singing"}
#: With this the writer takes the blame: "that was a stupid mistake of mine".
_OWN_FAULT = {("my", "fault"), ("my", "mistake"), ("my", "bad"), ("of", "mine")}
_OTHERS = {"you", "your", "he", "his", "she", "her", "they", "their", "colleague"}
_WRITER_ANYHOW = _WRITER | _WRITER_TOO | {"my", "our"}
#: What it is good never to do, as verb and what stands below it.
_HARMS = (
    {"let", "down"}, {"leave", "alone"}, {"leave", "behind"}, {"turn", "down"}, {"give", "up"},
    {"make", "fuss"}, {"raise", "voice"}, {"play", "favourites"}, {"play", "favorites"},
    {"put", "down"}, {"talk", "down"}, {"look", "down"}, {"lose", "patience"},
)  # fmt: skip
_RELISHING = {
    "gloriously", "delightfully", "wonderfully", "deliciously", "hilariously", "beautifully",
    "brilliantly", "fantastically",
}  # fmt: skip
#: Who in a story may be anything.
_ROLES = {
    "villain", "antagonist", "protagonist", "witch", "ogre", "narrator", "murderer", "baddie",
    "heroine", "character", "monster",
}  # fmt: skip
_RELISH = _RELISHING | _ROLES
#: What somebody does because of a misfortune: "thanks to you we had to start over".
_ALAS = {("have", "to"), ("start", "over")}
_SUBJECTS = {"nsubj", "nsubjpass", "csubj", "expl"}
_REPORTING = {"say", "tell", "call", "claim", "complain", "write", "shout", "hear", "quote"}
_CONDITIONS = {"if", "whether", "unless", "suppose", "imagine"}
_UPWARD = {
    "acomp", "attr", "oprd", "xcomp", "amod", "advmod", "pcomp", "pobj", "prep", "conj", "dobj",
    "compound", "nmod", "npadvmod", "aux", "auxpass", "dep", "prt",
}  # fmt: skip
_QUOTES = re.compile(
    r"\"[^\"]{2,}\"|“[^”]{2,}”|«[^»]{2,}»|‘[^’]{2,}’(?!\w)|(?<!\w)'[^']{2,}'(?!\w)"
)


def chain(sentence: Columns, i: int) -> Iterator[int]:
    """Yield the token and the heads that its meaning hangs on, up to its clause's verb."""
    deps, heads = sentence.deps, sentence.heads
    yield i
    while deps[i] in _UPWARD and heads[i] != i:
        i = heads[i]
        yield i


def ancestors(sentence: Columns, i: int) -> Iterator[int]:
    """Yield all heads above the token, the nearest first."""
    heads = sentence.heads
    while heads[i] != i:
        i = heads[i]
        yield i


def clause_verb(sentence: Columns, i: int) -> int:
    """Return the nearest head, itself included, that has a subject; else the chain's top."""
    last = i
    for last in chain(sentence, i):
        if subject(sentence, last) is not None:
            return last
    return last


def subject(sentence: Columns, verb: int) -> int | None:
    """Return the subject of `verb`; a conjoined verb without one borrows its head's."""
    deps, heads = sentence.deps, sentence.heads
    while True:
        for child in sentence.children[verb]:
            if deps[child] in _SUBJECTS:
                return child
        if deps[verb] != "conj" or heads[verb] == verb:
            return None
        verb = heads[verb]


def quote_ranges(text: str) -> list[tuple[int, int]]:
    """Return the character ranges of `text` that stand in quotation marks."""
    return [match.span() for match in _QUOTES.finditer(text)]


def negated(sentence: Columns, i: int) -> bool:
    """The anchor is denied: "not careless", "never late", "I don't think you are lazy"."""
    if not sentence.once("denies", _denies):
        return False
    lowers, deps, heads = sentence.lowers, sentence.deps, sentence.heads
    for link in chain(sentence, i):
        # "never … and …": a negated head verb covers the parts conjoined below it.
        if any(_negates(sentence, child, link) for child in sentence.children[link]):
            return True
        predicate = heads[i] == link and deps[i] in {"acomp", "attr", "oprd"}
        if (link == i or predicate) and _by_nobody(sentence, link):
            return True
        if deps[link] in {"ccomp", "pcomp"}:
            head = heads[link]
            if sentence.lemmas_lower[head] in _DOUBTFUL and (
                lowers[head] == "without"
                or _by_nobody(sentence, head)
                or any(_negates(sentence, child, head) for child in sentence.children[head])
            ):
                return True
        if deps[link] == "prep" and lowers[link] == "without":
            return True
    return False


def _denies(sentence: Columns) -> bool:
    return "neg" in sentence.deps or not _DENYING.isdisjoint(sentence.lowers)


def _by_nobody(sentence: Columns, verb: int) -> bool:
    """Whether nobody does what the verb says: "nobody blames you"."""
    return any(
        sentence.deps[child] in _SUBJECTS and _is_nobody(sentence, child)
        for child in sentence.children[verb]
    )


def _is_nobody(sentence: Columns, i: int) -> bool:
    lower = sentence.lowers[i]
    return lower in _NOBODY or (lower == "one" and i > 0 and sentence.lowers[i - 1] == "no")


def _negates(sentence: Columns, child: int, head: int) -> bool:
    lower = sentence.lowers[child]
    if lower == "not" and sentence.text_at(child + 1) in {"only", "just"}:
        return False
    return sentence.deps[child] == "neg" or (lower in _NEGATORS and child < head)


def quoted(sentence: Columns, i: int) -> bool:
    """The words are somebody else's: in quotation marks, or reported."""
    ranges = sentence.once("quotes", _quotes)
    if ranges and any(start < sentence.places[i] < end for start, end in ranges):
        return True
    return reported(sentence, i)


def _quotes(sentence: Columns) -> list[tuple[int, int]]:
    return quote_ranges(sentence.text)


def reported(sentence: Columns, i: int) -> bool:
    """The words are reported: "the client said that you are lazy"."""
    if not sentence.once("reports", _reports):
        return False
    deps, heads = sentence.deps, sentence.heads
    for link in (i, *ancestors(sentence, i)):
        # After its verb only: "you are selfish, everybody says so" is the writer's own judgment.
        head = heads[link]
        if (
            link > head
            and deps[link] in {"ccomp", "oprd"}
            and sentence.lemmas_lower[head] in _REPORTING
        ):
            speaker = subject(sentence, head)
            if speaker is not None and sentence.lowers[speaker] not in {"i", "we", "you"}:
                return True
    return False


def _reports(sentence: Columns) -> bool:
    return not _REPORTING.isdisjoint(sentence.lemmas_lower)


def hypothetical(sentence: Columns, i: int) -> bool:
    """The anchor stands under a condition: "if you were careless", "whether he is lazy"."""
    if not sentence.once("supposes", _supposes):
        return False
    return any(
        sentence.deps[child] in {"mark", "advmod"} and sentence.lowers[child] in _CONDITIONS
        for link in (i, *ancestors(sentence, i))
        for child in sentence.children[link]
    )


def _supposes(sentence: Columns) -> bool:
    return not _CONDITIONS.isdisjoint(sentence.lowers)


def self_directed(sentence: Columns, i: int) -> bool:
    """The writer speaks of themselves: "I was careless", "my draft was a mess"."""
    if not sentence.once("has the writer", _has_writer):
        return False
    lowers = sentence.lowers
    if admitted(sentence, i):
        return True
    if lowers[i + 1 : i + 2] == ["like"] and lowers[i + 2 : i + 3] and lowers[i + 2] in _WRITER_TOO:
        return True
    who = subject(sentence, clause_verb(sentence, i))
    return who is not None and (sentence.lowers[who] in _WRITER or _is_mine(sentence, who))


def admitted(sentence: Columns, i: int) -> bool:
    """The writer takes the blame, and speaks of nobody else: "no excuses, my fault"."""
    return (
        not _OWN_FAULT.isdisjoint(pairwise(sentence.lowers))
        and _OTHERS.isdisjoint(sentence.lowers)
        and "neg" not in sentence.deps
    )


def _is_mine(sentence: Columns, i: int) -> bool:
    """Whether it is work of the writer's: "my draft", "the code I wrote"; not "my boss"."""
    lemma = sentence.lemmas_lower[i]
    if lemma not in load_lexicon("part_works") and lemma not in _TRIES:
        return False
    return any(
        (sentence.deps[child] == "poss" and sentence.lowers[child] in {"my", "our"})
        or (
            sentence.deps[child] == "relcl"
            and (who := subject(sentence, child)) is not None
            and sentence.lowers[who] in _WRITER
            and sentence.lemmas_lower[child] in _MAKING
        )
        for child in sentence.children[i]
    )


def _has_writer(sentence: Columns) -> bool:
    return not _WRITER_ANYHOW.isdisjoint(sentence.lowers)


def question(sentence: Columns, i: int) -> bool:
    """The sentence is a question."""
    return sentence.text.rstrip().rstrip("\"'”’)").endswith("?")


def past_tense(sentence: Columns, i: int) -> bool:
    """The anchor's clause is in the past."""
    verb = clause_verb(sentence, i)
    helpers = [c for c in sentence.children[verb] if sentence.deps[c] in {"aux", "auxpass"}]
    return any(sentence.tags[form] == "VBD" for form in (verb, *helpers))


def imperative(sentence: Columns, i: int) -> bool:
    """The anchor's clause is an order or advice without a subject."""
    verb = clause_verb(sentence, i)
    has_to = _has_child(sentence, verb, {"to", "will", "would", "can", "could"})
    return sentence.tags[verb] in {"VB", "VBP"} and subject(sentence, verb) is None and not has_to


def instructed(sentence: Columns, i: int) -> bool:
    """The anchor's clause says what to do: "check it every time you close it"; not what to stop."""
    if sentence.deps[i] == "det":
        i = sentence.heads[i]
    verb = clause_verb(sentence, i)
    stops = sentence.lemmas_lower[verb] in _STOPPING
    return imperative(sentence, i) and not stops and not negated(sentence, i)


def future(sentence: Columns, i: int) -> bool:
    """The anchor's clause is about the future."""
    return _has_child(sentence, clause_verb(sentence, i), {"will", "'ll", "shall", "going"})


def able(sentence: Columns, i: int) -> bool:
    """The anchor's clause says what somebody can do: "you can always ask"."""
    return _has_child(sentence, clause_verb(sentence, i), {"can", "could", "may"})


def _has_child(sentence: Columns, i: int, words: set[str]) -> bool:
    return any(sentence.lowers[child] in words for child in sentence.children[i])


def asked(sentence: Columns, i: int) -> bool:
    """The anchor is the verb of an embedded question: "they asked what she saw".

    Not so where it says what the writer saw or liked: "I love how you explained it".
    """
    if sentence.deps[i] not in {"ccomp", "pcomp"}:
        return False
    if not any(sentence.tags[c] in {"WP", "WRB", "WDT"} for c in sentence.children[i]):
        return False
    governor = sentence.heads[i]
    if sentence.deps[i] == "pcomp":
        governor = sentence.heads[governor]
    witnessed = sentence.lemmas_lower[governor] in load_lexicon("witness_words")
    return not witnessed or sentence.deps[governor] == "xcomp" or negated(sentence, governor)


def praised(sentence: Columns, i: int) -> bool:
    """The anchor's clause says that something is done well: "you always prepare with care"."""
    praise = load_lexicon("praise_words")
    if praise.isdisjoint(sentence.lowers):
        return False
    verb = clause_verb(sentence, i)
    return any(sentence.lowers[word] in praise for word in (verb, *sentence.below(verb)))


def cleared(sentence: Columns, i: int) -> bool:
    """The anchor is the nobody who holds it against the person: "nobody thinks you are lazy"."""
    while sentence.deps[i] in {"det", "nsubj", "nsubjpass"} and sentence.heads[i] != i:
        i = sentence.heads[i]
    lemma = sentence.lemmas_lower[i]
    says_something = any(sentence.deps[child] == "ccomp" for child in sentence.children[i])
    return lemma in _CLEARING or (lemma in _HOLDING and says_something)


def _well_meant(sentence: Columns) -> bool:
    """Whether something good is said, and nothing is denied."""
    if sentence.once("denies", _denies):
        return False
    said = {*sentence.lemmas_lower, *sentence.lowers}
    return any(
        not load_lexicon(name).isdisjoint(said) for name in ("good_outcomes", "praise_words")
    )


def credited(sentence: Columns, i: int) -> bool:
    """What the person caused is good: "because of you we won", "you are the reason I stayed"."""
    return _well_meant(sentence) and _ALAS.isdisjoint(pairwise(sentence.lemmas_lower))


def thanked(sentence: Columns, i: int) -> bool:
    """What the person is thanked for is nothing bad: "thanks to you we found the bug"."""
    lemmas = sentence.lemmas_lower
    bad = not load_lexicon("bad_outcomes").isdisjoint(lemmas)
    if sentence.once("denies", _denies):
        # "nobody got hurt", but "nobody slept".
        return bad
    if bad or not _ALAS.isdisjoint(pairwise(lemmas)):
        # "we won the lost game", "we found what broke it"
        relieved = not load_lexicon("relieved_outcomes").isdisjoint(lemmas)
        return relieved or lemmas[_root(sentence, i)] in load_lexicon("good_outcomes")
    return True


def _root(sentence: Columns, i: int) -> int:
    for above in ancestors(sentence, i):
        i = above
    return i


def of_things(sentence: Columns, i: int) -> bool:
    """The sentence is about a thing: "unlike the other wards, this one has a sink"."""
    who = subject(sentence, _root(sentence, i))
    if who is None or sentence.tags[who] in {"NNP", "NNPS"}:
        return False
    # "Yours" is a thing, too.
    pronoun = sentence.lowers[who] in {"you", "he", "she", "they", "i", "we", "u"}
    return not pronoun and sentence.lemmas_lower[who] not in load_lexicon("people")


def spared(sentence: Columns, i: int) -> bool:
    """The anchor is the verb of what somebody never does to others: "you never let us down"."""
    below = sentence.below(i)
    said = {sentence.lemmas_lower[i], *(sentence.lowers[word] for word in below)}
    return any(harm <= said for harm in _HARMS) or (
        sentence.lemmas_lower[i] in {"make", "leave"}
        and not said.isdisjoint({"feel", "feeling"})
        and not load_lexicon("negative_traits").isdisjoint(said)
    )


def unmatched(sentence: Columns, i: int) -> bool:
    """Nobody does it as well as the person: "nobody explains it like you do"."""
    lowers = sentence.lowers
    compared = any(
        word in {"like", "as", "than"} and whom in {"you", "him", "her"}
        for word, whom in pairwise(lowers[i:])
    )
    return compared and load_lexicon("negative_traits").isdisjoint(lowers)


def blameless(sentence: Columns, i: int) -> bool:
    """The person did nothing wrong."""
    return ("nothing", "wrong") in pairwise(sentence.lowers)


def named(sentence: Columns, i: int) -> bool:
    """Somebody else calls the person something: "if someone calls you stupid"."""
    if i == 0 or sentence.lemmas_lower[i - 1] not in {"call", "name", "label"}:
        return False
    who = subject(sentence, i - 1)
    return who is None or sentence.lowers[who] not in _WRITER


def thanked_for(sentence: Columns, i: int) -> bool:
    """What follows says what the writer is thankful for: "bless your heart for staying"."""
    return sentence.lowers[i + 1 : i + 2] == ["for"]


def cheered(sentence: Columns, i: int) -> bool:
    """The marks cheer: "well done!!", "thanks!!"."""
    cheers = _well_meant(sentence) or "thank" in sentence.lemmas_lower
    return "?" not in sentence.text and cheers


def without_siblings(sentence: Columns, i: int) -> bool:
    """The anchor is the child in "he is an only child"."""
    return i > 0 and sentence.lowers[i - 1] == "only"


def clause_range(sentence: Columns, i: int) -> tuple[int, int]:
    """Return the token range of the anchor's clause, without other clauses around or below it."""
    verb = clause_verb(sentence, i)
    deps = sentence.deps
    breaks = {"advcl", "conj", "ccomp", "parataxis", "relcl"}
    inside = {verb}
    stack = [verb]
    while stack:
        for child in sentence.children[stack.pop()]:
            finite_clause = deps[child] in breaks and subject_of_own(sentence, child)
            if finite_clause or deps[child] in {"punct", "cc"}:
                continue
            inside.add(child)
            stack.append(child)

    def punctuation(place: int) -> bool:
        return 0 <= place < len(sentence) and sentence.words[place].is_punct

    # Words on the far side of another clause would make the mark jump over it.
    start = end = verb
    while start - 1 in inside or (punctuation(start - 1) and start - 2 in inside):
        start -= 1
    while end + 1 in inside or (punctuation(end + 1) and end + 2 in inside):
        end += 1
    return start, end + 1


def subject_of_own(sentence: Columns, verb: int) -> bool:
    """Whether the verb has a subject of its own, which makes it a clause of its own."""
    own = {"nsubj", "nsubjpass", "expl"}
    return any(sentence.deps[child] in own for child in sentence.children[verb])


def asserted(sentence: Columns, i: int) -> bool:
    """Whether the writer claims it of somebody else.

    Not so where it is denied, quoted, supposed, of oneself, or part of a term of a trade.
    """
    stops = sentence.once("stops", _find_stops)
    if not stops:
        return True
    # Many features ask; the answer needs a walk through the parse.
    known: dict[int, bool] = sentence.once("asserted", lambda _: {})
    if i not in known:
        known[i] = not any(guard(sentence, i) for guard in stops)
    return known[i]


def _find_stops(sentence: Columns) -> list[Callable[[Columns, int], bool]]:
    """Return the guards that something in the sentence gives a reason to ask."""
    return [guard for guard, reasons in _STOPS.items() if any(may(sentence) for may in reasons)]


def relished(sentence: Columns, i: int) -> bool:
    """The harsh word is praise, or said of a role: "gloriously nasty", "the villain is a liar"."""
    if i and sentence.lowers[i - 1] in _RELISHING:
        return True
    if _ROLES.isdisjoint(sentence.lowers):
        return False
    who = subject(sentence, clause_verb(sentence, i))
    return who is not None and sentence.lowers[who] in _ROLES


def in_term(sentence: Columns, i: int) -> bool:
    """The anchor is part of a term of a trade that is said of no person: "lazy loading"."""
    return i in sentence.once("terms", _find_terms) and not _said_of_somebody(sentence, i)


def _said_of_somebody(sentence: Columns, i: int) -> bool:
    """Whether the anchor's phrase says what somebody is: "you are a zombie process"."""
    return any(
        sentence.deps[link] in {"attr", "oprd"}
        and (who := subject(sentence, sentence.heads[link])) is not None
        and sentence.lowers[who] in {"you", "he", "she", "they", "u"}
        for link in chain(sentence, i)
    )


def _find_terms(sentence: Columns) -> set[int]:
    terms = _trade_terms()
    if terms.keys().isdisjoint(sentence.lowers):
        return set()
    found: set[int] = set()
    for i, first in enumerate(sentence.lowers):
        after = i + 2 if sentence.lowers[i + 1 : i + 2] == ["-"] else i + 1
        if first in terms and not terms[first].isdisjoint(
            {*sentence.lowers[after : after + 1], *sentence.lemmas_lower[after : after + 1]}
        ):
            found |= {i, after}
    return found


@cache
def _trade_terms() -> dict[str, set[str]]:
    """Return by its first word with what each term goes on."""
    terms: dict[str, set[str]] = {}
    for term in load_lexicon("trade_terms"):
        first, second = term.split()
        terms.setdefault(first, set()).add(second)
    return terms


#: Every guard by the name that cue files use.
GUARDS: dict[str, Callable[[Columns, int], bool]] = {
    "negated": negated,
    "quoted": quoted,
    "hypothetical": hypothetical,
    "self": self_directed,
    "question": question,
    "past_tense": past_tense,
    "imperative": imperative,
    "future": future,
    "reported": reported,
    "able": able,
    "asked": asked,
    "praised": praised,
    "cleared": cleared,
    "instructed": instructed,
    "credited": credited,
    "thanked": thanked,
    "of_things": of_things,
    "spared": spared,
    "unmatched": unmatched,
    "blameless": blameless,
    "named": named,
    "admitted": admitted,
    "relished": relished,
    "thanked_for": thanked_for,
    "cheered": cheered,
    "without_siblings": without_siblings,
    "in_term": in_term,
}


def _has_relish(sentence: Columns) -> bool:
    return not _RELISH.isdisjoint(sentence.lowers)


#: What keeps the writer from claiming something, with that without which it never does.
_STOPS: dict[Callable[[Columns, int], bool], tuple[Callable[[Columns], object], ...]] = {
    negated: (_denies,),
    hypothetical: (_supposes,),
    self_directed: (_has_writer,),
    quoted: (_quotes, _reports),
    in_term: (_find_terms,),
    relished: (_has_relish,),
}

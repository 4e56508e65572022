"""Guards: what stops a cue, tested on the anchor token of a match.

A guard is a pure function of a token in a parsed sentence; `True` drops the match.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from spacy.tokens import Doc, Token

from feedback_nlp.lexica import load_lexicon

_NEGATORS = {"not", "n't", "nt", "never", "no", "without", "hardly", "neither", "nor"}
_BELIEF = {"think", "believe", "say", "mean", "suggest", "find", "claim", "feel", "want", "imply"}
_REPORTING = {"say", "tell", "call", "claim", "complain", "write", "shout", "hear", "quote"}
_CONDITIONS = {"if", "whether", "unless", "suppose", "imagine"}
_UPWARD = {
    "acomp", "attr", "oprd", "xcomp", "amod", "advmod", "pcomp", "pobj", "prep", "conj", "dobj",
    "compound", "nmod", "npadvmod", "aux", "auxpass", "dep", "prt",
}  # fmt: skip
_QUOTES = re.compile(
    r"\"[^\"]{2,}\"|“[^”]{2,}”|«[^»]{2,}»|‘[^’]{2,}’(?!\w)|(?<!\w)'[^']{2,}'(?!\w)"
)


def chain(token: Token) -> Iterator[Token]:
    """Yield the token and the heads that its meaning hangs on, up to its clause's verb."""
    yield token
    while token.dep_ in _UPWARD and token.head.i != token.i:
        token = token.head
        yield token


def clause_verb(token: Token) -> Token:
    """Return the nearest head, itself included, that has a subject; else the chain's top."""
    last = token
    for last in chain(token):
        if subject(last) is not None:
            return last
    return last


def subject(verb: Token) -> Token | None:
    """Return the subject of `verb`; a conjoined verb without one borrows its head's."""
    while True:
        for child in verb.children:
            if child.dep_ in {"nsubj", "nsubjpass", "csubj", "expl"}:
                return child
        if verb.dep_ != "conj" or verb.head.i == verb.i:
            return None
        verb = verb.head


def quote_ranges(text: str) -> list[tuple[int, int]]:
    """Return the character ranges of `text` that stand in quotation marks."""
    return [match.span() for match in _QUOTES.finditer(text)]


def negated(token: Token) -> bool:
    """The anchor is denied: "not careless", "never late", "I don't think you are lazy"."""
    for link in chain(token):
        # "never … and …": a negated head verb covers the parts conjoined below it.
        if any(_negates(child, link) for child in link.children):
            return True
        if link.dep_ in {"ccomp", "pcomp"} and link.head.lemma_.lower() in _BELIEF | {"without"}:
            head = link.head
            if head.lower_ == "without" or any(_negates(child, head) for child in head.children):
                return True
        if link.dep_ == "prep" and link.lower_ == "without":
            return True
    return False


def _negates(child: Token, head: Token) -> bool:
    if child.lower_ == "not" and child.doc[child.i + 1 : child.i + 2].text in {"only", "just"}:
        return False
    return child.dep_ == "neg" or (child.lower_ in _NEGATORS and child.i < head.i)


def quoted(token: Token) -> bool:
    """The words are somebody else's: in quotation marks, or reported."""
    if any(start < token.idx < end for start, end in quote_ranges(token.doc.text)):
        return True
    return reported(token)


def reported(token: Token) -> bool:
    """The words are reported: "the client said that you are lazy"."""
    for link in (token, *token.ancestors):
        # After its verb only: "you are selfish, everybody says so" is the writer's own judgment.
        after = link.i > link.head.i
        if after and link.dep_ in {"ccomp", "oprd"} and link.head.lemma_.lower() in _REPORTING:
            speaker = subject(link.head)
            if speaker is not None and speaker.lower_ not in {"i", "we", "you"}:
                return True
    return False


def hypothetical(token: Token) -> bool:
    """The anchor stands under a condition: "if you were careless", "whether he is lazy"."""
    for link in (token, *token.ancestors):
        if any(c.dep_ in {"mark", "advmod"} and c.lower_ in _CONDITIONS for c in link.children):
            return True
    return False


def self_directed(token: Token) -> bool:
    """The writer speaks of themselves: the subject is I or we."""
    who = subject(clause_verb(token))
    return who is not None and who.lower_ in {"i", "we"}


def question(token: Token) -> bool:
    """The sentence is a question."""
    tail = token.doc.text.rstrip().rstrip("\"'”’)")
    return tail.endswith("?")


def past_tense(token: Token) -> bool:
    """The anchor's clause is in the past."""
    verb = clause_verb(token)
    forms = (verb, *(child for child in verb.children if child.dep_ in {"aux", "auxpass"}))
    return any(form.tag_ == "VBD" for form in forms)


def imperative(token: Token) -> bool:
    """The anchor's clause is an order or advice without a subject."""
    verb = clause_verb(token)
    has_to = any(child.lower_ in {"to", "will", "would", "can", "could"} for child in verb.children)
    return verb.tag_ in {"VB", "VBP"} and subject(verb) is None and not has_to


def future(token: Token) -> bool:
    """The anchor's clause is about the future."""
    verb = clause_verb(token)
    return any(child.lower_ in {"will", "'ll", "shall", "going"} for child in verb.children)


def able(token: Token) -> bool:
    """The anchor's clause says what somebody can do: "you can always ask"."""
    verb = clause_verb(token)
    return any(child.lower_ in {"can", "could", "may"} for child in verb.children)


def asked(token: Token) -> bool:
    """The anchor is the verb of an embedded question: "they asked what she saw"."""
    question_word = any(child.tag_ in {"WP", "WRB", "WDT"} for child in token.children)
    return question_word and token.dep_ in {"ccomp", "pcomp"}


def praised(token: Token) -> bool:
    """The anchor's clause says that something is done well: "you always prepare with care"."""
    praise = load_lexicon("praise_words")
    return any(word.lower_ in praise for word in clause_verb(token).subtree)


#: Every guard by the name that cue files use.
GUARDS: dict[str, Callable[[Token], bool]] = {
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
}


def clause_range(doc: Doc, token: Token) -> tuple[int, int]:
    """Return the token range of the anchor's clause, without other clauses around or below it."""
    verb = clause_verb(token)
    breaks = {"advcl", "conj", "ccomp", "parataxis", "relcl"}
    inside = {verb.i}
    stack = [verb]
    while stack:
        for child in stack.pop().children:
            finite_clause = child.dep_ in breaks and subject_of_own(child)
            if finite_clause or child.dep_ in {"punct", "cc"}:
                continue
            inside.add(child.i)
            stack.append(child)
    # Words on the far side of another clause would make the mark jump over it.
    start = end = verb.i
    while start - 1 in inside or (
        start - 1 >= 0 and doc[start - 1].is_punct and start - 2 in inside
    ):
        start -= 1
    while end + 1 in inside or (end + 1 < len(doc) and doc[end + 1].is_punct and end + 2 in inside):
        end += 1
    return start, end + 1


def subject_of_own(verb: Token) -> bool:
    """Whether the verb has a subject of its own, which makes it a clause of its own."""
    return any(child.dep_ in {"nsubj", "nsubjpass", "expl"} for child in verb.children)

"""Words and set phrases that judge: where a sentence holds them, how much, and by which move.

They are what the writer claims in their own name; see `feedback_nlp.cues.guards.asserted`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from feedback_nlp.columns import Columns, Table
from feedback_nlp.cues.guards import asserted, hypothetical, quoted, self_directed
from feedback_nlp.lexica import load_judging, load_lexicon

#: Gender must not move a score: third-person pronouns share one form.
THIRD_PERSON = {
    "he": "they", "she": "they", "him": "them", "her": "them", "his": "their", "hers": "theirs",
    "himself": "themself", "herself": "themself", "themselves": "themself",
}  # fmt: skip
#: The same for phrases, in which "her" may stand for both "him" and "his".
_ONE_PERSON = {**THIRD_PERSON, **dict.fromkeys(("him", "her", "his", "them"), "their")}
_PHRASE_WORDS = re.compile(r"[a-zA-Z0-9'’]+")
_DENYING = {"no", "not", "never", "nobody", "nothing", "none", "nor", "without", "dont", "doesnt",
            "didnt", "isnt", "arent", "cant", "couldnt", "wont", "wouldnt"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judging:
    """A word or a phrase that judges.

    Attributes
    ----------
    start, end : int
        Offsets into the sentence, in code points.
    level : int
        How judging it is: 1 mildly, 2 clearly, 3 an insult or contempt.
    move : str
        The judgmental move; "" if a mark would puzzle more than help.
    """

    start: int
    end: int
    level: int
    move: str


def _entry(lower: str, lemma: str) -> str:
    # Who somebody is judges nobody.
    if not load_lexicon("identity_words").isdisjoint((lower, lemma)):
        return ""
    return lower if lower in load_judging("judging_words") else lemma


def judging_words(sentence: Columns) -> list[Judging]:
    """Return the words that judge others or their work, in order."""
    return sentence.once("judging words", _find_words)


def _find_words(sentence: Columns) -> list[Judging]:
    known = load_judging("judging_words")
    lowers, lemmas, places = sentence.lowers, sentence.lemmas_lower, sentence.places
    found = ((i, _entry(lowers[i], lemmas[i])) for i in sentence.spoken)
    return [
        Judging(
            places[i], places[i] + len(sentence.words[i].text), known[entry][0],
            # Part of a term: "garbage collector".
            "" if sentence.deps[i] == "compound" else known[entry][1],
        )
        for i, entry in found
        if entry in known and asserted(sentence, i)
    ]  # fmt: skip


@cache
def _phrases() -> dict[str, tuple[int, str]]:
    """Return level and move of each judging phrase, with third persons in one form."""
    phrases: dict[str, tuple[int, str]] = {}
    for phrase, judging in load_judging("judging_phrases").items():
        said = phrase.split()
        same = " ".join(map(_ONE_PERSON.get, said, said))
        phrases[same] = max(judging, phrases.get(same, judging))
    return phrases


@cache
def _longest() -> dict[str, int]:
    """Return of how many words a judging phrase has at most, by its first two words."""
    longest: dict[str, int] = {}
    for phrase in _phrases():
        words = phrase.split()
        start = " ".join(words[:2])
        longest[start] = max(len(words), longest.get(start, 0))
    return longest


def judging_phrases(sentence: Columns) -> list[Judging]:
    """Return the phrases that judge and are the writer's own, by their beginnings."""
    return sentence.once("judging phrases", _find_phrases)


def _find_phrases(sentence: Columns) -> list[Judging]:
    # spaCy cuts "don't" in two; people leave its apostrophe out or bend it.
    words = list(map(_PHRASE_WORD.__getitem__, _PHRASE_WORDS.findall(sentence.text)))
    phrases, longest = _phrases(), _longest()
    said = [
        (start, end, phrase)
        for start, pair in enumerate(pairwise(words))
        for end in range(start + 2, start + longest.get(" ".join(pair), 0) + 1)
        if (phrase := " ".join(words[start:end])) in phrases and end <= len(words)
    ]
    if not said:
        return []
    found = list(_PHRASE_WORDS.finditer(sentence.text))
    return [
        Judging(first.start(), last.end(), *phrases[phrase])
        for start, end, phrase in said
        for first, last in [(found[start], found[end - 1])]
        if _together(sentence.text, found[start:end])
        and _meant(sentence, words[start:end], first.start(), last.start())
    ]


def _phrase_word(word: str) -> str:
    lower = word.lower().replace("’", "'")
    return _ONE_PERSON.get(lower, lower)


_PHRASE_WORD: Table[str, str] = Table(_phrase_word)


def _together(text: str, phrase: Sequence[re.Match[str]]) -> bool:
    # A comma ends a phrase; a hyphen does not.
    gaps = (text[one.end() : other.start()] for one, other in pairwise(phrase))
    return all(gap.strip() in {"", "-"} for gap in gaps)


def _meant(sentence: Columns, phrase: Sequence[str], *ends: int) -> bool:
    first, last = (bisect_right(sentence.places, end) - 1 for end in ends)
    if any(word in _DENYING or word.endswith("n't") for word in phrase):
        # Such a phrase denies something itself, which is no denial of the phrase.
        return not any(guard(sentence, first) for guard in (quoted, hypothetical, self_directed))
    return all(asserted(sentence, i) for i in range(first, last + 1))


def passages(found: Iterable[Judging]) -> list[Judging]:
    """Return what is worth a mark, in order: of those that overlap or touch the most judging one.

    Parameters
    ----------
    found : iterable of Judging
        Words and phrases of one sentence, in any order.

    Returns
    -------
    list of Judging
        None overlaps another; each reaches from the first to the last of those it stands for.
    """
    united: list[Judging] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not one.move:
            continue
        if united and one.start <= united[-1].end + 1:
            last = united.pop()
            most = max(last, one, key=lambda either: (either.level, either.end - either.start))
            one = Judging(last.start, max(last.end, one.end), most.level, most.move)
        united.append(one)
    return united

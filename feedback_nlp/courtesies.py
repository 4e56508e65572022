"""Greetings and signatures: what stands around feedback and says nothing of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from feedback_nlp.lexica import load_judging, load_lexicon, stop_words

#: A longer sentence says something.
_LONGEST = 60
_MOST_WORDS = 3
_TITLES = {"dr", "mr", "ms", "mrs", "mx", "prof", "professor"}
_NAMING = {"and", *_TITLES}
#: After these a name is often written small, and after those below no comma is missed.
_BEFORE_A_NAME = {"dear", "hi", "hello", "hey", "hiya", "hallo"}
_WITHOUT_COMMA = {"thanks", "many thanks", "cheers", "yours"}
_WORD = re.compile(r"[^\W\d_][\w'’-]*")


def feedback_in(sentences: Sequence[str]) -> list[int]:
    """Return which sentences of a text are no greeting and no signature.

    A text of nothing but a sign-off ("Thanks, Kim!") is itself what somebody says.

    Parameters
    ----------
    sentences : sequence of str
        In order.
    """
    after_greetings = [i for i, sentence in enumerate(sentences) if not _greets(sentence)]
    kept = []
    signed = False
    for i in after_greetings:
        ends = _signs_off(sentences[i])
        if not ends and not (signed and _is_name(sentences[i])):
            kept.append(i)
        signed = ends
    greeted = len(after_greetings) < len(sentences)
    return kept if kept or greeted else after_greetings


def _greets(sentence: str) -> bool:
    opening, rest = _opened(sentence, "greetings")
    if not opening:
        return False
    known = _NAMING | load_lexicon("addressed")
    others = [word for word in _WORD.findall(rest) if word.lower() not in known]
    if opening in _BEFORE_A_NAME and len(others) == 1 and others[0].islower():
        return _may_name(others[0])
    return len(others) <= _MOST_WORDS and all(map(_names, others))


def _signs_off(sentence: str) -> bool:
    closing, rest = _opened(sentence, "sign_offs")
    words = _WORD.findall(rest)
    if not closing or len(words) > _MOST_WORDS:
        return False
    if words and not rest.lstrip(" ").startswith((",", "!", ".", "-", "–", "—")):
        return closing in _WITHOUT_COMMA and len(words) == 1 and _names(words[0])
    return all(map(_names, words)) or (len(words) == 1 and _may_name(words[0]))


def _is_name(sentence: str) -> bool:
    words = _WORD.findall(sentence)
    return (
        len(words) <= _MOST_WORDS
        and not sentence.endswith((".", "!", "?"))
        and all(map(_names, words))
    )


def _names(word: str) -> bool:
    """Whether it is written like a name, and is no shout."""
    return word[0].isupper() and not (len(word) > 1 and word.isupper()) and _may_name(word)


def _may_name(word: str) -> bool:
    lower = word.lower()
    return lower not in load_judging("judging_words") and lower not in stop_words()


def _opened(sentence: str, lexicon: str) -> tuple[str, str]:
    """Return the courtesy that a sentence begins with, in lower case, and what follows it."""
    found = _openings(lexicon).match(sentence) if len(sentence) <= _LONGEST else None
    return ("", "") if found is None else (found[0].lower(), sentence[found.end() :])


@cache
def _openings(lexicon: str) -> re.Pattern[str]:
    longest_first = sorted(load_lexicon(lexicon), key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(longest_first)})\b", re.IGNORECASE)

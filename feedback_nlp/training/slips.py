"""Slips of the keyboard and of learners, made on purpose."""

from __future__ import annotations

import random
import re


def swap_letters(text: str, rng: random.Random) -> str:
    """Swap two inner letters of one word of five letters or more."""
    words = list(re.finditer(r"[A-Za-z]{5,}", text))
    if not words:
        return text
    word = rng.choice(words)
    i = rng.randrange(word.start() + 1, word.end() - 2)
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :]


def drop_articles(text: str, rng: random.Random) -> str:
    """Leave out "the", "a" and "an", as many languages do."""
    bare = re.sub(r"\b(?:[Tt]he|[Aa]n?) ", "", text)
    return bare[:1].upper() + bare[1:] if text[:1].isupper() else bare


def drop_final_stop(text: str, rng: random.Random) -> str:
    """Leave out the full stop at the end."""
    return text.rstrip(".")


def lower_case(text: str, rng: random.Random) -> str:
    """Write everything small."""
    return text.lower()


SLIPS = (swap_letters, drop_articles, drop_final_stop, lower_case)


def slip(text: str, rng: random.Random) -> str:
    """Return `text` with one slip; the same state of `rng` gives the same one."""
    return rng.choice(SLIPS)(text, rng)

"""Whether a text is English; offline, by a small language identifier."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any

#: Below this many letters the identifier guesses, so nothing is said.
MIN_LETTERS = 40
#: From this share of plain English words on, the identifier is not asked.
_ENGLISH_SHARE = 0.15
_PLAIN = frozenset(
    """the and to you your of a an in is are was were it that this for with not i we on be have at
    by he she they his her their as but so from my me us can could would should if when""".split()  # noqa: SIM905
)


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _is_latin(letter: str) -> bool:
    return letter.isascii() or "LATIN" in unicodedata.name(letter, "")


def looks_foreign(text: str) -> bool:
    """Return whether a text is clearly not English: by its letters, or long enough to tell."""
    sample = text[:2000]
    tokens = sample.lower().split()
    if sum(map(_PLAIN.__contains__, tokens)) >= _ENGLISH_SHARE * len(tokens):
        return False
    letters = "".join(filter(str.isalpha, sample))
    kinds = set(letters)
    if sum(map(_is_latin, kinds)) * 2 < len(kinds):
        return True
    if len(letters) < MIN_LETTERS:
        return False
    language, probability = _identifier().classify(sample)
    return bool(language != "en" and probability > 0.9)

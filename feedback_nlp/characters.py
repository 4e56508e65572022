"""Characters that people's programs put in, by those that the pipeline has learnt.

Word processors and phones write another apostrophe than keyboards do, pages and mails hold other
spaces and marks that nobody sees: a parser that met none of them would read another sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_SPACES = {*"\t\u00a0\u1680\u202f\u205f\u3000", *map(chr, range(0x2000, 0x200B))}
#: The byte order mark, bidirectional marks and others that nobody sees; not the joiner of emoji.
_UNSEEN = {
    *"\ufeff\u200b\u200c\u2060\u200e\u200f",
    *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A)),
}  # fmt: skip
_SOFT_HYPHEN = "\u00ad"
_SAME_LENGTH = str.maketrans(
    dict.fromkeys(_SPACES, " ") | dict.fromkeys(_UNSEEN, _SOFT_HYPHEN) | dict.fromkeys("ʼ＇", "’")
)
#: Half of a character outside the basic plane, which UTF-8 can't hold.
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_INSIDE = re.compile(r"(?<=\w)’(?=\w)")
_EXTRA = re.compile(r"(?<=\S )[ ]+(?=\S)|\u00ad(?:(?<=\w\u00ad)\r?\n(?=\w))?")


def plain(text: str) -> str:
    """Return a text of the same length with the apostrophes and spaces of a keyboard.

    Marks that nobody sees become soft hyphens, which `squeezed` leaves out.
    """
    if text.isascii() and "\t" not in text:
        return text
    text = _INSIDE.sub("'", text.translate(_SAME_LENGTH))
    # Where nothing is quoted with it, it is an apostrophe everywhere: "the students’ work".
    return text if "‘" in text else text.replace("’", "'")


def lone_surrogate(text: str) -> int | None:
    """Return where the first half of a character stands alone; None if there is none."""
    found = None if text.isascii() else LONE_SURROGATE.search(text)
    return None if found is None else found.start()


def squeezed(text: str) -> tuple[str, Sequence[int]]:
    """Return a text as `plain` does, without needless spaces and soft hyphens.

    Returns
    -------
    text : str
        One space between words, where a line holds more; its indentation stays.
    places : sequence of int
        Where each of its characters stood in the text as given, in code points.
    """
    text = plain(text)
    extra = {i for found in _EXTRA.finditer(text) for i in range(*found.span())}
    if not extra:
        return text, range(len(text))
    kept = [i for i in range(len(text)) if i not in extra]
    return "".join(map(text.__getitem__, kept)), kept

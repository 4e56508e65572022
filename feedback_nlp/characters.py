"""Characters that people's programs put in, by those that the pipeline has learnt.

Word processors and phones write another apostrophe than keyboards do, pages and mails hold other
spaces and marks that nobody sees: a parser that met none of them would read another sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

#: Spaces of other widths, the byte order mark, and marks without a width.
_BLANKS = {
    *"\t\u00a0\u1680\u202f\u205f\u3000\ufeff\u200b\u2060\u200e\u200f",
    *map(chr, range(0x2000, 0x200B)), *map(chr, range(0x202A, 0x202F)),
}  # fmt: skip
_APOSTROPHES = "’ʼ＇"
_SAME_LENGTH = str.maketrans(dict.fromkeys(_BLANKS, " ") | dict.fromkeys("ʼ＇", "'"))
_INSIDE = re.compile(rf"(?<=\w)[{_APOSTROPHES}](?=\w)")
_EXTRA = re.compile(r"(?<=\S )[ ]+(?=\S)|\u00ad")


def plain(text: str) -> str:
    """Return a text of the same length in which apostrophes and spaces are those of a keyboard."""
    if text.isascii() and "\t" not in text:
        return text
    text = _INSIDE.sub("'", text.translate(_SAME_LENGTH))
    # Where nothing is quoted with it, it is an apostrophe everywhere: "the students’ work".
    return text if "‘" in text else text.replace("’", "'")


def squeezed(text: str) -> tuple[str, Sequence[int]]:
    """Return a text without needless spaces and soft hyphens, and where its characters stood.

    Parameters
    ----------
    text : str
        As `plain` returns it.

    Returns
    -------
    text : str
        One space between words, where a line holds more; its indentation stays.
    places : sequence of int
        Place of each character in the text as given, in code points.
    """
    extra = {i for found in _EXTRA.finditer(text) for i in range(*found.span())}
    if not extra:
        return text, range(len(text))
    kept = [i for i in range(len(text)) if i not in extra]
    return "".join(map(text.__getitem__, kept)), kept

"""The one place where offsets cross from Python to JavaScript.

A `Report` counts code points, JavaScript counts UTF-16 units: "👍" is one and two.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate

_LAST_SINGLE = 0xFFFF


class Utf16Offsets:
    """Convert code point offsets of one text to UTF-16 offsets, and back.

    Parameters
    ----------
    text : str
        The text that the offsets point into.

    Examples
    --------
    >>> Utf16Offsets("a👍b")(2)
    3
    """

    def __init__(self, text: str) -> None:
        self._length = len(text)
        # Most texts hold no wide character; then the offsets are the same.
        wide = max(text, default="") > chr(_LAST_SINGLE)
        self._table = (
            list(accumulate((1 + (ord(char) > _LAST_SINGLE) for char in text), initial=0))
            if wide
            else None
        )

    def __call__(self, offset: int) -> int:
        """Return the UTF-16 offset of the code point offset `offset`."""
        if not 0 <= offset <= self._length:
            raise ValueError(f"offset must be in 0..{self._length}, given {offset}.")
        return offset if self._table is None else self._table[offset]

    def back(self, offset: int) -> int:
        """Return the code point offset of the UTF-16 offset `offset`.

        Raises
        ------
        ValueError
            If it lies outside of the text, or inside of a character.
        """
        if self._table is None:
            return self(offset)
        place = bisect_left(self._table, offset)
        if place > self._length or self._table[place] != offset:
            raise ValueError(f"offset must be between two characters, given {offset}.")
        return place

    @property
    def length(self) -> int:
        """Length of the text in UTF-16 units."""
        return self(self._length)

"""Check cue files against their own sentences: ``python -m feedback_nlp.cues.check [ID …]``."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

from spacy.tokens import Doc

from feedback_nlp.columns import Columns
from feedback_nlp.cues.loading import Cue, load_cues
from feedback_nlp.cues.matching import CueMatcher

_MARK = re.compile(r"\[\[|\]\]")


def split_marks(sentence: str) -> tuple[str, list[tuple[int, int]]]:
    """Take ``[[…]]`` out of a test sentence; return the text and the marked ranges."""
    text, ranges, start = "", [], 0
    position = 0
    for mark in _MARK.finditer(sentence):
        text += sentence[position : mark.start()]
        position = mark.end()
        if mark.group() == "[[":
            start = len(text)
        else:
            ranges.append((start, len(text)))
    return text + sentence[position:], ranges


def failures(
    cue: Cue, matcher: CueMatcher, sentences: Callable[[str], list[tuple[int, Doc]]]
) -> list[str]:
    """Return what is wrong with a cue's own hits and misses, a line each.

    Parameters
    ----------
    cue : Cue
        The cue to check.
    matcher : CueMatcher
        A matcher that holds the cue.
    sentences : callable
        Text to parsed sentences with their character offsets.
    """
    wrong: list[str] = []
    for sentence in cue.hits:
        text, wanted = split_marks(sentence)
        found = _found(cue, matcher, sentences(text))
        if not found:
            wrong.append(f"{cue.id}: not found in {sentence!r}")
        for start, end in wanted:
            if found and not any(left < end and start < right for left, right in found):
                wrong.append(f"{cue.id}: found elsewhere than marked in {sentence!r}")
    for sentence in cue.misses:
        text, _ = split_marks(sentence)
        found = _found(cue, matcher, sentences(text))
        if found:
            passages = [text[start:end] for start, end in found]
            wrong.append(f"{cue.id}: should not be found in {sentence!r}: {passages}")
    return wrong


def _found(
    cue: Cue, matcher: CueMatcher, sentences: list[tuple[int, Doc]]
) -> list[tuple[int, int]]:
    ranges = []
    for offset, doc in sentences:
        for match in matcher(Columns(doc)):
            if match.cue == cue.id:
                span = doc[match.start : match.end]
                ranges.append((offset + span.start_char, offset + span.end_char))
    return ranges


def main(ids: list[str]) -> int:
    """Check the cues with these ids, or all; return the exit code."""
    from feedback_nlp.pipeline import load_pipeline
    from feedback_nlp.segmentation import parse_sentences

    nlp = load_pipeline()
    cues = [cue for cue in load_cues() if not ids or cue.id in ids]
    matcher = CueMatcher(cues)
    wrong = [
        line for cue in cues for line in failures(cue, matcher, lambda t: parse_sentences(nlp, t))
    ]
    n_sentences = sum(len(cue.hits) + len(cue.misses) for cue in cues)
    lines = [*wrong, f"{len(cues)} cues, {n_sentences} sentences, {len(wrong)} wrong"]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

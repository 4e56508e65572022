"""Which passages of a sentence are marked, and what each mark of a judgment gave to the score.

Rules mark the words that they know. Where the heads read more than the rules know, the words and
phrases of the lists are marked, or the sentence as a whole.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from functools import cache

from feedback_nlp.cues.matching import BULLETS
from feedback_nlp.examples import MOVES, PARTS
from feedback_nlp.heads import sigmoid
from feedback_nlp.lexica import load_part_labels
from feedback_nlp.reading import BY_SENTENCE, BY_WORDS, Mark, SentenceAnalysis

#: A sentence this likely to be read as judging shows which of its words and phrases judge, or is
#: marked as a whole. Words in milder ones are mostly used without a judgment.
MARKED_FROM = 0.5
#: What a rule found is dropped where the finder denies it by these log-odds. Whoever writes a part
#: in one of its known forms should see it, so that only those parts are listed whose rules take
#: much for them that is something else.
DENIED_FROM = {"situation": -2.0, "next_step": -2.0}
#: Its move is named if it is at least this likely, and this share of the likelihood of all moves.
MOVE_LIKELY_FROM, MOVE_SHARE_FROM = 0.4, 0.5
#: The cue of a sentence that judges by no move that could be named.
WHOLE_SENTENCE = "whole_sentence"
_BEFORE, _BEHIND = f" {BULLETS}", " .,;:-–—*_"
#: The features that judging words and phrases give.
_WORD_SOURCES = tuple(
    f"lexicon:{name}"
    for name in (
        "most_judging_word", "judging_rate", "clearly_judging_rate", "clearly_judging_word",
        "insulting_word", "judging_at_receiver", "judging_phrase", "most_judging_phrase",
    )
)  # fmt: skip


def marks_of(
    sentence: SentenceAnalysis,
    judging: float,
    found: Mapping[str, float],
    judgmental: Container[str],
) -> tuple[Mark, ...]:
    """Return the marks of a sentence.

    Parameters
    ----------
    sentence : SentenceAnalysis
        A sentence with what the rules and the lists found.
    judging : float
        How likely it is read as judging, in [0, 1].
    found : mapping of str to float
        What the finders say of parts and moves, as log-odds; without any, rules alone decide.
    judgmental : container of str
        Ids of the cues that are judgmental.
    """
    marks = [
        mark
        for mark in sentence.marks
        if found.get(mark.cue, 0.0) > DENIED_FROM.get(mark.cue, -math.inf)
    ]
    ruled = {mark.cue for mark in marks}
    start, end = _extent(sentence.text)
    label = _label(sentence.text)
    marks += [
        Mark(start, end, part, BY_SENTENCE)
        for part in PARTS
        if part not in ruled and (part == label if label else found.get(part, -1.0) >= 0)
    ]
    if judging < MARKED_FROM:
        return tuple(marks)
    moves = [mark for mark in marks if mark.cue in judgmental]
    moves += [
        hint
        for hint in sentence.hints
        if not any(mark.start < hint.end and hint.start < mark.end for mark in moves)
    ]
    if not moves:
        moves = [Mark(start, end, _move(found), BY_SENTENCE)]
        # What only sounds like a verdict is seldom a described behaviour as well.
        marks = [mark for mark in marks if mark.rule != BY_SENTENCE]
    return tuple(dict.fromkeys((*marks, *moves)))


def _move(found: Mapping[str, float]) -> str:
    """Return the move that a judging sentence makes, if one is clearly the likeliest."""
    likelihood = {move: sigmoid(found[move]) for move in MOVES if move in found}
    best = max(likelihood, key=likelihood.__getitem__, default=WHOLE_SENTENCE)
    least = max(MOVE_LIKELY_FROM, MOVE_SHARE_FROM * sum(likelihood.values()))
    return best if likelihood.get(best, 0.0) >= least else WHOLE_SENTENCE


def _extent(text: str) -> tuple[int, int]:
    """Return where a sentence begins and ends, without bullets and the marks around it."""
    start = len(text) - len(text.lstrip(_BEFORE))
    return start, max(start + 1, len(text.rstrip(_BEHIND)))


def _label(text: str) -> str:
    """Return the part that a sentence is labelled with, as in "Impact: …"; "" without a label."""
    match = _labels().match(text)
    return load_part_labels()[match[1].lower()] if match else ""


@cache
def _labels() -> re.Pattern[str]:
    labels = "|".join(sorted(load_part_labels(), key=len, reverse=True))
    return re.compile(rf"[\W_]*({labels})[\s*_]*:[\s*_]*\w", re.IGNORECASE)


def points_of(
    marks: Sequence[Mark], judging: Mapping[str, float], judgmental: Container[str]
) -> tuple[float, ...]:
    """Return the points of the judgmental score that each mark of a judgment gave; 0 for others.

    Parameters
    ----------
    marks : sequence of Mark
        All marks of one sentence.
    judging : mapping of str to float
        Points of the judgmental score of the sentence by their source.
    judgmental : container of str
        Ids of the cues that are judgmental.
    """
    moves = [mark for mark in marks if mark.cue in judgmental]
    ruled = Counter(mark.cue for mark in moves if mark.rule not in (BY_WORDS, BY_SENTENCE))
    # Each has its own points and its share of what the family, or all words, gave together.
    family = judging.get("family:judgmental", 0.0) / max(ruled.total(), 1)
    listed = sum(judging.get(source, 0.0) for source in _WORD_SOURCES)
    word = listed / max(sum(mark.rule == BY_WORDS for mark in moves), 1)

    def points(mark: Mark) -> float:
        if mark.cue not in judgmental:
            return 0.0
        if mark.rule == BY_WORDS:
            return word
        if mark.rule == BY_SENTENCE:
            return sum(judging.values()) - judging["baseline"]
        return judging.get(mark.cue, 0.0) / ruled[mark.cue] + family

    return tuple(map(points, marks))

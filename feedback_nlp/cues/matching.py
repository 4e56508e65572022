"""Find cues in one parsed sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from feedback_nlp.columns import Columns, Word
from feedback_nlp.cues.guards import GUARDS, clause_range
from feedback_nlp.cues.loading import Cue, Rule
from feedback_nlp.cues.patterns import PatternMatcher
from feedback_nlp.errors import CueError

#: What lines of a list or a quotation begin with.
BULLETS = "-–—*•·>#_"
#: Marks that belong to no passage.
_BEFORE = frozenset(f",;:{BULLETS}")
_BEHIND = {",", ";", ":", ".", "-"}


@dataclass(frozen=True, slots=True, order=True)
class CueMatch:
    """A cue found at ``doc[start:end]`` by one of its rules."""

    start: int
    end: int
    cue: str
    rule: str


class CueMatcher:
    """Match all rules of the cues on a sentence.

    Parameters
    ----------
    cues : iterable of Cue
        What to look for.

    Raises
    ------
    CueError
        If a pattern is not in the language of patterns.
    """

    def __init__(self, cues: Iterable[Cue]) -> None:
        self._patterns = PatternMatcher()
        self._rules: list[tuple[str, Rule]] = []
        for cue in cues:
            for rule in cue.rules:
                key = len(self._rules)
                self._rules.append((cue.id, rule))
                tokens = rule.kind == "tokens"
                add = self._patterns.add_tokens if tokens else self._patterns.add_dependency
                try:
                    for pattern in (rule.pattern, *rule.variants):
                        add(key, pattern)
                except (ValueError, KeyError, TypeError, AttributeError) as error:
                    raise CueError(f"{cue.id}.toml, rule {rule.id}: {error}.") from error

    def __call__(self, sentence: Columns) -> list[CueMatch]:
        """Return the matches in one parsed sentence, sorted, each rule and range once."""
        found: set[CueMatch] = set()
        if len(sentence) == 0:
            return []
        rows, groups = self._patterns(sentence)
        for key, start, end in rows:
            cue_id, rule = self._rules[key]
            anchor = min(start + rule.anchor, end - 1) if rule.anchor >= 0 else end + rule.anchor
            self._add(found, sentence, cue_id, rule, anchor, start, end)
        for key, nodes in groups:
            cue_id, rule = self._rules[key]
            marked = [nodes[i] for i in rule.mark] if rule.mark else nodes
            start, end = min(marked), max(marked) + 1
            self._add(found, sentence, cue_id, rule, nodes[rule.anchor], start, end)
        return sorted(found)

    @staticmethod
    def _add(
        found: set[CueMatch], sentence: Columns, cue_id: str, rule: Rule, anchor: int,
        start: int, end: int,
    ) -> None:  # fmt: skip
        if any(GUARDS[name](sentence, anchor) for name in rule.guards):
            return
        if rule.expand == "subtree":
            subtree = (anchor, *sentence.below(anchor))
            start, end = min(start, *subtree), max(end, max(subtree) + 1)
        elif rule.expand == "clause":
            left, right = clause_range(sentence, anchor)
            start, end = min(start, left), max(end, right)
        elif rule.expand == "sentence":
            start, end = 0, len(sentence)
        start, end = _trim(sentence.words, start, end)
        if start < end:
            start, end = _whole_words(sentence, start, end)
            found.add(CueMatch(start, end, cue_id, rule.id))


def _trim(words: Sequence[Word], start: int, end: int) -> tuple[int, int]:
    if start < 2 and len(words) > 2 and words[0].like_num and words[1].text in {")", "."}:
        start = min(2, end)  # "1) You are late."
    while start < end and (words[start].is_space or _BEFORE.issuperset(words[start].text)):
        start += 1
    while end > start and (words[end - 1].is_space or words[end - 1].text in _BEHIND):
        end -= 1
    return start, end


def _whole_words(sentence: Columns, start: int, end: int) -> tuple[int, int]:
    """Widen a passage to what people take for words: "didn't", "stand-up"."""
    words, kinds = sentence.words, sentence.kinds
    while start and not (
        kinds[start - 1].spacy or words[start - 1].is_punct or words[start - 1].is_space
    ):
        start -= 1
    while end < len(words) and not (kinds[end - 1].spacy or words[end].is_space):
        if not words[end].is_punct:
            end += 1
        elif words[end].text == "-" and not kinds[end].spacy and end + 1 < len(words):
            end += 2
        else:
            break
    return start, end


def merge_matches(matches: Iterable[CueMatch]) -> list[CueMatch]:
    """Keep one match for each passage of a cue: overlapping matches become their union.

    The rule of the longest match stands for the union.
    """
    merged: dict[str, list[CueMatch]] = {}
    for match in sorted(matches):
        kept = merged.setdefault(match.cue, [])
        if kept and match.start < kept[-1].end:
            last = kept.pop()
            longer = max(last, match, key=lambda m: m.end - m.start)
            match = CueMatch(last.start, max(last.end, match.end), match.cue, longer.rule)
        kept.append(match)
    return sorted(match for kept in merged.values() for match in kept)

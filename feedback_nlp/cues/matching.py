"""Find cues in one parsed sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from spacy.tokens import Doc

from feedback_nlp.columns import Columns
from feedback_nlp.cues.guards import GUARDS, clause_range
from feedback_nlp.cues.loading import Cue, Rule
from feedback_nlp.cues.patterns import PatternMatcher
from feedback_nlp.errors import CueError


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

    def __call__(self, doc: Doc, sentence: Columns | None = None) -> list[CueMatch]:
        """Return the matches in one sentence, sorted, each rule and range once.

        Parameters
        ----------
        doc : Doc
            One parsed sentence.
        sentence : Columns, optional
            The columns of `doc`, where they are made already.
        """
        found: set[CueMatch] = set()
        if len(doc) == 0:
            return []
        rows, groups = self._patterns(sentence or Columns(doc))
        for key, start, end in rows:
            cue_id, rule = self._rules[key]
            anchor = min(start + rule.anchor, end - 1) if rule.anchor >= 0 else end + rule.anchor
            self._add(found, doc, cue_id, rule, anchor, start, end)
        for key, nodes in groups:
            cue_id, rule = self._rules[key]
            marked = [nodes[i] for i in rule.mark] if rule.mark else nodes
            self._add(found, doc, cue_id, rule, nodes[rule.anchor], min(marked), max(marked) + 1)
        return sorted(found)

    @staticmethod
    def _add(
        found: set[CueMatch], doc: Doc, cue_id: str, rule: Rule, anchor: int, start: int, end: int
    ) -> None:
        token = doc[anchor]
        if any(GUARDS[name](token) for name in rule.guards):
            return
        if rule.expand == "subtree":
            start, end = min(start, token.left_edge.i), max(end, token.right_edge.i + 1)
        elif rule.expand == "clause":
            left, right = clause_range(doc, token)
            start, end = min(start, left), max(end, right)
        elif rule.expand == "sentence":
            start, end = 0, len(doc)
        start, end = _trim(doc, start, end)
        if start < end:
            found.add(CueMatch(start, end, cue_id, rule.id))


def _trim(doc: Doc, start: int, end: int) -> tuple[int, int]:
    while start < end and (
        doc[start].is_space or doc[start].text in {",", ";", ":", "-", "–", "•"}
    ):
        start += 1
    while end > start and (doc[end - 1].is_space or doc[end - 1].text in {",", ";", ":", ".", "-"}):
        end -= 1
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

"""The result of scoring one text: built once as data; every rendering is a view of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from operator import attrgetter
from typing import Any, TypeVar

SCHEMA_VERSION = 2

#: Names of the scores, in the order in which tables show them.
SCORE_NAMES = ("actionability", "judgmental", "evidence", "suggestion", "connection", "qual")
#: The source under which a score lists what the sentences beside the strongest added.
FURTHER = "further_sentences"
T = TypeVar("T")


def _light(cls: type[T]) -> type[T]:
    """Let a frozen data class travel between processes quicker than in its own way."""
    values = attrgetter(*(part.name for part in fields(cls)))  # type: ignore[arg-type]
    cls.__reduce__ = lambda self: (cls, values(self))  # type: ignore[method-assign]
    return cls


@_light
@dataclass(frozen=True, slots=True)
class Finding:
    """One passage that a cue marked.

    Attributes
    ----------
    cue : str
        Cue id by the codebook, such as ``person_label`` or ``next_step``.
    family : str
        ``judgmental``, ``part`` or ``vague``.
    title : str
        Short name of the cue for people.
    start, end : int
        Offsets into the text exactly as given, in Unicode code points.
    text : str
        ``text[start:end]``.
    rule : str
        Id of the rule, inside the cue file, that matched; ``judging_words`` if the passage stands
        in the lists of words and phrases, ``sentence`` if the heads found the whole sentence.
    weight : float
        How far the finding moved the ``judgmental`` score of its sentence (for the judgmental
        family) or the ``actionability`` of the text (otherwise), in score points of [-1, 1].
        A part that the heads found in a whole sentence has 0: its form moved the score, which
        `contributions` tell.
    why : str
        Why a reader may feel judged or lost, or what the passage gives the reader.
    ask : str
        A question to the writer that leads to a better sentence.
    """

    cue: str
    family: str
    title: str
    start: int
    end: int
    text: str
    rule: str
    weight: float
    why: str
    ask: str


@dataclass(frozen=True, slots=True)
class Contribution:
    """One summand of a score: ``baseline`` and all contributions add up to the score."""

    score: str
    source: str
    kind: str
    value: float


@_light
@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the text with its own scores, each in [0, 1]."""

    start: int
    end: int
    text: str
    suggestion: float
    judgmental: float


@_light
@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to do next, most useful first.

    Attributes
    ----------
    kind : str
        ``praise``, ``remove``, ``add``, ``vague`` or ``empty``.
    cue : str
        The cue that the advice is about; ``""`` if none.
    message : str
        What to do, as a sentence to the writer.
    ask : str
        A question that helps to do it.
    start, end : int or None
        The passage that the advice is about, if there is one.
    """

    kind: str
    cue: str
    message: str
    ask: str
    start: int | None = None
    end: int | None = None


@_light
@dataclass(frozen=True, slots=True)
class Report:
    """Scores, evidence and advice for one text.

    All scores are ``None`` when the text holds nothing to score.

    Attributes
    ----------
    text : str
        The text exactly as given.
    actionability : float or None
        How far the receiver can act on it, in [0, 1].
    judgmental : float or None
        Calibrated probability, in [0, 1], that a reader who follows the codebook sees a
        judgment of the person (tone 1 or higher).
    evidence, suggestion, connection : float or None
        The QuAL parts, each in [0, 1]; evidence is its expected level divided by 3.
    gap : float or None
        Probability, in [0, 1], that the text points at something that could be otherwise: a
        weakness, an open question or a request.
    qual : float or None
        Expected QuAL score, 0-5.
    tone : float or None
        Expected level of judgmental tone, 0-3.
    points : mapping of str to mapping of str to float
        For each of ``actionability`` and ``judgmental``, the score points by their source, which
        is the id of a cue, a group of features, or ``baseline``; they add up to the score.
    parts : dict of str to bool
        Which of situation, behaviour, impact and next_step were found.
    """

    text: str
    actionability: float | None
    judgmental: float | None
    evidence: float | None
    suggestion: float | None
    connection: float | None
    gap: float | None
    qual: float | None
    tone: float | None
    findings: tuple[Finding, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    advice: tuple[Advice, ...] = ()
    points: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def contributions(self) -> tuple[Contribution, ...]:
        """The `points` as rows: score by score, the baseline first, then the largest."""
        return tuple(
            Contribution(score, source, _kind(source), value)
            for score, points in self.points.items()
            for source, value in sorted(
                points.items(), key=lambda item: (item[0] != "baseline", -abs(item[1]))
            )
        )

    @property
    def parts(self) -> dict[str, bool]:
        """Which of the four parts were found."""
        found = {finding.cue for finding in self.findings}
        return {part: part in found for part in ("situation", "behaviour", "impact", "next_step")}

    @property
    def scores(self) -> dict[str, float | None]:
        """The scores by name, in the order of `SCORE_NAMES`."""
        return {name: getattr(self, name) for name in SCORE_NAMES}

    def to_dict(self) -> dict[str, Any]:
        """Everything in the report as plain types, ready for JSON."""
        parts = asdict(self)
        del parts["points"]
        contributions = tuple(asdict(row) for row in self.contributions)
        return {
            "schema": SCHEMA_VERSION, **parts, "contributions": contributions, "parts": self.parts
        }  # fmt: skip

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Report:
        """Build a report from what `to_dict` returned, also after a trip through JSON.

        Raises
        ------
        ValueError
            If `data` is of another schema.
        """
        if data.get("schema") != SCHEMA_VERSION:
            raise ValueError(
                f"schema of the report must be {SCHEMA_VERSION}, given {data.get('schema')!r};"
                " score the text again."
            )
        kinds = {"findings": Finding, "sentences": Sentence, "advice": Advice}
        derived = ("schema", "parts", "contributions")
        values = {key: value for key, value in data.items() if key not in derived}
        for key, kind in kinds.items():
            values[key] = tuple(kind(**item) for item in values[key])
        values["warnings"] = tuple(values["warnings"])
        points: dict[str, dict[str, float]] = {}
        for row in data["contributions"]:
            points.setdefault(row["score"], {})[row["source"]] = row["value"]
        return cls(**values, points=points)

    def to_json(self, *, indent: int | None = 2) -> str:
        """The report as a JSON document (UTF-8 text, not escaped to ASCII)."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    def to_html(self) -> str:
        """The report as a self-contained HTML fragment; the user's text is escaped."""
        from feedback_nlp.rendering import report_html

        return report_html(self)

    def _repr_html_(self) -> str:
        return self.to_html()

    def __str__(self) -> str:
        from feedback_nlp.rendering import report_text

        return report_text(self)


def _kind(source: str) -> str:
    if source in ("baseline", "grammar", "observed"):
        return source
    if source == FURTHER:
        return "sentences"
    group, colon, _ = source.partition(":")
    return group if colon else "cue"

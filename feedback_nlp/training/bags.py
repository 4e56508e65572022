"""Which sentences teach which head, and with what label."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from feedback_nlp.datasets import LabelledText
from feedback_nlp.examples import MOVES, Example
from feedback_nlp.features import Features, in_context, without_context
from feedback_nlp.heads import LinearHead
from feedback_nlp.reading import SentenceAnalysis, SentenceReader
from feedback_nlp.scoring import connection_features
from feedback_nlp.training.slips import slip

OWN = "own"
#: Texts of these domains are no feedback on somebody's work. They teach tone; the base rate of
#: suggestions and evidence among them says nothing about feedback.
NOT_FEEDBACK = {"discussion"}
#: Source of our own texts of those domains.
OWN_TALK = "own_talk"
#: Heads that must be there before connection can be read.
CONNECTION_NEEDS = ("suggestion", "gap", "evidence_2", "evidence_3")
#: A sentence with its offset in the text.
Sentences = list[tuple[int, SentenceAnalysis]]


@dataclass(frozen=True, slots=True)
class Bag:
    """One labelled text as its instances (sentences, or the text itself as a single one).

    `instance_labels` are known for our own examples, whose spans say which sentence earns the
    label; for a public text only the label of the whole is known.
    `domain` is the field that our example is from, or the public set; `silent` says that our
    example holds no content: it neither observes nor suggests nor judges.
    """

    instances: tuple[Features, ...]
    label: int
    group: str
    source: str
    domain: str
    instance_labels: tuple[int, ...] | None = None
    silent: bool = False

    def only(self, keep: Callable[[str], bool]) -> Bag:
        """Return the bag with the features whose name `keep` accepts."""
        return replace(
            self,
            instances=tuple({k: v for k, v in row.items() if keep(k)} for row in self.instances),
        )


@dataclass(frozen=True)
class Corpus:
    """Labelled texts with their sentences read: our own examples and the public sets."""

    own: list[tuple[Example, Sentences]]
    public: dict[str, list[tuple[LabelledText, Sentences]]]
    #: Our own training part again, as a hasty or a learning writer would have typed it.
    hasty: list[tuple[Example, Sentences]]

    def part(self, split: str) -> list[tuple[Example, Sentences]]:
        """Return our own examples of a split."""
        return [(example, sentences) for example, sentences in self.own if example.split == split]


def read_corpus(
    reader: SentenceReader,
    own: Sequence[Example],
    public: dict[str, list[LabelledText]],
    *,
    progress: bool = False,
) -> Corpus:
    """Cut, parse and read all texts; texts without a word are left out."""

    def read(rows: Sequence[LabelledText], name: str) -> list[tuple[LabelledText, Sentences]]:
        texts = reader.read_texts([row.text for row in rows], progress=progress, title=name)
        return [(row, sentences) for row, sentences in zip(rows, texts, strict=True) if sentences]

    examples = reader.read_texts([e.text for e in own], progress=progress, title="own examples")
    labelled = [(e, sentences) for e, sentences in zip(own, examples, strict=True) if sentences]
    return Corpus(
        labelled,
        {name: read(rows, name) for name, rows in public.items()},
        _hasty(reader, [(e, s) for e, s in labelled if e.split == "train"]),
    )


def _hasty(
    reader: SentenceReader, rows: Sequence[tuple[Example, Sentences]]
) -> list[tuple[Example, Sentences]]:
    """Return the examples with one slip in each sentence; offsets and labels stay."""
    slips = [
        slip(sentence.text, random.Random(f"{example.id}:{offset}"))
        for example, sentences in rows
        for offset, sentence in sentences
    ]
    read = iter(reader.read_texts(slips))
    return [
        # A slip can glue or cut sentences; only what is still one sentence keeps its label.
        (example, [(o, found[0][1] if len(found) == 1 else s) for (o, s), found in pairs])
        for example, sentences in rows
        for pairs in [[(sentence, next(read)) for sentence in sentences]]
    ]


def own_group(example: Example) -> str:
    """Return the `Bag.group` of one of our own examples."""
    return f"{OWN}:{example.text_group}"


def own_bags(
    head: str,
    rows: Sequence[tuple[Example, Sentences]],
    heads: Mapping[str, LinearHead] | None = None,
) -> list[Bag]:
    """Return our own examples as bags for `head`.

    Parameters
    ----------
    head : str
        One of `feedback_nlp.heads.HEAD_NAMES`.
    rows : sequence of (Example, Sentences)
        Examples with their sentences.
    heads : mapping of str to LinearHead, optional
        The heads of `CONNECTION_NEEDS`, which say what is suggested and observed; for connection.
    """
    if head == "connection":
        if heads is None:
            raise ValueError(f"connection needs the heads {', '.join(CONNECTION_NEEDS)}")
        return [_connection(e, s, heads) for e, s in rows if e.suggestion]
    if head == "gap":
        known = [(e, s) for e, s in rows if e.gap is not None]
        return [own_bag(e, plain(s), e.gap or 0, _gap_labels(e, s)) for e, s in known]
    return [_BUILD[head.split("_")[0]](head, e, s) for e, s in rows]


def public_bags(head: str, rows: Sequence[tuple[LabelledText, Sentences]]) -> list[Bag]:
    """Return the texts of a public set that say something about `head`."""
    placed = placed_in_context if head.startswith("evidence") else plain
    return [
        Bag(placed(sentences), row.labels[head], row.group, row.source, row.source)
        for row, sentences in rows
        if head in row.labels
    ]


def plain(sentences: Sentences) -> tuple[Features, ...]:
    """Return the features of each sentence alone."""
    return tuple(sentence.features for _, sentence in sentences)


def placed_in_context(sentences: Sentences) -> tuple[Features, ...]:
    """Return the features of each sentence with the parts that its neighbours hold."""
    return tuple(in_context(plain(sentences)))


def touched(
    marks: Iterable[tuple[int, int, str]], sentences: Sentences, labels: Iterable[str]
) -> tuple[int, ...]:
    """Return for each sentence whether a span with one of `labels` stands in it."""
    spans = [(start, end) for start, end, label in marks if label in set(labels)]
    return tuple(
        int(any(start < offset + len(sentence.text) and offset < end for start, end in spans))
        for offset, sentence in sentences
    )


def _gap_labels(example: Example, sentences: Sentences) -> tuple[int, ...] | None:
    """Return which sentences point at the gap; None where the spans do not say."""
    if not example.gap:
        return (0,) * len(sentences)
    marked = touched(example.spans, sentences, ["behaviour", "next_step"])
    return marked if any(marked) else None


def own_bag(
    example: Example,
    instances: tuple[Features, ...],
    label: int,
    instance_labels: tuple[int, ...] | None,
) -> Bag:
    """Return one of our own examples as a bag."""
    silent = not (example.evidence or example.suggestion or example.tone)
    source = OWN_TALK if example.domain in NOT_FEEDBACK else OWN
    return Bag(
        instances, label, own_group(example), source, example.domain, instance_labels, silent
    )


def _suggestion(head: str, example: Example, sentences: Sentences) -> Bag:
    labels = touched(example.spans, sentences, ["next_step"])
    return own_bag(example, plain(sentences), example.suggestion, labels)


def _tone(head: str, example: Example, sentences: Sentences) -> Bag:
    reached = example.tone >= int(head[-1])
    marked = touched(example.spans, sentences, MOVES)
    labels = marked if reached else (0,) * len(sentences)
    return own_bag(example, plain(sentences), int(reached), labels)


def _evidence(head: str, example: Example, sentences: Sentences) -> Bag:
    level = int(head[-1])
    reached = example.evidence >= level
    labels = None
    if level > 1:
        marked = touched(example.spans, sentences, ["behaviour"])
        labels = marked if reached else (0,) * len(sentences)
    return own_bag(example, placed_in_context(sentences), int(reached), labels)


def _connection(example: Example, sentences: Sentences, heads: Mapping[str, LinearHead]) -> Bag:
    return own_bag(example, connected(sentences, heads), example.connection, None)


def connected(sentences: Sentences, heads: Mapping[str, LinearHead]) -> tuple[Features, ...]:
    """Return the features of the text as a whole that connection reads.

    Parameters
    ----------
    sentences : list of (int, SentenceAnalysis)
        The sentences of one text.
    heads : mapping of str to LinearHead
        Those of `CONNECTION_NEEDS`.
    """
    return (connection_features([_scored(sentence, heads) for _, sentence in sentences]),)


def _scored(sentence: SentenceAnalysis, heads: Mapping[str, LinearHead]) -> SentenceAnalysis:
    alone = without_context(sentence.features)
    return replace(
        sentence,
        suggestion=heads["suggestion"].probability(sentence.features),
        gap=heads["gap"].logit(sentence.features),
        evidence=(0.0, heads["evidence_2"].logit(alone), heads["evidence_3"].logit(alone)),
    )


_BUILD = {"suggestion": _suggestion, "tone": _tone, "evidence": _evidence}

"""One parsed sentence becomes marks, features and lemmas; the same for training and scoring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from feedback_nlp.characters import squeezed
from feedback_nlp.columns import Columns
from feedback_nlp.cues import Cue, CueMatcher, load_cues, merge_matches
from feedback_nlp.features import Features, cue_features, idle, sentence_features
from feedback_nlp.judging import judging_phrases, judging_words, passages
from feedback_nlp.segmentation import cut, parse_columns

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from feedback_nlp.heads import Terms

_CONTENT_POS = {"NOUN", "VERB", "PROPN", "ADJ"}


@dataclass(frozen=True, slots=True)
class Mark:
    """A cue in a sentence; offsets are code points into the sentence.

    `rule` is the id of a rule of the cue file, or `BY_WORDS`, or `BY_SENTENCE`.
    """

    start: int
    end: int
    cue: str
    rule: str


#: Found by the lists of judging words and phrases.
BY_WORDS = "judging_words"
#: Found by the heads alone.
BY_SENTENCE = "sentence"


@dataclass(frozen=True, slots=True)
class SentenceAnalysis:
    """What is known of one sentence without its neighbours; safe to cache and to share.

    `hints` are judging words and phrases; they become marks if the sentence as a whole judges.

    What heads say of the sentence alone is 0 until they scored it: the probabilities `suggestion`
    and `tone` (at least level 1, 2, 3), the log-odds of `gap` and of `evidence` without its
    neighbours, and the points that each mark of a judgmental move gave the judgmental score.
    `terms` is what all of these are made of.
    """

    text: str
    marks: tuple[Mark, ...]
    features: Features
    lemmas: frozenset[str]
    #: Those of the features that stand for cues: all that a text asks of its other sentences.
    cue_features: Features
    #: Whether it only fills; see `feedback_nlp.features.idle`.
    idle: bool = False
    hints: tuple[Mark, ...] = ()
    suggestion: float = 0.0
    tone: tuple[float, float, float] = (0.0, 0.0, 0.0)
    gap: float = 0.0
    evidence: tuple[float, float, float] = (0.0, 0.0, 0.0)
    mark_points: tuple[float, ...] = ()
    terms: Terms | None = field(default=None, repr=False, compare=False)


class SentenceReader:
    """Find cues and features in sentences.

    Parameters
    ----------
    nlp : Language
        The pipeline that `feedback_nlp.pipeline.load_pipeline` returns.
    """

    def __init__(self, nlp: Language) -> None:
        self.nlp = nlp
        self.cues: dict[str, Cue] = {cue.id: cue for cue in load_cues()}
        self._family_of = {cue.id: cue.family for cue in self.cues.values()}
        self._matcher = CueMatcher(self.cues.values())

    def read(self, doc: Doc) -> SentenceAnalysis:
        """Read one parsed sentence."""
        return self.read_columns(Columns(doc))

    def read_columns(self, sentence: Columns) -> SentenceAnalysis:
        """Read one parsed sentence that is in columns already."""
        matches = self._matcher(sentence)
        marks = []
        for match in merge_matches(matches):
            last = match.end - 1
            end = sentence.places[last] + len(sentence.words[last].text)
            marks.append(Mark(sentence.places[match.start], end, match.cue, match.rule))
        lemmas = frozenset(
            lemma
            for lemma, pos in zip(sentence.lemmas_lower, sentence.pos, strict=True)
            if pos in _CONTENT_POS
        )
        found = cue_features(matches, self._family_of)
        features = sentence_features(sentence, found)
        cues = {name: value for name, value in found.items() if name.startswith("cue:")}
        return SentenceAnalysis(
            sentence.text.rstrip(), tuple(marks), features, lemmas, cues, idle(features),
            _hints(sentence, features),
        )  # fmt: skip

    def read_texts(
        self, texts: Sequence[str], *, progress: bool = False, title: str = ""
    ) -> list[list[tuple[int, SentenceAnalysis]]]:
        """Cut, parse and read texts; return the sentences of each with their offsets."""
        from tqdm.auto import tqdm

        pieces = [self._cut(text) for text in texts]
        docs = [doc for text in pieces for _, doc in text]
        parsed = tqdm(
            parse_columns(self.nlp, docs), total=len(docs), desc=title, unit="sentence",
            disable=not progress,
        )  # fmt: skip
        analysed = iter([self.read_columns(sentence) for sentence in parsed])
        return [[(offset, next(analysed)) for offset, _ in text] for text in pieces]

    def _cut(self, text: str) -> list[tuple[int, Doc]]:
        clean, places = squeezed(text)
        return [(places[offset], doc) for offset, doc in cut(self.nlp, clean)]


def _hints(sentence: Columns, features: Features) -> tuple[Mark, ...]:
    """Return the judging words and phrases; the features tell that most sentences have none."""
    if features.keys().isdisjoint(("lexicon:most_judging_word", "lexicon:judging_phrase")):
        return ()
    found = passages((*judging_words(sentence), *judging_phrases(sentence)))
    return tuple(Mark(one.start, one.end, one.move, BY_WORDS) for one in found)

"""The chain from text to report, its cache and its batches."""

from __future__ import annotations

import gc
from collections import Counter, OrderedDict, deque
from collections.abc import Iterable, Iterator, Sequence, Sized
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Literal

from feedback_nlp import __version__
from feedback_nlp.advice import blank_advice, give_advice, wording_of_warning
from feedback_nlp.characters import lone_surrogate, squeezed
from feedback_nlp.columns import Columns
from feedback_nlp.errors import InputError, PipelineError, TextTooLongError
from feedback_nlp.heads import Heads, load_heads
from feedback_nlp.language import looks_foreign
from feedback_nlp.pipeline import (
    describe_pipeline,
    forget_pipeline,
    has_outgrown,
    load_pipeline,
)
from feedback_nlp.reading import BY_SENTENCE, SentenceAnalysis, SentenceReader
from feedback_nlp.report import Finding, Report, Sentence
from feedback_nlp.scoring import Scores, score_each, score_sentences
from feedback_nlp.segmentation import Piece, parse_columns, split_pieces, split_sentences

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

OnError = Literal["raise", "mark"]
#: A report with the sentences that it is made of and their offsets; none of a text without scores.
Reading = tuple[Report, list[tuple[int, SentenceAnalysis]]]

#: A longer text is refused: it is no piece of feedback, and nobody would read the report.
MAX_CHARS = 100_000
#: Sentences that the cache keeps.
CACHE_SIZE = 4096


class Scorer:
    """Score feedback; get one from `feedback_nlp.load`.

    Parameters
    ----------
    nlp : Language
        The pipeline that `feedback_nlp.pipeline.load_pipeline` returns.
    heads : Heads
        Trained heads.
    max_chars : int, default 100_000
        Longest text, in code points.

    Examples
    --------
    >>> scorer = load()
    >>> scorer("You never listen.").findings[0].cue
    'absolute'
    """

    def __init__(self, nlp: Language, heads: Heads, *, max_chars: int = MAX_CHARS) -> None:
        self.heads = heads
        self.max_chars = max_chars
        self._lock = RLock()
        self._reader: SentenceReader | None = SentenceReader(nlp)
        self._judgmental = frozenset(
            cue.id for cue in self.reader.cues.values() if cue.family == "judgmental"
        )
        self._cache: OrderedDict[str, SentenceAnalysis] = OrderedDict()
        #: Versions that a score depends on.
        self.versions = {
            "feedback_nlp": __version__,
            "heads": heads.version,
            "pipeline": describe_pipeline(),
        }

    def __repr__(self) -> str:
        return f"Scorer(heads={self.heads.version!r})"

    def __call__(self, text: str) -> Report:
        """Score one text.

        Parameters
        ----------
        text : str
            English feedback; blank text is valid and gives a report without scores.

        Raises
        ------
        TextTooLongError
            If the text is longer than `max_chars`.
        InputError
            If `text` is not a string.
        """
        return next(self.score_many([text]))

    def score_many(
        self,
        texts: Iterable[str],
        *,
        batch_size: int = 256,
        n_process: int = 1,
        progress: bool = False,
        on_error: OnError = "raise",
    ) -> Iterator[Report]:
        """Score texts in order, in constant memory.

        Parameters
        ----------
        texts : iterable of str
            Read lazily, `batch_size` at a time.
        batch_size : int, default 256
            Texts that are parsed together.
        n_process : int, default 1
            Processes; each loads its own pipeline.
        progress : bool, default False
            Show a progress bar on standard error.
        on_error : {"raise", "mark"}
            What a text that cannot be scored does: raise, or give a report without scores whose
            `warnings` say why.

        Returns
        -------
        iterator of Report
            One for each text, in order.

        Raises
        ------
        InputError
            If `texts` is a single string, or a number is below 1; later, if a text can't be scored.
        """
        if isinstance(texts, str):
            raise InputError("score_many takes a list of texts; for one text call the scorer.")
        if batch_size < 1 or n_process < 1:
            raise InputError("batch_size and n_process must be 1 or more.")
        reports = (
            self._score_serially(iter(texts), batch_size, on_error)
            if n_process == 1
            else self._score_in_processes(iter(texts), batch_size, n_process, on_error)
        )
        if not progress:
            return reports
        from tqdm.auto import tqdm

        total = len(texts) if isinstance(texts, Sized) else None
        return iter(tqdm(reports, total=total, unit="text", desc="Scoring"))

    def _score_serially(
        self, texts: Iterator[str], batch_size: int, on_error: OnError
    ) -> Iterator[Report]:
        first = 0
        while batch := list(islice(texts, batch_size)):
            yield from self._score_batch(batch, on_error, first)
            first += len(batch)

    def _score_batch(self, batch: list[str], on_error: OnError, first: int) -> list[Report]:
        return [report for report, _ in self.read_batch(batch, on_error=on_error, first=first)]

    def read_batch(
        self, batch: list[str], *, on_error: OnError = "raise", first: int = 0
    ) -> list[Reading]:
        """Score texts together and return each report with the sentences that it is made of.

        A report keeps no features; whoever needs both would have to parse each text twice.

        Parameters
        ----------
        batch : list of str
            Texts.
        on_error : {"raise", "mark"}
            As in `score_many`.
        first : int, default 0
            Number of the first text, for messages.
        """
        with self._lock, _collector_at_rest():
            self._renew()
            problems = [self._problem(text, first + i) for i, text in enumerate(batch)]
            error = next((problem for problem in problems if problem is not None), None)
            if error is not None and on_error == "raise":
                raise error
            clean = [
                ("", ()) if problem is not None else squeezed(text)
                for text, problem in zip(batch, problems, strict=True)
            ]
            pieces = [split_pieces(self.nlp, text) for text, _ in clean]
            analysed = self._analyse([piece for text in pieces for _, piece in text])
            sentences = iter(analysed)
            readings: list[Reading] = []
            for text, (_, places), cuts, problem in zip(
                batch, clean, pieces, problems, strict=True
            ):
                found = [(offset, next(sentences)) for offset, _ in cuts]
                report = (
                    self._report(text, found, places)
                    if problem is None
                    else _unscored(text, str(problem), self.versions)
                )
                readings.append((report, found))
            return readings

    def _renew(self) -> None:
        """Let the pipeline go if it has learnt too many words."""
        if not has_outgrown(self.nlp):
            return
        forget_pipeline(self.nlp)
        # Two pipelines at a time would take the memory that this is to save: the present one goes
        # first, and who next asks for the reader loads another.
        self._reader = None
        gc.collect()

    @property
    def reader(self) -> SentenceReader:
        """What finds cues and features in sentences; waits while the pipeline is renewed."""
        with self._lock:
            if self._reader is None:
                self._reader = SentenceReader(load_pipeline())
            return self._reader

    @property
    def nlp(self) -> Language:
        """The spaCy pipeline; another one once it has learnt too many words."""
        return self.reader.nlp

    def _problem(self, text: str, number: int) -> InputError | None:
        if not isinstance(text, str):
            return InputError(
                f"Text {number} is {type(text).__name__}, not a string; leave it out or use ''."
            )
        if len(text) > self.max_chars:
            return TextTooLongError(
                f"Text {number} has {len(text):,} characters and the limit is"
                f" {self.max_chars:,}; score it in parts."
            )
        if (place := lone_surrogate(text)) is not None:
            return InputError(
                f"Text {number} has half a character at position {place}, which no file can"
                " hold; read it again with its encoding, or leave that out."
            )
        return None

    def _analyse(self, pieces: list[Piece]) -> list[SentenceAnalysis]:
        """Analyse sentences; equal ones once, known ones from the cache."""
        known: dict[str, SentenceAnalysis] = {}
        fresh: dict[str, Piece] = {}
        for piece in pieces:
            text = piece.text
            if text in known or text in fresh:
                continue
            if text in self._cache:
                self._cache.move_to_end(text)
                known[text] = self._cache[text]
            else:
                fresh[text] = piece
        parsed = parse_columns(self.nlp, (piece.tokenize(self.nlp) for piece in fresh.values()))
        for text, sentence in zip(fresh, self._score(parsed), strict=True):
            known[text] = self._cache[text] = sentence
        while len(self._cache) > CACHE_SIZE:
            self._cache.popitem(last=False)
        return [known[piece.text] for piece in pieces]

    def analyse_sentence(self, doc: Doc) -> SentenceAnalysis:
        """Find the cues of one parsed sentence and score it alone."""
        with self._lock:
            return self._score([Columns(doc)])[0]

    def _score(self, sentences: Iterable[Columns]) -> list[SentenceAnalysis]:
        read = [self.reader.read_columns(sentence) for sentence in sentences]
        return score_each(read, self.heads, self._judgmental)

    def report_for_doc(self, doc: Doc) -> Report:
        """Score a Doc by its own parse, whichever pipeline made it.

        Nothing is put right or left out: typographic apostrophes are read as that pipeline read
        them, and greetings, signatures and quoted lines count.

        Raises
        ------
        PipelineError
            If the Doc has no parse or no tags.
        TextTooLongError
            If the text is longer than `max_chars`.
        """
        if len(doc) and not (doc.has_annotation("DEP") and doc.has_annotation("TAG")):
            raise PipelineError(
                "feedback_nlp needs a parser and a tagger before it in the pipeline;"
                ' add it last to a pipeline such as "en_core_web_sm".'
            )
        if (problem := self._problem(doc.text, 0)) is not None:
            raise problem
        with self._lock:
            pieces = [
                (doc[start].idx, doc[start:end].as_doc()) for start, end in split_sentences(doc)
            ]
            analysed = [(offset, self.analyse_sentence(piece)) for offset, piece in pieces]
            return self._report(doc.text, analysed, range(len(doc.text)))

    def _report(
        self, text: str, sentences: list[tuple[int, SentenceAnalysis]], places: Sequence[int]
    ) -> Report:
        """Return what is known of a text; `places` tell where the characters read stand in it."""
        if not sentences:
            return _unscored(text, "", self.versions)
        scores = score_sentences([sentence for _, sentence in sentences], self.heads)
        findings = self._findings(text, sentences, scores, places)
        scored = tuple(
            # From the text itself: in the sentence, swapped letters are put right.
            Sentence(start, end, text[start:end], s.suggestion, s.tone[0])
            for offset, s in sentences
            for start, end in [_given(places, offset, offset + len(s.text))]
        )
        warnings = (wording_of_warning("language"),) if looks_foreign(text) else ()
        return Report(
            text=text,
            actionability=scores.actionability,
            judgmental=scores.judgmental,
            evidence=scores.evidence,
            suggestion=scores.suggestion,
            connection=scores.connection,
            gap=scores.gap,
            qual=scores.qual,
            tone=scores.tone,
            findings=findings,
            sentences=scored,
            advice=give_advice(findings, self.reader.cues, scored),
            points={
                "actionability": scores.actionability_points,
                "judgmental": scores.judgmental_points,
            },
            warnings=warnings,
            versions=self.versions,
        )

    def _findings(
        self, text: str, sentences: list[tuple[int, SentenceAnalysis]], scores: Scores,
        places: Sequence[int],
    ) -> tuple[Finding, ...]:  # fmt: skip
        count = Counter(
            mark.cue
            for _, sentence in sentences
            for mark in sentence.marks
            if mark.rule != BY_SENTENCE
        )
        findings = []
        for offset, sentence in sentences:
            for mark, points in zip(sentence.marks, sentence.mark_points, strict=True):
                cue = self.reader.cues[mark.cue]
                weight = points
                if cue.family != "judgmental" and mark.rule != BY_SENTENCE:
                    weight = scores.actionability_points.get(mark.cue, 0.0) / count[mark.cue]
                start, end = _given(places, offset + mark.start, offset + mark.end)
                findings.append(
                    Finding(
                        cue=cue.id,
                        family=cue.family,
                        title=cue.title,
                        start=start,
                        end=end,
                        text=text[start:end],
                        rule=mark.rule,
                        weight=weight,
                        why=cue.why,
                        ask=cue.ask,
                    )
                )
        return tuple(sorted(findings, key=lambda f: (f.start, -f.end, f.cue)))

    def _score_in_processes(
        self, texts: Iterator[str], batch_size: int, n_process: int, on_error: OnError
    ) -> Iterator[Report]:
        import multiprocessing
        from concurrent.futures import Future, ProcessPoolExecutor

        # Spawned, not forked: a notebook kernel has threads, and forking threads can deadlock.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(
            n_process, mp_context=context, initializer=_start_worker,
            initargs=(self.heads, self.max_chars),
        ) as pool:  # fmt: skip
            waiting: deque[Future[list[Report]]] = deque()
            first = 0
            while True:
                while len(waiting) < 2 * n_process and (batch := list(islice(texts, batch_size))):
                    waiting.append(pool.submit(_work, batch, on_error, first))
                    first += len(batch)
                if not waiting:
                    return
                yield from waiting.popleft().result()


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Keep the garbage collector from running, if it does.

    A batch makes many objects that stay for a while, such as features and reports, and none that
    refer to each other in a circle; loading makes many that stay for good. The collector would go
    through them again and again.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


_worker: Scorer | None = None


def _start_worker(heads: Heads, max_chars: int) -> None:
    global _worker
    _worker = Scorer(load_pipeline(), heads, max_chars=max_chars)


def _work(batch: list[str], on_error: OnError, first: int) -> list[Report]:
    assert _worker is not None
    return _worker._score_batch(batch, on_error, first)


def _given(places: Sequence[int], start: int, end: int) -> tuple[int, int]:
    """Return where a passage stands in the text as given."""
    return places[start], places[end - 1] + 1


def _unscored(text: str, warning: str, versions: dict[str, str]) -> Report:
    return Report(
        text=text,
        actionability=None,
        judgmental=None,
        evidence=None,
        suggestion=None,
        connection=None,
        gap=None,
        qual=None,
        tone=None,
        advice=() if warning else blank_advice(),
        warnings=(warning,) if warning else (),
        versions=versions,
    )


def load(path: str | Path | None = None) -> Scorer:
    """Load the pipeline and the heads; nothing is fetched from a network.

    Parameters
    ----------
    path : path, optional
        Folder with other heads than the shipped ones, as `feedback-nlp train` writes it.

    Raises
    ------
    PipelineError
        If the spaCy pipeline is missing, of another version, or altered.
    HeadsError
        If the heads are missing, altered, or of another version.
    """
    with _collector_at_rest():
        heads = load_heads(None if path is None else Path(path))
        return Scorer(load_pipeline(), heads)

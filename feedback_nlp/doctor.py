"""What is installed, what is missing, and which command mends it."""

from __future__ import annotations

import json
import platform
import shutil
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import Any

from feedback_nlp.errors import FeedbackError

# The project is on no registry, so no command here asks one for it by name.
_SETUP = "make setup, in the folder of the project"
_CORE = ("feedback-nlp", "spacy", "scikit-learn", "skops", "pandas", "numpy")
_OPTIONAL = ("jupyterlab", "ipywidgets", "anywidget", "voila")
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was looked at.

    Attributes
    ----------
    name : str
        What it is.
    ok : bool
        Whether it is there and sound.
    detail : str
        Version or what is wrong.
    needed : bool
        Whether scoring needs it.
    mend : str
        What mends it; empty if it is ok.
    """

    name: str
    ok: bool
    detail: str
    needed: bool = True
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The state of an installation; ``str()`` gives it aligned for people."""

    items: tuple[Item, ...]

    @property
    def can_score(self) -> bool:
        """Whether everything that scoring needs is sound."""
        return all(item.ok for item in self.items if item.needed)

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain types."""
        return {"can_score": self.can_score, "items": [asdict(item) for item in self.items]}

    def to_json(self) -> str:
        """Everything as a JSON document."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)

    def __str__(self) -> str:
        width = max((len(item.name) for item in self.items), default=0)
        lines = []
        for item in self.items:
            word = "ok" if item.ok else "missing"
            mark = "✓" if item.ok else "✗"
            extra = "" if item.needed else "  (optional)"
            lines.append(f"{mark} {word:<7}  {item.name:<{width}}  {item.detail}{extra}".rstrip())
            if item.mend:
                lines.append(f"{'':<{width + 13}}to mend: {item.mend}")
        if not self.can_score:
            lines.append("Scoring does not work until what is missing above is mended.")
        elif all(item.ok for item in self.items):
            lines.append("Everything is there.")
        else:
            lines.append("Scoring works; what is missing above is optional.")
        return "\n".join(lines)


def diagnose() -> Diagnosis:
    """Look at versions, pipeline, heads, notebook parts and browser; change nothing."""
    return Diagnosis(
        (
            Item("python", True, platform.python_version()),
            *(_package(name) for name in _CORE),
            _pipeline(),
            _heads(),
            *(_package(name, needed=False) for name in _OPTIONAL),
            _browser(),
        )
    )


def _package(name: str, *, needed: bool = True) -> Item:
    try:
        return Item(name, True, metadata.version(name), needed)
    except metadata.PackageNotFoundError:
        mend = _SETUP if name == "feedback-nlp" else f"pip install {name}"
        return Item(name, False, "not installed", needed, mend)


def _pipeline() -> Item:
    from feedback_nlp.pipeline import find_pipeline, verify_pipeline

    try:
        package = find_pipeline()
        verify_pipeline(package)
    except FeedbackError as error:
        return _broken("pipeline", error, _SETUP)
    return Item("pipeline", True, f"{package.name} {package.version}, files as published")


def _heads() -> Item:
    from feedback_nlp.heads import heads_folder, verify_heads

    try:
        meta = verify_heads(heads_folder())
    except FeedbackError as error:
        return _broken("heads", error, "feedback-nlp train")
    parts = [f"version {meta['heads_version']}", "file unaltered"]
    if examples := meta.get("examples"):
        parts.append(f"trained on {examples['train']} own examples")
    if sets := meta.get("public_sets"):
        parts.append(f"{len(sets)} public sets")
    return Item("heads", True, ", ".join(parts))


def _broken(name: str, error: FeedbackError, mend: str) -> Item:
    # The core's errors end in what mends them, which has its own line here.
    detail, _, advice = str(error).rstrip(".").rpartition("; ")
    if advice.startswith("run"):
        return Item(name, False, detail, mend=advice.removeprefix("run").lstrip(": "))
    return Item(name, False, str(error), mend=mend)


def _browser() -> Item:
    found = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        mend = "install Chromium, on Debian with: apt-get install chromium"
        return Item("chromium", False, "not found; tests of the notebook need it", False, mend)
    return Item("chromium", True, found, needed=False)

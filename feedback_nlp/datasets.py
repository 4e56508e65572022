"""The public sets that the heads are trained on, read from a local folder and verified."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import pandas as pd

from feedback_nlp.errors import DataError

#: Names the folder that holds the public sets.
DATA_VARIABLE = "FEEDBACK_NLP_DATA"


@dataclass(frozen=True, slots=True)
class LabelledText:
    """One text of a public set with a yes/no label."""

    text: str
    label: int
    group: str
    source: str


def data_folder(given: Path | None = None) -> Path:
    """Return the folder of the public sets.

    Raises
    ------
    DataError
        If none is named or it doesn't exist.
    """
    name = str(given) if given is not None else os.environ.get(DATA_VARIABLE, "")
    if not name:
        raise DataError(
            f"The public sets are needed: set {DATA_VARIABLE} to their folder, or use --data."
        )
    folder = Path(name)
    if not folder.is_dir():
        raise DataError(
            f"{folder} is not a folder; set {DATA_VARIABLE} to that of the public sets."
        )
    return folder


def manifest() -> dict[str, dict[str, str]]:
    """Return origin, licence, path and sha256 of every public set, by name."""
    packaged = Path(str(resources.files("feedback_nlp") / "_data" / "manifest.json"))
    checkout = Path(__file__).resolve().parent.parent / "data" / "manifest.json"
    path = packaged if packaged.is_file() else checkout
    return dict(json.loads(path.read_text(encoding="utf-8")))


def read_set(name: str, folder: Path) -> pd.DataFrame:
    """Verify and read one public set.

    Raises
    ------
    DataError
        If it is unknown, missing or altered.
    """
    entry = manifest().get(name)
    if entry is None:
        raise DataError(f"There is no set {name!r}; there are {', '.join(manifest())}.")
    path = folder / entry["path"]
    if not path.is_file():
        raise DataError(f"The set {name} is not at {path}; get it from {entry['origin']}.")
    if hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
        raise DataError(f"{path} is not the published file (its sha256 differs); get it again.")
    return pd.read_parquet(path)


def _rows(frame: pd.DataFrame, label: pd.Series, source: str) -> list[LabelledText]:
    columns = (frame["text"], label.astype(int), frame["text_group"].astype(str))
    return [
        LabelledText(text, int(y), f"{source}:{group}", source)
        for text, y, group in zip(*columns, strict=True)
    ]


def suggestion_sets(folder: Path) -> dict[str, list[LabelledText]]:
    """Return the training rows that teach what a suggestion is, by set.

    Only the official training parts are read where a set has a split.
    """
    review = read_set("f1000rd_pragmatics", folder)
    review = review[review["split"] != "test"]
    advice = read_set("advice_reddit", folder)
    advice = advice[advice["split"] == "train"]
    mail = read_set("email_intent", folder)
    mail = mail[mail["split"] == "train"]
    tutor = read_set("mrbench_v3_tutor_responses", folder)
    tutor = tutor[tutor["Actionability"].isin(["Yes", "No"])]
    return {
        "f1000rd_pragmatics": _rows(review, review["prag"] == "Todo", "f1000rd_pragmatics"),
        "advice_reddit": _rows(advice, advice["Majority_label"] == 1, "advice_reddit"),
        "email_intent": _rows(mail, mail["intent"] == "Yes", "email_intent"),
        "mrbench_v3_tutor_responses": _rows(
            tutor, tutor["Actionability"] == "Yes", "mrbench_v3_tutor_responses"
        ),
    }


def tone_sets(folder: Path) -> dict[str, list[LabelledText]]:
    """Return the training rows that teach tone, by set.

    Talk-page comments give the hostile end; sentences of open peer reviews, which are critical
    and almost never personal, give negative content that is no judgment of a person.
    """
    talk = read_set("wiki_toxicity", folder)
    review = read_set("f1000rd_pragmatics", folder)
    review = review[(review["split"] != "test") & review["prag"].isin(["Weakness", "Todo"])]
    return {
        "wiki_toxicity": _rows(talk, talk["toxic"] == 1, "wiki_toxicity"),
        "f1000rd_pragmatics": _rows(review, review["prag"] == "none", "f1000rd_pragmatics"),
    }

"""The public sets that the heads are trained on, read from a local folder and verified."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd

from feedback_nlp.catalogue import PublicSet, check_set, fetch_set, public_sets
from feedback_nlp.errors import DataError

__all__ = [
    "DATA_VARIABLE", "UNHEALTHY", "LabelledText", "Measurement", "PublicSet", "check_set",
    "cross_domain_sets", "data_folder", "fetch_set", "human_tutors", "manifest", "public_sets",
    "read_set", "training_sets",
]  # fmt: skip

#: Names the folder that holds the public sets.
DATA_VARIABLE = "FEEDBACK_NLP_DATA"


@dataclass(frozen=True, slots=True)
class LabelledText:
    """One text of a public set.

    `labels` holds 0 or 1 for each head that the set says something about.
    """

    text: str
    labels: dict[str, int]
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


def manifest() -> dict[str, dict[str, Any]]:
    """Return origin, page, licence, path, columns and sha256 of every public set, by name."""
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
    frame = pd.read_parquet(path)
    if absent := [column for column in entry.get("columns", ()) if column not in frame]:
        raise DataError(
            f"{path} lacks the column {absent[0]!r} that the manifest names; correct the manifest."
        )
    return frame


def _rows(name: str, frame: pd.DataFrame, labels: Iterable[dict[str, int]]) -> list[LabelledText]:
    columns = (frame["text"], labels, frame["text_group"].astype(str))
    return [
        LabelledText(text, given, f"{name}:{group}", name)
        for text, given, group in zip(*columns, strict=True)
    ]


def _review_labels(act: str) -> dict[str, int]:
    """Return what the act of a review sentence (Kuznetsov et al. 2022) says by the codebook.

    Reviews are critical and almost never personal: weaknesses and requests are no judgment of a
    person. A recap or a heading says nothing about the work; a weakness names what is wrong.
    """
    labels = {"suggestion": int(act == "Todo"), "gap": int(act in {"Todo", "Weakness"})}
    if act in {"Todo", "Weakness"}:
        labels |= dict.fromkeys(("tone_1", "tone_2", "tone_3"), 0)
    if act != "Todo":
        labels["evidence_1"] = int(act in {"Weakness", "Strength"})
    if act in {"Weakness", "Strength", "Structure", "Other"}:
        labels["evidence_2"] = int(act == "Weakness")
    return labels


def training_sets(folder: Path) -> dict[str, list[LabelledText]]:
    """Return the public training rows by set; official test parts are left out.

    Raises
    ------
    DataError
        If a set is missing or altered.
    """
    review = read_set("f1000rd_pragmatics", folder)
    review = review[review["split"] != "test"]
    advice = read_set("advice_reddit", folder)
    advice = advice[advice["split"] == "train"]
    mail = read_set("email_intent", folder)
    mail = mail[mail["split"] == "train"]
    tutor = read_set("mrbench_v3_tutor_responses", folder)
    tutor = tutor[tutor["Actionability"].isin(["Yes", "No"])]
    talk = read_set("wiki_toxicity", folder)
    labels: dict[str, tuple[pd.DataFrame, list[dict[str, int]]]] = {
        "f1000rd_pragmatics": (review, [_review_labels(act) for act in review["prag"]]),
        "advice_reddit": (advice, [{"suggestion": int(y)} for y in advice["Majority_label"] == 1]),
        "email_intent": (mail, [{"suggestion": int(y)} for y in mail["intent"] == "Yes"]),
        "mrbench_v3_tutor_responses": (
            tutor, [{"suggestion": int(y)} for y in tutor["Actionability"] == "Yes"]
        ),
        # A toxic comment judges clearly; whether it is hostile (level 3) is not known.
        "wiki_toxicity": (
            talk,
            [
                {"tone_1": 1, "tone_2": 1} if y else {"tone_1": 0, "tone_2": 0, "tone_3": 0}
                for y in talk["toxic"] == 1
            ],
        ),
    }  # fmt: skip
    return {name: _rows(name, frame, given) for name, (frame, given) in labels.items()}


@dataclass(frozen=True)
class Measurement:
    """A public set as a test of one score; no head may have been trained on it.

    Attributes
    ----------
    set, measure : str
        Name of the set and what is told apart.
    score : str
        Which score of a report is measured.
    texts, labels : list
        Texts and 0/1 labels.
    target : float or None
        AUC that the project aims at.
    """

    set: str
    measure: str
    score: str
    texts: list[str]
    labels: list[int]
    target: float | None = None


#: The six attributes of the unhealthy comments (Price et al. 2020).
UNHEALTHY: dict[str, float | None] = {
    "antagonize": None, "condescending": 0.70, "dismissive": 0.72,
    "generalisation_unfair": None, "hostile": 0.80, "sarcastic": None,
}  # fmt: skip


def cross_domain_sets(folder: Path) -> list[Measurement]:
    """Return the sets that are only ever measured on, with the score that each is a test of.

    Raises
    ------
    DataError
        If a set is missing or altered.
    """

    def measurement(
        name: str, measure: str, score: str, frame: pd.DataFrame, label: pd.Series,
        target: float | None,
    ) -> Measurement:  # fmt: skip
        labels = label.astype(int).tolist()
        return Measurement(name, measure, score, frame["text"].tolist(), labels, target)

    review = read_set("disapere_review_sentences", folder)
    review = review[review["split"] == "test"]
    points = read_set("react", folder)
    forum = read_set("semeval2019_task9_suggestions", folder)
    phones, hotels = (forum[forum["split"] == split] for split in ("test", "test_B"))
    comments = read_set("unhealthy_comments_valtest", folder)
    any_of = comments[list(UNHEALTHY)].max(axis=1) == 1
    request = review["review_action"] == "arg_request"
    actionable = points["Label1"] == "actionable"
    semeval = "semeval2019_task9_suggestions"
    unhealthy = "unhealthy_comments_valtest"
    return [
        measurement(
            "disapere_review_sentences", "request (test part)", "suggestion", review, request, 0.90
        ),
        measurement("react", "actionable", "actionability", points, actionable, 0.80),
        measurement(semeval, "suggestion (A test)", "suggestion", phones, phones["label"], 0.92),
        measurement(semeval, "suggestion (B test)", "suggestion", hotels, hotels["label"], 0.90),
        measurement(unhealthy, "any of the six", "judgmental", comments, any_of, 0.70),
        *(
            measurement(
                unhealthy,
                name,
                "judgmental",
                comments,
                comments[name],
                target,
            )
            for name, target in UNHEALTHY.items()
        ),
    ]


def human_tutors(folder: Path) -> pd.Series:
    """Return for each text of MRBench by a human tutor whether it is actionable (Yes, not No)."""
    tutor = read_set("mrbench_v3_tutor_responses", folder)
    human = tutor[tutor["tutor"].isin(["Expert", "Novice"])]
    human = human[human["Actionability"].isin(["Yes", "No"])]
    return pd.Series((human["Actionability"] == "Yes").astype(int).tolist(), index=human["text"])

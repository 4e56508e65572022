"""The public sets that the heads are trained on, read from a local folder and verified."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from feedback_nlp.catalogue import PublicSet, check_set, fetch_set, public_sets
from feedback_nlp.errors import DataError
from feedback_nlp.relabelling import (
    Labels,
    Passage,
    as_heads,
    read_ratings,
    settled,
    shipped_labels,
)
from feedback_nlp.shipped import shipped_file

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
    return dict(json.loads(shipped_file("manifest.json").read_text(encoding="utf-8")))


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


#: Sets whose texts teach no suggestion where we and the publisher disagree. Mail asks for
#: information as often as for deeds: its publisher calls both a request, as reviewers would, and
#: by the codebook only the second suggests.
_DOUBTED = {"email_intent"}
#: What the publishers say of a passage of a text, by the row of the text.
Published = Callable[[pd.Series, Passage], dict[str, int]]


def _rows(
    name: str, frame: pd.DataFrame, published: Published, ours: Mapping[Passage, Labels]
) -> list[LabelledText]:
    """Return the labelled texts of a set; what we labelled by the codebook takes our labels."""
    texts = {str(row["id"]): row for _, row in frame.iterrows()}
    mine = {passage: labels for passage, labels in ours.items() if passage.set == name}
    if absent := [passage.id for passage in mine if passage.id not in texts]:
        raise DataError(
            f"The labels of public texts name {absent[0]!r} of {name}, which its training part"
            " lacks; take the line out."
        )
    passages = dict.fromkeys([*(Passage(name, key) for key in texts), *mine])
    rows = []
    for passage in passages:
        row = texts[passage.id]
        theirs, own = published(row, passage), as_heads(mine.get(passage, {}))
        labels = theirs | own
        if name in _DOUBTED and "suggestion" in own and own["suggestion"] != theirs["suggestion"]:
            del labels["suggestion"]
        if "gap" in labels and labels.get("suggestion"):
            labels["gap"] = 1
        group = f"{name}:{row['text_group']}"
        rows.append(LabelledText(passage.of(row["text"]), labels, group, name))
    return [row for row in rows if row.labels]


def _claim_labels(row: pd.Series, passage: Passage) -> dict[str, int]:
    """Return what the claims of a review that stand in a passage (Guo et al. 2023) say of a gap.

    A negative claim, or a reason for one, points at something that could be otherwise; positive
    ones alone point at nothing.
    """
    if passage.start is None or passage.end is None:
        return {}
    inside = [
        kind.split("_")[1]
        for start, end, kind in json.loads(row["spans"])
        if start < passage.end and passage.start < end
    ]
    if "neg" in inside:
        return {"gap": 1}
    return {"gap": 0} if "pos" in inside else {}


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


def training_sets(folder: Path, ratings: Path | None = None) -> dict[str, list[LabelledText]]:
    """Return the public training rows by set; official test parts are left out.

    Parameters
    ----------
    folder : Path
        Folder of the public sets.
    ratings : Path, optional
        Our own labels of their texts; by default those that come with the package.

    Raises
    ------
    DataError
        If a set or the labels are missing or altered.
    """
    ours = settled(read_ratings(ratings or shipped_labels()))
    review = read_set("f1000rd_pragmatics", folder)
    review = review[review["split"] != "test"]
    advice = read_set("advice_reddit", folder)
    advice = advice[advice["split"] == "train"]
    mail = read_set("email_intent", folder)
    mail = mail[mail["split"] == "train"]
    tutor = read_set("mrbench_v3_tutor_responses", folder)
    tutor = tutor[tutor["Actionability"].isin(["Yes", "No"])]
    talk = read_set("wiki_toxicity", folder)
    paper = read_set("substanreview", folder)
    paper = paper[paper["split"] == "train"]
    sets: dict[str, tuple[pd.DataFrame, Published]] = {
        "f1000rd_pragmatics": (review, lambda row, _: _review_labels(row["prag"])),
        "advice_reddit": (
            advice, lambda row, _: {"suggestion": int(row["Majority_label"] == 1)}
        ),
        "email_intent": (mail, lambda row, _: {"suggestion": int(row["intent"] == "Yes")}),
        "mrbench_v3_tutor_responses": (
            tutor, lambda row, _: {"suggestion": int(row["Actionability"] == "Yes")}
        ),
        # A toxic comment judges clearly; whether it is hostile (level 3) is not known. What is
        # not toxic may still talk down, so it says nothing.
        "wiki_toxicity": (
            talk, lambda row, _: {"tone_1": 1, "tone_2": 1} if row["toxic"] == 1 else {}
        ),
        "substanreview": (paper, _claim_labels),
        # Labelled for other things than the codebook's: only our labels count.
        "stanford_politeness": (read_set("stanford_politeness", folder), lambda *_: {}),
        "receptiveness": (read_set("receptiveness", folder), lambda *_: {}),
    }  # fmt: skip
    if unknown := sorted({passage.set for passage in ours} - set(sets)):
        raise DataError(
            f"The labels of public texts name the set {unknown[0]!r}, which is not trained on;"
            f" there are {', '.join(sets)}."
        )
    return {name: _rows(name, *given, ours) for name, given in sets.items()}


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


#: Which rows ask for something or suggest it, in the sets that have parts beside the measured ones.
ASKING: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "disapere_review_sentences": lambda rows: rows["review_action"] == "arg_request",
    "semeval2019_task9_suggestions": lambda rows: rows["label"] == 1,
}


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
    actionable = points["Label1"] == "actionable"
    disapere, semeval = "disapere_review_sentences", "semeval2019_task9_suggestions"
    requests, suggests = ASKING[disapere], ASKING[semeval]
    unhealthy = "unhealthy_comments_valtest"
    return [
        measurement(disapere, "request (test part)", "suggestion", review, requests(review), 0.90),
        measurement("react", "actionable", "actionability", points, actionable, 0.80),
        measurement(semeval, "suggestion (A test)", "suggestion", phones, suggests(phones), 0.92),
        measurement(semeval, "suggestion (B test)", "suggestion", hotels, suggests(hotels), 0.90),
        # The attributes go from talking down to contempt, so that the graded score is asked.
        measurement(
            unhealthy, "any of the six (probability)", "judgmental", comments, any_of, None
        ),
        measurement(unhealthy, "any of the six", "tone", comments, any_of, 0.70),
        *(
            measurement(unhealthy, name, "tone", comments, comments[name], target)
            for name, target in UNHEALTHY.items()
        ),
    ]


def human_tutors(folder: Path) -> pd.Series:
    """Return for each text of MRBench by a human tutor whether it is actionable (Yes, not No)."""
    tutor = read_set("mrbench_v3_tutor_responses", folder)
    human = tutor[tutor["tutor"].isin(["Expert", "Novice"])]
    human = human[human["Actionability"].isin(["Yes", "No"])]
    return pd.Series((human["Actionability"] == "Yes").astype(int).tolist(), index=human["text"])

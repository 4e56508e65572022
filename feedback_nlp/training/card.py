"""The model card, generated from what the training run measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from feedback_nlp.pages import render

CARD_NAME = "README.md"
#: What `feedback-nlp evaluate --card` lays beside the heads.
EVALUATION_NAME = "evaluation.json"


def write_card(folder: Path) -> Path:
    """Render the model card from ``heads.json`` in `folder`; return its path."""
    meta = json.loads((folder / "heads.json").read_text(encoding="utf-8"))
    path = folder / CARD_NAME
    path.write_text(render_card(meta, read_evaluation(folder)), encoding="utf-8")
    return path


def read_evaluation(folder: Path) -> dict[str, Any] | None:
    """Return what the last evaluation of these heads found; None if there is none."""
    path = folder / EVALUATION_NAME
    if not path.is_file():
        return None
    figures: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    meta = json.loads((folder / "heads.json").read_text(encoding="utf-8"))
    # Figures of other heads would be lies about these.
    return figures if figures["heads_sha256"] == meta["sha256"] else None


def render_card(meta: dict[str, Any], evaluation: dict[str, Any] | None = None) -> str:
    """Return the model card as Markdown."""
    from feedback_nlp.cues import load_cues
    from feedback_nlp.scoring import ACTIONABILITY_WEIGHTS

    return render(
        "training/model_card.md.jinja",
        meta=meta,
        cues=load_cues(),
        weights=ACTIONABILITY_WEIGHTS,
        evaluation=evaluation,
    )

"""The model card, generated from what the training run measured."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

CARD_NAME = "README.md"


def write_card(folder: Path) -> Path:
    """Render the model card from ``heads.json`` in `folder`; return its path."""
    meta = json.loads((folder / "heads.json").read_text(encoding="utf-8"))
    path = folder / CARD_NAME
    path.write_text(render_card(meta), encoding="utf-8")
    return path


def render_card(meta: dict[str, Any]) -> str:
    """Return the model card as Markdown."""
    from jinja2 import Environment, StrictUndefined

    from feedback_nlp.cues import load_cues
    from feedback_nlp.scoring import ACTIONABILITY_WEIGHTS

    # Markdown for a file, not HTML for a page: nothing to escape.
    environment = Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    environment.filters["f3"] = lambda value: f"{value:.3f}"
    source = resources.files("feedback_nlp") / "training" / "model_card.md.jinja"
    template = environment.from_string(source.read_text(encoding="utf-8"))
    return template.render(meta=meta, cues=load_cues(), weights=ACTIONABILITY_WEIGHTS) + "\n"

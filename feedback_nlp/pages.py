"""Figures as files: JSON for machines, and Markdown pages from the templates of the package."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any


def render(template: str, **values: Any) -> str:
    """Return a page as Markdown.

    Parameters
    ----------
    template : str
        Path of the template in the package, such as ``"training/model_card.md.jinja"``.
    **values
        What the template asks for.
    """
    from jinja2 import Environment, StrictUndefined

    # Markdown for a file, not HTML for a page: nothing to escape.
    environment = Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    environment.filters["f3"] = lambda value: f"{value:.3f}"
    environment.filters["f3_or_dash"] = lambda value: "–" if value is None else f"{value:.3f}"
    environment.filters["line"] = lambda text: " ".join(str(text).split()).replace("|", "\\|")
    source = resources.files("feedback_nlp").joinpath(*template.split("/"))
    page = environment.from_string(source.read_text(encoding="utf-8"))
    return page.render(**values) + "\n"


def write_figures(figures: dict[str, Any], path: Path) -> None:
    """Write figures as JSON, in an order that the same figures always have."""
    text = json.dumps(figures, indent=1, ensure_ascii=False, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")

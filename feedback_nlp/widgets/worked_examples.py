"""Worked examples: a draft in three steps, each as the scorer really reads it."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import ipywidgets

from feedback_nlp.rendering import segments
from feedback_nlp.report import Report
from feedback_nlp.widgets.draft_coach import DraftCoach
from feedback_nlp.widgets.passage import Passage
from feedback_nlp.widgets.scoring_widget import ScoringWidget
from feedback_nlp.words import actionability_words, tone_words

if TYPE_CHECKING:
    from jinja2 import Template

logger = logging.getLogger(__name__)


@cache
def worked_examples() -> Mapping[str, Any]:
    """Return the examples and the wording of ``worked_examples.toml``."""
    path = resources.files("feedback_nlp") / "widgets" / "worked_examples.toml"
    return dict(tomllib.loads(path.read_text(encoding="utf-8")))


class WorkedExamples(ScoringWidget, ipywidgets.VBox):
    """Drafts that grow better step by step, with a button that puts one into the editor.

    Parameters
    ----------
    coach : DraftCoach, optional
        The editor; without it there is no such button.
    scorer : callable, optional
        Returns a `Report` for a text; the one of the editors by default.
    """

    def __init__(
        self, coach: DraftCoach | None = None, *, scorer: Callable[[str], Report] | None = None
    ) -> None:
        self._coach = coach
        # The examples are on screen at once; how they read follows.
        self._start(scorer)
        examples = worked_examples()["example"]
        boxes = [self._example(example) for example in examples]
        tabs = ipywidgets.Tab(boxes, titles=[example["title"] for example in examples])
        super().__init__([tabs])
        self.add_class("fnlp-examples")

    def _example(self, example: Mapping[str, Any]) -> ipywidgets.VBox:
        screen = worked_examples()["screen"]
        steps = example["step"]
        names = [f"{number}. {step['name']}" for number, step in enumerate(steps, start=1)]
        choice = ipywidgets.ToggleButtons(options=[(n, i) for i, n in enumerate(names)])
        readings = [step_html(step, None) for step in steps]
        shown = Passage(readings[0])
        said = ipywidgets.HTML()
        button = ipywidgets.Button(description=screen["try_it"])

        def show(_: Any) -> None:
            shown.html = readings[choice.value]
            said.value = ""

        def read() -> None:
            try:
                scorer = self._ensure_scorer()
                readings[:] = [step_html(step, scorer(step["text"])) for step in steps]
            except Exception:
                # The texts stay on screen; the editor says what is wrong with the scorer.
                logger.exception("The worked examples could not be read")
            show(None)

        def put(_: Any) -> None:
            assert self._coach is not None
            if self._coach.text.strip() and self._coach.text not in _all_texts():
                said.value = f"<p role='status'>{screen['occupied']}</p>"
                return
            self._coach.text = steps[choice.value]["text"]
            said.value = f"<p role='status'>{screen['tried']}</p>"

        choice.observe(show, names="value")
        button.on_click(put)
        self._submit(read)
        foot = [] if self._coach is None else [ipywidgets.HBox([button, said])]
        return ipywidgets.VBox([choice, shown, *foot])


@cache
def _all_texts() -> frozenset[str]:
    return frozenset(s["text"] for e in worked_examples()["example"] for s in e["step"])


def step_html(step: Mapping[str, str], report: Report | None) -> str:
    """Return one step as HTML: the text with its marks, both scores in words, and what to see."""
    scores = []
    if report is not None:
        scores = [
            ("Actionable", round(100 * (report.actionability or 0.0)), actionability_words(report)),
            ("Judging", round(100 * (report.judgmental or 0.0)), tone_words(report)),
        ]
    # A judgment is what to see first where marks lie on each other.
    pieces = [
        (
            piece["text"],
            max(piece["findings"], key=lambda f: f.family == "judgmental", default=None),
        )
        for piece in ([] if report is None else segments(report))
    ]
    return _template().render(
        step=step, pieces=pieces, scores=scores, loading=worked_examples()["screen"]["loading"]
    )


_HTML = """\
<blockquote dir="auto">
{%- for text, found in pieces -%}
{%- if found %}<mark class="fnlp-{{ found.family }}" title="{{ found.title }}">{{ text }}</mark>
{%- else %}{{ text }}{% endif -%}
{%- else %}{{ step.text }}{% endfor -%}
</blockquote>
<p class="fnlp-scores">{% for title, value, words in scores -%}
<span><strong>{{ title }}</strong> {{ value }} of 100, {{ words }}</span>
{%- else %}{{ loading }}{% endfor %}</p>
<p>{{ step.note }}</p>"""


@cache
def _template() -> Template:
    from jinja2 import Environment

    return Environment(autoescape=True).from_string(_HTML)

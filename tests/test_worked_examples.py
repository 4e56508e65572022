"""The worked examples show what they promise, and never cost a writer's words."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("ipywidgets")

from feedback_nlp.widgets import DraftCoach, WorkedExamples
from feedback_nlp.widgets.worked_examples import step_html, worked_examples
from feedback_nlp.words import tone_words

EXAMPLES = worked_examples()["example"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e["title"])
def test_examples_get_better_by_the_scores(example: Any, scorer: Any) -> None:
    """Each step can be acted on better, and the last one does not judge and gives all parts."""
    reports = [scorer(step["text"]) for step in example["step"]]
    scores = [report.actionability for report in reports]
    assert scores == sorted(scores)
    assert scores[-1] > scores[0] + 0.3
    assert tone_words(reports[-1]) == "describes"
    assert all(reports[-1].parts.values())


def test_examples_are_on_screen_before_they_are_read() -> None:
    """The texts show at once; an error of the scorer leaves them there."""

    def broken(text: str) -> Any:
        raise ZeroDivisionError

    examples = WorkedExamples(scorer=broken)
    examples.wait(10)
    assert "You are lazy" in examples.children[0].children[0].children[1].html
    assert repr(examples) == "WorkedExamples()"


def button(examples: WorkedExamples) -> Any:
    """The button that puts the first example into the editor."""
    return examples.children[0].children[0].children[2].children[0]


def test_an_example_goes_into_an_empty_editor(scorer: Any) -> None:
    """To play with an example is one click, and another may follow."""
    coach = DraftCoach(scorer=scorer)
    examples = WorkedExamples(coach, scorer=scorer)
    examples.wait(60)
    button(examples).click()
    assert coach.text == EXAMPLES[0]["step"][0]["text"]
    examples.children[0].children[0].children[0].value = 1
    button(examples).click()
    assert coach.text == EXAMPLES[0]["step"][1]["text"]


def test_own_words_in_the_editor_stay(scorer: Any) -> None:
    """An example never replaces what a person wrote."""
    coach = DraftCoach("My own words.", scorer=scorer)
    examples = WorkedExamples(coach, scorer=scorer)
    button(examples).click()
    examples.wait(60)
    assert coach.text == "My own words."


def test_text_is_escaped(scorer: Any) -> None:
    """Markup in a text or a note is shown, never run."""
    text = "<img src=x onerror=alert(1)> You are lazy."
    html = step_html({"text": text, "note": "<b>"}, scorer(text))
    assert "<img" not in html
    assert "&lt;b&gt;" in html

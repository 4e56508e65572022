"""The receiver's widget without a browser: its state, its escaping and its errors."""

from __future__ import annotations

import logging
import threading
from typing import Any

import pytest

from feedback_nlp.errors import HeadsError
from feedback_nlp.report import Report

pytest.importorskip("ipywidgets")

from feedback_nlp.widgets import ReceiveCoach

HOSTILE = "<img src=x onerror=alert(1)> You are lazy. \u202e</script>\u200b{{x}}"
MIXED = "You never listen. On slide 4 the axis had no units. Next time, add the units."


def paste(coach: ReceiveCoach, text: str) -> None:
    """What the front end does when a person pastes."""
    coach._paste.set_state({"value": text})
    coach.wait(60)


def test_empty_state_invites(scorer: Any) -> None:
    """Nothing is asked and no reply is shown before there is a text."""
    coach = ReceiveCoach(scorer=scorer)
    assert "Paste it above" in coach._shown.value
    assert coach._ask_box.layout.display == coach._reply_box.layout.display == "none"
    assert coach.reply == ""
    assert repr(coach) == "ReceiveCoach(text='')"


def test_pasted_text_is_read_off_the_message_loop() -> None:
    """A long text never blocks the page."""
    threads = []

    def noted(text: str) -> Report:
        threads.append(threading.current_thread())
        return Report(text, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1)

    coach = ReceiveCoach(scorer=noted)
    paste(coach, "hello")
    assert coach.text == coach.reception.text == "hello"
    assert threading.main_thread() not in threads


def test_assigned_text_is_read_at_once(scorer: Any) -> None:
    """After an assignment from Python the reception belongs to the text."""
    coach = ReceiveCoach(MIXED, scorer=scorer)
    assert [p.text for p in coach.reception.judging] == ["You never listen"]
    coach.text = "You are careless."
    assert coach._paste.value == coach.reception.text == "You are careless."


def test_user_text_is_escaped_and_complete(scorer: Any) -> None:
    """Markup is shown, never run."""
    coach = ReceiveCoach(HOSTILE, scorer=scorer)
    assert "<img" not in coach._shown.value
    assert "&lt;img src=x onerror=alert(1)&gt;" in coach._shown.value
    assert "\u202e&lt;/script&gt;\u200b{{x}}" in coach._shown.value
    assert not any(box.description_allow_html for box in coach._asks)


def test_choices_shape_the_reply(scorer: Any) -> None:
    """Unchecked questions leave, the own step enters."""
    coach = ReceiveCoach("You are careless.", scorer=scorer)
    question = coach.reception.questions[0].text
    assert question in coach.reply
    coach._asks[0].set_state({"value": False})
    assert question not in coach.reply
    coach._step.set_state({"value": "I ask Ana to check my slides."})
    assert "My first step: I ask Ana to check my slides." in coach.reply


def test_what_a_person_wrote_is_never_overwritten(scorer: Any) -> None:
    """Later choices and texts leave an edited reply alone until the button is pressed."""
    coach = ReceiveCoach("You are careless.", scorer=scorer)
    coach._step.set_state({"value": "I ask Ana."})
    coach._answer.set_state({"value": "My own words."})
    coach._asks[0].set_state({"value": False})
    paste(coach, MIXED)
    assert (coach.reply, coach._step.value) == ("My own words.", "I ask Ana.")
    assert coach._again.layout.display == ""
    coach._again.click()
    assert "I ask Ana." in coach.reply


@pytest.mark.parametrize(
    ("error", "expected"),
    [(ZeroDivisionError("no"), "ZeroDivisionError"), (HeadsError("Run X."), "Run X.")],
)
def test_errors_are_shown_and_logged(
    error: Exception, expected: str, caplog: pytest.LogCaptureFixture
) -> None:
    """An error in the background reaches the person and the log; the text stays."""

    def broken(text: str) -> Report:
        raise error

    coach = ReceiveCoach(scorer=broken)
    with caplog.at_level(logging.ERROR):
        paste(coach, "hello")
    assert expected in coach._shown.value
    assert coach._paste.value == "hello"
    assert coach.reception is None
    assert "could not be read" in caplog.text


def test_too_long_text_is_refused_kindly(scorer: Any) -> None:
    """An over-long text shows what to do."""
    coach = ReceiveCoach("a" * (scorer.max_chars + 1), scorer=scorer)
    assert "too long" in coach._shown.value
    coach.text = "Thank you."
    assert "too long" not in coach._shown.value

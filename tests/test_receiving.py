"""What a receiver is told: passages to use, passages that judge, questions and a reply."""

from __future__ import annotations

import pytest

from feedback_nlp.cues import load_cues
from feedback_nlp.receiving import MAX_QUESTIONS, Reception, receive, receiving_words
from feedback_nlp.report import Finding, Report, Sentence

HOSTILE = "<img src=x onerror=alert(1)> You are lazy {passage}. \u202e</script>\u200b{{x}}"
MIXED = (
    "You never listen. In Tuesday's meeting you interrupted Ana twice, so she stopped talking."
    " Next time, let the speaker finish."
)


def report_on(text: str, *found: tuple[str, str, str], judgmental: float = 0.2) -> Report:
    """A report of one sentence with findings as (cue, family, passage), without a model."""
    findings = tuple(
        Finding(cue, family, cue, at, at + len(words), words, "r", 0.5, "why", "ask")
        for cue, family, words in found
        for at in [text.index(words)]
    )
    whole = Sentence(0, len(text), text, 0.1, 0.1)
    return Report(
        text, 0.5, judgmental, 0.1, 0.1, 0.1, 0.1, 1.0, 0.4, findings=findings, sentences=(whole,)
    )


def test_every_cue_has_its_question():
    """A new judgmental move or vague cue without a question would leave the receiver alone."""
    words = receiving_words()
    cues = load_cues()
    for family, table in (("judgmental", "judgmental"), ("vague", "vague"), ("part", "missing")):
        assert set(words[table]) == {cue.id for cue in cues if cue.family == family}
    for entry in words["judgmental"].values():
        assert set(entry["covers"]) <= set(words["parts"])
        assert entry["question"].rstrip().endswith(("?", "."))


def test_use_and_judgment_are_told_apart(scorer):
    """Sentences that give a part can be used; the judgment stands apart with its reason."""
    found = receive(scorer(MIXED))
    assert [p.text for p in found.judging] == ["You never listen"]
    assert found.judging[0].why
    assert [p.cues for p in found.usable] == [("situation", "behaviour", "impact"), ("next_step",)]
    assert found.steps == ("Next time, let the speaker finish",)


def test_a_part_that_is_itself_a_judgment_is_not_offered_for_use():
    """What never happened as described cannot be acted on."""
    text = "You never listen to us."
    found = receive(
        report_on(text, ("absolute", "judgmental", "You never listen"), ("behaviour", "part", text))
    )
    assert found.usable == ()
    assert [q.cue for q in found.questions] == ["absolute", "next_step", "impact"]


def test_of_a_judging_sentence_only_the_part_is_used():
    """The fact beside the judgment is kept, in the words of the writer."""
    text = "You lazy man sent the report two days late."
    found = receive(
        report_on(
            text,
            ("person_label", "judgmental", "lazy man"),
            ("behaviour", "part", "sent the report two days late"),
        )
    )
    assert [p.text for p in found.usable] == ["sent the report two days late"]


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_blank_text_gives_an_empty_reception(scorer, text):
    """Nothing pasted is no error."""
    found = receive(scorer(text))
    assert (found.usable, found.judging, found.questions, found.steps) == ((), (), (), ())


def test_offsets_point_into_the_text_as_given(scorer):
    """Markup, braces, bidi and zero-width characters come back as they were."""
    found = receive(scorer(HOSTILE))
    assert found.text == HOSTILE
    assert found.judging
    for passage in (*found.usable, *found.judging):
        assert HOSTILE[passage.start : passage.end] == passage.text


def test_few_questions_and_none_twice(scorer):
    """Many judgments do not become an interrogation."""
    text = (
        "Unlike the others, you can't present. What were you thinking? You are lazy. You never"
        " listen. Because of you we lost the client. This is garbage!!! You should have known."
    )
    questions = receive(scorer(text)).questions
    assert 1 <= len(questions) <= MAX_QUESTIONS
    assert len({q.cue for q in questions}) == len(questions)


def test_feedback_that_lacks_nothing_asks_nothing(scorer):
    """Whoever has all four parts needs no question."""
    found = receive(
        scorer("On slide 4 the axis had no units, so two people asked. Next time, add the units.")
    )
    assert found.questions == ()
    assert not found.sounds_judging


def test_hurtful_text_without_a_mark_is_not_called_harmless():
    """A high probability without a marked word is said, not hidden."""
    assert receive(report_on("As expected of this team.", judgmental=0.8)).sounds_judging


def test_long_passages_are_shortened_in_questions():
    """A question stays readable whatever it quotes."""
    text = "You are " + "very " * 100 + "lazy"
    (first, *_) = receive(report_on(text, ("person_label", "judgmental", text))).questions
    assert "…”" in first.text
    assert len(first.text) < 250


def test_reply_thanks_and_commits_to_one_step(scorer):
    """The step of the feedback is taken up, and its own words win."""
    found = receive(scorer(MIXED))
    assert found.reply().startswith("Thank you")
    assert "My first step: “Next time, let the speaker finish”" in found.reply()
    own = found.reply("I count to three before I speak.", [])
    assert own.endswith("My first step: I count to three before I speak.")
    assert "question" not in own


@pytest.mark.parametrize(
    ("step", "expected"), [(None, "[what will I do, and by when?]"), ("", "come back to you")]
)
def test_reply_without_a_step(step, expected):
    """Without a proposed step there is a place to fill in, or a promise to come back."""
    assert expected in Reception("Good job.").reply(step)

"""What people's programs write instead of what keyboards do is read the same."""

import pytest

from feedback_nlp.characters import plain, squeezed
from feedback_nlp.cues.check import split_marks
from feedback_nlp.cues.loading import load_cues

SENTENCES = sorted({split_marks(hit)[0] for cue in load_cues() for hit in (*cue.hits, *cue.misses)})


def shown(report):
    return [(finding.cue, finding.start, finding.end) for finding in report.findings]


@pytest.mark.parametrize(("typed", "written"), [("'", "’"), (" ", "\u00a0"), (" ", "\t")])
def test_other_apostrophes_and_spaces_change_nothing(scorer, typed, written):
    texts = [text for text in SENTENCES if typed in text and '"' not in text and " '" not in text]
    others = [text.replace(typed, written) for text in texts]
    pairs = zip(scorer.score_many(texts), scorer.score_many(others), strict=True)
    assert len(texts) > 40
    for one, other in pairs:
        assert other.judgmental == one.judgmental, other.text
        assert other.actionability == one.actionability, other.text
        assert shown(other) == shown(one), other.text


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffYou are lazy.", "You are lazy\u200b.", "You are l\u00adazy.", "You  are   lazy.",
        "You\u2009are\u202flazy.", "Monday:  You are lazy.", 
        "You are la\u200bzy.", "\u2068You are lazy\u2069.", "You are la\u00ad\nzy.",
    ],
)  # fmt: skip
def test_what_nobody_sees_hides_nothing(scorer, text):
    report = scorer(text)
    assert report.judgmental > 0.9
    (label,) = (finding for finding in report.findings if finding.cue == "person_label")
    assert label.text == text[label.start : label.end]
    assert label.text.endswith("zy")


def test_an_indented_line_stays_indented():
    assert squeezed("    two  words")[0] == "    two words"


def test_quotation_marks_stay_quotation_marks():
    assert plain("She said ‘you’re lazy’.") == "She said ‘you're lazy’."


def test_lines_that_a_mail_quotes_are_not_the_writers(scorer):
    answer = "I do not agree with this, the draft was on time."
    report = scorer(f"> You are lazy.\n> You never answer.\n\n{answer}")
    assert report.judgmental == scorer(answer).judgmental
    assert [sentence.text for sentence in report.sentences] == [answer]


def test_a_text_of_nothing_but_quoted_lines_is_read(scorer):
    assert scorer("> You are lazy.").judgmental > 0.9


def test_a_run_of_marks_is_cut_from_the_words_before_it(scorer):
    report = scorer("You are lazy." + "=" * 1000)
    assert report.judgmental > 0.9
    assert len(report.sentences[0].text) < 300


@pytest.mark.parametrize("bullet", ["- ", "* ", "1) ", "2. ", "# ", "— ", "• ", "**"])
def test_a_mark_begins_behind_the_bullet(scorer, bullet):
    labels = [f for f in scorer(f"{bullet}You are lazy.").findings if f.family == "judgmental"]
    assert [finding.text for finding in labels] == ["You are lazy"]

"""Renderings of a report for people: a text for the terminal and an HTML fragment."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from feedback_nlp.report import Finding, Report
from feedback_nlp.words import actionability_words, tone_words

if TYPE_CHECKING:
    from jinja2 import Template

_BAR = 20
_FAMILY_WORDS = {"judgmental": "may judge", "part": "part", "vague": "vague"}


def report_text(report: Report) -> str:
    """Return the report as plain text."""
    if report.actionability is None:
        return "\n".join(
            [*report.warnings, *(f"{a.message} {a.ask}".strip() for a in report.advice)]
        )
    lines = [
        _gauge("Actionability", report.actionability, actionability_words(report)),
        _gauge("Judgmental tone", report.judgmental, tone_words(report)),
        f"QuAL {report.qual:.1f} of 5: evidence {report.evidence:.2f},"
        f" suggestion {report.suggestion:.2f}, connection {report.connection:.2f}"
        f" (gap {report.gap:.2f})",
    ]
    if report.findings:
        lines += ["", "What stands out"]
        width = max(len(finding.title) for finding in report.findings)
        lines += [_finding_line(finding, width) for finding in report.findings]
    if report.advice:
        lines += ["", "What to do next"]
        for number, advice in enumerate(report.advice, start=1):
            lines.append(f"  {number}. {f'{advice.message} {advice.ask}'.strip()}")
    lines += [f"Note: {warning}" for warning in report.warnings]
    return "\n".join(lines)


def _gauge(title: str, value: float | None, words: str) -> str:
    filled = round(_BAR * (value or 0.0))
    bar = "█" * filled + "░" * (_BAR - filled)
    return f"{title:<16} {value:4.2f} {bar} {words}"


def _finding_line(finding: Finding, width: int) -> str:
    family = _FAMILY_WORDS[finding.family]
    label = f"({family}, {finding.cue}, {finding.weight:+.2f})"
    return f"  {finding.title:<{width}}  {label}  “{finding.text}”"


def segments(report: Report) -> list[dict[str, Any]]:
    """Cut the text where marks begin and end; joined, the pieces are the text as given.

    Returns
    -------
    list of dict
        ``text`` and ``findings``, the findings that cover the piece, outermost first.
    """
    edges = sorted({0, len(report.text)} | {e for f in report.findings for e in (f.start, f.end)})
    pieces = []
    for start, end in pairwise(edges):
        covering = [f for f in report.findings if f.start <= start and end <= f.end]
        pieces.append({"text": report.text[start:end], "findings": covering})
    return pieces


_HTML = """\
<div class="feedback-nlp-report">
<style>
.feedback-nlp-report { font-family: var(--jp-ui-font-family, system-ui, sans-serif);
  color: var(--jp-ui-font-color1, #1f2328); max-width: 46rem; line-height: 1.55; }
.feedback-nlp-report .text { white-space: pre-wrap; border: 1px solid var(--jp-border-color2, #bbb);
  border-radius: 6px; padding: .75rem 1rem; margin: .75rem 0; }
.feedback-nlp-report mark { background: none; color: inherit; }
.feedback-nlp-report mark.judgmental { text-decoration: underline wavy #d55e00 2px; }
.feedback-nlp-report mark.part { text-decoration: underline solid #0072b2 2px; }
.feedback-nlp-report mark.vague { text-decoration: underline dotted #7f6000 2px; }
.feedback-nlp-report meter { width: 10rem; vertical-align: middle; }
</style>
{% if report.actionability is none %}
{% for warning in report.warnings %}<p>{{ warning }}</p>{% endfor %}
{% for advice in report.advice %}<p>{{ advice.message }} {{ advice.ask }}</p>{% endfor %}
{% else %}
<table>
{% for title, value, words in gauges %}
<tr><th scope="row" style="text-align:left">{{ title }}</th>
<td><meter min="0" max="1" value="{{ '%.3f' % value }}">{{ '%.2f' % value }}</meter></td>
<td>{{ '%.2f' % value }}, {{ words }}</td></tr>
{% endfor %}
</table>
<div class="text">{% for piece in pieces %}{% if piece.findings %}\
<mark class="{{ piece.findings[-1].family }}" title="{{ piece.findings[-1].title }}: \
{{ piece.findings[-1].why }}">{{ piece.text }}</mark>{% else %}{{ piece.text }}{% endif %}\
{% endfor %}</div>
<ol>{% for advice in report.advice %}<li>{{ advice.message }} {{ advice.ask }}</li>{% endfor %}</ol>
{% for warning in report.warnings %}<p>Note: {{ warning }}</p>{% endfor %}
{% endif %}
</div>"""


@cache
def _template() -> Template:
    from jinja2 import Environment

    return Environment(autoescape=True).from_string(_HTML)


def report_html(report: Report) -> str:
    """Return the report as a self-contained HTML fragment; the user's text is escaped."""
    gauges = [
        ("Actionability", report.actionability, actionability_words(report)),
        ("Judgmental tone", report.judgmental, tone_words(report)),
    ]
    return _template().render(report=report, pieces=segments(report), gauges=gauges)

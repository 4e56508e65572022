"""The audit in plain language, as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from feedback_nlp.audit.groups import SMALL
from feedback_nlp.audit.measures import MEASURES, Measure

if TYPE_CHECKING:
    from feedback_nlp.audit import Audit

#: Corrected p-value below which a difference is called clear.
CLEAR = 0.05
_CAVEATS = """\
## Before you act on this

- A difference between groups says **that** their feedback differs, not **why**: work, roles,
  writers and occasions may differ too. Read some of the texts, and talk with those who wrote and
  got them.
- No difference found is no proof of fairness; the intervals say what the data cannot rule out.
- The scores read texts, not people, and err on single texts. They may err more for some ways of
  writing than for others. Never use them to judge a person.
- "Clear" means: after correction for the number of comparisons, chance alone would hardly make it.
"""


def to_markdown(audit: Audit) -> str:
    """Return the reading; it names groups that are large enough and nobody else."""
    parts = [f"# Who gets which feedback, by {_safe(audit.by)}\n", _rows(audit)]
    parts += [f"- **Mind:** {warning}" for warning in audit.warnings]
    parts.append("\n## What differs\n")
    parts += _differences(audit) or [
        "Nothing differs clearly: every difference is one that chance could have made."
    ]
    if unsure := _unsure(audit):
        parts += [
            "\nNot clear, at equal length or after correction, and worth more data:\n",
            *unsure,
        ]
    for measure in MEASURES:
        parts.append(_table(audit, measure))
    parts.append(_method(audit))
    parts.append(_CAVEATS)
    return "\n".join(parts)


def warnings_of(audit: Audit) -> list[str]:
    """Say which groups are small and what was left out."""
    found = []
    grouping = audit.grouping
    small = [_safe(name) for name, size in grouping.sizes.items() if size < SMALL]
    if small:
        found.append(
            f"{', '.join(small)}: fewer than {SMALL} texts. Such groups show only large"
            " differences, and single texts weigh much."
        )
    if grouping.suppressed_groups:
        found.append(
            f"Small groups are not shown and not compared, so that nobody can be recognised:"
            f" {grouping.suppressed_groups}, with {grouping.suppressed_texts} texts."
        )
    if grouping.without_scores:
        found.append(
            "Texts that could not be scored (empty, too long, or not English) are left out:"
            f" {grouping.without_scores}."
        )
    if grouping.without_group:
        found.append(f"Texts without a group are left out: {grouping.without_group}.")
    if audit.people is None:
        found.append(
            "Texts are taken as independent. If one person gave or got several, name the column"
            " with --person, or differences look surer than they are."
        )
    return found


def _rows(audit: Audit) -> str:
    sizes = ", ".join(f"{_safe(name)} ({size})" for name, size in audit.grouping.sizes.items())
    total = sum(audit.grouping.sizes.values())
    return f"{total:,} texts in {len(audit.grouping.sizes)} groups: {sizes}.\n"


def _differences(audit: Audit) -> list[str]:
    table = audit.table
    clear = table[table["p_corrected"] < CLEAR].sort_values("p_corrected")
    return [_sentence(row, audit) for _, row in clear.iterrows()]


def _unsure(audit: Audit) -> list[str]:
    table = audit.table[audit.table["p_corrected"] >= CLEAR]
    apart = (table["difference_low"] > 0) | (table["difference_high"] < 0)
    return [_sentence(row, audit) for _, row in table[apart].iterrows()]


def _sentence(row: pd.Series, audit: Audit) -> str:
    measure = next(measure for measure in MEASURES if measure.name == row["measure"])
    names = list(audit.grouping.sizes)
    others = _safe(names[0]) if len(names) == 2 else "the other groups"
    more = "more" if row["difference"] > 0 else "less"
    if measure.kind == "rate":
        values = f"in {row['estimate']:.0%} of the texts against {row['others']:.0%}"
        size = ""
        how = f"{more} often"
    else:
        values = f"{row['estimate']:.2f} against {row['others']:.2f} on a scale from 0 to 1"
        size = f" ({_size(row['hedges_g'])}, Hedges g {row['hedges_g']:+.2f})"
        how = more
    if row["test"] == "exact":
        equal = "Too rare to adjust for length."
    else:
        at = "But at" if row["adjusted"] * row["difference"] < 0 else "At"
        equal = f"{at} equal length the difference is {_points(row, 'adjusted', measure)}."
    return (
        f"- **{measure.title}**: {how} for **{_safe(row['group'])}** than for {others},"
        f" {values}{size}. {equal}"
    )


def _points(row: pd.Series, name: str, measure: Measure) -> str:
    scale, unit = (100, " points of 100") if measure.kind == "rate" else (1, "")
    form = "+.0f" if measure.kind == "rate" else "+.2f"
    digits = 0 if measure.kind == "rate" else 2
    keys = (name, f"{name}_low", f"{name}_high")
    # + 0.0 turns a rounded -0 into 0.
    middle, low, high = (round(scale * row[key], digits) + 0.0 for key in keys)
    return f"{middle:{form}}{unit} (from {low:{form}} to {high:{form}})"


def _size(g: float) -> str:
    words = ((0.2, "very small"), (0.5, "small"), (0.8, "middling"))
    return next((word for limit, word in words if abs(g) < limit), "large")


def _table(audit: Audit, measure: Measure) -> str:
    rows = audit.table[audit.table["measure"] == measure.name]
    lines = [
        f"\n### {measure.title}\n",
        "| group | texts | estimate (95% interval) | difference to the others | at equal length |"
        " effect | p, corrected |",
        "|---|---|---|---|---|---|---|",
    ]
    for _, row in rows.iterrows():
        form = ".0%" if measure.kind == "rate" else ".2f"
        cells = [
            _safe(row["group"]), str(row["n"]),
            f"{row['estimate']:{form}} ({row['low']:{form}}–{row['high']:{form}})",
        ]  # fmt: skip
        if pd.isna(row["p"]):
            cells += ["compared with below", "", "", ""]
        else:
            effect = (
                f"risk difference {row['difference']:+.2f}"
                if measure.kind == "rate"
                else f"g {row['hedges_g']:+.2f}, Cliff's delta {row['cliffs_delta']:+.2f}"
            )
            cells += [
                _points(row, "difference", measure), _points(row, "adjusted", measure), effect,
                f"{row['p_corrected']:.3f}" if row["p_corrected"] >= 0.001 else "< 0.001",
            ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _method(audit: Audit) -> str:
    name = {"holm": "Holm", "bh": "Benjamini and Hochberg"}[audit.correction]
    errors = "by person" if audit.people is not None else "robust (HC3)"
    return (
        "\n## How it was computed\n\n"
        "Intervals: bootstrap (BCa) for means, Wilson for shares, Newcombe for differences of"
        " shares, Welch for differences of means. At equal length: least squares on log length and"
        f" its square, errors {errors}; its p-values, or Fisher's exact test where cases are rare,"
        f" are corrected by {name} over {int(audit.table['p'].notna().sum())} comparisons.\n"
    )


def _safe(name: object) -> str:
    text = " ".join(str(name).split())[:60]
    return "".join(f"\\{letter}" if letter in "|*_`[]<>#" else letter for letter in text)

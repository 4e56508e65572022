"""Which groups may be shown: none that is small, none that is a person."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from feedback_nlp.errors import InputError

#: Groups with fewer texts, or with texts about or by fewer people, are not shown.
MIN_TEXTS, MIN_PEOPLE = 10, 3
#: Below this size intervals are wide; the reading says so.
SMALL = 30
MAX_GROUPS = 50
_PERSON = re.compile(
    r"(first|last|full|user|given|family)?[ _-]?(name|author|receiver|recipient|giver|writer|sender"
    r"|reviewer|reviewee|rater|ratee|employee|student|trainee|person|user|e-?mail|login|initials)"
    r"([ _-]?(name|id|no|number|e-?mail))?",
    re.IGNORECASE,
)


class AuditError(InputError):
    """Groups cannot be compared, or must not be."""


@dataclass(frozen=True)
class Grouping:
    """Which rows are compared.

    Attributes
    ----------
    labels : Series of str
        Group of each row; missing where the row is left out.
    sizes : dict of str to int
        Texts of each group that is shown.
    suppressed_groups, suppressed_texts : int
        How many groups were too small, and how many texts they hold.
    without_group, without_scores : int
        Texts left out because their group is not known or they cannot be scored.
    """

    labels: pd.Series
    sizes: dict[str, int]
    suppressed_groups: int
    suppressed_texts: int
    without_group: int
    without_scores: int


def group_rows(
    groups: pd.Series,
    usable: pd.Series,
    *,
    by: str,
    people: pd.Series | None = None,
    min_texts: int = MIN_TEXTS,
    min_people: int = MIN_PEOPLE,
) -> Grouping:
    """Decide which groups are shown.

    Parameters
    ----------
    groups, usable : Series
        Group of each row, and whether the row could be scored.
    by : str
        Name of the grouping column.
    people : Series, optional
        Who each text is about or by; counted, never shown.
    min_texts, min_people : int
        Smaller groups are left out.

    Raises
    ------
    AuditError
        If the groups look like single people, or fewer than two are large enough.
    """
    labels = groups.where(groups.notna()).map(lambda value: str(value).strip(), na_action="ignore")
    labels = labels.where(labels.fillna("") != "")
    _refuse_people(labels, by)
    kept = labels.where(usable)
    counts = kept.value_counts()
    small = counts < min_texts
    if people is not None:
        heads = people.groupby(kept).nunique().reindex(counts.index).fillna(0)
        small |= heads < min_people
    sizes = counts[~small].sort_index()
    if len(sizes) < 2:
        raise AuditError(
            f"Of the groups of {by!r} only {len(sizes)} can be shown: each needs at least"
            f" {min_texts} texts{f' of {min_people} people' if people is not None else ''}. Join"
            " groups, or collect more."
        )
    if len(sizes) > MAX_GROUPS:
        raise AuditError(
            f"{by!r} has {len(sizes)} groups, and at most {MAX_GROUPS} are compared: join some."
        )
    return Grouping(
        kept.where(kept.isin(sizes.index)),
        {str(name): int(size) for name, size in sizes.items()},
        int(small.sum()),
        int(counts[small].sum()),
        int(labels.isna().sum()),
        int((labels.notna() & ~usable).sum()),
    )


def _refuse_people(labels: pd.Series, by: str) -> None:
    mails = labels.dropna().str.fullmatch(r"\S+@\S+\.\S+").mean() if labels.notna().any() else 0
    if _PERSON.fullmatch(by.strip()) or mails > 0.5:
        raise AuditError(
            f"{by!r} looks like a column that names people; an audit compares groups, never"
            " persons. Give a group such as team or level, and --person for who a text is about."
        )

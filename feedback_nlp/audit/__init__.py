"""Who gets which feedback: compare groups, with intervals, at equal length, without names."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from feedback_nlp.audit.comparing import Correction, compare
from feedback_nlp.audit.groups import MIN_PEOPLE, MIN_TEXTS, AuditError, Grouping, group_rows
from feedback_nlp.audit.measures import MEASURES, Measure, measure_texts

if TYPE_CHECKING:
    from feedback_nlp.scorer import Scorer

__all__ = ["MEASURES", "Audit", "AuditError", "Measure", "audit", "compare", "measure_texts"]


@dataclass(frozen=True)
class Audit:
    """The result of an audit.

    Attributes
    ----------
    by : str
        The grouping column.
    table : DataFrame
        One row per measure and group; see `compare`.
    grouping : Grouping
        Sizes of the groups, and how much was left out.
    correction : {"holm", "bh"}
        How p-values were corrected.
    people : str or None
        Column by which texts of one person were recognised.
    """

    by: str
    table: pd.DataFrame
    grouping: Grouping
    correction: Correction
    people: str | None

    @property
    def warnings(self) -> list[str]:
        """What to mind when reading it."""
        from feedback_nlp.audit.reading import warnings_of

        return warnings_of(self)

    def to_markdown(self) -> str:
        """Return the plain-language reading."""
        from feedback_nlp.audit.reading import to_markdown

        return to_markdown(self)

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def save(self, folder: Path) -> None:
        """Write ``audit.md``, ``audit.csv``, ``audit.json`` and two plots; all of them or none."""
        from feedback_nlp.audit.plots import save_plots

        temporary = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
        temporary.mkdir()
        try:
            plots = save_plots(self, temporary)
            links = "\n".join(f"![{path.stem}]({path.name})" for path in plots)
            (temporary / "audit.md").write_text(f"{self.to_markdown()}\n{links}\n", "utf-8")
            self.table.to_csv(temporary / "audit.csv", index=False)
            rows = json.loads(self.table.to_json(orient="records"))
            content = {"by": self.by, "warnings": self.warnings, "rows": rows}
            (temporary / "audit.json").write_text(json.dumps(content, indent=2), "utf-8")
            folder.mkdir(exist_ok=True)
            for path in temporary.iterdir():
                os.replace(path, folder / path.name)
        finally:
            shutil.rmtree(temporary)


def audit(
    df: pd.DataFrame,
    by: str,
    *,
    text: str = "text",
    person: str | None = None,
    min_texts: int = MIN_TEXTS,
    min_people: int = MIN_PEOPLE,
    correction: Correction = "holm",
    progress: bool = False,
    scorer: Scorer | None = None,
) -> Audit:
    """Compare the feedback that groups get.

    Parameters
    ----------
    df : DataFrame
        One text a row; score columns are not needed, as the texts are read again for their moves.
    by : str
        Column with the group: team, level, gender, …
    text : str
        Column with the texts.
    person : str, optional
        Column that says who a text is about or by. Only used to see which texts belong together.
    min_texts, min_people : int
        Groups with fewer texts, or (if `person` is given) fewer people, are not shown.
    correction : {"holm", "bh"}
        For the number of comparisons: Holm, or Benjamini and Hochberg.
    progress : bool
        Show progress with the time left on standard error.
    scorer : Scorer, optional
        Used instead of a newly loaded one.

    Raises
    ------
    AuditError
        If a column is missing, groups look like persons, or fewer than two can be shown.
    """
    import feedback_nlp
    from feedback_nlp.frames import check_columns

    columns = [by, text, *([person] if person else [])]
    for name in columns:
        check_columns(list(df.columns), name, overwrite=True, of="The table")
    if len(set(columns)) < len(columns):
        raise AuditError("Groups, texts and persons need three different columns.")
    # Group sizes first, so that nobody waits for an audit that cannot be.
    options = {"by": by, "min_texts": min_texts, "min_people": min_people}
    plain = df.reset_index(drop=True)
    who = plain[person] if person else None
    everything = pd.Series(True, index=plain.index)
    group_rows(plain[by], everything, people=who, **options)  # type: ignore[arg-type]
    scorer = scorer or feedback_nlp.load()
    measured = measure_texts(plain[text], scorer, total=len(plain), progress=progress)
    usable = measured.notna().all(axis=1)
    grouping = group_rows(plain[by], usable, people=who, **options)  # type: ignore[arg-type]
    table = compare(measured, grouping.labels, people=who, correction=correction)
    return Audit(by, table, grouping, correction, person)

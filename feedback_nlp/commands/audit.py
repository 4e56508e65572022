"""``feedback-nlp audit``: who gets which feedback."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from feedback_nlp.commands.options import HEADS


@click.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", required=True, metavar="COLUMN", help="Column with the group, such as team.")
@click.option("--text", "column", metavar="COLUMN", help="Column that holds the texts.")
@click.option(
    "--person",
    metavar="COLUMN",
    help="Column that says who a text is about or by; never shown, only used to see which texts"
    " belong together.",
)
@click.option(
    "--min-texts", type=click.IntRange(5), default=10, show_default=True,
    help="Groups with fewer texts are not shown.",
)  # fmt: skip
@click.option(
    "--correction",
    type=click.Choice(["holm", "bh"]),
    default="holm",
    show_default=True,
    help="For many comparisons: Holm, or Benjamini and Hochberg.",
)
@click.option("--encoding", default="utf-8", show_default=True, help="Encoding of the input.")
@click.option(
    "-o", "--output", type=click.Path(file_okay=False, path_type=Path),
    help="Write audit.md, audit.csv, audit.json and plots to this folder.",
)  # fmt: skip
@HEADS
@click.option("--progress/--no-progress", default=None, help="Show progress, or none.")
def audit(
    source: Path,
    by: str,
    column: str | None,
    person: str | None,
    min_texts: int,
    correction: str,
    encoding: str,
    output: Path | None,
    heads: Path | None,
    progress: bool | None,
) -> None:
    """Compare the feedback that groups get, with intervals and in plain language.

    SOURCE is a table (.csv, .jsonl, .parquet, .xlsx), scored or not: the texts are read again for
    their moves. Small groups are not shown, and nobody is named.
    """
    from typing import cast

    import feedback_nlp
    from feedback_nlp.audit import audit as run
    from feedback_nlp.audit.comparing import Correction
    from feedback_nlp.commands.score import known_encoding
    from feedback_nlp.frames import check_columns, guess_text_column
    from feedback_nlp.tables import open_table

    table = open_table(source, known_encoding(encoding))
    text = column or guess_text_column(table.columns, str(source))
    names = [text, by, *([person] if person else [])]
    for name in names:
        check_columns(table.columns, name, overwrite=True, of=str(source))
    import pandas as pd

    # Only the columns that are needed, so that wide tables fit into memory.
    cells: dict[str, list[object]] = {name: [] for name in names}
    for chunk in table.chunks():
        for name, column_cells in cells.items():
            column_cells += chunk.column(name)
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in cells.items()})
    shown = sys.stderr.isatty() if progress is None else progress
    result = run(
        frame, by, text=text, person=person, min_texts=min_texts,
        correction=cast(Correction, correction), progress=shown,
        scorer=None if heads is None else feedback_nlp.load(heads),
    )  # fmt: skip
    if output is None:
        click.echo(result.to_markdown())
        return
    result.save(output)
    click.echo(f"The audit is {output / 'audit.md'}.")

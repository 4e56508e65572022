"""``feedback-nlp evaluate``: how good the scores are, on the project's data or on a user's own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from feedback_nlp.commands.options import (
    COLUMN,
    DATA,
    ENCODING,
    EXAMPLES,
    HEADS,
    PROGRESS,
    column_names,
    only_with_own,
)

#: Folder of the report on a user's own texts, if they name none.
OWN_FOLDER = Path("my_evaluation")


@click.command()
@DATA
@EXAMPLES
@HEADS
@click.option(
    "--out",
    "-o",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for report.md, report.json and the plots; default: my_evaluation for your own"
    " texts, else docs/evaluation.",
)
@COLUMN
@ENCODING
@click.option("--by", metavar="COLUMN", help="Column with a group, such as team: figures for each.")
@click.option("--no-texts", is_flag=True, help="Name the largest misses by row, without the texts.")
@click.option("--own-only", is_flag=True, help="Leave out what needs the public sets.")
@click.option("--card", is_flag=True, help="Rebuild the model card beside the heads as well.")
@PROGRESS
def evaluate(
    data: Path | None,
    examples: Path | None,
    heads: Path | None,
    out: Path | None,
    columns: tuple[str, ...],
    encoding: str,
    by: str | None,
    no_texts: bool,
    own_only: bool,
    card: bool,
    progress: bool | None,
) -> None:
    """Measure how valid, calibrated, fair and steady the scores are.

    With --data FILE: on your own labelled texts. Texts that the heads were trained on are left
    out. Nothing leaves this machine; the report quotes texts unless you give --no-texts.

    Without a file: on the project's examples and the public sets.
    """
    shown = sys.stderr.isatty() if progress is None else progress
    if data is not None and data.is_file():
        if own_only or card or examples is not None:
            raise click.UsageError(
                "--own-only, --card and --examples are for the project's own evaluation; leave"
                " them out, or leave out --data FILE."
            )
        target = out or OWN_FOLDER
        options: dict[str, Any] = {"heads_folder": heads, "by": by, "show_texts": not no_texts}
        _evaluate_own(data, target, columns, encoding, {**options, "progress": shown})
        return
    only_with_own({"--column": bool(columns), "--by": by is not None, "--no-texts": no_texts})
    _evaluate_project(
        data, examples, heads, out or Path("docs/evaluation"), own_only, card, shown
    )  # fmt: skip


def _evaluate_own(
    data: Path, out: Path, columns: tuple[str, ...], encoding: str, options: dict[str, Any]
) -> None:
    from feedback_nlp.commands.score import known_encoding
    from feedback_nlp.evaluation.corpus import evaluate_corpus, summary
    from feedback_nlp.labels import read_labels

    names = column_names(columns)
    labels = read_labels(data, columns=names, encoding=known_encoding(encoding))
    figures = evaluate_corpus(labels, out, **options)
    for line in summary(figures):
        click.echo(line)
    click.echo(f"The report is {out / 'report.md'}.")


def _evaluate_project(
    data: Path | None,
    examples: Path | None,
    heads: Path | None,
    out: Path,
    own_only: bool,
    card: bool,
    progress: bool,
) -> None:
    import shutil

    from feedback_nlp.evaluation.run import REPORT_NAME, evaluate
    from feedback_nlp.examples import shipped_examples
    from feedback_nlp.heads import heads_folder, load_heads
    from feedback_nlp.training.card import EVALUATION_NAME, write_card

    folder = heads or heads_folder()
    if card and "own" in load_heads(folder).meta:
        raise click.UsageError(f"{folder} has a card of its own; leave out --card.")
    figures = evaluate(
        data, examples or shipped_examples(), out,
        heads_folder=heads, own_only=own_only, progress=progress,
    )  # fmt: skip
    width = max(len(row["what"]) for row in figures["targets"])
    for row in figures["targets"]:
        met = "met" if row["met"] else "not met"
        click.echo(
            f"{row['what']:<{width}}  {row['measure']} {row['reached']:.3f},"
            f" target {row['target']}: {met}"
        )
    click.echo(f"The report is {out / 'report.md'}.")
    if card:
        shutil.copyfile(out / REPORT_NAME, folder / EVALUATION_NAME)
        click.echo(f"The model card is {write_card(folder)}.")

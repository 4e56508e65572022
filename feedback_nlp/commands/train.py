"""``feedback-nlp train``: the shipped heads again, or heads from a user's own labels."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from feedback_nlp.commands.options import (
    COLUMN,
    DATA,
    ENCODING,
    EXAMPLES,
    PROGRESS,
    column_names,
    only_with_own,
)

#: Folder of a user's own heads, if they name none.
OWN_FOLDER = Path("my_heads")


@click.command()
@DATA
@EXAMPLES
@click.option(
    "--out",
    "-o",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the heads and their model card; default: my_heads for your own, else models.",
)
@COLUMN
@ENCODING
@click.option(
    "--quick",
    is_flag=True,
    help="Don't try your labels together with the shipped examples, which takes minutes.",
)
@click.option("--take-anyway", is_flag=True, help="Take your own heads even where no gain shows.")
@PROGRESS
def train(
    data: Path | None,
    examples: Path | None,
    out: Path | None,
    columns: tuple[str, ...],
    encoding: str,
    quick: bool,
    take_anyway: bool,
    progress: bool | None,
) -> None:
    """Train heads and write them with their model card.

    With --data FILE: heads for your own field from your labels, a column for each scale that you
    labelled (suggestion, connection and gap 0 or 1, evidence and tone 0 to 3). They are compared
    with the shipped heads on the same folds and taken only where they are better.

    Without a file: the shipped heads again, from the public sets and the project's examples.
    """
    shown = sys.stderr.isatty() if progress is None else progress
    if data is not None and data.is_file():
        options = {"with_examples": not quick, "examples": examples, "progress": shown}
        _train_own(data, out or OWN_FOLDER, columns, encoding, take_anyway, options)
        return
    only_with_own({"--column": bool(columns), "--quick": quick, "--take-anyway": take_anyway})
    from feedback_nlp import training
    from feedback_nlp.examples import shipped_examples

    found = examples or shipped_examples()
    figures = training.train(data, found, out or Path("models"), shown)
    lines = list(_flat(figures))
    width = max((len(name) for name, _ in lines), default=0)
    for name, value in lines:
        click.echo(f"{name:<{width}}  {value}")


def _train_own(
    data: Path,
    out: Path,
    columns: tuple[str, ...],
    encoding: str,
    take_anyway: bool,
    options: dict[str, Any],
) -> None:
    from feedback_nlp.commands.score import known_encoding
    from feedback_nlp.heads import heads_folder
    from feedback_nlp.labels import read_labels
    from feedback_nlp.training.own import train_own

    if out.resolve() == heads_folder().resolve():
        raise click.UsageError(f"{out} holds the shipped heads; name another folder with -o.")
    names = column_names(columns)
    labels = read_labels(data, columns=names, encoding=known_encoding(encoding))
    result = train_own(labels, out, even_if_no_gain=take_anyway, **options)
    click.echo(str(result))
    click.echo(f"The card is {out / 'README.md'}.")
    if result.changed:
        click.echo(f"Use the heads with --heads {out}, or feedback_nlp.load({str(out)!r}).")
    else:
        click.echo("Nothing changed: the heads in the folder are the shipped ones.")


def _flat(figures: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in figures.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", f"{value:.3f}" if isinstance(value, float) else str(value)

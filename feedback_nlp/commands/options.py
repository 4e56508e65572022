"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

DATA = click.option(
    "--data",
    envvar="FEEDBACK_NLP_DATA",
    type=click.Path(exists=True, path_type=Path),
    help="Your labelled texts (.jsonl, .csv, .parquet, .xlsx); or the folder of the public data"
    " sets, by default that in the variable FEEDBACK_NLP_DATA.",
)
EXAMPLES = click.option(
    "--examples",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Labelled examples of the project; by default the shipped ones.",
)
COLUMN = click.option(
    "--column",
    "columns",
    metavar="WHAT=NAME",
    multiple=True,
    help="Which column of your table holds what, such as tone=harshness; WHAT is text,"
    " suggestion, connection, gap, evidence, tone, group, split or spans. Repeat for more.",
)
ENCODING = click.option(
    "--encoding", default="utf-8", show_default=True, help="Encoding of your table."
)
PROGRESS = click.option(
    "--progress/--no-progress", default=None, help="Show progress with the time left, or none."
)
HEADS = click.option(
    "--heads",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of other heads than the shipped ones, such as `feedback-nlp train` wrote.",
)


def column_names(given: Sequence[str]) -> dict[str, str]:
    """Return what each named column holds, from ``WHAT=NAME``."""
    pairs = [item.partition("=") for item in given]
    for (what, sign, name), item in zip(pairs, given, strict=True):
        if not (what and sign and name):
            raise click.UsageError(
                f"--column {item}: give it as WHAT=NAME, such as tone=harshness."
            )
    return {what.strip(): name for what, _, name in pairs}


def only_with_own(given: dict[str, bool]) -> None:
    """Refuse options that need labelled texts of the user's own, where none are named."""
    if names := [name for name, is_set in given.items() if is_set]:
        raise click.UsageError(
            f"{', '.join(names)} needs --data with your labelled texts (a file)."
        )

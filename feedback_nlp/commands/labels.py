"""``feedback-nlp labels`` and ``feedback-nlp agree``: labels of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from feedback_nlp.annotation import LabelStore

_STORE = click.argument("store", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_RATER = click.option("--rater", metavar="NAME", help="Only what this rater gave.")


def _open(path: Path) -> LabelStore:
    from feedback_nlp.annotation import LabelStore

    return LabelStore(path)


@click.group()
def labels() -> None:
    """Put texts into a store of labels, see how far raters are, and write labels out.

    Raters label in a notebook: feedback_nlp.widgets.AnnotationDesk.
    """


@labels.command()
@click.argument("store", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--text", "column", metavar="COLUMN", help="Column that holds the texts.")
@click.option("--id", "name", metavar="COLUMN", help="Column with a name for each text.")
@click.option("--encoding", default="utf-8", show_default=True, help="Encoding of the input.")
@click.option(
    "--labelled-by",
    "rater",
    metavar="NAME",
    help="Take the labels in SOURCE too (.jsonl, as `labels export` writes it), as this rater's.",
)
def add(
    store: Path,
    source: Path,
    column: str | None,
    name: str | None,
    encoding: str,
    rater: str | None,
) -> None:
    """Add the texts of the table SOURCE to STORE, which is made if it is not there."""
    from feedback_nlp.annotation import add_labelled, add_texts
    from feedback_nlp.commands.score import known_encoding

    opened = _open(store)
    if rater:
        count = add_labelled(opened, source, rater=rater)
        click.echo(f"{count} texts in {store} have labels by {rater}.")
        return
    count = add_texts(opened, source, text=column, id=name, encoding=known_encoding(encoding))
    click.echo(f"{count} texts are new; {store} holds {len(opened.texts())}.")


@labels.command()
@_STORE
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(store: Path, as_json: bool) -> None:
    """Say how far each rater is, and what is left to decide."""
    from feedback_nlp.annotation import final_labels

    opened = _open(store)
    final, progress = final_labels(opened), opened.progress()
    figures = {
        "texts": len(opened.texts()), "settled": len(final.labels),
        "to_decide": len(final.differing) + len(final.left_open),
        "decided": len(opened.decisions()),
    }  # fmt: skip
    if as_json:
        click.echo(json.dumps({**figures, "raters": progress}, indent=2, ensure_ascii=False))
        return
    click.echo(
        f"{figures['texts']} texts, {figures['settled']} settled ({figures['decided']} by a"
        f" decision), {figures['to_decide']} to decide."
    )
    width = max((len(rater) for rater in progress), default=0)
    for rater, counts in progress.items():
        parts = ", ".join(f"{count} {state}" for state, count in counts.items())
        click.echo(f"{rater:<{width}}  {parts}")


@labels.command()
@_STORE
@_RATER
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write: .jsonl for training, .csv, or .spacy (a DocBin).",
)
def export(store: Path, rater: str | None, output: Path) -> None:
    """Write labels to a file.

    By default those that are settled: decided, or the same from all raters. A .csv without --rater
    holds what everybody gave, and the decisions.
    """
    from feedback_nlp.annotation import final_labels, save_labels

    opened = _open(store)
    count = save_labels(opened, output, rater=rater)
    click.echo(f"{output} holds the labels of {count} texts.")
    if rater or output.suffix.lower() == ".csv":
        return
    final = final_labels(opened)
    if final.differing:
        click.echo(f"Left out: {len(final.differing)} texts that raters differ on, undecided.")
    if final.left_open:
        click.echo(
            f"{len(final.left_open)} of them lack an optional answer, as raters differ on it alone."
        )
    if final.single:
        click.echo(f"{len(final.single)} of them are labelled by one rater only.")


@click.command()
@_STORE
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--rater", "raters", multiple=True, metavar="NAME", help="Only these; repeat it.")
@click.option(
    "--resamples", type=click.IntRange(0), default=1000, show_default=True,
    help="Draws for the intervals; 0 for none.",
)  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, help="Of these draws.")
def agree(store: Path, as_json: bool, raters: tuple[str, ...], resamples: int, seed: int) -> None:
    """Say how far the raters of STORE agree: alpha, weighted kappa, ICC, and F1 of marked words."""
    from feedback_nlp.annotation import LabelError, agreement

    opened = _open(store)
    if unknown := sorted(set(raters) - set(opened.raters())):
        raise LabelError(
            f"Nobody called {', '.join(unknown)} labelled in {store}; there are"
            f" {', '.join(opened.raters()) or 'no raters yet'}."
        )
    found = agreement(opened, raters=list(raters) or None, resamples=resamples, seed=seed)
    text = json.dumps(found.to_dict(), indent=2, ensure_ascii=False)
    click.echo(text if as_json else found.to_markdown())

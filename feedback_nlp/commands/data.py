"""``feedback-nlp data``: the public sets that the heads are trained and measured on."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

_FOLDER = click.option(
    "--data",
    "folder",
    envvar="FEEDBACK_NLP_DATA",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the public data sets; default: the variable FEEDBACK_NLP_DATA.",
)


@click.group()
def data() -> None:
    """List the public data sets, verify a folder of them, or get one."""


@data.command("list")
@_FOLDER
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_sets(folder: Path | None, as_json: bool) -> None:
    """List origin, licence, use, sha256 and columns of every set."""
    from feedback_nlp.catalogue import public_sets

    sets = public_sets().values()
    if as_json:
        rows = [{**asdict(item), "columns": item.columns_in(folder)} for item in sets]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for item in sets:
        columns = ", ".join(item.columns_in(folder)) or "known once the file is there (--data)"
        click.echo(
            f"{item.name}\n  origin   {item.origin}\n  page     {item.page or 'not known'}\n"
            f"  how      {item.how or 'as it is'}\n  licence  {item.licence}\n"
            f"  use      {item.use}\n  file     {item.path}\n"
            f"  sha256   {item.sha256}\n  columns  {columns}\n"
        )


@data.command()
@_FOLDER
def verify(folder: Path | None) -> None:
    """Check sha256 and columns of every set in the folder; exit code 1 if one fails."""
    from feedback_nlp.catalogue import check_set, public_sets
    from feedback_nlp.datasets import data_folder

    place = data_folder(folder)
    states = {item: check_set(item, place) for item in public_sets().values()}
    width = max(len(item.name) for item in states)
    failed = False
    for item, state in states.items():
        absent = () if state == "missing" else item.missing_columns(place)
        lacking = f", lacks the columns {', '.join(absent)}" if absent else ""
        hint = "" if state == "ready" else f"  get it from {item.where} as {item.path}"
        click.echo(f"{item.name:<{width}}  {state}{lacking}{hint}")
        failed = failed or state != "ready" or bool(absent)
    sys.exit(int(failed))


@data.command()
@click.argument("name")
@_FOLDER
@click.option("--from", "url", metavar="URL", help="Address of the file, if you know one.")
@click.option("--yes", is_flag=True, help="Your word that the file may be downloaded.")
def get(name: str, folder: Path | None, url: str | None, yes: bool) -> None:
    """Download the set NAME, on your word only, and keep it only if its sha256 fits."""
    from feedback_nlp.catalogue import fetch_set, find_set

    if folder is None:
        raise click.UsageError("Name the folder with --data or FEEDBACK_NLP_DATA.")
    item = find_set(name)
    if (url or item.url) and not yes and sys.stdin.isatty():
        question = f"Download {url or item.url} ({item.licence})?"
        yes = click.confirm(question, err=True)
    path = fetch_set(item, folder, url=url, allowed=yes)
    click.echo(f"{item.name} is at {path} and is the published file.")

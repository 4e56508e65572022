"""``feedback-nlp score``: a text, a table, or a folder of tables on many processes."""

from __future__ import annotations

import codecs
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from feedback_nlp.commands.options import HEADS

_TEXT_ENDINGS = (".txt",)
_TABLE_ENDINGS = (".csv", ".jsonl", ".parquet", ".xlsx")
_FORMATS = ("table", "json", "jsonl", "csv", "parquet", "excel")
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("sources", metavar="[FILE|-]...", nargs=-1)
@click.option("--text", "column", metavar="COLUMN", help="Column of a table that holds the texts.")
@click.option(
    "--format",
    "style",
    type=click.Choice(_FORMATS),
    help="Format of the output; by default by the ending of --output, else table for a text"
    " and csv for a table.",
)
@click.option("-o", "--output", metavar="PATH", help="Write to this file, or folder if scaled out.")
@click.option("--encoding", default="utf-8", show_default=True, help="Encoding of the input.")
@click.option("--overwrite", is_flag=True, help="Replace columns that are named like a score.")
@click.option(
    "--resume/--restart",
    default=None,
    help="Go on from the finished parts of an interrupted run, or drop them.",
)
@click.option("--sentences", type=_FILE, help="Write the scores of every sentence to this file.")
@click.option("--findings", type=_FILE, help="Write every marked passage to this file, one a row.")
@click.option(
    "--features",
    type=_FILE,
    help="Write the feature matrix to this file: row, sentence, feature, value where not 0.",
)
@HEADS
@click.option("--workers", type=click.IntRange(1), help="Score on this many processes (Dask).")
@click.option("--cluster", metavar="tcp://HOST:PORT", help="Score on a running Dask cluster.")
@click.option(
    "--progress/--no-progress",
    default=None,
    help="Show progress with the time left, or none; by default only on a terminal.",
)
def score(
    sources: tuple[str, ...],
    column: str | None,
    style: str | None,
    output: str | None,
    encoding: str,
    overwrite: bool,
    resume: bool | None,
    sentences: Path | None,
    findings: Path | None,
    features: Path | None,
    heads: Path | None,
    workers: int | None,
    cluster: str | None,
    progress: bool | None,
) -> None:
    """Score a text, a table, or a folder of tables.

    FILE is one text (.txt, or - for standard input) or a table (.csv, .jsonl, .parquet, .xlsx). A
    table comes back with all its columns, one column per score, and feedback_error, which says
    why a row was not scored or what to mind about it. A JSON output holds whole reports.

    An interrupted table keeps its finished parts beside the output; --resume goes on from them.

    With --workers or --cluster, FILE is one or more tables or patterns such as 'in/*.parquet',
    and --output a folder of Parquet parts; parts that are there already are skipped. The folder
    of --heads must be there under the same path for every worker.
    """
    encoding = known_encoding(encoding)
    shown = sys.stderr.isatty() if progress is None else progress
    named = {"sentences": sentences, "findings": findings, "features": features}
    details = {name: path for name, path in named.items() if path is not None}
    if workers is not None or cluster is not None:
        if details or style not in (None, "parquet") or resume is False:
            raise click.UsageError(
                "--sentences, --findings, --features, --format and --restart are not for"
                " --workers or --cluster, which write Parquet parts."
            )
        options = {
            "encoding": encoding, "overwrite": overwrite, "progress": shown, "heads": heads,
        }  # fmt: skip
        _score_folder(sources, output, column, workers, cluster, options)
        return
    if len(sources) > 1:
        raise click.UsageError("Several files need --workers or --cluster; or name one FILE.")
    path = _input_path(sources[0] if sources else None)
    is_table = path is not None and path.suffix.lower() in _TABLE_ENDINGS
    target = Path(output) if output is not None else None
    style = _output_style(style, target, is_table=is_table)
    if path is not None and is_table:
        import feedback_nlp
        from feedback_nlp.jobs import Job, run_job

        job = Job(path, target, style, column, encoding, overwrite, details)
        scorer = feedback_nlp.load(heads) if heads is not None else None
        run_job(replace(job, resume=resume), progress=shown, scorer=scorer)
        return
    if column is not None or details or resume is not None:
        raise click.UsageError(
            "--text, --sentences, --findings, --features and --resume are for a table, but a"
            " single text is given."
        )
    _score_text(path, target, style, encoding, heads)


def _score_text(
    path: Path | None, output: Path | None, style: str, encoding: str, heads: Path | None
) -> None:
    import feedback_nlp
    from feedback_nlp.jobs import opened
    from feedback_nlp.outputs import write_text_report
    from feedback_nlp.tables import read_text

    text = read_text(path, encoding)
    report = feedback_nlp.load(heads)(text)
    with opened(output) as file:
        write_text_report(file, report, style)


def _score_folder(
    sources: tuple[str, ...],
    output: str | None,
    column: str | None,
    workers: int | None,
    cluster: str | None,
    options: dict[str, Any],
) -> None:
    if workers is not None and cluster is not None:
        raise click.UsageError("Give --workers or --cluster, not both.")
    if not sources or output is None:
        raise click.UsageError("Name the tables to score and, with --output, a folder.")
    from feedback_nlp.folders import score_folder

    outcome = score_folder(
        sources, output, text=column, workers=workers, cluster=cluster, **options
    )
    click.echo(str(outcome), err=True)
    if outcome.failed:
        sys.exit(1)


def _input_path(source: str | None) -> Path | None:
    if source is None:
        if sys.stdin.isatty():
            raise click.UsageError(
                "No text was given; name a FILE, or give - and type the text, then press Ctrl+D."
            )
        return None
    if source == "-":
        return None
    path = Path(source)
    if not path.exists():
        raise click.UsageError(f"{path} does not exist; check the path.")
    if not path.is_file():
        raise click.UsageError(f"{path} is not a file; name a file.")
    known = (*_TEXT_ENDINGS, *_TABLE_ENDINGS)
    if path.suffix.lower() not in known:
        raise click.UsageError(
            f"{path} has an ending that is not known; the ending must be one of {', '.join(known)}."
        )
    return path


def _output_style(style: str | None, output: Path | None, *, is_table: bool) -> str:
    if output is not None:
        if output.is_dir():
            raise click.UsageError(f"{output} is a folder; name a file for --output.")
        if not output.parent.is_dir():
            raise click.UsageError(
                f"The folder {output.parent} does not exist; make it before writing to it."
            )
    if style is None and output is not None:
        from feedback_nlp.outputs import ENDINGS

        style = ENDINGS.get(output.suffix.lower())
        if style is None:
            raise click.UsageError(
                f"{output} has an ending that is not known; use one of {', '.join(ENDINGS)}"
                " or give --format."
            )
    if style == "parquet" and output is None:
        raise click.UsageError("Parquet goes to a file; name it with --output.")
    return style or ("csv" if is_table else "table")


def known_encoding(encoding: str) -> str:
    """Return the encoding as Python calls it; a usage error if there is none of this name."""
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)
    except LookupError as error:
        raise click.UsageError(
            f"The encoding {encoding!r} is not known; give one such as utf-8, utf-16 or cp1252."
        ) from error
    # The mark that some programs put before UTF-8 is not part of the text.
    return "utf-8-sig" if name == "utf-8" else name

"""The command line: reads arguments, calls the package, prints."""

from __future__ import annotations

import codecs
import contextlib
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, NoReturn

import click

from feedback_nlp.errors import FeedbackError

_TEXT_ENDINGS = (".txt",)
_TABLE_ENDINGS = (".csv", ".jsonl", ".parquet")
_FORMATS = ("table", "json", "jsonl", "csv", "parquet")


class _Group(click.Group):
    """Turns every expected failure into one sentence: exit code 2 for usage, 1 otherwise."""

    def main(  # type: ignore[override]  # click's overloads say nothing that ours could break
        self, args: Sequence[str] | None = None, *, standalone_mode: bool = True, **extra: Any
    ) -> Any:
        if not standalone_mode:
            return super().main(args, standalone_mode=False, **extra)
        _stop_cleanly_on_termination()
        try:
            code = super().main(args, standalone_mode=False, **extra)
        except click.ClickException as error:
            _fail(error.format_message(), error.exit_code)
        except FeedbackError as error:
            from feedback_nlp.frames import ColumnError

            _fail(str(error), 2 if isinstance(error, ColumnError) else 1)
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            _fail(f"{place}{error.strerror or error}; check that it can be used.", 1)
        sys.exit(code if isinstance(code, int) else 0)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise click.ClickException(
                "Stopped before the end; no output file was written."
            ) from error


def _fail(message: str, code: int) -> NoReturn:
    click.echo(f"Error: {' '.join(message.split())}", err=True)
    sys.exit(code)


def _stop_cleanly_on_termination() -> None:
    # SIGTERM would end the process without removing the unfinished output. Signals can only be
    # set in the main thread.
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGTERM, signal.default_int_handler)


@click.group(
    cls=_Group,
    name="feedback-nlp",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="feedback-nlp", prog_name="feedback-nlp")
@click.pass_context
def main(context: click.Context) -> None:
    """Say how actionable written feedback is and how judgmental its tone is, with evidence."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@main.command()
@click.argument("source", metavar="[FILE|-]", required=False)
@click.option("--text", "column", metavar="COLUMN", help="Column of a table that holds the texts.")
@click.option(
    "--format",
    "style",
    type=click.Choice(_FORMATS),
    help="Format of the output; by default by the ending of --output, else table for a text"
    " and csv for a table.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file.")
@click.option("--encoding", default="utf-8", show_default=True, help="Encoding of the input.")
@click.option("--overwrite", is_flag=True, help="Replace columns that are named like a score.")
@click.option(
    "--progress/--no-progress",
    default=None,
    help="Show a progress bar, or none; by default only on a terminal.",
)
def score(
    source: str | None,
    column: str | None,
    style: str | None,
    output: Path | None,
    encoding: str,
    overwrite: bool,
    progress: bool | None,
) -> None:
    """Score a text or a table of texts.

    FILE is one text (.txt, or - for standard input) or a table (.csv, .jsonl, .parquet). A table
    comes back with all its columns, one column per score, and feedback_error, which says why a
    row was not scored or what to mind about it. A JSON output holds whole reports.
    """
    path = _input_path(source)
    style = _output_style(style, output, is_table=path is not None and _is_table(path))
    encoding = _known_encoding(encoding)
    if path is not None and _is_table(path):
        shown = sys.stderr.isatty() if progress is None else progress
        _score_table(path, column, style, output, encoding, overwrite, shown)
        return
    if column is not None:
        raise click.UsageError("--text names a column of a table, but a single text is given.")
    import feedback_nlp
    from feedback_nlp.outputs import write_text_report
    from feedback_nlp.tables import read_text

    text = read_text(path, encoding)
    report = feedback_nlp.load()(text)
    with _opened(output) as file:
        write_text_report(file, report, style)


def _score_table(
    path: Path,
    column: str | None,
    style: str,
    output: Path | None,
    encoding: str,
    overwrite: bool,
    progress: bool,
) -> None:
    from tqdm import tqdm

    import feedback_nlp
    from feedback_nlp.frames import check_columns, guess_text_column, score_values
    from feedback_nlp.outputs import WRITERS
    from feedback_nlp.tables import open_table

    table = open_table(path, encoding)
    text = column or guess_text_column(table.columns, str(path))
    check_columns(table.columns, text, overwrite=overwrite, of=str(path))
    scorer = feedback_nlp.load()
    with (
        _opened(output) as file,
        tqdm(total=table.total, unit="text", disable=not progress, file=sys.stderr) as bar,
    ):
        writer = WRITERS[style](file, table.schema, text)
        try:
            for chunk in table.chunks():
                writer.write(chunk, list(score_values(chunk.column(text), scorer=scorer)))
                bar.update(len(chunk))
        except BaseException:
            writer.abandon()
            raise
        writer.close()


@contextlib.contextmanager
def _opened(output: Path | None) -> Iterator[IO[bytes]]:
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    from feedback_nlp.tables import replacing

    with replacing(output) as file:
        yield file


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


def _is_table(path: Path) -> bool:
    return path.suffix.lower() in _TABLE_ENDINGS


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


def _known_encoding(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)
    except LookupError as error:
        raise click.UsageError(
            f"The encoding {encoding!r} is not known; give one such as utf-8, utf-16 or cp1252."
        ) from error
    # The mark that some programs put before UTF-8 is not part of the text.
    return "utf-8-sig" if name == "utf-8" else name


@main.command()
@click.option("--receive", is_flag=True, help="For feedback that you got, not one that you write.")
@click.option("--app", is_flag=True, help="Show a page without code; needs Voilà.")
@click.option("--no-browser", is_flag=True, help="Start without opening a browser.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to serve on.")
def coach(receive: bool, app: bool, no_browser: bool, port: int | None) -> None:
    """Open the notebook for drafting feedback in JupyterLab.

    What opens is a copy in the folder where you are. A copy that is already there is kept.
    """
    from feedback_nlp import coach as notebooks

    notebooks.require(app=app)
    name = notebooks.RECEIVE_NOTEBOOK if receive else notebooks.NOTEBOOK
    if app:
        notebook = notebooks.find_notebook(name)
    else:
        notebook = notebooks.working_copy(name, Path.cwd())
        click.echo(f"Opening {notebook}, your own copy. To begin anew, delete it and come back.")
    sys.exit(notebooks.run_notebook(notebook, app=app, browser=not no_browser, port=port))


@main.command()
@click.option(
    "--data",
    envvar="FEEDBACK_NLP_DATA",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the public data sets; default: the variable FEEDBACK_NLP_DATA.",
)
@click.option(
    "--examples",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=Path("data/feedback_examples.jsonl"),
    show_default=True,
    help="Labelled examples of the project.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("models"),
    show_default=True,
    help="Folder for the trained heads and their model card.",
)
@click.option("--progress/--no-progress", default=None, help="Show progress, or none.")
def train(data: Path | None, examples: Path, out: Path, progress: bool | None) -> None:
    """Train the heads and write them with their model card."""
    from feedback_nlp import training

    shown = sys.stderr.isatty() if progress is None else progress
    figures = training.train(data, examples, out, shown)
    lines = list(_flat(figures))
    width = max((len(name) for name, _ in lines), default=0)
    for name, value in lines:
        click.echo(f"{name:<{width}}  {value}")


@main.command()
@click.option(
    "--data",
    envvar="FEEDBACK_NLP_DATA",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the public data sets; default: the variable FEEDBACK_NLP_DATA.",
)
@click.option(
    "--examples",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=Path("data/feedback_examples.jsonl"),
    show_default=True,
    help="Labelled examples of the project.",
)
@click.option(
    "--heads",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the heads to measure; default: the shipped ones.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("docs/evaluation"),
    show_default=True,
    help="Folder for report.md, report.json and the plots.",
)
@click.option("--own-only", is_flag=True, help="Leave out what needs the public sets.")
@click.option("--card", is_flag=True, help="Rebuild the model card beside the heads as well.")
@click.option("--progress/--no-progress", default=None, help="Show progress, or none.")
def evaluate(
    data: Path | None,
    examples: Path,
    heads: Path | None,
    out: Path,
    own_only: bool,
    card: bool,
    progress: bool | None,
) -> None:
    """Measure how valid, calibrated, fair and steady the scores are."""
    import shutil

    from feedback_nlp.evaluation.run import REPORT_NAME, evaluate
    from feedback_nlp.heads import heads_folder
    from feedback_nlp.training.card import EVALUATION_NAME, write_card

    shown = sys.stderr.isatty() if progress is None else progress
    figures = evaluate(data, examples, out, heads_folder=heads, own_only=own_only, progress=shown)
    width = max(len(row["what"]) for row in figures["targets"])
    for row in figures["targets"]:
        met = "met" if row["met"] else "not met"
        click.echo(
            f"{row['what']:<{width}}  {row['measure']} {row['reached']:.3f},"
            f" target {row['target']}: {met}"
        )
    click.echo(f"The report is {out / 'report.md'}.")
    if card:
        folder = heads or heads_folder()
        shutil.copyfile(out / REPORT_NAME, folder / EVALUATION_NAME)
        click.echo(f"The model card is {write_card(folder)}.")


def _flat(figures: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in figures.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", f"{value:.3f}" if isinstance(value, float) else str(value)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(as_json: bool) -> None:
    """Say what is installed, what is missing, and which command mends it."""
    from feedback_nlp.doctor import diagnose

    diagnosis = diagnose()
    click.echo(diagnosis.to_json() if as_json else str(diagnosis))
    sys.exit(0 if diagnosis.can_score else 1)


if __name__ == "__main__":
    main()

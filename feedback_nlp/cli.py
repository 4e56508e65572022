"""The command line: reads arguments, calls the package, prints."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from feedback_nlp.commands.audit import audit
from feedback_nlp.commands.data import data
from feedback_nlp.commands.evaluate import evaluate
from feedback_nlp.commands.labels import agree, labels
from feedback_nlp.commands.score import score
from feedback_nlp.commands.train import train
from feedback_nlp.errors import FeedbackError


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
                "Stopped before the end; no output file was written. What a table has so far is"
                " kept: the same command with --resume goes on from there."
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
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(as_json: bool) -> None:
    """Say what is installed, what is missing, and which command mends it."""
    from feedback_nlp.doctor import diagnose

    diagnosis = diagnose()
    click.echo(diagnosis.to_json() if as_json else str(diagnosis))
    sys.exit(0 if diagnosis.can_score else 1)


for command in (score, data, audit, labels, agree, train, evaluate):
    main.add_command(command)


if __name__ == "__main__":
    main()

"""The command line: the composition root, which may import everything and which nobody imports.

Data goes to stdout, messages to stderr. 0 is success, 1 a finding or a failure, 2 wrong usage; an
error is one line that says what to do, and its trace is shown with ``--debug`` only.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from procesmijn.cli.commands import Commands
from procesmijn.errors import ProcesmijnError

INTERRUPTED = 128 + signal.SIGINT
"""As shells say it: 128 and the number of the signal."""
NOT_READ = 128 + signal.SIGPIPE
"""Whoever reads has had enough, as ``head`` has: other tools end by that signal."""


@dataclass(slots=True)
class _Run:
    """What the options before the command say."""

    is_debug: bool = False


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, and give its exit code."""
    run = _Run()
    # Kafka's client tells of every try to connect; what matters of it comes back as an error.
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    signal.signal(signal.SIGTERM, _leave)
    # A script starts what it puts in the background deaf to SIGINT; this is to end all the same.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        code = _root(run)(arguments, prog_name="procesmijn", standalone_mode=False)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except (BrokenPipeError, SystemExit) as error:
        # Where typer or rich meets the closed pipe first, it leaves.
        if isinstance(error, SystemExit) and not isinstance(error.__context__, BrokenPipeError):
            raise
        # What is left in the buffer must not fail at the exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOT_READ
    except TyperException as error:
        # typer checks choices by pydantic, whose own word for that says nothing to people.
        return _fail(run, error.format_message().replace("Value error, ", ""), error.exit_code)
    except ProcesmijnError as error:
        return _fail(run, str(error), error.exit_code)
    except Exception as error:  # noqa: BLE001 - the last resort: a line for people, not a trace
        return _fail(run, _said(error), 1)
    return code if isinstance(code, int) else 0


def _root(run: _Run) -> Callable[..., Any]:
    app = typer.Typer(cls=Commands, add_completion=False)

    @app.callback(invoke_without_command=True)
    def procesmijn(
        context: typer.Context,
        debug: Annotated[
            bool, typer.Option("--debug", help="Show the trace of an error as well.")
        ] = False,
    ) -> None:
        """Event-driven process mining of internal customers and suppliers.

        Settings are environment variables, PROCESMIJN_... Without any, all runs on this machine.
        """
        run.is_debug = debug
        if context.invoked_subcommand is None:
            typer.echo(context.get_help())

    return typer.main.get_command(app)


def _leave(number: int, _: FrameType | None) -> None:
    """SIGTERM: leave every block on the way out, so that what was started is stopped."""
    raise SystemExit(128 + number)


def _fail(run: _Run, message: str, code: int) -> int:
    if run.is_debug:
        traceback.print_exc()
    print(f"error: {message}", file=sys.stderr)
    return code


def _said(error: Exception) -> str:
    """Say what an error is that no module has words for."""
    # The embedded servers know no errors of ours; theirs say what to do all the same.
    if type(error).__module__ == "procesmijn.embedded.errors":
        return str(error)
    line = " ".join(str(error).split())
    return f"procesmijn failed ({type(error).__name__}: {line}); --debug shows where, please report"

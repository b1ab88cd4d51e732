"""The command line starts fast, and is in its manual as it is."""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from procesmijn.cli.commands import COMMANDS, load
from procesmijn.cli.flow_views import As
from procesmijn.files.exports import Form
from tests.commands import COMMAND, Procesmijn

MANUAL = Path(__file__).parents[2] / "docs" / "cli.md"
MOST_CPU_SECONDS = 0.6

_IMPORTED = """
import sys
from procesmijn.cli import main
main(sys.argv[1:])
print(*sorted(name for name in sys.modules if "." not in name), file=sys.stderr)
"""


def imported_by(*arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-P", "-c", _IMPORTED, *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.splitlines()[-1].split())


def commands() -> list[tuple[str, Any]]:
    """Every command by the words that call it."""
    found: list[tuple[str, Any]] = []
    for name in COMMANDS:
        command = load(name)
        inner = getattr(command, "commands", None)
        found += [(f"{name} {each}", inner[each]) for each in inner] if inner else [(name, command)]
    return found


def test_help_knows_nothing_of_what_commands_need() -> None:
    modules = imported_by("--help")
    assert not modules & {"pm4py", "pandas", "numpy", "psycopg", "kafka", "pydantic"}


def test_help_costs_little() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    imported_by("--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent < MOST_CPU_SECONDS


@pytest.mark.parametrize(
    "arguments",
    [
        ["handovers", "--help"],
        ["worker", "--help"],
        ["import", "--help"],
        ["flow", "--help"],
        ["working-time", "2026-03-02T09:00", "2026-03-02T10:00"],
        ["version"],
    ],
)
def test_no_start_waits_for_pm4py(arguments: list[str]) -> None:
    assert not imported_by(*arguments) & {"pm4py", "pandas"}


def test_handovers_are_read_without_pm4py(procesmijn: Procesmijn) -> None:
    process = procesmijn.start("handovers", "recruitment")
    assert process.communicate()[0].startswith("supplier")
    modules = subprocess.run(
        [sys.executable, "-P", "-c", _IMPORTED, "handovers", "recruitment"],
        env={"PROCESMIJN_HOME": str(procesmijn.home)},
        capture_output=True,
        text=True,
        check=True,
    ).stderr.split()
    assert "psycopg" in modules
    assert not {"pm4py", "pandas"} & set(modules)


def test_the_list_of_commands_says_what_each_says_of_itself() -> None:
    for name, listed in COMMANDS.items():
        assert load(name).help.splitlines()[0] == listed.help


def test_every_option_says_what_it_is() -> None:
    for name, command in commands():
        for parameter in command.params:
            assert getattr(parameter, "help", None), f"{name} {parameter.name}"


@pytest.mark.parametrize(("name", "choices"), [("flow", As), ("export", Form)])
def test_no_choice_is_broken_on_a_terminal_of_80_columns(name: str, choices: type[StrEnum]) -> None:
    said = subprocess.run(
        [*COMMAND, name, "--help"],
        env={**os.environ, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert set(choices) <= set(re.findall(r"[\w-]+", said))


def test_a_pipe_that_is_closed_ends_a_command_as_it_ends_others() -> None:
    for form in ("table", "csv"):
        with subprocess.Popen(
            [*COMMAND, "settings", "--format", form], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            assert process.stderr.read() == b""
        assert process.returncode == 128 + signal.SIGPIPE


def test_the_manual_has_every_command_and_option() -> None:
    manual = MANUAL.read_text("utf-8")
    sections = dict(
        re.findall(r"^## `procesmijn ([a-z-]+)`(.*?)(?=^## |\Z)", manual, re.MULTILINE | re.DOTALL)
    )
    assert list(sections) == list(COMMANDS)
    for name, command in commands():
        section = sections[name.split()[0]]
        assert f"procesmijn {name}" in section or name in COMMANDS
        for parameter in command.params:
            for flag in parameter.opts:
                if flag.startswith("--") and flag != "--help":
                    assert f"`{flag}" in section, f"{name} {flag}"


def test_nothing_said_is_help(procesmijn: Procesmijn) -> None:
    outcome = procesmijn()
    assert outcome.code == 0
    for name in COMMANDS:
        assert f" {name} " in outcome.out


def test_the_version(procesmijn: Procesmijn) -> None:
    assert procesmijn("version").out.startswith("procesmijn 0.")

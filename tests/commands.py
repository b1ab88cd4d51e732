"""Runs commands of procesmijn as processes of their own, in one home."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson
import psutil

COMMAND: Final = (sys.executable, "-P", "-m", "procesmijn.cli")
ENDS_WITHIN_SECONDS: Final = 240.0
STOPS_WITHIN_SECONDS: Final = 30.0


class Outcome(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it wrote to stdout, where that is JSON."""
        assert self.code == 0, self.err
        return orjson.loads(self.out)


@dataclass(frozen=True, slots=True)
class Procesmijn:
    """The command line in one home; ``settings`` are further variables."""

    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def __call__(
        self, *arguments: str | Path, given: str | None = None, **settings: str
    ) -> Outcome:
        """Run a command to its end; ``given`` is what it can read from stdin."""
        stdin = subprocess.DEVNULL if given is None else subprocess.PIPE
        process = self._start(arguments, settings, stdin)
        try:
            out, err = process.communicate(given, timeout=ENDS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
        return Outcome(process.returncode, out, err)

    def start(self, *arguments: str | Path, **settings: str) -> subprocess.Popen[str]:
        """Start a command; keywords are settings, ``kafka_servers=...``."""
        return self._start(arguments, settings, subprocess.DEVNULL)

    def environment(self, **settings: str) -> dict[str, str]:
        """The variables with which a command runs: those of this process, but for our settings."""
        named = {**self.settings, **settings}
        cache = os.environ.get("PROCESMIJN_CACHE")
        return {
            **{name: v for name, v in os.environ.items() if not name.startswith("PROCESMIJN_")},
            **({"PROCESMIJN_CACHE": cache} if cache else {}),
            "PROCESMIJN_HOME": str(self.home),
            **{f"PROCESMIJN_{name.upper()}": value for name, value in named.items()},
        }

    def _start(
        self, arguments: Sequence[str | Path], settings: Mapping[str, str], stdin: int
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            env=self.environment(**settings),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@contextmanager
def running(
    procesmijn: Procesmijn, *arguments: str, until: str, **settings: str
) -> Iterator[subprocess.Popen[str]]:
    """A command that runs during a block, from when it has said something on.

    SIGTERM ends it: in good order, and nothing that it started stays behind.
    """
    process = procesmijn.start(*arguments, **settings)
    assert process.stdout is not None
    for line in process.stdout:
        if until in line:
            break
    else:
        raise AssertionError(f"it ended: {process.communicate()[1]}")
    try:
        yield process
    finally:
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=STOPS_WITHIN_SECONDS)
    assert process.returncode == 0, err
    _, alive = psutil.wait_procs(children, timeout=1.0)
    assert not alive


def one_line(outcome: Outcome, words: str, code: int = 1) -> None:
    """It failed, and said so in one line."""
    assert outcome.code == code, outcome.err
    assert words in outcome.err
    assert outcome.err.count("\n") == 1
    assert outcome.err.startswith("error: ")


def until(procesmijn: Procesmijn, *arguments: str, count: int) -> list[dict[str, object]]:
    """Ask again until there are as many rows as there should be."""
    for _ in range(40):
        rows: list[dict[str, object]] = procesmijn(*arguments, "--format", "json").json
        if len(rows) >= count:
            return rows
        time.sleep(0.3)
    raise AssertionError(f"{len(rows)} rows, and no more came")

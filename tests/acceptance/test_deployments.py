"""What containers and units run, run here: the same arguments and settings, on real servers."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack

import pytest
import yaml

from procesmijn.embedded.home import Home
from tests.commands import Procesmijn
from tests.deployments import COMPOSE, Run, runs

ELSEWHERE = ("DATABASE_URL", "KAFKA_", "KEYS", "HEALTH_PORT")
"""Settings that say where servers are and who we are there: those of the test's own."""


def settings_of(run: Run, **ours: str) -> dict[str, str]:
    """The settings of a container or unit, but for where its servers are."""
    named = {
        name.removeprefix("PROCESMIJN_"): value
        for name, value in run.environment.items()
        if not name.removeprefix("PROCESMIJN_").startswith(ELSEWHERE)
    }
    return {name.lower(): value for name, value in named.items()} | ours


def is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


@pytest.fixture(scope="module")
def ours(procesmijn: Procesmijn, database_url: str, kafka_servers: str) -> dict[str, str]:
    return {
        "database_url": database_url,
        "kafka_servers": kafka_servers,
        "keys_file": str(procesmijn.home / "keys"),
    }


def test_every_worker_becomes_ready_and_stops_when_it_is_told_to(
    procesmijn: Procesmijn, ours: dict[str, str]
) -> None:
    workers = [run for run in runs() if run.arguments == ("worker",)]
    assert {run.where.split()[0] for run in workers} == {"compose", "kubernetes", "systemd"}
    ports = Home(procesmijn.home).ports(*(run.where for run in workers))
    service = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]["worker"]
    probe = " ".join(service["healthcheck"]["test"][3:])
    inside = service["environment"]["PROCESMIJN_HEALTH_PORT"]
    with ExitStack() as stack:
        started = [
            stack.enter_context(
                procesmijn.start(*run.arguments, **settings_of(run, **ours, health_port=str(port)))
            )
            for run, port in zip(workers, ports, strict=True)
        ]
        deadline = time.monotonic() + 120
        while not all(is_ready(port) for port in ports):
            assert all(process.poll() is None for process in started)
            assert time.monotonic() < deadline
            time.sleep(0.2)
        for port in ports:
            checked = probe.replace(str(inside), str(port))
            subprocess.run([sys.executable, "-c", checked], check=True)
        for process in started:
            process.send_signal(signal.SIGTERM)
        logs = [process.communicate()[1] for process in started]
    assert [process.returncode for process in started] == [0] * len(started), logs
    for run, log in zip(workers, logs, strict=True):
        is_json = run.environment.get("PROCESMIJN_LOG_FORMAT") == "json"
        assert all(line.startswith("{") is is_json for line in log.splitlines()), log


def test_every_other_command_does_its_work(procesmijn: Procesmijn, ours: dict[str, str]) -> None:
    others = [run for run in runs() if run.arguments[0] != "worker"]
    assert {run.arguments for run in others} == {("doctor",), ("doctor", "--format", "json")}
    for run in others:
        outcome = procesmijn(*run.arguments, **settings_of(run, **ours))
        assert outcome.code == 0, outcome.out
        assert "database-clock" in outcome.out

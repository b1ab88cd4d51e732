"""Workers as commands start and miss them: they catch up, are waited for, and are started anew."""

from __future__ import annotations

import re
import signal
import time
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg

from tests.commands import Procesmijn, one_line
from tests.event_logs import make_log, write_csv


def test_a_worker_catches_up_with_what_other_rules_made(
    requests: str, procesmijn: Procesmijn, database_url: str
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE mining.object SET rules_id = 0 WHERE object_id = 'C00003'")
    assert "failure  mined " in procesmijn("doctor").out
    with procesmijn.start("worker") as worker:
        for _ in range(20):
            if "ok       mined " in procesmijn("doctor").out:
                break
        worker.send_signal(signal.SIGTERM)
        log = worker.communicate()[1]
    assert worker.returncode == 0, log
    assert "ok       mined " in procesmijn("doctor").out, log


def test_without_a_worker_an_import_says_so_and_waits_for_one(
    quiet: Procesmijn, tmp_path: Path
) -> None:
    rows = make_log(cases=30, seed=3)
    file = write_csv(tmp_path / "log.csv", rows)
    with quiet.start("import", file, "--process", "waiting") as waiting:
        assert waiting.stderr is not None
        assert "process waiting is new" in waiting.stderr.readline()
        assert "no worker seems to run" in waiting.stderr.readline()
        one_line(quiet("up"), "is up already")
        with quiet.start("worker") as worker:
            assert f"{len(rows)} events" in waiting.stderr.readline()
            assert waiting.wait() == 0
            worker.send_signal(signal.SIGTERM)
            log = worker.communicate()[1]
            assert worker.returncode == 0, log
    assert re.search(r"batch records=\d+ ", log)
    assert len(quiet("cases", "waiting", "--format", "json").json) == 30


def test_a_worker_that_dies_is_started_anew_unless_it_dies_again_and_again(folder: Path) -> None:
    home = Procesmijn(folder / "home")
    log = home.home / "log" / "worker-1.log"
    with home.start("up") as process:
        assert process.stderr is not None
        up = psutil.Process(process.pid)
        _worker_of(up).kill()
        for _ in range(2):
            line = process.stderr.readline()
            assert "a worker ended by SIGKILL, and is started anew" in line
            assert line.endswith(f"its log is {log}\n")
            worker = _worker_of(up)
            while "/healthz" not in log.read_text():
                assert worker.is_running()
                time.sleep(0.05)
            worker.kill()
        err = process.communicate()[1]
    assert process.returncode == 1
    assert "a worker ended 3 times soon after its start, the last time by SIGKILL" in err
    assert "/healthz" in err, "the end of its log is told"


def _worker_of(up: psutil.Process) -> psutil.Process:
    """Its worker, as soon as there is one."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for child in up.children():
            with suppress(psutil.NoSuchProcess):
                if child.cmdline()[-1:] == ["worker"]:
                    return child
        time.sleep(0.05)
    raise AssertionError("no worker")


def test_alone_an_import_brings_its_own_servers_and_worker(folder: Path, tmp_path: Path) -> None:
    home = Procesmijn(folder / "home")
    rows = make_log(cases=30, seed=4)
    outcome = home("import", write_csv(tmp_path / "log.csv", rows), "--process", "alone")
    assert outcome.code == 0, outcome.err
    assert (home.home / "keys").stat().st_mode & 0o777 == 0o600
    assert len(home("cases", "alone", "--format", "json").json) == 30
    left = [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if str(folder) in " ".join(process.info["cmdline"] or ())
    ]
    assert left == []

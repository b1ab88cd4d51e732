"""Closed cases leave a database by the command line, and come back."""

from __future__ import annotations

import csv
import gzip
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import psycopg
import pytest

from tests.acceptance.test_public_logs import LOGS
from tests.commands import Procesmijn, one_line
from tests.event_logs import make_log, write_csv

PURCHASES = LOGS / "Procure_to_Pay.csv.gz"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A public log, or one of the same form where there is none."""
    if PURCHASES.exists() or "CI" in os.environ:
        return PURCHASES
    columns = {
        "case_id": "case_id",
        "activity": "activity",
        "timestamp": "end_time",
        "department": "resource",
    }
    rows = [
        {columns[name]: value for name, value in row.items()} for row in make_log(cases=200, seed=9)
    ]
    return write_csv(tmp_path / "log.csv", rows)


@pytest.fixture
def own(procesmijn: Procesmijn, database_url: str, log: Path, tmp_path: Path) -> Procesmijn:
    """A database of its own with the cases of the log, each closed by whatever happens last."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE retiring")
    url = urlsplit(database_url)._replace(path="/retiring").geturl()
    settings = {"database_url": url, "keys_file": str(procesmijn.home / "keys")}
    commands = Procesmijn(procesmijn.home, settings)
    catalogue = tmp_path / "catalogue.yaml"
    activities: dict[str, dict[str, str]] = {activity: {} for activity in activities_of(log)}
    process = {"case": "purchases", "activities": activities, "end": list(activities)}
    catalogue.write_bytes(orjson.dumps({"processes": {"purchases": process}}))
    assert commands("catalogue", "activate", catalogue).code == 0
    done = commands("import", log, "--process", "purchases", "--party", "resource", "--to-store")
    assert done.code == 0, done.err
    return commands


def activities_of(log: Path) -> list[str]:
    with opened(log) as lines:
        return sorted({row["activity"] for row in csv.DictReader(lines)})


@contextmanager
def opened(log: Path) -> Iterator[Any]:
    opening = gzip.open if log.suffix == ".gz" else open
    with opening(log, "rt", encoding="utf-8") as lines:
        yield lines


def test_cases_leave_and_come_back(own: Procesmijn, log: Path, tmp_path: Path) -> None:
    archive, limit = tmp_path / "before", "2023-02-15"
    if log != PURCHASES:
        limit = "2026-02-01"

    def figures() -> tuple[Any, Any]:
        pairs = own("handovers", "purchases", "--format", "json").json
        graph = own("flow", "purchases", "--as", "dfg", "--format", "json").json
        for edge in graph["edges"]:  # of cases that are there
            del edge["seconds_median"], edge["seconds_p90"]
        return pairs, graph

    def cases() -> list[dict[str, Any]]:
        rows = own("cases", "purchases", "--format", "json").json
        return [{**row, "change_id": 0, "updated_at": ""} for row in rows]

    were, all_cases = figures(), cases()
    [forecast] = own("retire", "--before", limit, "--dry-run", "--format", "json").json
    assert 0 < forecast["cases"] < len(all_cases)

    left = own("retire", "--before", limit, "--archive", archive, "--by", "Ann")
    assert (left.code, left.out) == (0, "")
    assert left.err.startswith(f"{forecast['cases']} cases retired; {forecast['events']:,} ver")
    assert figures() == were
    assert len(cases()) == len(all_cases) - forecast["cases"]
    assert f"{forecast['cases']} cases of it are retired" in own("handovers", "purchases").err
    here = {row["case_key"] for row in cases()}
    gone = next(row["case_key"] for row in all_cases if row["case_key"] not in here)
    one_line(own("track", "purchases", gone), "is retired, and no longer in the tables")
    assert f"{forecast['cases']} cases are retired" in own("deliveries").err
    [listed] = own("retire", "--list", "--format", "json").json
    assert (listed["cases"], listed["by"], listed["state"]) == (
        forecast["cases"],
        "Ann",
        "in force",
    )
    for proof in ("verify", "ledger"):
        assert own(proof).code == 0

    whole = own("archive", "--out", tmp_path / "rest")
    assert f"by Ann, which are in {archive}\n" in whole.err
    one_line(own("retire", "--before", "2099-01-01", "--dry-run"), "lies ahead", code=2)
    one_line(own("retire", "--before", limit), "--archive FOLDER", code=2)

    archive.rename(tmp_path / "moved")
    verified, looked = own("verify"), own("doctor")
    assert verified.code == looked.code == 1
    for said in (verified.err, looked.out):
        assert f"are in {archive} and nowhere else: put a whole copy of it there" in said
    (tmp_path / "moved").rename(archive)

    back = own("rebuild", "--from", archive)
    assert back.code == 0, back.err
    assert f"{forecast['cases']} cases and {forecast['events']:,} versions" in back.err
    assert cases() == all_cases
    for proof in ("verify", "ledger"):
        assert own(proof).code == 0

"""A first agreement, as the tutorial has it: every command on the page, and what it prints.

And what is found where the catalogue and what happens are not of one mind.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.commands import Procesmijn

PAGE = (Path(__file__).parents[2] / "docs" / "agreements.md").read_text("utf-8")
FILES = dict(re.findall(r"`([\w-]+\.\w+)`:\n\n```\w+\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
CONSOLES = re.findall(r"^```console\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def shell(folder: Path) -> list[str]:
    """A shell in a folder with the files of the page, where ``procesmijn`` is at hand."""
    for name, text in FILES.items():
        (folder / name).write_text(text)
    command = folder / "procesmijn"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m procesmijn.cli "$@"\n')
    command.chmod(0o755)
    return ["/bin/sh", "-e", "-c"]


def test_the_tutorial_does_what_it_says(folder: Path, shell: list[str]) -> None:
    trial = Procesmijn(folder / "trial")
    environment = trial.environment()
    environment["PATH"] = f"{folder}:{environment['PATH']}"
    steps = [
        re.match(r"(.+)\n((?:.*\n)*)", step)
        for console in CONSOLES
        for step in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]
    ]
    assert set(FILES) == {"repairs.csv", "ours.yaml"}
    for step in steps:
        assert step is not None
        done = subprocess.run(
            [*shell, step[1]],
            env=environment,
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (step[1], done.stderr)
        assert [line.rstrip() for line in done.stdout.splitlines()] == step[2].splitlines(), step[1]
    year = ("--from", "2026-01-01", "--to", "2027-01-01")
    page = trial("catalogue", "print", "--lang", "nl", *year).out
    assert "80% binnen afspraak</span><small>haalt doel · 5 leveringen</small>" in page
    assert "80% in één keer goed</span><small>onder doel</small>" in page
    assert (folder / "services.pdf").read_bytes().startswith(b"%PDF")
    check_finds_what_is_declared_otherwise(trial, folder)


def check_finds_what_is_declared_otherwise(trial: Procesmijn, folder: Path) -> None:
    """Nobody knows the workshop, a counter promises what nobody asks for, and orders go astray."""
    declared = yaml.safe_load(FILES["ours.yaml"])
    declared["parties"] = dict.fromkeys(("front office", "counter", "sales"))
    declared["parties"]["sales"] = {"kind": "outside", "is_end_customer": True}
    declared["processes"]["repairs"]["activities"] = dict.fromkeys(
        ("Quote asked", "Quote given", "Repair asked", "Repair done")
    )
    declared["processes"]["repairs"].pop("end")
    declared["deliverables"] = {
        "repair": {"supplier": "counter"},
        "order": {"supplier": "front office", "customers": ["counter", "sales"]},
    }
    asked = {"process": "repairs", "requested": "Repair asked", "lead_time": "1 day"}
    repair = {"deliverable": "repair", "customer": "front office", "delivered": "Repair done"}
    order = {"deliverable": "order", "customer": "sales", "delivered": "Quote asked"}
    declared["agreements"] = {"repairs": asked | repair, "orders": asked | order}
    (folder / "other.yaml").write_text(yaml.safe_dump(declared))
    activated = trial("catalogue", "activate", folder / "other.yaml")
    assert activated.code == 0
    assert "this takes away 1 party and 1 agreement; " in activated.err

    outcome = trial("agreements", "check", "--format", "csv", "--from", "2026-03-05")
    first, *rows = outcome.out.splitlines()

    assert outcome.code == 1
    assert first.startswith("finding,process,supplier,customer,name,handovers,cases,wait_seconds_")
    # From 5 March on five quotes were picked up, most waiting, and four requests.
    assert [",".join(row.split(",")[:7]) for row in rows] == [
        "no agreement,repairs,workshop,front office,,5,4",
        "no agreement,repairs,front office,workshop,,4,4",
        "not used,repairs,counter,front office,repairs,,",
        "unknown party,,,,workshop,9,4",
        "several customers,,front office,counter,order,0,",
        "several customers,,front office,sales,order,0,",
        "other customer,,front office,workshop,order,3,",
    ]
    roles = [row.rpartition(",")[2] for row in rows]
    assert roles == [*["internal"] * 3, "", "internal", "end", "internal"]

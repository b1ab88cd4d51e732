"""The page for operations teams knows every reason, every check and every metric that it names."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest

from consumers.intake import DEFECT
from consumers.metrics import Metrics
from procesmijn.cli.checks import content, database, installation, kafka
from procesmijn.cli.commands import COMMANDS
from procesmijn.settings import Settings, variable
from schemas.reasons import Reason

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "operations.md").read_text()

CHECKS = {
    "schema",
    *(check.name for check in installation.CHECKS),
    *(check.name for check in database.CHECKS),
    *(check.name for check in content.CHECKS),
    *(check.name for check in (*kafka.BROKERS, *kafka.CLUSTER, *kafka.READING)),
}


def test_every_check_of_the_doctor_is_on_the_page_once_and_no_other() -> None:
    rows = re.findall(r"^\| \*([a-z-]+)\* \| (?:failure|warning|both) \|", PAGE, re.MULTILINE)
    assert sorted(rows) == sorted(CHECKS)


def test_every_check_of_the_doctor_has_a_test_that_breaks_what_it_looks_at() -> None:
    """One that is told of it: the name of the check is in it, or in what it is run for."""
    named: set[str] = set()
    for path in (DOCS.parent / "tests" / "integration" / "doctor").glob("test_*.py"):
        for test in ast.parse(path.read_text("utf-8")).body:
            parts = list(ast.walk(test))
            if any(isinstance(it, ast.Name) and it.id == "told" for it in parts):
                named |= {str(it.value) for it in parts if isinstance(it, ast.Constant)}
    assert CHECKS - named == set()


def test_every_reason_is_on_the_page_once_and_no_other() -> None:
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (.+) \| (.+) \|$", PAGE, re.MULTILINE)
    assert [reason for reason, *_ in rows] == [*Reason, DEFECT]
    assert all(meaning and remedy for _, meaning, remedy in rows)


def test_metrics_checks_settings_and_commands_are_those_that_there_are() -> None:
    registry = CollectorRegistry()
    Metrics(registry)
    there = generate_latest(registry).decode()
    for metric in re.findall(r"`(procesmijn_\w+)`", PAGE):
        assert f"# TYPE {metric} " in there, metric
    assert set(re.findall(r"(?<!\*)\*([a-z-]+)\*(?!\*)", PAGE)) <= CHECKS
    for setting in re.findall(r"`(PROCESMIJN_\w+)`", PAGE):
        assert setting in {variable(name) for name in Settings.model_fields}, setting
    for command in re.findall(r"`procesmijn ([a-z-]+)", PAGE):
        assert command in COMMANDS, command
    for page in re.findall(r"\]\(([\w.]+)\)", PAGE):
        assert (DOCS / page).exists(), page

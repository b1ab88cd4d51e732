"""docker-compose.yml runs what the tests run: the same Kafka, the same PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from procesmijn.embedded.database import MAJOR
from procesmijn.embedded.jars import KAFKA_VERSION

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The file, parsed."""
    parsed: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    return parsed


def test_images_are_the_versions_that_are_embedded(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert services["kafka"]["image"] == f"apache/kafka:{KAFKA_VERSION}"
    assert services["postgres"]["image"] == f"postgres:{MAJOR}"


def test_each_service_says_whether_it_is_well_and_waits_for_the_others(
    compose: dict[str, Any],
) -> None:
    assert all(service["healthcheck"]["test"] for service in compose["services"].values())
    waits = compose["services"]["worker"]["depends_on"]
    assert {name: wait["condition"] for name, wait in waits.items()} == {
        "kafka": "service_healthy",
        "postgres": "service_healthy",
    }


def test_data_lies_in_declared_volumes(compose: dict[str, Any]) -> None:
    mounted = {
        mount.split(":")[0]
        for service in compose["services"].values()
        for mount in service.get("volumes", [])
    }
    assert mounted == set(compose["volumes"]) == {"kafka", "postgres"}


def test_nothing_without_a_password_is_open_to_the_network(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_image_runs_as_a_normal_user_and_from_pinned_files() -> None:
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users == ["10001:10001"]
    assert 'ENTRYPOINT ["procesmijn"]' in lines
    assert any("--require-hashes" in line and "runtime.txt" in line for line in lines)

"""Whatever the project asks for is pinned, with hashes, and no registry is named."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNTIME = [
    *PROJECT["project"]["dependencies"],
    *PROJECT["project"]["optional-dependencies"]["otel"],
]


@pytest.mark.parametrize(
    ("file", "wanted"),
    [("runtime.txt", RUNTIME), ("dev.txt", [*RUNTIME, *PROJECT["dependency-groups"]["dev"]])],
)
def test_everything_is_pinned(file: str, wanted: Iterable[str]) -> None:
    text = (ROOT / "requirements" / file).read_text()
    pins: dict[str, list[str]] = {}
    for name, version, hashes in re.findall(
        r"^([\w.-]+)==(\S+)[^\\\n]*((?: \\\n    --hash=sha256:[0-9a-f]{64})+)$", text, re.MULTILINE
    ):
        assert hashes
        pins.setdefault(canonicalize_name(name), []).append(version)
    for requirement in map(Requirement, wanted):
        versions = pins.get(canonicalize_name(requirement.name), [])
        assert versions, f"{requirement.name} is not pinned: make pins"
        assert all(requirement.specifier.contains(version) for version in versions), requirement
    assert "://" not in text

"""What is built from TypeScript is built from the TypeScript that is here, and says whose it is."""

from __future__ import annotations

import re
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import pytest

WEB = Path(str(files("procesmijn.web")))
LARGEST_BYTES = 500_000


@pytest.mark.parametrize("name", ["map", "bpmn"])
def test_an_asset_is_built_from_its_sources(name: str) -> None:
    """Else: ``node procesmijn/web/map/build.mjs``."""
    digest = sha256()
    sources = sorted(path.name for path in (WEB / "map" / "src").iterdir())
    for path in ("package.json", *(f"src/{source}" for source in sources)):
        digest.update(f"{path}\0".encode() + (WEB / "map" / path).read_bytes() + b"\0")
    text = (WEB / "static" / f"{name}.js").read_text()
    assert text.startswith("/* procesmijn (AGPL-3.0-or-later) with ")
    assert digest.hexdigest() in text[:300], "node procesmijn/web/map/build.mjs"
    assert len(text) < LARGEST_BYTES
    licences = (WEB / "static" / f"{name}-LICENSES.txt").read_text()
    assert "Permission is hereby granted" in licences


def test_nothing_in_the_lock_says_where_it_came_from() -> None:
    lock = (WEB / "map" / "package-lock.json").read_text()
    assert '"integrity"' in lock
    assert not re.search(r"https?://(?!github\.com|opencollective|feross|www\.patreon)", lock)

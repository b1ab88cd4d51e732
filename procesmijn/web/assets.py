"""What the page is made of besides figures: style sheet, script, icon; all of it in the wheel.

A file's address has the digest of its content in it, so browsers may keep it for ever.
"""

from __future__ import annotations

import io
import tarfile
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
_PACKAGES: Final = ("procesmijn", "consumers", "schemas")


class Asset(NamedTuple):
    """A file, as it is sent."""

    content: bytes
    content_type: str
    digest: str


@cache
def assets() -> dict[str, Asset]:
    """Every file by its name."""
    folder = files(__package__) / "static"
    return {
        each.name: Asset(
            content := each.read_bytes(),
            _TYPES[Path(each.name).suffix],
            sha256(content).hexdigest()[:12],
        )
        for each in folder.iterdir()
    }


def asset_url(name: str) -> str:
    """Where a file is."""
    return f"/static/{assets()[name].digest}/{name}"


@cache
def source_archive() -> bytes:
    """The source of what runs here, as the licence asks: a ``.tar.gz``."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as archive:
        for package in _PACKAGES:
            root = Path(str(files(package)))
            for path in sorted(root.rglob("*")):
                if path.is_file() and "__pycache__" not in path.parts:
                    archive.add(path, arcname=f"{package}/{path.relative_to(root)}")
    return written.getvalue()

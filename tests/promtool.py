"""The ``promtool`` of Prometheus: one that is installed, or that of a Debian package.

The package is fetched by ``apt-get`` and unpacked below ``build``, once: that needs no rights,
nothing is installed and nothing starts.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Final

_UNPACKED: Final = Path(__file__).parents[1] / "build" / "promtool"
_PACKAGE: Final = "prometheus"
_SECONDS: Final = 300


class PromtoolMissing(Exception):
    """There is none, and none can be fetched; the message says what to install."""


def promtool() -> Path:
    """Where it is; raises :class:`PromtoolMissing`."""
    if installed := shutil.which("promtool"):
        return Path(installed)
    if not _UNPACKED.exists():
        _fetch()
    return _UNPACKED


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run it to its end."""
    command = [promtool(), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _fetch() -> None:
    part = _UNPACKED.with_name("promtool.part")
    shutil.rmtree(part, ignore_errors=True)
    for folder in ("lists", "cache/archives"):
        (part / folder / "partial").mkdir(parents=True)
    # With lists and a cache of its own it needs none of root's, and takes none for fresh.
    ours = (
        *("-o", f"Dir::State::Lists={part / 'lists'}", "-o", f"Dir::Cache={part / 'cache'}"),
        *("-o", "APT::Sandbox::User="),
    )
    try:
        _step(part, "apt-get", "-qq", *ours, "update")
        _step(part, "apt-get", "-qq", *ours, "download", _PACKAGE)
        (package,) = part.glob(f"{_PACKAGE}_*.deb")
        _step(part, "dpkg-deb", "--extract", package, part)
        (part / "usr" / "bin" / "promtool").rename(_UNPACKED)
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", None) or str(error)
        raise PromtoolMissing(
            "there is no promtool, and apt-get brings none: install Prometheus, which has it"
            f" ({said.strip().splitlines()[-1]})"
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _step(folder: Path, *command: str | Path) -> None:
    subprocess.run(
        command, cwd=folder, check=True, capture_output=True, text=True, timeout=_SECONDS
    )

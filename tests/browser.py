"""A real Chromium for tests: one that is installed, else one that is fetched; never none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Error, sync_playwright

_INSTALLED: Final = ("google-chrome", "google-chrome-stable", "chromium", "chromium-browser")


class NoBrowser(Exception):
    """There is no Chromium, and none could be fetched."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        path = _found() or _of_debian() or _of_playwright(Path(playwright.chromium.executable_path))
        # As root Chromium refuses its own sandbox; and what is opened here is our page alone.
        flags = ["--no-sandbox"] if os.getuid() == 0 else []
        try:
            browser = playwright.chromium.launch(executable_path=path, args=flags)
        except Error as error:
            raise NoBrowser(f"{path} does not start: {error.message.splitlines()[0]}") from error
        try:
            yield browser
        finally:
            browser.close()


def _found() -> str | None:
    return next((path for name in _INSTALLED if (path := shutil.which(name))), None)


def _of_debian() -> str | None:
    apt = shutil.which("apt-get")
    if os.getuid() != 0 or apt is None:
        return None
    for words in (("update",), ("install", "--yes", "--no-install-recommends", "chromium")):
        subprocess.run([apt, *words], capture_output=True, check=False)
    return _found()


def _of_playwright(path: Path) -> str:
    if not path.exists():
        install = [sys.executable, "-m", "playwright", "install", "chromium"]
        subprocess.run(install, capture_output=True, check=False)
    if not path.exists():
        raise NoBrowser(
            "the page is tested in a browser, and there is none: install Chromium or Chrome"
            " (Debian: apt-get install chromium)"
        )
    return str(path)

"""A page on a demonstration organisation, and a browser that looks at it.

One store is filled for the session and only read; every test has a browser context of its own, in
which nothing was looked at before, and which tells whatever the page is not allowed to do.
"""

from __future__ import annotations

import socket
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias
from urllib.error import HTTPError

import psycopg
import pytest
from playwright.sync_api import Browser, Page

from procesmijn.embedded import find
from tests.browser import chromium
from tests.commands import Procesmijn, running

WEEKS = 10
UNTIL = "2026-10-26"
"""A Monday: what stands out in the last weeks is the same on whatever day the tests run."""


class Served(NamedTuple):
    """A page that answers."""

    url: str
    procesmijn: Procesmijn
    database_url: str

    def rows(self, sql: str, *given: Any) -> list[tuple[Any, ...]]:
        """What the database says, asked in words of the test's own."""
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(sql, given).fetchall()


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """The page of an organisation with some weeks of history."""
    with tempfile.TemporaryDirectory(prefix="procesmijn-") as folder:
        fill = Procesmijn(Path(folder))(
            "demo", "--fill", "--seed", "7", "--weeks", str(WEEKS), "--until", UNTIL
        )
        assert fill.code == 0, fill.err
        there = Procesmijn(Path(folder) / "demo")
        with serving(there) as url:
            connection = find(there.home)
            assert connection is not None
            assert connection.database_url is not None
            yield Served(url, there, connection.database_url)


@contextmanager
def serving(procesmijn: Procesmijn, *options: str) -> Iterator[str]:
    """The address of a page, for as long as the block takes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with running(procesmijn, "web", "--port", str(port), *options, until="Ctrl-C stops"):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with chromium() as browser:
        yield browser


def fetch(url: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    """What a program gets."""
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode(), dict(answer.headers)
    except HTTPError as error:
        return error.code, error.read().decode(), dict(error.headers)


Open: TypeAlias = Callable[..., Page]


@pytest.fixture
def look(served: Served, browser: Browser) -> Iterator[Open]:
    """Open a page: its path, and the language, theme, width and script of who looks."""
    contexts = []
    complaints: list[str] = []

    def note(message: str) -> None:
        if "404" not in message:  # that a page is not there is no fault of a page
            complaints.append(message)

    def open_page(
        path: str = "/",
        language: str = "en",
        theme: str = "light",
        width: int = 1280,
        script: bool = True,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=script
        )
        contexts.append(context)
        context.add_cookies(
            [
                {"name": "language", "value": language, "url": served.url},
                {"name": "theme", "value": theme, "url": served.url},
            ]
        )
        page = context.new_page()
        page.on("console", lambda message: note(message.text))
        page.on("pageerror", lambda error: complaints.append(error.message))
        page.goto(served.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints, "the browser refused something, or a script failed"

"""The page of a demonstration opens by itself where somebody sees it, and nowhere else."""

from __future__ import annotations

import os
import pty
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from procesmijn.cli.demo_page import Page, free_port

OPEN = "from procesmijn.cli.demo_page import Page; import time; Page(8600).open(); time.sleep(0.5)"


@pytest.mark.parametrize(
    ("variables", "is_terminal", "opens"),
    [
        ({"DISPLAY": ":0"}, True, True),
        ({"DISPLAY": ":0"}, False, False),
        ({"DISPLAY": ":0", "CI": "true"}, True, False),
        ({}, True, False),
    ],
)
def test_a_browser_opens_for_a_person_with_a_screen(
    tmp_path: Path, variables: dict[str, str], is_terminal: bool, opens: bool
) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    browser.chmod(0o700)
    us, terminal = pty.openpty()
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"CI", "DISPLAY", "WAYLAND_DISPLAY"}
    }
    subprocess.run(
        [sys.executable, "-c", OPEN],
        env={**environment, **variables, "BROWSER": str(browser)},
        stdout=terminal if is_terminal else subprocess.DEVNULL,
        check=True,
    )
    os.close(us)
    os.close(terminal)
    opened = tmp_path / "opened"
    assert (opened.read_text() if opened.exists() else "") == (
        "http://127.0.0.1:8600/\n" if opens else ""
    )


def test_a_port_that_is_taken_is_left_alone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert Page(port).is_up
        assert free_port(port) != port
    assert not Page(port).is_up
    assert free_port(port) == port

"""The page of a demonstration: where it is, and a browser on it for whoever sits there."""

from __future__ import annotations

import os
import socket
import sys
import webbrowser
from contextlib import suppress
from threading import Thread
from typing import Final, NamedTuple

_HERE: Final = "127.0.0.1"
_PATIENCE_SECONDS: Final = 1.0


class Page(NamedTuple):
    """A page on this machine."""

    port: int

    @property
    def url(self) -> str:
        """What to open."""
        return f"http://{_HERE}:{self.port}/"

    @property
    def is_up(self) -> bool:
        """Whether somebody listens there: who asks is answered, now or in a moment."""
        with suppress(OSError), socket.create_connection((_HERE, self.port), _PATIENCE_SECONDS):
            return True
        return False

    def open(self) -> None:
        """Open a browser, where there is a person on a terminal and a screen; nobody waits for it.

        Browsers of text would need the terminal, so a screen of windows is asked for.
        """
        has_screen = sys.platform == "darwin" or any(
            os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
        )
        if has_screen and sys.stdout.isatty() and not os.environ.get("CI"):
            Thread(target=webbrowser.open, args=(self.url,), daemon=True).start()


def free_port(*wanted: int) -> int:
    """The first of these that is free, else any that is."""
    for port in wanted:
        with suppress(OSError), socket.create_server((_HERE, port)):
            return port
    with socket.create_server((_HERE, 0)) as probe:
        found: int = probe.getsockname()[1]
        return found

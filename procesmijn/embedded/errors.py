"""What can keep the embedded servers from running; each says what to do next."""

from __future__ import annotations


class EmbeddedError(RuntimeError):
    """The embedded servers cannot run here; the message says why and what would help."""


class HomeInUseError(EmbeddedError):
    """Another process runs servers in this home: stop it, or choose another home."""


class DownloadError(EmbeddedError):
    """A part of Kafka could not be fetched, or is not the one that was pinned: try again, with a
    connection to the internet or with a mirror set in jgo's own configuration."""


class ServerError(EmbeddedError):
    """A server did not start; the end of its log is in the message."""

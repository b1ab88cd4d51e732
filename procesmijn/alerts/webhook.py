"""A message as JSON to an address: for Slack, for Teams, or signed for any program.

Signatures are those of Standard Webhooks: ``webhook-signature`` is ``v1,`` and the HMAC-SHA-256, in
base64, of id, time stamp and body with dots in between; the id is the same at each try.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import orjson

from procesmijn.alerts.errors import ChannelsWrong, NotDelivered
from procesmijn.alerts.words import Told

TIMEOUT_SECONDS: Final = 10.0
MOST_WAIT_SECONDS: Final = 24 * 3600.0
_SECRET: Final = "whsec_"  # noqa: S105 - how secrets begin, none itself


class _NoRedirect(HTTPRedirectHandler):
    """What is sent elsewhere would go there as a GET, without what it says."""

    def redirect_request(self, *_: Any) -> None:
        """Follow none: the answer is an error."""


_OPENER: Final = build_opener(_NoRedirect)


class Webhook:
    """An address that takes messages, and the secret that it is to know us by."""

    def __init__(self, url: str, secret: str | None) -> None:
        """Raises :class:`ChannelsWrong` where it is no address, or no secret."""
        if urlsplit(url).scheme not in ("https", "http") or not urlsplit(url).hostname:
            raise ChannelsWrong("the url of a channel has to begin with https://")
        self._url = url
        self._key = None if secret is None else key_of(secret)

    def send(self, message: str, body: object) -> None:
        """Post a message, with its id; raises :class:`NotDelivered`."""
        payload = orjson.dumps(body)
        request = Request(  # noqa: S310 - its scheme was looked at
            self._url, payload, _headers(message, payload, self._key), method="POST"
        )
        try:
            with _OPENER.open(request, timeout=TIMEOUT_SECONDS):
                return
        except HTTPError as error:
            with error:
                raise NotDelivered(
                    f"the webhook answers {error.code}", _wait_seconds(error)
                ) from None
        except (URLError, HTTPException, OSError) as error:
            reason = error.reason if isinstance(error, URLError) else error
            raise NotDelivered(f"the webhook cannot be reached: {reason}") from None


def slack(told: Told) -> dict[str, Any]:
    """A message as an incoming webhook of Slack takes it."""
    return {"text": "\n".join((f"*{_plain(told.title)}*", *map(_plain, told.lines)))}


def teams(told: Told) -> dict[str, Any]:
    """A message as a workflow of Teams takes it: an adaptive card."""
    title = {"type": "TextBlock", "text": told.title, "weight": "bolder", "wrap": True}
    blocks = [{"type": "TextBlock", "text": line, "wrap": True} for line in told.lines if line]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [title, *blocks],
    }
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "content": card}]}


def key_of(secret: str) -> bytes:
    """The key in a secret, which is ``whsec_`` and base64; raises :class:`ChannelsWrong`."""
    try:
        return base64.b64decode(secret.removeprefix(_SECRET), validate=True)
    except binascii.Error:
        raise ChannelsWrong(
            "the secret of a channel has to be base64, with or without whsec_ before it"
        ) from None


def signature(key: bytes, message: str, timestamp: str, payload: bytes) -> str:
    """What proves that it comes from whoever knows the key."""
    signed = b".".join((message.encode(), timestamp.encode(), payload))
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _headers(message: str, payload: bytes, key: bytes | None) -> dict[str, str]:
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "procesmijn",
        "webhook-id": message,
        "webhook-timestamp": timestamp,
    }
    if key is not None:
        headers["webhook-signature"] = signature(key, message, timestamp, payload)
    return headers


def _wait_seconds(error: HTTPError) -> float:
    asked = error.headers.get("Retry-After", "")
    return min(float(asked), MOST_WAIT_SECONDS) if asked.isdecimal() else 0.0


def _plain(text: str) -> str:
    """What Slack would take for markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

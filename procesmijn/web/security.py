"""What a browser is told not to do, and which requests are not answered at all."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REPORTS: Final = "/csp-report"

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        f"report-uri {REPORTS}",
    )
)

_HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

_ENCRYPTED: Final = {"Strict-Transport-Security": "max-age=31536000"}

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """Around all else: every answer goes out under these headers, an error as well; what another
    site made a browser send is refused."""

    def __init__(self, app: ASGIApp, *, is_encrypted: bool = False) -> None:
        self._app = app
        self._headers = {**_HEADERS, **(_ENCRYPTED if is_encrypted else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        is_refused = scope["method"] not in _SAFE and not _is_own(Request(scope))
        answer = PlainTextResponse("from another site", 403) if is_refused else self._app
        await answer(scope, receive, send_guarded)


def _is_own(request: Request) -> bool:
    """Whether a page of ours sent it. Browsers say so, and a page cannot make them lie."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def local_path(url: str) -> str:
    """A path of ours, or the start: nobody is sent elsewhere."""
    parts = urlsplit(url)
    is_path = url.startswith("/") and not url.startswith(("//", "/\\")) and not parts.netloc
    return url if is_path else "/"

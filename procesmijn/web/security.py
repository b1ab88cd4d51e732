"""What a browser is told not to do, and which requests are not answered at all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

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

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Answer under these headers; refuse what another site made the browser send."""
    if request.method not in _SAFE and not _is_own(request):
        response: Response = PlainTextResponse("from another site", 403)
    else:
        response = await call_next(request)
    response.headers.update(_HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


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

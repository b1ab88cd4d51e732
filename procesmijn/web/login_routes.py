"""Addresses of those who log in, and out again; and what those are told who may not come in."""

from __future__ import annotations

import logging
from datetime import UTC
from urllib.parse import urlencode

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from procesmijn.web.access import ANYBODY, NotAllowed, NotLoggedIn
from procesmijn.web.forms import Form
from procesmijn.web.login import DONE, LEAVE, Login, LoginFailed
from procesmijn.web.problem import problem
from procesmijn.web.rights import home
from procesmijn.web.say import Speech
from procesmijn.web.site import language_of, theme_of
from procesmijn.web.templates import render

log = logging.getLogger(__name__)


def add_login(app: FastAPI, login: Login) -> None:
    """To the provider, back from it, and out."""

    @app.get(LEAVE, dependencies=[ANYBODY], include_in_schema=False)
    async def leave(request: Request, to: str = "/") -> Response:
        return await login.leave(request, to)

    @app.get(DONE, dependencies=[ANYBODY], include_in_schema=False)
    async def arrive(request: Request) -> Response:
        return RedirectResponse(await login.arrive(request), 303)

    @app.post("/logout", dependencies=[ANYBODY], include_in_schema=False)
    def end(request: Request, _: Form) -> Response:
        request.session.clear()
        return RedirectResponse("/logout", 303)

    @app.get("/logout", dependencies=[ANYBODY], include_in_schema=False)
    async def ended(request: Request) -> Response:
        """The way out of the provider is a link: a form must not lead to another site."""
        url = await login.way_out()
        key = "left" if url is None else "left_here"
        return _page(request, 200, key, "none", LEAVE if url is None else url)

    @app.exception_handler(LoginFailed)
    def failed(request: Request, error: LoginFailed) -> Response:
        log.warning("a login failed: %s", error)
        request.session.clear()
        return _page(request, 502, "login", "breached", LEAVE)


def add_refusals(app: FastAPI) -> None:
    """What those are told who may not see what they ask for."""

    @app.exception_handler(NotLoggedIn)
    def unknown(request: Request, error: NotLoggedIn) -> Response:
        url, headers = request.url, error.headers
        if url.path.startswith("/api/") or "authorization" in request.headers:
            return JSONResponse({"detail": error.detail}, error.status_code, headers)
        back = f"{url.path}?{url.query}" if url.query else url.path
        way = f"{LEAVE}?{urlencode({'to': back if request.method == 'GET' else '/'})}"
        if "hx-request" in request.headers:  # which would follow, and not leave the page
            return Response(status_code=401, headers={"HX-Redirect": way})
        return RedirectResponse(way, 303)

    @app.exception_handler(NotAllowed)
    def refused(request: Request, error: NotAllowed) -> Response:
        if request.url.path.startswith("/api/"):
            return JSONResponse({"detail": error.detail}, error.status_code)
        begin = home(error.viewer.grants)
        if begin is not None and begin != "/" == request.url.path:
            return RedirectResponse(begin, 303)
        key = "not_owner" if error.elsewhere else f"not_{error.right}" if begin else "no_role"
        viewer = error.viewer.label or error.viewer.name
        return _page(request, 403, key, "none", begin or LEAVE, viewer=viewer)


def _page(request: Request, code: int, key: str, state: str, url: str, **parts: str) -> Response:
    say = Speech(language_of(request), UTC)
    return HTMLResponse(render(problem(say, theme_of(request), key, state, url, **parts)), code)

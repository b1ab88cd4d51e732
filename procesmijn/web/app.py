"""The page and the API put together: every address, and what answers it."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import UTC
from functools import partial
from typing import Any, Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp

from procesmijn.documents.words import Language
from procesmijn.errors import ProcesmijnError
from procesmijn.store.deliveries import Side
from procesmijn.web import api, model
from procesmijn.web.access import ANYBODY
from procesmijn.web.asking import Asking
from procesmijn.web.assets import assets, source_archive
from procesmijn.web.desk import Desk
from procesmijn.web.desk_api import desk_router
from procesmijn.web.desk_routes import add_desk
from procesmijn.web.exports import FORMS, FileForm, Records
from procesmijn.web.forms import Form, FormTooOld
from procesmijn.web.frame import SOURCE
from procesmijn.web.login import Login
from procesmijn.web.login_routes import add_login, add_refusals
from procesmijn.web.problem import Problem, problem
from procesmijn.web.rights import Right
from procesmijn.web.say import Speech
from procesmijn.web.security import REPORTS, Guard, local_path
from procesmijn.web.site import THEMES, Site, language_of, theme_of
from procesmijn.web.templates import View, render
from procesmijn.web.views import (
    about,
    agreements,
    case,
    chain,
    compare,
    improved,
    late,
    parties,
    party,
    process_map,
    start,
    trend_explorer,
    trend_table,
    waits,
)

log = logging.getLogger(__name__)

_COOKIE: Final = "procesmijn"
_YEAR_SECONDS: Final = 31_536_000
_LONGEST_REPORT_BYTES: Final = 10_000


def create_app(
    site: Site, desk: Desk, hosts: tuple[str, ...], login: Login | None = None
) -> ASGIApp:
    """Everything under the names by which it may be called.

    ``hosts`` keeps a site that points a name of its own at this machine from reading along. Without
    a login whoever asks may see all.
    """
    is_encrypted = login is not None and login.terms.is_encrypted
    return Guard(put_together(site, desk, hosts, login), is_encrypted=is_encrypted)


def put_together(
    site: Site, desk: Desk, hosts: tuple[str, ...], login: Login | None = None
) -> FastAPI:
    """Every address, without the guard around them."""
    app = FastAPI(
        title="procesmijn", docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json"
    )
    app.add_middleware(GZipMiddleware, minimum_size=1_000)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    app.add_middleware(SessionMiddleware, **_session(login))
    _add_views(app, site)
    _add_exports(app, site)
    _add_model(app, site)
    add_desk(app, site, desk)
    _add_service(app)
    _add_problems(app)
    add_refusals(app)
    app.include_router(api.router(site))
    app.include_router(desk_router(site, desk))
    if login is not None:
        add_login(app, login)
    return app


def _session(login: Login | None) -> dict[str, Any]:
    """How browsers keep who they are: signed, out of reach of scripts, and of any other name where
    the page is encrypted (``__Host-``)."""
    if login is None:
        return {"secret_key": secrets.token_urlsafe(32), "session_cookie": _COOKIE}
    terms = login.terms
    return {
        "secret_key": terms.secret or secrets.token_urlsafe(32),
        "session_cookie": f"__Host-{_COOKIE}" if terms.is_encrypted else _COOKIE,
        "max_age": terms.seconds,
        "https_only": terms.is_encrypted,
    }


def _add_views(app: FastAPI, site: Site) -> None:
    def add(
        path: str,
        view: Callable[[Asking], View | Problem],
        *,
        has_cases: bool,
        right: Right = Right.FACTS,
    ) -> None:
        def answer(request: Request) -> Response:
            if has_cases:
                site.looked(request)
            return site.page(request, view)

        _add_page(app, path, answer, site.access.to(right))

    add("/", start.start, has_cases=True)
    add("/late", late.late, has_cases=True)
    add("/case", case.case, has_cases=True)
    add("/waits", waits.waits, has_cases=False)
    add("/map", process_map.process_map, has_cases=False)
    add("/suppliers", partial(_party, side="supplier"), has_cases=True)
    add("/customers", partial(_party, side="customer"), has_cases=True)
    add("/chain", chain.chain, has_cases=False)
    add("/agreements", agreements.view, has_cases=False)
    add("/compare", compare.compare, has_cases=False)
    add("/improved", improved.improved, has_cases=False)
    add("/trends", trend_explorer.trend_explorer, has_cases=False)
    add("/about", about.about, has_cases=False, right=Right.DEFINITIONS)


def _party(asking: Asking, side: Side) -> View | Problem:
    """All of them, or the one that is chosen."""
    chosen: tuple[str, ...] = getattr(asking.here, side)
    if len(chosen) != 1:
        return parties.parties(asking, side)
    if chosen[0] not in asking.names.parties:
        return problem(asking.say, asking.theme, "nobody", "none", f"/{side}s", name=chosen[0])
    return party.party(asking, side, chosen[0])


def _add_exports(app: FastAPI, site: Site) -> None:
    def add(name: str, records: Callable[[Asking], Records], *, has_cases: bool) -> None:
        def answer(form: FileForm, request: Request) -> Response:
            if has_cases:
                site.looked(request)
            return site.file(request, name, form, records)

        for form in FORMS:
            path = f"/{name}.{form.suffix}"
            _add_page(app, path, partial(answer, form), site.access.to(Right.FACTS))

    add("waits", waits.records, has_cases=False)
    add("map", process_map.records, has_cases=False)
    add("late", late.records, has_cases=True)
    add("case", case.records, has_cases=True)
    add("suppliers", parties.records, has_cases=False)
    add("customers", parties.records, has_cases=False)
    add("agreements", agreements.records, has_cases=False)
    add("chain", chain.records, has_cases=False)
    add("compare", compare.records, has_cases=False)
    add("improved", improved.records, has_cases=False)
    add("trends", trend_table.records, has_cases=False)
    add("uncovered", agreements.uncovered, has_cases=False)


def _add_model(app: FastAPI, site: Site) -> None:
    def answer(request: Request) -> Response:
        with site.asking(request) as asking:
            content = model.bpmn(asking)
        return Response(
            content,
            media_type="application/xml",
            headers={"Content-Disposition": 'attachment; filename="process.bpmn"'},
        )

    _add_page(app, "/map.bpmn", answer, site.access.to(Right.FACTS))


def _add_page(app: FastAPI, path: str, answer: Callable[[Request], Response], asked: Any) -> None:
    """An address that shows something to those who have a right."""
    app.add_api_route(
        path,
        answer,
        methods=["GET", "HEAD"],
        dependencies=[asked],
        response_model=None,
        include_in_schema=False,
    )


def _add_service(app: FastAPI) -> None:
    @app.get("/static/{digest}/{name}", dependencies=[ANYBODY], include_in_schema=False)
    def static(digest: str, name: str) -> Response:
        asset = assets().get(name)
        if asset is None or asset.digest != digest:
            raise HTTPException(404)
        return Response(
            asset.content,
            media_type=asset.content_type,
            headers={"Cache-Control": f"public, max-age={_YEAR_SECONDS}, immutable"},
        )

    @app.get(SOURCE, dependencies=[ANYBODY], include_in_schema=False)
    def source() -> Response:
        return Response(
            source_archive(),
            media_type="application/gzip",
            headers={"Content-Disposition": 'attachment; filename="procesmijn.tar.gz"'},
        )

    @app.get("/healthz", dependencies=[ANYBODY], include_in_schema=False)
    def health() -> Response:
        return JSONResponse({"status": "ok"})

    @app.post("/preferences", dependencies=[ANYBODY], include_in_schema=False)
    def preferences(request: Request, form: Form) -> Response:
        """Keep language and theme in a cookie, and go back."""
        response = RedirectResponse(local_path(form.get("back", "/")), 303)
        for name, known in (("language", set(Language)), ("theme", set(THEMES))):
            value = form.get(name, "")
            if value in known:
                response.set_cookie(
                    name,
                    value,
                    max_age=_YEAR_SECONDS,
                    httponly=True,
                    samesite="lax",
                    secure=request.url.scheme == "https",
                )
        return response

    @app.post(REPORTS, dependencies=[ANYBODY], include_in_schema=False)
    async def report(request: Request) -> Response:
        """A browser tells what it did not do."""
        body = (await request.body())[:_LONGEST_REPORT_BYTES]
        log.warning("a browser refused something of the page: %s", body.decode(errors="replace"))
        return Response(status_code=204)


def _add_problems(app: FastAPI) -> None:
    def page(
        request: Request, code: int, key: str, state: str, url: str = "/", **parts: str
    ) -> Response:
        say = Speech(language_of(request), UTC)
        return HTMLResponse(render(problem(say, theme_of(request), key, state, url, **parts)), code)

    @app.exception_handler(ProcesmijnError)
    def unread(request: Request, error: ProcesmijnError) -> Response:
        log.warning("%s", error)
        if request.url.path.startswith("/api/"):
            return JSONResponse({"detail": str(error)}, 503)
        return page(request, 503, "unread", "breached", str(request.url.path), message=str(error))

    @app.exception_handler(FormTooOld)
    def stale(request: Request, error: FormTooOld) -> Response:
        return page(request, error.status_code, "stale", "none")

    @app.exception_handler(HTTPException)
    def lost(request: Request, error: HTTPException) -> Response:
        if request.url.path.startswith("/api/"):
            return JSONResponse({"detail": error.detail}, error.status_code)
        return page(request, error.status_code, "lost", "none")

    @app.exception_handler(Exception)
    def failed(request: Request, _: Exception) -> Response:
        log.error("%s failed", request.url.path)  # the server adds what went wrong
        return page(request, 500, "failed", "breached")

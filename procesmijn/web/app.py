"""The page and the API put together: every address, and what answers it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qs

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from procesmijn.documents.words import Language
from procesmijn.errors import ProcesmijnError
from procesmijn.store.deliveries import Side
from procesmijn.web import api
from procesmijn.web.assets import assets, source_archive
from procesmijn.web.frame import SOURCE, Asking
from procesmijn.web.problem import Problem
from procesmijn.web.security import REPORTS, guard, local_path
from procesmijn.web.site import THEMES, Site, problem
from procesmijn.web.templates import View, render
from procesmijn.web.views import about, late, party, start, waits

log = logging.getLogger(__name__)

_YEAR_SECONDS: Final = 31_536_000
_LARGEST_FORM_BYTES: Final = 10_000


def create_app(site: Site, hosts: tuple[str, ...]) -> FastAPI:
    """Everything under the names by which it may be called.

    ``hosts`` keeps a site that points a name of its own at this machine from reading along.
    """
    app = FastAPI(
        title="procesmijn", docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json"
    )
    app.add_middleware(GZipMiddleware, minimum_size=1_000)
    app.add_middleware(BaseHTTPMiddleware, dispatch=guard)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    _add_views(app, site)
    _add_exports(app, site)
    _add_service(app)
    _add_problems(app)
    app.include_router(api.router(site))
    return app


def _add_views(app: FastAPI, site: Site) -> None:
    @app.get("/", include_in_schema=False)
    def start_page(request: Request) -> Response:
        _look(site, request)
        return site.page(request, start.start)

    @app.get("/waits", include_in_schema=False)
    def waits_page(request: Request) -> Response:
        return site.page(request, waits.waits)

    @app.get("/late", include_in_schema=False)
    def late_page(request: Request) -> Response:
        _look(site, request)
        return site.page(request, late.late)

    @app.get("/suppliers", include_in_schema=False)
    def suppliers_page(request: Request) -> Response:
        _look(site, request)
        return site.page(request, _party(request, "supplier"))

    @app.get("/customers", include_in_schema=False)
    def customers_page(request: Request) -> Response:
        _look(site, request)
        return site.page(request, _party(request, "customer"))

    @app.get("/about", include_in_schema=False)
    def about_page(request: Request) -> Response:
        return site.page(request, about.about)


def _look(site: Site, request: Request) -> None:
    """These show single cases."""
    site.looked(request)


def _party(request: Request, side: Side) -> Callable[[Asking, str], View | Problem]:
    def view(asking: Asking, theme: str) -> View | Problem:
        chosen: tuple[str, ...] = getattr(asking.here, side)
        if len(chosen) != 1:
            return party.parties(asking, side, theme)
        if chosen[0] not in asking.names.parties:
            return problem(request, "nobody", "none", f"/{side}s", name=chosen[0])
        return party.party(asking, side, chosen[0], theme)

    return view


def _add_exports(app: FastAPI, site: Site) -> None:
    @app.get("/waits.csv", include_in_schema=False)
    def waits_csv(request: Request) -> Response:
        return site.csv(request, "waits", waits.csv_rows)

    @app.get("/late.csv", include_in_schema=False)
    def late_csv(request: Request) -> Response:
        _look(site, request)
        return site.csv(request, "late", late.csv_rows)

    @app.get("/suppliers.csv", include_in_schema=False)
    def suppliers_csv(request: Request) -> Response:
        return site.csv(request, "suppliers", party.csv_rows)

    @app.get("/customers.csv", include_in_schema=False)
    def customers_csv(request: Request) -> Response:
        return site.csv(request, "customers", party.csv_rows)


def _add_service(app: FastAPI) -> None:
    @app.get("/static/{digest}/{name}", include_in_schema=False)
    def static(digest: str, name: str) -> Response:
        asset = assets().get(name)
        if asset is None or asset.digest != digest:
            raise HTTPException(404)
        return Response(
            asset.content,
            media_type=asset.content_type,
            headers={"Cache-Control": f"public, max-age={_YEAR_SECONDS}, immutable"},
        )

    @app.get(SOURCE, include_in_schema=False)
    def source() -> Response:
        return Response(
            source_archive(),
            media_type="application/gzip",
            headers={"Content-Disposition": 'attachment; filename="procesmijn.tar.gz"'},
        )

    @app.get("/healthz", include_in_schema=False)
    def health() -> Response:
        return JSONResponse({"status": "ok"})

    @app.post("/preferences", include_in_schema=False)
    async def preferences(request: Request) -> Response:
        """Keep language and theme in a cookie, and go back."""
        body = await request.body()
        if len(body) > _LARGEST_FORM_BYTES:
            raise HTTPException(413)
        form = parse_qs(body.decode(errors="replace"), keep_blank_values=True)
        response = RedirectResponse(local_path(form.get("back", ["/"])[0]), 303)
        for name, known in (("language", set(Language)), ("theme", set(THEMES))):
            value = form.get(name, [""])[0]
            if name in form and value in known:
                response.set_cookie(
                    name,
                    value,
                    max_age=_YEAR_SECONDS,
                    httponly=True,
                    samesite="lax",
                    secure=request.url.scheme == "https",
                )
        return response

    @app.post(REPORTS, include_in_schema=False)
    async def report(request: Request) -> Response:
        """A browser tells what it did not do."""
        body = (await request.body())[:_LARGEST_FORM_BYTES]
        log.warning("a browser refused something of the page: %s", body.decode(errors="replace"))
        return Response(status_code=204)


def _add_problems(app: FastAPI) -> None:
    @app.exception_handler(ProcesmijnError)
    def unread(request: Request, error: ProcesmijnError) -> Response:
        log.warning("%s", error)
        if request.url.path.startswith("/api/"):
            return JSONResponse({"detail": str(error)}, 503)
        context = problem(request, "unread", "breached", str(request.url.path), message=str(error))
        return HTMLResponse(render(context), 503)

    @app.exception_handler(HTTPException)
    def lost(request: Request, error: HTTPException) -> Response:
        if request.url.path.startswith("/api/"):
            return JSONResponse({"detail": error.detail}, error.status_code)
        return HTMLResponse(render(problem(request, "lost", "none")), error.status_code)

    @app.exception_handler(Exception)
    def failed(request: Request, error: Exception) -> Response:
        log.error("%s failed", request.url.path, exc_info=error)
        return HTMLResponse(render(problem(request, "failed", "breached")), 500)

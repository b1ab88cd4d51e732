"""Addresses of those who look after the streams: what they see, and what they send."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final, TypeAlias

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from procesmijn.store.dead_letters import DeadLetterFilter
from procesmijn.web.access import admitted
from procesmijn.web.address import Filters
from procesmijn.web.asking import Asking
from procesmijn.web.desk import Desk
from procesmijn.web.forms import LongForm
from procesmijn.web.problem import Problem
from procesmijn.web.rights import HERE, Right
from procesmijn.web.site import Site
from procesmijn.web.templates import View
from procesmijn.web.views.catalogue_in_use import activate, catalogue_in_use
from procesmijn.web.views.confirm import confirm, meant
from procesmijn.web.views.message import message
from procesmijn.web.views.streams import streams
from procesmijn.web.views.suggestions import agree, suggestions

Fields: TypeAlias = Mapping[str, str]

_LONGEST_REASON: Final = 500


def add_desk(app: FastAPI, site: Site, desk: Desk) -> None:
    """Everything under ``/streams``."""
    room = _Room(app, site)
    room.shows("/streams", partial(streams, desk=desk))
    room.shows("/streams/message", partial(message, desk=desk))
    room.takes("/streams/message", partial(_judge, site, desk))
    room.shows("/streams/catalogue", partial(catalogue_in_use, desk=desk))
    room.takes("/streams/catalogue", partial(_compare, site, desk))
    room.takes("/streams/catalogue/activate", partial(_put_in_use, site, desk))
    room.shows("/streams/suggestions", partial(suggestions, desk=desk))
    room.takes("/streams/suggestions", partial(_choose, site, desk))
    room.takes("/streams/suggestions/activate", partial(_agree, site, desk))
    room.shows("/streams/redrive", partial(confirm, desk=desk, act="redrive"))
    room.takes("/streams/redrive", partial(_redrive, desk))
    room.shows("/streams/discard", partial(confirm, desk=desk, act="discard"))
    room.takes("/streams/discard", partial(_discard, desk))


class _Room:
    """Where addresses are put."""

    def __init__(self, app: FastAPI, site: Site) -> None:
        self._app = app
        self._site = site
        self._asked = site.access.to(Right.STREAMS)

    def shows(self, path: str, view: Callable[[Asking], View | Problem]) -> None:
        """What is seen there."""

        def answer(request: Request) -> Response:
            return self._site.page(request, view)

        self._app.add_api_route(
            path,
            answer,
            methods=["GET", "HEAD"],
            dependencies=[self._asked],
            response_model=None,
            include_in_schema=False,
        )

    def takes(self, path: str, act: Callable[[Request, Fields], Response]) -> None:
        """What can be sent there."""

        @self._app.post(path, dependencies=[self._asked], include_in_schema=False)
        def answer(request: Request, form: LongForm) -> Response:
            return act(request, form)


def _judge(site: Site, desk: Desk, request: Request, form: Fields) -> Response:
    return site.page(request, partial(message, desk=desk, given=form))


def _compare(site: Site, desk: Desk, request: Request, form: Fields) -> Response:
    return site.page(request, partial(catalogue_in_use, desk=desk, given=form))


def _put_in_use(site: Site, desk: Desk, request: Request, form: Fields) -> Response:
    with site.asking(request) as asking:
        is_done = activate(form.get("catalogue", ""), form.get("in_use", ""), desk, asking)
    if not is_done:  # another one came between: compare again
        return _compare(site, desk, request, form)
    return _done("/streams/catalogue", "activated")


def _choose(site: Site, desk: Desk, request: Request, form: Fields) -> Response:
    return site.page(request, partial(suggestions, desk=desk, given=form))


def _agree(site: Site, desk: Desk, request: Request, form: Fields) -> Response:
    with site.asking(request) as asking:
        is_done = agree(asking, desk, form)
    if not is_done:  # another catalogue came between, or nothing was chosen: look again
        return _choose(site, desk, request, form)
    return _done("/streams/catalogue", "activated")


def _redrive(desk: Desk, _: Request, form: Fields) -> Response:
    accepted, refused = desk.redrive(_meant(form))
    return _done("/streams", f"redriven:{accepted}:{refused}")


def _discard(desk: Desk, request: Request, form: Fields) -> Response:
    because = form.get("because", "").strip()[:_LONGEST_REASON]
    if not because:
        raise HTTPException(400)
    return _done("/streams", f"discarded:{_of(request, desk).discard(_meant(form), because)}")


def _of(request: Request, desk: Desk) -> Desk:
    """The desk of who is logged in; where nobody is, that of who started the page."""
    viewer = admitted(request).viewer
    return desk if viewer == HERE else replace(desk, operator=viewer.name)


def _meant(form: Fields) -> DeadLetterFilter:
    """Which records; never all of them because a field is empty."""
    topic, reason = form.get("topic"), form.get("reason")
    if not topic or not reason:
        raise HTTPException(400)
    return meant(topic, reason)


def _done(path: str, what: str) -> Response:
    """Elsewhere, so that nothing is done again when a page is loaded again."""
    return RedirectResponse(Filters(done=what).at(path), 303)

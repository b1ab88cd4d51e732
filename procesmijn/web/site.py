"""Requests become questions: language, theme, filters, one moment of the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from procesmijn.documents.words import Language
from procesmijn.store import figures, looks
from procesmijn.store.connection import Connection
from procesmijn.store.filters import Chosen
from procesmijn.store.readers import Readers
from procesmijn.web.access import Access, Admitted, NotAllowed, admitted
from procesmijn.web.address import Filters, read_filters
from procesmijn.web.asking import Asking
from procesmijn.web.directory import Directory
from procesmijn.web.exports import FileForm, Records
from procesmijn.web.forms import form_token
from procesmijn.web.problem import Problem
from procesmijn.web.rights import Right, Viewer, reach
from procesmijn.web.say import Speech, today
from procesmijn.web.templates import View, render
from procesmijn.wording import Wording

THEMES: Final = ("", "light", "dark")


@dataclass(frozen=True, slots=True)
class Site:
    """What the page needs of the world."""

    readers: Readers
    access: Access
    wording: Wording = Wording.CUSTOMERS
    """What parties are to each other."""

    @contextmanager
    def asking(self, request: Request, form_token: str = "") -> Iterator[Asking]:
        """What a request asks, with a session that sees one moment.

        ``form_token`` is for those who answer with a page (:mod:`procesmijn.web.forms`).
        """
        viewer, _, within = admitted(request)
        here, ignored = read_filters(request.query_params.multi_items())
        here = _narrowed(here, admitted(request))
        language = language_of(request)
        with self.readers.moment(here.as_of) as connection:
            names = Directory.read(language, connection).within(within)
            moment = figures.moment(connection)
            midnight = datetime.combine(
                today(moment.as_of, names.zone) + timedelta(days=1), time(), names.zone
            )
            yield Asking(
                request.url.path,
                here,
                Speech(language, names.zone, self.wording),
                theme_of(request),
                names,
                moment,
                connection,
                _needing(viewer, midnight, connection),
                form_token,
                viewer,
                ignored,
            )

    def page(self, request: Request, view: Callable[[Asking], View | Problem]) -> Response:
        """The page that answers a request."""
        with self.asking(request, form_token(request)) as asking:
            context = view(asking)
        code = 404 if isinstance(context, Problem) else 200
        return HTMLResponse(render(context), code, headers={"Vary": "Cookie, Accept-Language"})

    def file(
        self, request: Request, name: str, form: FileForm, records_of: Callable[[Asking], Records]
    ) -> Response:
        """The same figures as a file."""
        with self.asking(request) as asking:
            records = records_of(asking)
        return Response(
            form.write(records),
            media_type=form.media_type,
            headers={"Content-Disposition": f'attachment; filename="{name}.{form.suffix}"'},
        )

    def looked(self, request: Request) -> None:
        """Write down that somebody is about to look at single cases."""
        url, query = request.url, request.query_params
        with self.readers.writing() as connection:
            looks.note(
                admitted(request).viewer.name,
                request.client.host if request.client else "",
                query.get("process"),
                query.get("case"),
                f"{url.path}?{url.query}" if url.query else url.path,
                connection,
            )


def _narrowed(here: Filters, by: Admitted) -> Filters:
    """The filters of who may see some processes only."""
    processes = by.reach.within(here.process)
    if processes is None:
        raise NotAllowed(by.viewer, by.right, elsewhere=True)
    return here.to(process=processes)


def _needing(viewer: Viewer, until: datetime, connection: Connection) -> int:
    facts = reach(viewer.grants, Right.FACTS)
    if not facts:
        return 0
    return figures.needing(until, Chosen(tuple(sorted(facts.processes or ()))), connection)


def language_of(request: Request) -> Language:
    """What was chosen, else what the browser asks for, else Dutch."""
    chosen = request.cookies.get("language")
    if chosen in set(Language):
        return Language(chosen)
    for part in request.headers.get("accept-language", "").split(","):
        tag = part.split(";")[0].strip().lower()[:2]
        if tag in set(Language):
            return Language(tag)
    return Language.NL


def theme_of(request: Request) -> str:
    """``light`` or ``dark`` where that was chosen, else empty."""
    chosen = request.cookies.get("theme", "")
    return chosen if chosen in THEMES else ""

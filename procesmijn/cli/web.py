"""``procesmijn web``: the page and the API."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Annotated, Final

import typer

from procesmijn.cli.options import operator
from procesmijn.cli.service import kept_keys, reading
from procesmijn.cli.tell import note
from procesmijn.persons import Persons
from procesmijn.settings import read_settings

app = typer.Typer(add_completion=False)

PORT: Final = 8600


@app.command()
def web(
    port: Annotated[
        int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65_535)
    ] = PORT,
    address: Annotated[
        str, typer.Option(help="Address to listen on; without a login one of this machine alone.")
    ] = "127.0.0.1",
) -> None:
    """Serve the page and the API on this machine, until Ctrl-C.

    Where nobody has to log in, it listens on this machine alone; for others set the variables
    PROCESMIJN_LOGIN_* and PROCESMIJN_PAGE_URL. It only reads, but for what is decided on its view
    of the streams, and who looks at single cases: procesmijn looked lists that.
    """
    from procesmijn.cli.broker import logs_of  # noqa: PLC0415 - only this command pays for it
    from procesmijn.store.readers import Readers  # noqa: PLC0415
    from procesmijn.web.access import Access  # noqa: PLC0415
    from procesmijn.web.app import create_app  # noqa: PLC0415
    from procesmijn.web.broker import Watch  # noqa: PLC0415
    from procesmijn.web.desk import Desk  # noqa: PLC0415
    from procesmijn.web.login import Login, LoginTerms  # noqa: PLC0415
    from procesmijn.web.serve import hosts_of, listen, serve, url_of  # noqa: PLC0415
    from procesmijn.web.site import Site  # noqa: PLC0415

    settings = read_settings()
    terms = LoginTerms.of(settings)
    hosts = hosts_of(address, None if terms is None else terms.host)
    with (
        listen(address, port) as listener,
        reading(settings) as (store, _),
        Readers(store.url) as readers,
    ):
        site = Site(readers, Access(readers, has_login=terms is not None), settings.wording)
        keys = kept_keys(settings)
        desk = Desk(
            store.url,
            None if keys is None else Persons(keys),
            Watch(partial(logs_of, settings)),
            operator(None),
            settings.refused_percent,
        )
        login = None if terms is None else Login(terms)
        print(url_of(listener), flush=True)
        print("Ctrl-C stops it.", flush=True)
        with suppress(KeyboardInterrupt, SystemExit):
            serve(create_app(site, desk, hosts, login), listener)
    note("stopped")

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
        str, typer.Option(help="Address to listen on: one of this machine alone.")
    ] = "127.0.0.1",
) -> None:
    """Serve the page and the API on this machine, until Ctrl-C.

    Nobody logs in, so it listens on this machine alone. It only reads, but for what is decided on
    its view of the streams. Who looks at single cases is written to the file looked.jsonl in the
    home.
    """
    from procesmijn.cli.broker import logs_of  # noqa: PLC0415 - only this command pays for it
    from procesmijn.store.readers import Readers  # noqa: PLC0415
    from procesmijn.web.access import AccessRecord  # noqa: PLC0415
    from procesmijn.web.app import create_app  # noqa: PLC0415
    from procesmijn.web.broker import Watch  # noqa: PLC0415
    from procesmijn.web.desk import Desk  # noqa: PLC0415
    from procesmijn.web.serve import hosts_of, listen, serve, url_of  # noqa: PLC0415
    from procesmijn.web.site import Site  # noqa: PLC0415

    hosts = hosts_of(address)
    settings = read_settings()
    settings.home.mkdir(parents=True, exist_ok=True)
    with (
        listen(address, port) as listener,
        reading(settings) as (store, _),
        Readers(store.url) as readers,
    ):
        site = Site(readers, AccessRecord(settings.home / "looked.jsonl"), settings.wording)
        keys = kept_keys(settings)
        desk = Desk(
            store.url,
            None if keys is None else Persons(keys),
            Watch(partial(logs_of, settings)),
            operator(None),
            settings.refused_percent,
        )
        print(url_of(listener), flush=True)
        print("Ctrl-C stops it.", flush=True)
        with suppress(KeyboardInterrupt, SystemExit):
            serve(create_app(site, desk, hosts), listener)
    note("stopped")

"""A service catalogue as a file: HTML that needs nothing else, or PDF."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from importlib.resources import files

import orjson
from jinja2 import Environment, StrictUndefined

from procesmijn.documents.service_catalogue import ServiceCatalogue


def as_html(document: ServiceCatalogue) -> bytes:
    """One page with its styles in it, for screen and paper."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(_template("service_catalogue.html").decode())
    page: str = template.render(document=document)
    return page.encode()


def as_pdf(document: ServiceCatalogue, made_at: datetime) -> bytes:
    """A4, tagged for screen readers, in the fonts that Typst brings along: the same everywhere."""
    import typst  # noqa: PLC0415 - 80 MB, for this alone

    written = typst.compile(
        _template("service_catalogue.typ"),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"document": orjson.dumps(asdict(document)).decode()},
        pdf_standards="ua-1",
        timestamp=made_at.astimezone(UTC).replace(microsecond=0),
    )
    if not isinstance(written, bytes):
        raise TypeError("a document is one file")
    return written


def _template(name: str) -> bytes:
    return (files(__package__) / "templates" / name).read_bytes()

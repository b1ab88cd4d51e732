"""Forms that change something: who sent one is known before it is read.

Two things have to hold, for every POST. A browser says that the request comes from a page of ours
(:class:`procesmijn.web.security.Guard`, for all of them). And the form carries the token that is in
the session of the browser, signed: no other site knows it.

A template writes the token with ``{{ parts.guarded(form_token) }}``, an address takes its fields as
``form: Form``.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Annotated, Final, TypeAlias
from urllib.parse import parse_qs

from fastapi import Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request

TOKEN: Final = "form_token"  # noqa: S105 - the name of a field
_LARGEST_BYTES: Final = 100_000
_LARGEST_TEXT_BYTES: Final = 8 << 20
"""A message of the largest size, with all of it escaped."""
_MOST_FIELDS: Final = 100


class FormTooOld(HTTPException):
    """The form is of another session: load its page again, and send it from there."""

    def __init__(self) -> None:
        super().__init__(403, "the form is of another session: load its page again")


def form_token(request: Request) -> str:
    """What forms of this browser carry."""
    token: str = request.session.get(TOKEN) or request.session.setdefault(
        TOKEN, secrets.token_urlsafe(24)
    )
    return token


async def posted(request: Request) -> Mapping[str, str]:
    """The fields of a form that a page of ours sent, the last of each name.

    Raises :class:`FormTooOld`, and 413 for one that is too large.
    """
    return await _read(request, _LARGEST_BYTES)


async def posted_text(request: Request) -> Mapping[str, str]:
    """The same of a form into which something long is pasted."""
    return await _read(request, _LARGEST_TEXT_BYTES)


async def _read(request: Request, largest_bytes: int) -> Mapping[str, str]:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > largest_bytes:
            raise HTTPException(413, f"a form has {largest_bytes:,} bytes at most")
    try:
        fields = parse_qs(
            body.decode(errors="replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        raise HTTPException(413, f"a form has {_MOST_FIELDS} fields at most") from None
    given = fields.pop(TOKEN, [""])[-1]
    known = request.session.get(TOKEN, "")
    if not known or not secrets.compare_digest(given.encode(), known.encode()):
        raise FormTooOld
    return {name: values[-1] for name, values in fields.items()}


Form: TypeAlias = Annotated[Mapping[str, str], Depends(posted)]
LongForm: TypeAlias = Annotated[Mapping[str, str], Depends(posted_text)]

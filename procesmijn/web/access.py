"""Who asks, and whether they may: the one dependency that every address declares.

What it finds is kept with the request (:func:`admitted`), and nothing is answered without it: a
question is narrowed to the processes in reach before anything is read (:mod:`procesmijn.web.site`).
"""

from __future__ import annotations

import time
from typing import Any, Final, NamedTuple

from fastapi import Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request

from procesmijn.store import tokens
from procesmijn.store.readers import Readers
from procesmijn.web.rights import HERE, Grant, Reach, Right, Viewer, reach

_USER: Final = "user"
_SCHEME: Final = "bearer"


class NotLoggedIn(HTTPException):
    """Nobody knows who asks: log in, or send a token."""

    def __init__(self, detail: str) -> None:
        super().__init__(401, detail, {"WWW-Authenticate": "Bearer"})


class NotAllowed(HTTPException):
    """Who asks has no role that gives this, or not for this process."""

    def __init__(self, viewer: Viewer, right: Right, *, elsewhere: bool = False) -> None:
        where = " of this process" if elsewhere else ""
        super().__init__(403, f"{viewer.name} has no role that gives {right}{where}")
        self.viewer = viewer
        self.right = right
        self.elsewhere = elsewhere
        """Other processes can be seen."""


class Admitted(NamedTuple):
    """Who asks, and of which processes they may see what they ask for."""

    viewer: Viewer
    right: Right
    reach: Reach


class Needs:
    """A right that an address asks for."""

    def __init__(self, right: Right, readers: Readers, *, has_login: bool) -> None:
        self.right = right
        self._readers = readers
        self._has_login = has_login

    def __call__(self, request: Request) -> None:
        """Let in who may; raises :class:`NotLoggedIn` and :class:`NotAllowed`."""
        viewer = self._viewer(request)
        found = reach(viewer.grants, self.right)
        if not found:
            raise NotAllowed(viewer, self.right)
        request.state.admitted = Admitted(viewer, self.right, found)

    def _viewer(self, request: Request) -> Viewer:
        if "authorization" in request.headers:
            return self._of_token(request.headers["authorization"])
        if not self._has_login:
            return HERE
        viewer = logged_in(request)
        if viewer is None:
            raise NotLoggedIn("log in, or send a token: Authorization: Bearer ...")
        return viewer

    def _of_token(self, header: str) -> Viewer:
        scheme, _, secret = header.partition(" ")
        if scheme.lower() != _SCHEME:
            raise NotLoggedIn("the only scheme is Bearer")
        with self._readers.writing() as connection:
            token = tokens.used(secret.strip(), connection)
        if token is None:
            raise NotLoggedIn("the token is none of ours, has expired or was revoked")
        return Viewer(f"token:{token.name}", frozenset(map(Grant.read, token.scopes)))


def _anybody() -> None:
    """Nothing is asked."""


ANYBODY: Final[Any] = Depends(_anybody)
"""What an address declares that is for those as well who did not log in."""


class Access:
    """What addresses ask of those who come, where people log in or where nobody has to."""

    def __init__(self, readers: Readers, *, has_login: bool) -> None:
        self._readers = readers
        self.has_login = has_login

    def to(self, right: Right) -> Any:
        """The dependency of an address, ``dependencies=[access.to(Right.FACTS)]``."""
        return Depends(Needs(right, self._readers, has_login=self.has_login))


def admitted(request: Request) -> Admitted:
    """Who was let in; fails where the address of the request declares no right."""
    found: Admitted = request.state.admitted
    return found


def log_in(request: Request, viewer: Viewer, seconds: int) -> None:
    """Begin a session, of which nothing is left from before; it ends at a moment, used or not."""
    request.session.clear()
    request.session[_USER] = {
        "name": viewer.name,
        "label": viewer.label,
        "grants": sorted(map(str, viewer.grants)),
        "until": int(time.time()) + seconds,
    }


def logged_in(request: Request) -> Viewer | None:
    """Whose session it is; None where there is none, or where it has ended."""
    user = request.session.get(_USER)
    if user is None or user["until"] <= time.time():
        return None
    return Viewer(user["name"], frozenset(map(Grant.read, user["grants"])), user["label"])

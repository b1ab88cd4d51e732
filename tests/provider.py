"""A small provider of OpenID Connect, on a port: real requests, real signatures.

It knows some people, believes whoever says to be one, and checks what a provider has to: the client
and its secret, where people are sent back to, that a code is used once, and PKCE (RFC 7636).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT = "procesmijn"
SECRET = "a secret that client and provider share"


@dataclass
class Provider:
    """Who can log in, and what is wrong with the tokens that it makes."""

    issuer: str
    people: Mapping[str, Mapping[str, Any]]
    """Claims by name."""
    wrong: dict[str, Any] = field(default_factory=dict)
    """Claims as they should not be."""
    key: RSAKey = field(default_factory=lambda: _key("published"))
    signs_with: RSAKey | None = None
    """Another key than the one that it publishes."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def app(self) -> Starlette:
        """Its addresses."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.metadata),
                Route("/keys", self.keys),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
                Route("/leave", self.leave),
            ]
        )

    def metadata(self, _: Request) -> Response:
        """What it says of itself."""
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "end_session_endpoint": f"{self.issuer}/leave",
                "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            }
        )

    def keys(self, _: Request) -> Response:
        """With what it signs, as it says."""
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    def authorize(self, request: Request) -> Response:
        """Ask who somebody is; then send them back with a code."""
        asked = dict(request.query_params)
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        who = asked.pop("who", None)
        if who is None:
            links = (
                f'<li><a href="?{urlencode({**asked, "who": name})}">{name}</a>'
                for name in self.people
            )
            return HTMLResponse(f"<title>Who are you?</title><ul>{''.join(links)}</ul>")
        code = secrets.token_urlsafe()
        self.codes[code] = {**asked, "who": who}
        back = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}")

    async def token(self, request: Request) -> Response:
        """An id token for a code, to the client alone that began."""
        given = {name: each[-1] for name, each in parse_qs((await request.body()).decode()).items()}
        client = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        began = self.codes.pop(given["code"], None)
        challenge = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        if (
            request.headers.get("authorization") != f"Basic {client}"
            or began is None
            or given["redirect_uri"] != began["redirect_uri"]
            or base64.urlsafe_b64encode(challenge).decode().rstrip("=") != began["code_challenge"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": began["nonce"],
            "sub": began["who"],
            **self.people[began["who"]],
            **self.wrong,
        }
        key = self.signs_with or self.key
        header = {"alg": "RS256", "kid": str(self.key.kid)}
        return JSONResponse(
            {
                "access_token": secrets.token_urlsafe(),
                "token_type": "Bearer",
                "id_token": jwt.encode(header, claims, key),
            }
        )

    def leave(self, request: Request) -> Response:
        """Somebody logs out here as well."""
        return HTMLResponse(f"<title>Bye</title>{request.query_params['client_id']}")


@contextmanager
def provider(people: Mapping[str, Mapping[str, Any]]) -> Iterator[Provider]:
    """One that answers for as long as the block takes."""
    listener = socket.create_server(("127.0.0.1", 0))
    there = Provider(f"http://127.0.0.1:{listener.getsockname()[1]}", people)
    server = uvicorn.Server(uvicorn.Config(there.app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield there
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def another_key(of: Provider) -> RSAKey:
    """A key that calls itself as the provider's does."""
    return _key(str(of.key.kid))


def _key(name: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"})

"""People log in at a provider of OpenID Connect: authorisation code with PKCE, state and nonce.

What the provider says of somebody is an id token that it signed; it is believed where signature,
issuer, audience, expiry and nonce hold. Its claims become roles, and those a session.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Self
from urllib.parse import urlencode, urlsplit

import httpx
from authlib.deprecate import AuthlibDeprecationWarning
from joserfc.errors import JoseError
from starlette.requests import Request
from starlette.responses import Response

from procesmijn.settings import Settings, SettingsError, variable
from procesmijn.web.access import log_in
from procesmijn.web.rights import Grant, Viewer, granted, read_groups
from procesmijn.web.security import local_path

with warnings.catch_warnings():
    # That it will want another library than httpx one day is nothing that users can mend.
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.starlette_client import OAuth, OAuthError

log = logging.getLogger(__name__)

LEAVE: Final = "/login"
DONE: Final = "/login/done"
"""Where the provider sends people back to."""
_TO: Final = "to"
_STATE: Final = "_state_"
_FLOWS: Final = 3
"""Of so many tabs at once; older ones begin anew."""
_LEEWAY_SECONDS: Final = 30
_SIGNED_BY: Final = frozenset(
    {*("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), *("ES256", "ES384", "ES512", "EdDSA")}
)
"""With a key that only the provider has."""
_NEEDED: Final = ("page_url", "login_issuer", "login_client_id")


class LoginFailed(Exception):
    """The provider did not say who it is, or not in a way that can be believed."""


class LoginTerms(NamedTuple):
    """How people log in."""

    url: str
    """Of the page, without a slash at its end."""
    issuer: str
    client_id: str
    client_secret: str | None
    scopes: str
    claim: str
    groups: Mapping[str, frozenset[Grant]]
    seconds: int
    secret: str | None = None
    """Of sessions; None for a new one at every start."""

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """None where nobody logs in; raises :class:`procesmijn.settings.SettingsError` where
        something is missing."""
        given = {name: getattr(settings, name) for name in _NEEDED}
        if not any(given.values()):
            return None
        if missing := [variable(name) for name, value in given.items() if not value]:
            raise SettingsError(f"{missing[0]} has to be set as well, for people to log in")
        try:
            groups = read_groups(settings.login_roles)
        except ValueError as error:
            raise SettingsError(f"{variable('login_roles')}: {error}") from None
        secret = settings.login_client_secret
        return cls(
            given["page_url"].rstrip("/"),
            given["login_issuer"],
            given["login_client_id"],
            None if secret is None else secret.get_secret_value(),
            settings.login_scopes,
            settings.login_roles_claim,
            groups,
            settings.login_seconds,
            None if settings.login_secret is None else settings.login_secret.get_secret_value(),
        )

    @property
    def is_encrypted(self) -> bool:
        """Whether browsers reach the page by TLS."""
        return self.url.startswith("https:")

    @property
    def host(self) -> str:
        """By which name the page is called."""
        return urlsplit(self.url).hostname or ""


class Login:
    """The way to the provider and back."""

    def __init__(self, terms: LoginTerms) -> None:
        self.terms = terms
        self._provider = OAuth().register(
            "provider",
            client_id=terms.client_id,
            client_secret=terms.client_secret,
            server_metadata_url=f"{terms.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={"scope": terms.scopes, "code_challenge_method": "S256"},
        )

    async def leave(self, request: Request, to: str) -> Response:
        """Send somebody to the provider, and remember where they wanted to go."""
        session = request.session
        for state in [key for key in session if key.startswith(_STATE)][: 1 - _FLOWS]:
            del session[state]
        session[_TO] = local_path(to)
        try:
            await self._metadata()
            response: Response = await self._provider.authorize_redirect(
                request, f"{self.terms.url}{DONE}"
            )
        except (httpx.HTTPError, RuntimeError, ValueError) as error:
            raise LoginFailed(f"{self.terms.issuer} cannot be reached: {error}") from error
        return response

    async def arrive(self, request: Request) -> str:
        """Begin the session of who comes back, and say where they wanted to go.

        Raises :class:`LoginFailed`.
        """
        to = request.session.get(_TO, "/")
        try:
            metadata = await self._metadata()
            token = await self._provider.authorize_access_token(
                request,
                claims_options={
                    "iss": {"essential": True, "value": metadata["issuer"]},
                    "aud": {"essential": True, "value": self.terms.client_id},
                },
                leeway=_LEEWAY_SECONDS,
            )
        except (OAuthError, JoseError, httpx.HTTPError, RuntimeError, ValueError) as error:
            raise LoginFailed(f"{type(error).__name__}: {error}") from error
        claims = token.get("userinfo")
        if not claims:
            raise LoginFailed("the provider sent no id token")
        name = claims["sub"]
        label = claims.get("name") or claims.get("preferred_username") or name
        grants = granted(said(claims, self.terms.claim), self.terms.groups)
        log_in(request, Viewer(name, grants, label), self.terms.seconds)
        return local_path(to)

    async def way_out(self) -> str | None:
        """Where somebody logs out of the provider as well; None where it has no such address."""
        try:
            metadata = await self._metadata()
        except (LoginFailed, httpx.HTTPError, ValueError):
            return None  # one is logged out here all the same
        end: str | None = metadata.get("end_session_endpoint")
        if end is None:
            return None
        terms = self.terms
        query = {"client_id": terms.client_id, "post_logout_redirect_uri": f"{terms.url}/"}
        return f"{end}{'&' if '?' in end else '?'}{urlencode(query)}"

    async def _metadata(self) -> dict[str, Any]:
        """What the provider says of itself, read once. It is whom it was taken for, and what is not
        signed by a key of its own is not believed, whatever it offers."""
        metadata: dict[str, Any] = await self._provider.load_server_metadata()
        if metadata.get("issuer") != self.terms.issuer:
            raise LoginFailed(f"{self.terms.issuer} calls itself {metadata.get('issuer')!r}")
        offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        metadata["id_token_signing_alg_values_supported"] = sorted(_SIGNED_BY & set(offered))
        return metadata


def said(claims: Mapping[str, Any], path: str) -> list[str]:
    """The values of a claim, or of one within another (``realm_access.roles``)."""
    found: Any = claims
    for name in [path] if path in claims else path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    match found:
        case str():
            return found.split()
        case list():
            return [each for each in found if isinstance(each, str)]
        case _:
            return []

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.routing import BaseRoute

from procesmijn.settings import Settings, SettingsError
from procesmijn.store.readers import Readers
from procesmijn.web.access import ANYBODY, Access, Needs
from procesmijn.web.app import put_together
from procesmijn.web.broker import Watch
from procesmijn.web.desk import Desk
from procesmijn.web.login import Login, LoginTerms, said
from procesmijn.web.rights import Grant, Right, granted, home, reach, read_groups
from procesmijn.web.serve import NotOnlyHere, hosts_of
from procesmijn.web.site import Site

FOR_ANYBODY = {
    "/static/{digest}/{name}",
    "/source",
    "/healthz",
    "/preferences",
    "/csp-report",
    "/login",
    "/login/done",
    "/logout",
}
"""What says nothing of any figure, case or stream. Whoever adds one thinks twice."""

TERMS = {
    "page_url": "https://process.example.org/",
    "login_issuer": "https://id.example.org/realm",
    "login_client_id": "procesmijn",
}
OWNER = frozenset({Grant.read("owner:onboarding"), Grant.read("owner:training")})


def settings_of(**given: str) -> Settings:
    return Settings.model_validate({"home": "/nowhere", **given})


def asked(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, list[object]]]:
    """Each address, and what it declares."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from asked(included.routes)
            continue
        if getattr(route, "path", "") == "/api/v1/openapi.json":
            continue  # FastAPI's own: which addresses there are
        assert isinstance(route, APIRoute), route
        calls = [each.call for each in route.dependant.dependencies]
        yield (
            route.path,
            [
                call.right if isinstance(call, Needs) else None
                for call in calls
                if isinstance(call, Needs) or call is ANYBODY.dependency
            ],
        )


def test_every_address_declares_what_it_asks_for() -> None:
    readers = Readers("postgresql:///nowhere")
    terms = LoginTerms.of(settings_of(**TERMS))
    assert terms is not None
    login = Login(terms)
    desk = Desk("postgresql:///nowhere", None, Watch(lambda _: {}), "nobody")
    app = put_together(Site(readers, Access(readers, has_login=True)), desk, (), login)
    found = dict(asked(app.routes))
    assert len(found) > 50
    for path, declared in found.items():
        [right] = declared
        streams = path.startswith(("/streams", "/api/v1/streams", "/api/v1/dead-letters"))
        if path in FOR_ANYBODY:
            assert right is None, path
        else:
            assert right is (
                Right.DEFINITIONS if path == "/about" else Right.STREAMS if streams else Right.FACTS
            ), path
    assert set(found) >= FOR_ANYBODY


def test_what_roles_give() -> None:
    assert reach(OWNER, Right.FACTS).processes == frozenset({"onboarding", "training"})
    assert not reach(OWNER, Right.STREAMS)
    both = OWNER | {Grant.read("analyst")}
    assert reach(both, Right.FACTS).processes is None
    operator = [Grant.read("operator")]
    assert not reach(operator, Right.FACTS)
    assert reach(operator, Right.STREAMS).processes is None
    assert not reach([], Right.DEFINITIONS)
    assert [home(OWNER), home(operator), home([])] == ["/", "/streams", None]


def test_a_question_is_narrowed_to_the_own_processes() -> None:
    own = reach(OWNER, Right.FACTS)
    assert own.within(()) == ("onboarding", "training")
    assert own.within(["training"]) == ("training",)
    assert own.within(["training", "payroll"]) is None


@pytest.mark.parametrize("text", ["boss", "owner", "owner:", "analyst:payroll", ""])
def test_what_is_no_role_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no role|owner"):
        Grant.read(text)
    assert granted([text], {}) == frozenset()


def test_groups_of_a_provider_become_roles() -> None:
    groups = read_groups("HR leads = owner:onboarding, owner:training; controllers=analyst")
    assert granted(["HR leads", "canteen"], groups) == OWNER
    assert granted(["operator"], groups) == {Grant.read("operator")}
    for wrong in ("controllers", "=analyst", "controllers=boss"):
        with pytest.raises(ValueError, match="role"):
            read_groups(wrong)
    nested = {"realm_access": {"roles": ["analyst", 7]}, "a.b": "x y"}
    assert said(nested, "realm_access.roles") == ["analyst"]
    assert said(nested, "a.b") == ["x", "y"]
    assert said(nested, "realm_access.roles.more") == []


def test_others_come_in_only_where_they_log_in() -> None:
    for address in ("0.0.0.0", "::", "192.0.2.1", "intranet"):  # noqa: S104 - refused
        with pytest.raises(NotOnlyHere, match="PROCESMIJN_LOGIN_ISSUER"):
            hosts_of(address)
        assert hosts_of(address, "process.example.org")[-1] == "process.example.org"
    assert "127.0.0.1" in hosts_of("::1")


def test_a_login_is_set_up_whole_or_not_at_all() -> None:
    assert LoginTerms.of(settings_of()) is None
    for missing in TERMS:
        given = {name: value for name, value in TERMS.items() if name != missing}
        with pytest.raises(SettingsError, match=f"PROCESMIJN_{missing.upper()} has to be set"):
            LoginTerms.of(settings_of(**given))
    with pytest.raises(SettingsError, match="LOGIN_ROLES"):
        LoginTerms.of(settings_of(**TERMS, login_roles="controllers=boss"))
    for name in ("page_url", "login_issuer"):
        with pytest.raises(ValidationError, match=name):
            settings_of(**{**TERMS, name: "http://process.example.org"})

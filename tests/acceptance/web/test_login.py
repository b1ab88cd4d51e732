"""People log in at a provider, and see what their roles give; nobody else sees anything."""

from __future__ import annotations

import csv
import io
import json
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, NamedTuple

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.web.conftest import Served
from tests.commands import Procesmijn, one_line, running
from tests.provider import CLIENT, SECRET, Provider, another_key, provider

OWN, OTHER = "onboarding", "it_service"
PEOPLE: dict[str, dict[str, Any]] = {
    "owner": {"name": "Olga Owner", "roles": ["hr-leads", "canteen"]},
    "analyst": {"name": "Ana Lyst", "roles": ["analyst"]},
    "operator": {"name": "Otto Operator", "roles": ["operator"]},
    "stranger": {"name": "Stan Stranger", "roles": ["canteen"]},
}
SHOWS = ("/", "/late", "/waits", "/map", "/suppliers", "/customers", "/chain", "/agreements")
SHOWS_TOO = ("/compare", "/improved", "/trends")
FILES = (
    "waits",
    "map",
    "late",
    "suppliers",
    "agreements",
    "chain",
    "compare",
    "improved",
    "trends",
)
API = ("waits", "agreements", "weeks", "open-deliveries", "compare", "improved", "trends")


class Guarded(NamedTuple):
    """A page that asks who is there."""

    url: str
    procesmijn: Procesmijn
    provider: Provider
    clients: ExitStack

    def client(self) -> httpx.Client:
        """A browser without a window."""
        client = httpx.Client(base_url=self.url, follow_redirects=True)
        return self.clients.enter_context(client)

    def log_in(self, who: str, to: str = "/about") -> httpx.Client:
        """That of somebody who came from the provider."""
        client = self.client()
        asked = client.get(to)
        assert asked.url.path == "/authorize"
        client.get(str(asked.url.copy_merge_params({"who": who})))
        return client


@pytest.fixture(scope="module")
def guarded(served: Served) -> Iterator[Guarded]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    url = f"http://127.0.0.1:{port}"
    with provider(PEOPLE) as there, ExitStack() as clients:
        procesmijn = Procesmijn(
            served.procesmijn.home,
            {
                "page_url": url,
                "login_issuer": there.issuer,
                "login_client_id": CLIENT,
                "login_client_secret": SECRET,
                "login_roles": f"hr-leads=owner:{OWN}",
            },
        )
        with running(procesmijn, "web", "--port", port, until="Ctrl-C stops"):
            yield Guarded(url, procesmijn, there, clients)


@pytest.fixture
def page(guarded: Guarded, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(base_url=guarded.url, locale="en-GB")
    complaints: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    yield page
    context.close()
    assert not [said for said in complaints if "status of 40" not in said]


def test_somebody_logs_in_looks_and_leaves(page: Page, guarded: Guarded) -> None:
    page.goto("/waits?period=26w")
    expect(page).to_have_title("Who are you?")
    page.get_by_role("link", name="owner").click()
    expect(page).to_have_url(re.compile(r"/waits\?period=26w$"))
    side = page.locator(".side")
    expect(side).to_contain_text("Olga Owner")
    expect(side.get_by_role("link", name="Streams")).to_have_count(0)
    page.goto("/streams")
    expect(page.locator("h1")).to_have_text("This is for those who look after the streams")
    assert Axe().run(page).violations_count == 0
    page.goto(f"/map?process={OTHER}")
    expect(page.locator("h1")).to_have_text("This process is not yours to see")
    page.get_by_role("link", name="To the start").click()
    page.context.clear_cookies()  # the session ends while the page is open
    side.get_by_role("link", name="Chain").click()
    expect(page).to_have_title("Who are you?")
    page.get_by_role("link", name="owner").click()
    expect(page).to_have_url(re.compile(r"/chain"))
    side.get_by_role("button", name="Log out").click()
    expect(page.locator("h1")).to_have_text("You are logged out here")
    page.get_by_role("link", name="Log out there as well").click()
    expect(page).to_have_title("Bye")
    page.goto("/waits")
    expect(page).to_have_title("Who are you?")


def test_an_owner_sees_the_own_process_alone(served: Served, guarded: Guarded) -> None:
    """On no page, in no file and by no address of the API there is a case of another one."""
    owner = guarded.log_in("owner")
    [(others,)] = served.rows(
        "SELECT array_agg(DISTINCT label_en) FROM bi.dim_process WHERE process <> %s"
        " AND label_en NOT IN (SELECT label_en FROM bi.dim_party)",
        OWN,
    )
    for path in (*SHOWS, *SHOWS_TOO):
        answer = owner.get(path, headers={"accept-language": "en"})
        assert answer.status_code == 200, path
        shown = answer.text.partition("<main")[2]
        assert not [label for label in others if f">{label}<" in shown], path
        assert owner.get(path, params={"process": OTHER}).status_code == 403, path
    for name in FILES:
        rows = list(csv.DictReader(io.StringIO(owner.get(f"/{name}.csv").text)))
        assert {row["process"] for row in rows if "process" in row} <= {OWN, ""}, name
        assert owner.get(f"/{name}.csv", params={"process": OTHER}).status_code == 403, name
    for name in API:
        answer = owner.get(f"/api/v1/{name}")
        rows = answer.json()["rows"]
        assert {row["process"] for row in rows if "process" in row} <= {OWN}, name
        assert owner.get(f"/api/v1/{name}?process={OTHER}").status_code == 403, name
    waits = guarded.log_in("analyst").get("/api/v1/waits", params={"process": OWN}).json()["rows"]
    assert waits
    assert owner.get("/api/v1/waits").json()["rows"] == waits
    [(case,)] = served.rows("SELECT case_key FROM bi.fct_case WHERE process = %s LIMIT 1", OTHER)
    asked = {"process": OTHER, "case": case}
    assert owner.get("/case", params=asked).status_code == 403
    assert owner.get("/api/v1/case", params=asked).status_code == 403
    told = owner.get("/case", params={"case": case})  # a key that says nothing of its process
    assert f"process={OTHER}" not in told.text
    ours = json.loads(owner.get("/api/v1/open-deliveries").text)["rows"]
    assert (
        len(ours)
        == served.rows(
            "SELECT count(*) FROM bi.fct_delivery WHERE is_open AND requested_at IS NOT NULL"
            " AND process = %s",
            OWN,
        )[0][0]
    )


def test_each_role_sees_its_own_and_no_more(guarded: Guarded) -> None:
    given = {who: guarded.log_in(who) for who in PEOPLE}
    paths = ("/about", "/waits", "/late.csv", "/api/v1/waits", "/streams", "/api/v1/dead-letters")
    seen = {who: [client.get(path).status_code for path in paths] for who, client in given.items()}
    assert seen == {
        "owner": [200, 200, 200, 200, 403, 403],
        "analyst": [200, 200, 200, 200, 403, 403],
        "operator": [200, 403, 403, 403, 200, 200],
        "stranger": [403, 403, 403, 403, 403, 403],
    }
    assert given["operator"].get("/").url.path == "/streams"
    english = {"accept-language": "en"}
    assert "You have no role here yet" in given["stranger"].get("/", headers=english).text
    token = re.search(r'name="form_token" value="([^"]+)"', given["analyst"].get("/waits").text)
    assert token is not None
    answer = given["analyst"].post(
        "/streams/discard",
        data={"topic": "x", "reason": "y", "because": "z", "form_token": token[1]},
    )
    assert answer.status_code == 403


def test_who_is_not_logged_in_sees_nothing(guarded: Guarded) -> None:
    for path in (*SHOWS, *SHOWS_TOO, "/case", "/about", "/streams", "/late.csv", "/map.bpmn"):
        answer = httpx.get(guarded.url + path)
        assert (answer.status_code, answer.headers["location"][:7]) == (303, "/login?"), path
    for path in (*API, "streams", "dead-letters", "case?process=a&case=b"):
        assert httpx.get(f"{guarded.url}/api/v1/{path}").status_code == 401, path
    assert httpx.post(f"{guarded.url}/streams/discard", data={}).status_code == 303
    for path in ("//evil.example", "https://evil.example/", "/\\evil.example"):
        back = guarded.log_in("analyst", f"/login?to={path}").get("/about")
        assert back.url.host == "127.0.0.1"
    assert httpx.get(guarded.url + "/healthz").status_code == 200


WRONG: dict[str, dict[str, Any]] = {
    "issuer": {"iss": "https://evil.example"},
    "audience": {"aud": "another client"},
    "expired": {"exp": 1_700_000_000},
    "nonce": {"nonce": "of another login"},
}


@pytest.mark.parametrize("wrong", [*WRONG, "key", "code", "state"])
def test_a_login_that_cannot_be_believed_is_none(wrong: str, guarded: Guarded) -> None:
    client = guarded.client()
    asked = client.get("/about").url
    there = guarded.provider
    there.wrong = WRONG.get(wrong, {})
    there.signs_with = another_key(there) if wrong == "key" else None
    back = client.get(asked.copy_merge_params({"who": "analyst"}), follow_redirects=False)
    to = httpx.URL(back.headers["location"])
    if wrong in {"code", "state"}:
        to = to.copy_merge_params({wrong: "guessed"})
    try:
        answer = client.get(to)
    finally:
        there.wrong, there.signs_with = {}, None
    assert answer.status_code == 502
    assert client.get("/about", follow_redirects=False).status_code == 303
    assert client.get(to).status_code == 502  # nor is it at a second try


def test_a_program_has_a_token_for_as_long_as_it_holds(guarded: Guarded) -> None:
    procesmijn, url = guarded.procesmijn, f"{guarded.url}/api/v1"
    made = procesmijn("tokens", "make", "wall", "--scope", f"owner:{OWN}", "--days", "2")
    assert made.code == 0, made.err
    secret = made.out.strip()
    bearer = {"authorization": f"Bearer {secret}"}
    rows = httpx.get(f"{url}/agreements", headers=bearer).json()["rows"]
    assert {row["process"] for row in rows} == {OWN}
    assert httpx.get(f"{url}/waits?process={OTHER}", headers=bearer).status_code == 403
    assert httpx.get(f"{url}/streams", headers=bearer).status_code == 403
    for wrong in (f"Bearer {secret}x", "Bearer", f"Basic {secret}"):
        answer = httpx.get(f"{url}/waits", headers={"authorization": wrong})
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    [token] = json.loads(procesmijn("tokens", "list", "--format", "json").out)
    assert (token["name"], token["scopes"]) == ("wall", f"owner:{OWN}")
    assert token["used_at"] is not None
    assert secret not in procesmijn("tokens", "list").out
    assert procesmijn("tokens", "revoke", "wall").code == 0
    assert httpx.get(f"{url}/waits", headers=bearer).status_code == 401
    one_line(procesmijn("tokens", "revoke", "wall"), "no token 'wall' holds", 2)
    one_line(procesmijn("tokens", "make", "x", "--scope", "boss"), "'boss' is no role", 2)


def test_who_looked_is_known(served: Served, guarded: Guarded) -> None:
    [(case,)] = served.rows("SELECT case_key FROM bi.fct_case WHERE process = %s LIMIT 1", OWN)
    guarded.log_in("owner").get("/case", params={"process": OWN, "case": case})
    asked = guarded.procesmijn("looked", "--case", case, "--format", "json")
    look = json.loads(asked.out)[0]
    assert (look["viewer"], look["process"], look["client"]) == ("owner", OWN, "127.0.0.1")
    assert look["address"].startswith("/case?")
    with pytest.raises(Exception, match="400 days"):
        served.rows("DELETE FROM stream.look")

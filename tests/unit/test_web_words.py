"""Words and figures of the page: in both languages, and written as people write them."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import UTC, datetime
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest
from jinja2 import meta
from markupsafe import Markup

from consumers.intake import DEFECT
from procesmijn.documents.words import Language
from procesmijn.store.figures import Clock
from procesmijn.web.exports import Records, as_csv
from procesmijn.web.frame import Frame
from procesmijn.web.say import Speech, texts
from procesmijn.web.security import local_path
from procesmijn.web.templates import CONTEXTS, environment
from procesmijn.web.views.refusals import member_of, said_of
from schemas.reasons import Reason

EN = Speech(Language.EN, ZoneInfo("Europe/Amsterdam"))
NL = Speech(Language.NL, ZoneInfo("Europe/Amsterdam"))
NO_BREAK = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize("key", sorted(texts()))
def test_both_languages_say_the_same_things(key: str) -> None:
    said = {language: _pieces(texts()[key][language]) for language in Language}
    blanks = {language: set(re.findall(r"{(\w+)}", each)) for language, each in said.items()}
    assert blanks[Language.NL] == blanks[Language.EN]
    for each in said.values():
        assert each.count("**") % 2 == 0


def test_every_text_is_used_and_every_used_text_is_there() -> None:
    web = files("procesmijn.web")
    sources = [
        each.read_text()
        for folder in (web, web / "views", web / "templates")
        for each in folder.iterdir()
        if each.name.endswith((".py", ".html"))
    ]
    used = "\n".join(sources)
    rooms = {key.partition(".")[0] for key in texts()}
    written = set(re.findall(rf'"((?:{"|".join(rooms)})\.[a-z0-9_]+)"', used))
    written = {key for key in written if not key.endswith((".html", ".js", "_"))}
    assert written <= set(texts())
    composed = re.findall(rf'f"((?:{"|".join(rooms)})\.[a-z_]*{{[^"]*)"', used)
    composed += re.findall(rf'"((?:{"|".join(rooms)})\.[a-z_]*)" ~', used)
    forms = "|".join(re.sub(r"{[^}]*}|$", r"\\w*", each) for each in composed)
    assert not [key for key in texts() if key not in written and not re.fullmatch(forms, key)]


@pytest.mark.parametrize("reason", [*map(str, Reason), DEFECT])
def test_every_reason_to_refuse_a_record_is_said_with_what_to_do(reason: str) -> None:
    key = reason.replace("-", "_")
    assert {f"reason.{key}", f"mend.{key}"} <= set(texts())


def test_the_member_that_is_wrong_is_found_in_what_the_contract_says() -> None:
    for reason, message, member, said in (
        ("invalid-data", "data.party: should be text", "data.party", "should be text"),
        (
            "invalid-data",
            "data.employee[1]: should be text",
            "data.employee",
            "[1]: should be text",
        ),
        ("time-without-zone", "time has no zone", "time", "has no zone"),
        ("unknown-type", "the event type is not known", "type", "the event type is not known"),
        ("not-json", "the value is not JSON: EOF", "", "the value is not JSON: EOF"),
    ):
        assert member_of(reason, message) == member
        assert said_of(member, message) == said


def test_a_template_uses_what_its_context_says_and_nothing_else() -> None:
    loader = environment().loader
    assert loader is not None
    names = {name for name in environment().list_templates() if name in CONTEXTS}
    assert names == set(CONTEXTS)
    for name, context in CONTEXTS.items():
        source, _, _ = loader.get_source(environment(), name)
        used = meta.find_undeclared_variables(environment().parse(source))
        given = {each.name for each in fields(context)} | set(environment().globals)
        if "frame" in given:
            given |= {each.name for each in fields(Frame)}
        given |= set(re.findall(r'{% import "\w+\.html" as (\w+) %}', source))
        assert used <= given, name
        assert context.__doc__ is not None
        assert name in context.__doc__, "a context says of which template it is"


def test_what_is_filled_in_is_escaped() -> None:
    said = EN.text("waits.lead", customer="<b>x", supplier=Markup("&amp;"), time="1")
    assert said == "<b>&lt;b&gt;x waits longest, on &amp;: 1.</b>"


@pytest.mark.parametrize(
    ("seconds", "day_hours", "clock", "english", "dutch"),
    [
        (24 * 60, 8, Clock.WORKING, "24 min", "24 min"),
        (3 * 3600 + 1200, 8, Clock.WORKING, "3 h 20", "3 u 20"),
        (2.1 * 28_800, 8, Clock.WORKING, "2.1 working days", "2,1 werkdagen"),
        (28_800, 8, Clock.WORKING, "1.0 working day", "1,0 werkdag"),
        (14 * 28_800, 8, Clock.WORKING, "14 working days", "14 werkdagen"),
        (3 * 86_400, 24, Clock.WORKING, "3.0 days", "3,0 dagen"),
        (6 * 86_400 + 5 * 3600, 24, Clock.ELAPSED, "6 d 5 h", "6 d 5 u"),
    ],
)
def test_times_are_said_as_people_say_them(
    seconds: float, day_hours: int, clock: Clock, english: str, dutch: str
) -> None:
    for speech, said in ((EN, english), (NL, dutch)):
        assert speech.time(seconds, day_hours * 3600, clock) == said.replace(" ", NO_BREAK)


def test_shares_numbers_and_dates() -> None:
    assert EN.share(0.8999) == "89%", "none seems to reach what it does not"
    assert EN.share(0.29) == "29%"
    assert (EN.number(8255), NL.number(8255)) == ("8,255", "8.255")
    assert (EN.tenth(9.96), NL.tenth(-2.14)) == ("10", "\N{MINUS SIGN}2,1")
    assert EN.points(0.04) == "4 points up"
    assert NL.points(-0.01) == "1 punt lager"
    at = datetime(2026, 11, 12, 13, 32, tzinfo=UTC)
    assert EN.full_moment(at).replace(NO_BREAK, " ") == "Thu 12 Nov 2026, 14:32"
    assert NL.full_moment(at).replace(NO_BREAK, " ") == "do 12 nov 2026, 14:32"
    assert NL.listed(["a", "<b>"]) == "a en &lt;b&gt;"


def test_a_cell_of_a_spreadsheet_is_no_formula() -> None:
    assert as_csv(Records("abc", [("=1+1", -1, True)])) == "a,b,c\r\n'=1+1,-1,true\r\n"


@pytest.mark.parametrize("url", ["//evil.example", "https://evil.example", "/\\evil.example", "x"])
def test_nobody_is_sent_elsewhere(url: str) -> None:
    assert local_path(url) == "/"
    assert local_path("/waits?select=a>b") == "/waits?select=a>b"


def _pieces(said: str | tuple[str, str]) -> str:
    return said if isinstance(said, str) else " ".join(said)

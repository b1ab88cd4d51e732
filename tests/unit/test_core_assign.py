"""Which cases an event belongs to, and which party did it."""

from __future__ import annotations

from datetime import date, datetime

from tests.frames import mine
from tests.reference import Event, Member, Mined, Process, Rules
from tests.reference import mine as mine_slowly


def _mine(events: list[Event], rules: Rules) -> Mined:
    mined = mine(events, rules)
    assert mined == mine_slowly(events, rules)
    return mined


def _traces(events: list[Event], rules: Rules) -> dict[tuple[str, str], tuple[str, ...]]:
    return {(case.object, case.process): case.variant for case in _mine(events, rules).cases}


RECRUITMENT = Process("recruitment", "vacancy", activities={"contract.issued": "Hired"})
ONBOARDING = Process("onboarding", "employee", activities={"contract.issued": "Contract issued"})
PAYROLL = Process("payroll", "employee", activities={"payroll.delivered": "Payroll data in"})
ALL = Rules([RECRUITMENT, ONBOARDING, PAYROLL])


def test_one_event_is_in_every_process_that_knows_its_type_by_the_names_of_that_process() -> None:
    issued = [
        Event(1, "V1", 10, "contract.issued", "vacancy"),
        Event(1, "E7", 10, "contract.issued", "employee"),
        Event(2, "E7", 20, "payroll.delivered", "employee"),
    ]
    assert _traces(issued, ALL) == {
        ("V1", "recruitment"): ("Hired",),
        ("E7", "onboarding"): ("Contract issued",),
        ("E7", "payroll"): ("Payroll data in",),
    }


def test_an_object_without_events_of_a_process_is_no_case_of_it() -> None:
    assert _traces([Event(1, "V1", 10, "ticket.opened", "vacancy")], ALL) == {}
    assert _traces([Event(1, "T1", 10, "contract.issued", "ticket")], ALL) == {}


def test_a_step_is_in_the_process_that_it_names_and_in_no_other() -> None:
    both = Rules([Process("p", activities={"step": "typed"}), Process("q")])
    step = Event(1, "c", 10, "step", process="q", activity="named")
    assert _traces([step], both) == {("c", "q"): ("named",)}
    assert _traces([step._replace(process="unheard of")], both) == {}


def _party(event: Event, rules: Rules) -> str | None:
    """The party found for an event: the supplier of the work that it passes on."""
    event = event._replace(type="done", receiver="somebody else")
    [pending] = _mine([event], rules).pendings
    return pending.supplier


def _us(moment: str) -> int:
    return round(datetime.fromisoformat(moment).timestamp()) * 1_000_000


MOVE = date(2021, 1, 1)
WHOLE = (date(2000, 1, 1), date(2050, 1, 1))
STAFF = Rules(
    [
        Process(
            "p",
            zone="Europe/Amsterdam",
            activities={"done": "a"},
            parties={"a": "by activity"},
        )
    ],
    performers=[
        Member("jo", date(2019, 1, 1), MOVE, "HR"),
        Member("jo", MOVE, date(2022, 1, 1), "IT"),
        Member("jo", date(2023, 1, 1), date(2024, 1, 1), "Legal"),
        Member("al", *WHOLE, "HR"),
    ],
    teams=[Member("desk", *WHOLE, "by team")],
)
NEW_YEARS_EVE = Event(1, "c", _us("2020-12-31T22:59Z"), performer="jo")
NEW_YEAR = NEW_YEARS_EVE._replace(occurred_us=_us("2020-12-31T23:00Z"))


def test_a_performer_belongs_to_a_party_by_local_date() -> None:
    assert _party(NEW_YEARS_EVE, STAFF) == "HR"
    assert _party(NEW_YEAR, STAFF) == "IT"


def test_outside_the_periods_of_a_performer_the_team_says() -> None:
    gap = NEW_YEAR._replace(occurred_us=_us("2022-06-01T12:00Z"), team="desk")
    assert _party(gap, STAFF) == "by team"
    assert _party(gap._replace(occurred_us=_us("2018-06-01T12:00Z")), STAFF) == "by team"
    assert _party(gap._replace(occurred_us=_us("2030-06-01T12:00Z")), STAFF) == "by team"
    assert _party(gap._replace(performer="a stranger"), STAFF) == "by team"


def test_what_the_event_says_goes_before_performer_team_and_activity() -> None:
    full = NEW_YEAR._replace(party="stated", team="desk")
    assert _party(full, STAFF) == "stated"
    assert _party(full._replace(party=None), STAFF) == "IT"
    assert _party(full._replace(party=None, performer=None), STAFF) == "by team"
    assert _party(full._replace(party=None, performer=None, team=None), STAFF) == "by activity"


def test_where_nobody_knows_the_party_there_is_none() -> None:
    bare = Rules([Process("p", activities={"done": "a"})])
    assert _party(NEW_YEAR._replace(team="desk"), bare) is None

"""Columns are found by their usual names, and what is told comes first."""

from __future__ import annotations

import pytest

from procesmijn.files.columns import TABLE, XES, Columns, ColumnsError, Usual, find_columns

STANDARD = ("case:concept:name", "concept:name", "time:timestamp")


def found(names: tuple[str, ...], told: Columns | None = None, usual: Usual = XES) -> Columns:
    return find_columns(told or Columns(), names, names, usual)


def test_a_standard_log_needs_no_words() -> None:
    assert found((*STANDARD, "lifecycle:transition", "org:group", "org:resource")) == Columns(
        case="case:concept:name",
        activity="concept:name",
        time="time:timestamp",
        lifecycle="lifecycle:transition",
        party="org:group",
        performer="org:resource",
    )


@pytest.mark.parametrize(
    ("there", "party", "performer"),
    [
        (("org:resource", "org:role", "org:group"), "org:group", "org:resource"),
        (("org:resource", "org:role"), "org:role", "org:resource"),
        (("org:resource",), "org:resource", None),
        ((), None, None),
        (("resource", "department"), None, None),
    ],
)
def test_the_party_of_a_standard_log(
    there: tuple[str, ...], party: str | None, performer: str | None
) -> None:
    columns = found((*STANDARD, *there))

    assert (columns.party, columns.performer) == (party, performer)


def test_a_performer_is_not_the_party_that_was_told() -> None:
    assert found((*STANDARD, "org:resource"), Columns(party="org:resource")).performer is None
    assert found((*STANDARD, "resource", "org:resource"), Columns(party="resource")) == Columns(
        *STANDARD, party="resource", performer="org:resource"
    )


def test_what_is_told_need_not_be_told_in_the_same_capitals() -> None:
    names = (*STANDARD, "Team Name", "Desk", "DESK")
    assert found(names, Columns(party="team_name")).party == "Team Name"
    assert found(names, Columns(party="DESK")).party == "DESK"
    with pytest.raises(ColumnsError, match="no column 'desk'"):
        found(names, Columns(party="desk"))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (
            ("Case ID", "Activity", "Start Timestamp", "Complete Timestamp", "Resource"),
            Columns(
                case="Case ID",
                activity="Activity",
                time="Complete Timestamp",
                start="Start Timestamp",
                performer="Resource",
            ),
        ),
        (
            ("case_id", "activity", "start_time", "end_time", "resource"),
            Columns("case_id", "activity", "end_time", "start_time", performer="resource"),
        ),
        (
            (*STANDARD, "org:group", "org:resource"),
            Columns(*STANDARD, party="org:group", performer="org:resource"),
        ),
        (
            ("Zaak", "Activiteit", "Tijdstip", "Afdeling", "Medewerker"),
            Columns("Zaak", "Activiteit", "Tijdstip", party="Afdeling", performer="Medewerker"),
        ),
    ],
)
def test_tables_of_other_tools_need_no_words(names: tuple[str, ...], expected: Columns) -> None:
    assert found(names, usual=TABLE) == expected
    assert found(names[::-1], usual=TABLE) == expected, "whatever the order of the columns"


def test_a_column_that_may_name_persons_is_never_guessed_to_be_the_party() -> None:
    columns = found(("case_id", "activity", "time", "resource", "user"), usual=TABLE)

    assert columns.party is None
    assert columns.performer == "resource"


def test_what_is_told_is_not_guessed_to_be_something_else() -> None:
    columns = found(
        ("case_id", "activity", "start_time", "end_time"), Columns(time="start_time"), TABLE
    )

    assert (columns.time, columns.start) == ("start_time", None)


def test_an_attribute_of_the_trace_may_be_told_by_its_own_name() -> None:
    names = (*STANDARD, "case:department", "case:case")

    assert found(names, Columns(party="department")).party == "case:department"
    assert found(names, Columns(case="case")).case == "case:case"
    assert found(names, Columns(case="concept:name")).case == "case:concept:name"


def test_an_empty_column_may_be_told_and_is_not_guessed() -> None:
    names = (*STANDARD, "org:group", "org:role")
    filled = (*STANDARD, "org:role")

    assert find_columns(Columns(), names, filled, XES).party == "org:role"
    assert find_columns(Columns(party="org:group"), names, filled, XES).party == "org:group"


@pytest.mark.parametrize("role", ["case", "activity", "time"])
def test_what_is_missing_is_asked_for_with_what_there_is(role: str) -> None:
    names = {"case": "case_id", "activity": "activity", "time": "timestamp"}
    names[role] = "strange"

    with pytest.raises(ColumnsError) as caught:
        found(tuple(names.values()), usual=TABLE)

    assert f"--{role}" in str(caught.value)
    assert ", ".join(names.values()) in str(caught.value)
    assert caught.value.exit_code == 2


def test_what_is_told_and_not_there_is_an_error_with_what_there_is() -> None:
    with pytest.raises(ColumnsError, match=r"no column 'team' \(--party\); the file has case:con"):
        found(STANDARD, Columns(party="team"))

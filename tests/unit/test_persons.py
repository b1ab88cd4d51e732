"""Persons leave no trace in clear, and what is needed to tell them apart stays the same."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procesmijn.batch import Arrival
from procesmijn.persons import Keys, KeysError, PayloadError, Persons
from procesmijn.versions import event_key, version_of
from schemas.event import Event

KEYS = Keys(pseudonym=b"p" * 32, content=b"c" * 32, payload=b"d" * 32)
PERSONS = Persons(KEYS)
HIRED = Event(
    source="hr",
    id="17",
    type="candidate.selected",
    occurred_us=1_700_000_000_000_000,
    objects=(("candidate", "Jan Jansen"), ("vacancy", "v-9")),
    performer="Piet Pietersen",
    party="HR",
    data={"panel": ["Anna", "Bo"], "lead": "Anna", "second": None, "round": 2},
    persons=("panel", "lead", "second"),
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


def test_nothing_in_a_concealed_event_names_a_person() -> None:
    concealed = PERSONS.conceal(HIRED)

    for name in ("Jansen", "Pietersen", "Anna", "Bo"):
        assert name not in repr(concealed)
    assert concealed.data["round"] == 2
    assert concealed.data["second"] is None
    assert concealed.data["panel"][0] == concealed.data["lead"] == PERSONS.pseudonym("Anna")
    assert ("vacancy", "v-9") in concealed.objects
    assert concealed.party == "HR"
    assert HIRED.data["lead"] == "Anna", "the event itself is never changed"


def test_of_an_event_without_persons_only_the_id_is_replaced() -> None:
    event = HIRED._replace(performer=None, objects=(("vacancy", "v-9"),), persons=())

    assert PERSONS.conceal(event) == event._replace(id=PERSONS.event_id("hr", "17"))


def test_one_person_in_clear_and_as_pseudonym_is_one_object_in_order() -> None:
    both = (("candidate", "Jan"), ("candidate", PERSONS.pseudonym("Jan")), ("vacancy", "v"))

    objects = PERSONS.conceal(HIRED._replace(objects=both)).objects

    assert objects == (("candidate", PERSONS.pseudonym("Jan")), ("vacancy", "v"))


def test_objects_are_sorted_by_what_they_are_after_concealing() -> None:
    clear = tuple(("employee", f"e{number}") for number in range(50))

    objects = PERSONS.conceal(HIRED._replace(objects=clear)).objects

    assert len(objects) == 50
    assert list(objects) == sorted(objects)


def test_a_member_that_is_no_text_is_never_let_through() -> None:
    with pytest.raises(TypeError, match="holds int"):
        PERSONS.conceal(HIRED._replace(data={"lead": 4711}))


def test_an_id_does_not_give_away_what_a_pseudonym_hides() -> None:
    """Whoever has the id of an event in clear, or guesses it, does not find its row by it."""
    event = HIRED._replace(id="selected-Jan Jansen")

    concealed = PERSONS.conceal(event)

    assert "Jan" not in repr(concealed)
    assert concealed.id != Persons(replace(KEYS, content=b"x" * 32)).conceal(event).id
    assert concealed.id != PERSONS.conceal(event._replace(source="it")).id
    assert concealed.id != PERSONS.conceal(event._replace(id="selected-Piet Jansen")).id


def test_a_correction_and_a_retraction_without_the_person_are_of_the_same_event() -> None:
    corrected = HIRED._replace(revision=1, performer=None, objects=(("vacancy", "v-9"),))
    retracted = HIRED._replace(revision=2, is_retracted=True, objects=(), data={}, persons=())
    versions = (HIRED, corrected, retracted)

    keys = {version_of(Arrival(event), PERSONS).key for event in versions}

    assert keys == {event_key("hr", PERSONS.event_id("hr", "17"))}


@given(TEXTS)
def test_a_pseudonym_is_stable_short_recognisable_and_its_own_pseudonym(text: str) -> None:
    pseudonym = PERSONS.pseudonym(text)

    assert len(pseudonym) == 28
    assert pseudonym.startswith("p_")
    assert Persons(KEYS).pseudonym(text) == pseudonym
    assert PERSONS.pseudonym(pseudonym) == pseudonym


@given(TEXTS)
def test_a_pseudonym_of_other_keys_is_a_text_like_any_other(text: str) -> None:
    foreign = Persons(replace(KEYS, pseudonym=b"q" * 32)).pseudonym(text)

    assert PERSONS.pseudonym(foreign) not in {foreign, PERSONS.pseudonym(text)}


def test_pseudonyms_are_fixed_for_ever() -> None:
    """A database keeps them: a change here would make every person a new one."""
    assert PERSONS.pseudonym("Jan Jansen") == "p_undbxdsrvbmhoqcfwskjo3uveq"
    assert PERSONS.event_id("hr", "17") == "e_3143c822ab750d6a2db5797fedd495d1"
    assert PERSONS.content_mac(HIRED).hex() == "be858a0159feca48654b97996f2b3b5c"


MEANINGFUL: list[dict[str, object]] = [
    {"type": "other"},
    {"occurred_us": 1},
    {"started_us": 1},
    {"is_retracted": True},
    {"lifecycle": 1},
    {"process": "x"},
    {"activity": "x"},
    {"party": "x"},
    {"team": "x"},
    {"performer": "x"},
    {"receiver": "x"},
    {"objects": (("vacancy", "v-9"),)},
    {"data": {"round": 3}},
]


@pytest.mark.parametrize("change", MEANINGFUL, ids=lambda change: next(iter(change)))
def test_whatever_is_said_otherwise_has_another_mac(change: dict[str, object]) -> None:
    assert PERSONS.content_mac(HIRED._replace(**change)) != PERSONS.content_mac(HIRED)  # type: ignore[arg-type]  # one field of any type


def test_where_it_came_from_is_no_part_of_what_was_said() -> None:
    elsewhere = HIRED._replace(
        source="x",
        id="x",
        revision=3,
        sequence=4,
        extras=5,
        data=dict(reversed(HIRED.data.items())),
    )

    assert PERSONS.content_mac(elsewhere) == PERSONS.content_mac(HIRED)


def test_a_time_that_is_only_that_of_the_record_was_not_said() -> None:
    """A second delivery of one fact has a record of its own."""
    first = HIRED._replace(is_time_of_record=True)

    assert PERSONS.content_mac(first._replace(occurred_us=7)) == PERSONS.content_mac(first)
    assert PERSONS.content_mac(first) != PERSONS.content_mac(HIRED)


def test_every_field_of_an_event_is_either_said_or_not() -> None:
    """A new field has to be thought about: is it part of what was said?"""
    said = {next(iter(change)) for change in MEANINGFUL}
    not_said = {"source", "id", "revision", "sequence", "extras", "persons"}
    of_the_record = {"is_time_of_record"}

    assert said | not_said | of_the_record == set(Event._fields)


@given(st.binary(), st.binary())
def test_a_payload_comes_back(payload: bytes, context: bytes) -> None:
    assert PERSONS.decrypt(PERSONS.encrypt(payload, context), context) == payload


def test_a_payload_opens_with_its_own_keys_and_place_only() -> None:
    encrypted = PERSONS.encrypt(b"name: Jan", b"topic/0/17")

    assert b"Jan" not in encrypted
    assert encrypted != PERSONS.encrypt(b"name: Jan", b"topic/0/17")
    other_keys = Persons(Keys.generate())
    changed = encrypted[:-1] + bytes([encrypted[-1] ^ 1])
    for persons, stored, context in (
        (other_keys, encrypted, b"topic/0/17"),
        (PERSONS, encrypted, b"topic/0/18"),
        (PERSONS, changed, b"topic/0/17"),
        (PERSONS, b"", b"topic/0/17"),
    ):
        with pytest.raises(PayloadError, match="does not decrypt"):
            persons.decrypt(stored, context)


def test_keys_go_through_text_and_file(tmp_path: Path) -> None:
    keys = Keys.generate()
    path = tmp_path / "keys"

    keys.save(path)

    assert Keys.load(path) == keys
    assert Keys.parse(" ".join(keys.text().split())) == keys, "on one line, for the environment"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_keys_are_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    KEYS.save(path)

    with pytest.raises(KeysError, match="never overwritten"):
        Keys.generate().save(path)

    assert Keys.load(path) == KEYS
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o610])
def test_keys_that_others_can_get_at_are_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys"
    KEYS.save(path)
    path.chmod(mode)

    with pytest.raises(KeysError, match=f"chmod 600 {path}"):
        Keys.load(path)


def test_keys_that_cannot_be_read_or_written_say_so(tmp_path: Path) -> None:
    with pytest.raises(KeysError, match="No such file"):
        Keys.load(tmp_path / "none")
    with pytest.raises(KeysError, match="No such file"):
        KEYS.save(tmp_path / "none" / "keys")
    binary = tmp_path / "binary"
    os.close(os.open(binary, os.O_CREAT, 0o600))
    binary.write_bytes(b"\xff\xfe")
    with pytest.raises(KeysError, match="not plain text"):
        Keys.load(binary)


def test_keys_in_a_wrong_text_say_so_and_do_not_show_it() -> None:
    text = KEYS.text()
    for wrong, why in (
        ("", "three words"),
        (text + "more=x", "three words"),
        (text.replace("payload", "pay"), "three words"),
        (text.replace("pseudonym=", "pseudonym=*"), "base64"),
        (text.replace("pseudonym=", "pseudonym=abcd"), "32 bytes"),
    ):
        with pytest.raises(KeysError, match=why) as caught:
            Keys.parse(wrong)
        assert "Y2Nj" not in str(caught.value)


def test_keys_show_themselves_nowhere_but_their_fingerprint() -> None:
    assert repr(KEYS) == "Keys()"
    assert len(KEYS.fingerprint) == 16
    others = [replace(KEYS, **{name: b"x" * 32}) for name in ("pseudonym", "content", "payload")]
    assert len({KEYS.fingerprint, *(other.fingerprint for other in others)}) == 4

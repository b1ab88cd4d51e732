"""A catalogue is checked, put in use beside live traffic, and taken back."""

from __future__ import annotations

from pathlib import Path

from tests.commands import Procesmijn


def test_a_catalogue_is_checked_activated_and_taken_back(
    requests: str, procesmijn: Procesmijn, tmp_path: Path
) -> None:
    before = procesmijn("handovers", requests, "--format", "json").json
    shown = procesmijn("catalogue", "show").out
    ours = tmp_path / "ours.yaml"
    ours.write_text(
        shown.replace("parties:\n", "parties:\n  Facilities:\n    kind: automatic\n", 1)
    )

    checked = procesmijn("catalogue", "check", ours)
    assert (checked.code, checked.out) == (0, "party Facilities added\n")
    assert f"{ours} is right:" in checked.err
    assert requests in checked.err  # its cases would be computed anew
    assert procesmijn("handovers", requests, "--format", "json").json == before

    activated = procesmijn("catalogue", "activate", ours)
    assert activated.code == 0, activated.err
    parties = {
        row["customer"] for row in procesmijn("handovers", requests, "--format", "json").json
    }
    assert "Facilities" not in parties
    assert procesmijn("verify").code == 0

    more = tmp_path / "more.yaml"
    more.write_text("parties: {Facilities: {kind: internal}, Reception: }\n")
    changes = "party Facilities: kind was automatic, is now internal\nparty Reception added\n"
    for options in (("--dry-run",), ()):
        merged = procesmijn("catalogue", "merge", more, *options)
        assert (merged.code, merged.out) == (0, changes), merged.err
    assert procesmijn("catalogue", "merge", more).out == ""
    more.write_text("\nparties: {hr: {parent: nobody}}\n")
    assert f"{more}:2: parties.hr.parent:" in procesmijn("catalogue", "merge", more).err

    (tmp_path / "theirs.yaml").write_text(shown)
    assert procesmijn("catalogue", "activate", tmp_path / "theirs.yaml").code == 0
    assert procesmijn("handovers", requests, "--format", "json").json == before
    assert "nothing changes" in procesmijn("catalogue", "activate").err


def test_every_mistake_in_a_catalogue_is_a_line(procesmijn: Procesmijn, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(
        "parties:\n  hr: {parent: hrm}\ncalendars:\n  desk: {zone: Europe/Amsterdm}\n"
    )
    for command in ("check", "activate"):
        outcome = procesmijn("catalogue", command, broken)
        assert outcome.code == 1
        assert f"{broken}:2: parties.hr.parent:" in outcome.err
        assert f"{broken}:4: calendars.desk" in outcome.err

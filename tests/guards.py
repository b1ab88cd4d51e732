"""Takes each guard out of a copy of the source, and sees the test that is named for it fail.

A guard that no test misses may be gone tomorrow. ``python -m tests.guards [NAME ...]`` first runs
the named tests on the copy as it is, where they have to pass; then it makes one edit at a time. An
edit whose text the source no longer has is an error: look where the guard went.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[1]
ROOMS: Final = ("procesmijn", "consumers", "schemas", "tests", "pyproject.toml")
MOST_SECONDS: Final = 120.0
AT_ONCE: Final = 2
"""Most of the time of each goes into starting servers and waiting."""

_INVARIANTS: Final = "tests/integration/exactness/test_invariants.py"
_LEAVING: Final = "tests/integration/exactness/leaving"
_LOGS: Final = "tests/integration/bad_input/test_logs.py"
_OPERATIONS: Final = "tests/integration/operations"
_WORKERS: Final = "tests/integration/test_consumers_worker.py"


class Guard(NamedTuple):
    """One guard: where it stands, what is left when it is taken out, and who has to notice."""

    name: str
    file: str
    text: str
    """Has to be there exactly once."""
    without: str
    test: str


GUARDS: Final = (
    Guard(
        "position",
        "procesmijn/store/positions.py",
        "if next_offset is not None and next_offset != span.first_offset:",
        "if False:",
        f"{_INVARIANTS}::test_only_the_next_offset_is_taken",
    ),
    Guard(
        "position-lock",
        "procesmijn/store/sql/positions.sql",
        "ORDER BY p.topic_id, p.partition\nFOR UPDATE OF p;",
        "ORDER BY p.topic_id, p.partition;",
        f"{_INVARIANTS}::test_a_batch_of_two_workers_is_applied_once",
    ),
    Guard(
        "epoch",
        "procesmijn/store/positions.py",
        "if epoch != span.epoch:",
        "if epoch is None:",
        f"{_INVARIANTS}::test_an_older_claim_is_refused",
    ),
    Guard(
        "stall",
        "procesmijn/store/positions.py",
        "if stalled is not None:",
        "if False:",
        f"{_LOGS}::test_a_batch_that_was_read_before_a_stall_was_found_is_refused",
    ),
    Guard(
        "ledger-in-order-of-arrival",
        "procesmijn/store/sql/positions.sql",
        """
    AND l.entry = (SELECT max(entry) FROM stream.ledger
                   WHERE topic_id = b.topic_id AND partition = b.partition)
""",
        "\n",
        f"{_LOGS}::test_a_log_that_was_cut_and_written_anew_waits_for_an_operator",
    ),
    Guard(
        "known-look-up",
        "procesmijn/store/events.py",
        "    known = _standing(keys, connection)\n",
        "    known: dict[bytes, _Standing] = {}\n",
        f"{_INVARIANTS}::test_a_known_event_changes_nothing",
    ),
    Guard(
        "unique-event",
        "procesmijn/store/sql/migrations/0001_stream.sql",
        "event_key    uuid        NOT NULL PRIMARY KEY,",
        "event_key    uuid        NOT NULL,",
        f"{_INVARIANTS}::test_an_event_that_two_bring_at_once_is_there_once",
    ),
    Guard(
        "event-lock",
        "procesmijn/store/sql/events.sql",
        "WHERE event_key = ANY (%(keys)s::uuid[])\nORDER BY event_key\nFOR UPDATE;",
        "WHERE event_key = ANY (%(keys)s::uuid[])\nORDER BY event_key;",
        f"{_INVARIANTS}::test_a_content_that_two_bring_at_once_is_counted_once",
    ),
    Guard(
        "order-of-locks",
        "procesmijn/store/events.py",
        'order = order_by(packed.entries["key_hi"], packed.entries["key_lo"], numbers)',
        "order = numbers",
        f"{_INVARIANTS}::test_new_events_are_written_in_one_order",
    ),
    Guard(
        "queue-of-those-begun-anew",
        "procesmijn/apply.py",
        "                    if was_in_the_way:\n                        tx.queue()\n",
        "",
        "tests/integration/exactness/test_contention.py"
        "::test_sessions_that_bring_the_same_wait_and_seldom_begin_anew",
    ),
    Guard(
        "read-after-lock",
        "procesmijn/apply.py",
        """\
        locked = tx.lock(appended, rules.rules_of)  # 3
        tx.append(locked, appended)
""",
        """\
        types = np.array([tx.terms.code(name) for name in appended.types], dtype=np.int32)
        none = np.zeros(len(types), dtype=np.int32)
        old = tx.read_events(Locked(appended.keys, types, none, none))
        locked = tx.lock(appended, rules.rules_of)
        tx.append(locked, appended)
        owner = np.concatenate([old.owner, appended.owner])
        order = np.argsort(owner, kind="stable")
        rows = np.concatenate([old.events, appended.rows])[order]
        tx.read_events = lambda part: ObjectEvents(old.keys, types, owner[order], rows)
""",
        f"{_INVARIANTS}::test_an_object_is_read_after_it_is_locked",
    ),
    Guard(
        "facts-after-lock",
        "procesmijn/apply.py",
        "        locked = tx.lock(appended, rules.rules_of)  # 3\n",
        """\
        stored = tx.read_facts(appended.keys)
        locked = tx.lock(appended, rules.rules_of)
        tx.read_facts = lambda keys, **_: stored
""",
        f"{_INVARIANTS}::test_facts_are_read_after_the_lock",
    ),
    Guard(
        "old-handovers-taken-off",
        "procesmijn/store/sql/cases.sql",
        "-old_wait_us, -old_wait_working_us\n    FROM written\n",
        "-old_wait_us, -old_wait_working_us\n    FROM written WHERE false\n",
        f"{_INVARIANTS}::test_roll_ups_lose_what_no_longer_holds",
    ),
    Guard(
        "new-handovers-added",
        "procesmijn/store/facts.py",
        "    _count_handovers(changes.handovers_written.take(new), shard, connection)\n",
        "",
        f"{_INVARIANTS}::test_roll_ups_lose_what_no_longer_holds",
    ),
    Guard(
        "old-flows-taken-off",
        "procesmijn/store/facts.py",
        "minus=_flows([(row.process, row.before) for row in retraced]),",
        "minus=_flows([]),",
        f"{_INVARIANTS}::test_roll_ups_lose_what_no_longer_holds",
    ),
    Guard(
        "removed-handovers-taken-off",
        "procesmijn/store/sql/cases.sql",
        "-count(*), -sum(wait_us), -sum(wait_working_us)\nFROM gone\n",
        "-count(*), -sum(wait_us), -sum(wait_working_us)\nFROM gone WHERE false\n",
        f"{_INVARIANTS}::test_roll_ups_lose_what_no_longer_holds",
    ),
    Guard(
        "share-lock-of-the-rules",
        "procesmijn/store/catalogues.py",
        '    connection.execute(sql["share"])\n',
        "",
        f"{_INVARIANTS}::test_rules_stay_while_a_batch_runs",
    ),
    Guard(
        "rules-as-compiled",
        "procesmijn/store/catalogues.py",
        "if row is None or row != (catalogue_id, CORE_VERSION, activated_at):",
        "if row is None:",
        f"{_INVARIANTS}::test_a_batch_that_waited_for_a_catalogue_is_mined_by_it",
    ),
    Guard(
        "seek-back-after-a-failed-batch",
        "consumers/worker.py",
        "            self._stream.release()\n",
        "",
        f"{_WORKERS}::test_a_batch_of_another_owner_is_dropped_and_read_again",
    ),
    Guard(
        "objects-that-moved-on-during-a-rebuild",
        "procesmijn/apply.py",
        "unmoved = locked.unmoved_since(before)",
        "unmoved = locked.unmoved_since(locked)",
        f"{_INVARIANTS}::test_a_rebuild_leaves_alone_what_moved_on",
    ),
    Guard(
        "what-was-unpacked-when-it-was-paused",
        "consumers/client.py",
        "if not self._fetcher._next_partition_records:",
        "if False:",
        "tests/integration/streams/test_kafka_python.py::"
        "test_what_was_unpacked_when_a_partition_was_paused_is_read_when_it_is_resumed",
    ),
    Guard(
        "claim-taken-away-by-a-rewind",
        "procesmijn/store/sql/positions.sql",
        "SET next_offset = %(next_offset)s, epoch = epoch + 1, updated_at = now()",
        "SET next_offset = %(next_offset)s, updated_at = now()",
        f"{_OPERATIONS}/test_streams.py::"
        "test_a_rewind_is_noticed_by_a_worker_that_has_nothing_to_read",
    ),
    Guard(
        "too-many-refused",
        "procesmijn/apply.py",
        "            if parcel.dead_letters:\n",
        "            if False:\n",
        f"{_OPERATIONS}/test_flood.py::"
        "test_most_of_a_topic_is_not_refused_until_somebody_accepts_that",
    ),
    Guard(
        "known-although-it-has-left",
        "procesmijn/store/events.py",
        "retired = _retired(keys, connection)",
        "retired: dict[bytes, dict[Said, int]] = {}",
        f"{_LEAVING}/test_late.py::test_what_comes_for_a_case_that_has_left_is_kept_and_told",
    ),
    Guard(
        "what-has-left-is-looked-up-after-the-lock",
        "procesmijn/store/events.py",
        """\
    known = _standing(keys, connection)
    retired = _retired(keys, connection)
""",
        """\
    retired = _retired(keys, connection)
    known = _standing(keys, connection)
""",
        f"{_LEAVING}/test_beside.py::test_who_waits_for_an_event_that_leaves_finds_it_known",
    ),
    Guard(
        "what-has-left-is-not-mined",
        "procesmijn/store/transaction.py",
        "            locked = locked.only(~np.isin(locked.keys, list(gone)))\n",
        "",
        f"{_LEAVING}/test_late.py::test_what_comes_for_a_case_that_has_left_is_kept_and_told",
    ),
    Guard(
        "objects-that-moved-on-before-they-left",
        "procesmijn/store/retiring.py",
        "if entries.get(key) == count",
        "if key in entries",
        f"{_LEAVING}/test_beside.py::test_an_object_that_moved_on_stays",
    ),
    Guard(
        "events-on-the-disk-before-they-leave",
        "procesmijn/retire.py",
        "            draft.insist_on(retirement.files)\n",
        "",
        f"{_LEAVING}/test_broken_off.py::test_it_says_what_to_do_first",
    ),
    Guard(
        "what-stays-of-those-that-leave-is-remembered",
        "procesmijn/store/retiring.py",
        "    _remember_remaining(chunk.remaining, retirement, connection)\n",
        "",
        f"{_LEAVING}/test_late.py::test_nothing_else_is_looked_at_when_cases_come_back",
    ),
    Guard(
        "retirements-come-back-in-order",
        "procesmijn/retire.py",
        "        if retirement.number in it.leans_on:\n",
        "        if False:\n",
        f"{_LEAVING}/test_late.py::test_an_object_that_no_process_is_about_goes_with_its_cases",
    ),
    Guard(
        "one-rebuild-at-a-time",
        "procesmijn/rebuild.py",
        "if not scan.hold_rebuild(connection):",
        "if False:",
        f"{_INVARIANTS}::test_a_second_rebuild_is_refused",
    ),
)


class GuardLost(Exception):
    """The text of a guard is not in its file, or more than once."""


def main(names: list[str]) -> int:
    """Try the guards that are named, or all; 1 where one is not missed."""
    guards = [guard for guard in GUARDS if not names or guard.name in names]
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="procesmijn-guards-") as folder,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        whole = _copied(Path(folder) / "whole")
        if not _passes(whole, sorted({guard.test for guard in guards})):
            print("the tests fail on the source as it is: see above", file=sys.stderr)
            return 1
        copies = [_without(guard, Path(folder)) for guard in guards]
        is_missed = list(pool.map(_is_missed, guards, copies))
    print(f"{len(guards)} guards in {time.monotonic() - began:.0f} s", file=sys.stderr)
    unmissed = [guard.name for guard, missed in zip(guards, is_missed, strict=True) if not missed]
    for name in unmissed:
        print(f"no test misses {name}")
    return 1 if unmissed else 0


def _copied(folder: Path) -> Path:
    folder.mkdir()
    for room in ROOMS:
        source = ROOT / room
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", ".*")
            shutil.copytree(source, folder / room, ignore=ignored)
        else:
            shutil.copy(source, folder)
    return folder


def _without(guard: Guard, folder: Path) -> Path:
    """A copy of the source in which the guard is missing."""
    copy = _copied(folder / guard.name)
    path = copy / guard.file
    text = path.read_text("utf-8")
    if text.count(guard.text) != 1:
        raise GuardLost(f"{guard.name}: {guard.file} has its text {text.count(guard.text)} times")
    path.write_text(text.replace(guard.text, guard.without), "utf-8")
    return copy


def _is_missed(guard: Guard, copy: Path) -> bool:
    is_missed = not _passes(copy, [guard.test], quiet=True)
    print(f"{guard.name}: {'missed' if is_missed else 'NOT MISSED'}", file=sys.stderr)
    return is_missed


def _passes(copy: Path, tests: list[str], *, quiet: bool = False) -> bool:
    """Whether tests pass on the copy; that they were found and ran is part of it."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"),
            f"--timeout={MOST_SECONDS}",
            *tests,
        ],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(f"pytest ended with {done.returncode}:\n{done.stdout}")
    if done.returncode and not quiet:
        print(done.stdout, file=sys.stderr)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

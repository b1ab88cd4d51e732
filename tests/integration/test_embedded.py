"""The embedded servers are real, keep their data, and leave nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

from procesmijn.embedded import Embedded, EmbeddedError, HomeInUseError, ServerError, find, server
from procesmijn.embedded.leash import __file__ as leash

IS_ROOT = os.geteuid() == 0


def publish(kafka_servers: str, topic: str, *values: bytes) -> None:
    """Create the topic where it is missing, and add records to it."""
    admin = KafkaAdminClient(bootstrap_servers=kafka_servers)
    if topic not in admin.list_topics():
        admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
    admin.close()
    producer = KafkaProducer(bootstrap_servers=kafka_servers, acks="all")
    for value in values:
        producer.send(topic, value)
    producer.close()


def records(kafka_servers: str, topic: str) -> list[bytes]:
    """Read all that is in the topic."""
    consumer = KafkaConsumer(bootstrap_servers=kafka_servers)
    partition = TopicPartition(topic, 0)
    consumer.assign([partition])
    consumer.seek_to_beginning(partition)
    end = consumer.end_offsets([partition])[partition]
    values: list[bytes] = []
    while consumer.position(partition) < end:
        polled = consumer.poll(timeout_ms=2_000)
        values += [record.value for batch in polled.values() for record in batch]
    consumer.close()
    return values


def note(database_url: str, text: str) -> None:
    """Store a text."""
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (text text)")
        connection.execute("INSERT INTO note VALUES (%s)", (text,))


def notes(database_url: str) -> list[str]:
    """Read all texts."""
    with psycopg.connect(database_url) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM note")]


def pids_of(servers: Embedded) -> tuple[int, int]:
    """Processes of Kafka and PostgreSQL, which must be running."""
    assert servers.broker.pid is not None
    assert servers.database.pid is not None
    return servers.broker.pid, servers.database.pid


def wait_until(is_so: Callable[[], bool], seconds: float) -> bool:
    """Whether it becomes so within that time."""
    deadline = time.monotonic() + seconds
    while not (so := is_so()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return so


def is_gone(pid: int) -> bool:
    """Whether no such process runs; one that nobody has waited for does not run either."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@contextmanager
def other_process(home: Path, user: str = "-") -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """Run both servers of a home in a process of its own; gives that and the servers' pids."""
    script = """
        import sys, time
        from pathlib import Path
        from procesmijn.embedded import Embedded
        with Embedded(Path(sys.argv[1])) as servers:
            print(servers.broker.pid, servers.database.pid, flush=True)
            sys.stdin.read()
    """
    command = [sys.executable, "-c", textwrap.dedent(script), str(home)]
    tied = [sys.executable, leash, str(os.getpid()), str(int(signal.SIGKILL)), user, *command]
    with subprocess.Popen(
        tied, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process, [int(pid) for pid in process.stdout.readline().split()]


def test_both_answer_and_are_durable(kafka_servers: str, database_url: str, topic: str) -> None:
    publish(kafka_servers, topic, b"1", b"2")
    assert records(kafka_servers, topic) == [b"1", b"2"]
    with psycopg.connect(database_url) as connection:
        settings = connection.execute(
            "SELECT current_setting('server_version_num')::int / 10000, current_setting('fsync'),"
            " current_setting('synchronous_commit'), current_setting('timezone'),"
            " upper('één'), 'z' < 'é'"
        )
        assert settings.fetchone() == (18, "on", "on", "UTC", "ÉÉN", True)


def test_a_database_needs_the_password(servers: Embedded) -> None:
    url = servers.database_url.replace("procesmijn:", "procesmijn:not", 1)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)


def test_a_stop_is_quick_and_a_later_start_finds_all_as_it_was(home: Path, topic: str) -> None:
    with Embedded(home) as servers:
        first = find(home)
        publish(servers.kafka_servers, topic, b"kept")
        note(servers.database_url, "kept")
        pids = pids_of(servers)
        stopping = time.monotonic()
    assert time.monotonic() - stopping < 5
    assert all(is_gone(pid) for pid in pids)
    assert find(home) is None
    with Embedded(home) as servers:
        assert first == find(home) == (servers.kafka_servers, servers.database_url)
        assert records(servers.kafka_servers, topic) == [b"kept"]
        assert notes(servers.database_url) == ["kept"]


def test_a_killed_server_recovers(home: Path, topic: str) -> None:
    with Embedded(home) as servers:
        publish(servers.kafka_servers, topic, b"kept")
        note(servers.database_url, "kept")
        for part in (servers.broker, servers.database):
            part.kill()
            assert part.pid is None
            part.start()
        assert records(servers.kafka_servers, topic) == [b"kept"]
        assert notes(servers.database_url) == ["kept"]


def test_kill_9_of_the_parent_leaves_no_server_and_a_home_to_take_over(home: Path) -> None:
    with other_process(home) as (process, pids):
        assert not any(is_gone(pid) for pid in pids)
        process.kill()
    assert wait_until(lambda: all(is_gone(pid) for pid in pids), 5)
    assert find(home) is None
    with Embedded(home) as servers:
        note(servers.database_url, "taken over")
        assert not set(pids) & set(pids_of(servers))


def test_a_server_that_outlives_its_killed_parent_is_ended_first(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with other_process(home) as (process, pids):
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        process.kill()
    monkeypatch.setattr(server, "STOPPED_WITHIN_SECONDS", 1.0)
    with Embedded(home):
        assert wait_until(lambda: all(is_gone(pid) for pid in pids), 1)


def test_pid_files_of_a_crash_do_not_matter_when_the_pid_lives_on_as_another(
    servers: Embedded, home: Path
) -> None:
    with Embedded(home, kafka=False) as crashed:
        files = [
            path for path in crashed.database.data.iterdir() if path.suffix in {".pid", ".lock"}
        ]
        left = {path: path.read_text() for path in files}
        mine, other = crashed.database.pid, servers.database.pid
    assert {path.name for path in left} == {
        "postmaster.pid",
        f".s.PGSQL.{crashed.database.port}.lock",
    }
    for path, text in left.items():
        path.write_text(text.replace(str(mine), str(other), 1))
    with Embedded(home, kafka=False) as again:
        note(again.database_url, "started")


def test_a_home_in_use_says_by_whom(home: Path) -> None:
    with other_process(home) as (process, _), pytest.raises(HomeInUseError) as refused:
        Embedded(home).__enter__()
    assert f"in use by process {process.pid}" in str(refused.value)
    assert process.returncode == 0


def test_two_homes_run_side_by_side(servers: Embedded, home: Path, topic: str) -> None:
    with Embedded(home) as others:
        publish(others.kafka_servers, topic, b"over there")
        note(others.database_url, "over there")
        admin = KafkaAdminClient(bootstrap_servers=servers.kafka_servers)
        assert topic not in admin.list_topics()
        admin.close()
    with pytest.raises(psycopg.errors.UndefinedTable):
        notes(servers.database_url)


def test_a_port_that_was_taken_meanwhile_is_chosen_anew(home: Path, topic: str) -> None:
    with Embedded(home) as servers:
        publish(servers.kafka_servers, topic, b"kept")
        note(servers.database_url, "kept")
    ports = json.loads((home / "ports.json").read_text())
    with ExitStack() as taken:
        for port in ports.values():
            taken.enter_context(socket.create_server(("127.0.0.1", port)))
        with Embedded(home) as servers:
            assert not set(json.loads((home / "ports.json").read_text()).values()) & set(
                ports.values()
            )
            assert records(servers.kafka_servers, topic) == [b"kept"]
            assert notes(servers.database_url) == ["kept"]


def test_one_part_can_be_left_out(home: Path) -> None:
    with Embedded(home, kafka=False) as servers:
        note(servers.database_url, "alone")
        assert find(home) == (None, servers.database_url)
    assert not (home / "kafka").exists()


@pytest.mark.parametrize(
    ("name", "file", "complaint"),
    [
        ("postgres", "global/pg_control", "could not read file"),
        ("kafka", "meta.properties", "node ID not found"),
    ],
)
def test_a_failing_start_shows_the_end_of_the_log(
    home: Path, name: str, file: str, complaint: str
) -> None:
    servers = Embedded(home, kafka=name == "kafka", database=name == "postgres")
    with servers:
        pass
    (home / name / "data" / file).write_bytes(b"nonsense")
    for _ in range(2):  # the first one has let go of the home
        with pytest.raises(ServerError, match=f"{name} did not start") as failed:
            servers.__enter__()
        assert complaint in str(failed.value)
        assert str(home / "log") in str(failed.value)


def test_data_of_another_major_version_is_left_alone(home: Path) -> None:
    with Embedded(home, kafka=False):
        pass
    (home / "postgres/data/PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedError, match="made by PostgreSQL 17"):
        Embedded(home, kafka=False).__enter__()


def test_a_home_that_cannot_be_made_is_one_clear_line(home: Path) -> None:
    home.write_text("a file")
    with pytest.raises(EmbeddedError, match="cannot be used as a home") as refused:
        Embedded(home).__enter__()
    assert "\n" not in str(refused.value)


def test_a_server_that_cannot_be_launched_is_one_clear_line(home: Path) -> None:
    home.mkdir()
    (home / "postgres").write_text("a file")
    with pytest.raises(ServerError, match="postgres did not start") as refused:
        Embedded(home, kafka=False).__enter__()
    assert "\n" not in str(refused.value)


def test_postgres_never_runs_as_root(servers: Embedded) -> None:
    _, postgres = pids_of(servers)
    assert all(uid != 0 for uid in psutil.Process(postgres).uids())


def test_a_normal_user_runs_both(home: Path) -> None:
    """As root, in the shoes of somebody else; else the other tests say the same."""
    user = "-"
    if IS_ROOT:
        home.mkdir()
        os.chown(home, 65534, 65534)
        user = "65534:65534"
    with other_process(home, user) as (_, pids):
        uids = {psutil.Process(pid).uids().real for pid in pids}
    assert uids == {65534 if IS_ROOT else os.getuid()}


def test_secrets_are_for_their_owner_only(home: Path) -> None:
    with Embedded(home, kafka=False):
        for file in (home / "connection.json", home / "postgres/password"):
            assert file.stat().st_mode & 0o077 == 0

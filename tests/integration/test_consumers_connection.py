"""Settings reach the client whole, and secrets nobody else."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer

from consumers.connection import KafkaSettings
from consumers.publish import key_of
from consumers.stream import Reading

MANUAL = Path(__file__).parents[2] / "docs" / "worker.md"
EVERYTHING = KafkaSettings(
    servers="one:9093, two:9093",
    security_protocol="SASL_SSL",
    sasl_mechanism="SCRAM-SHA-512",
    username="procesmijn",
    password="hush",
    kerberos_service_name="kafka",
    tls_ca_file="ca.pem",
    tls_certificate_file="me.pem",
    tls_key_file="me.key",
    tls_key_password="hush too",
    tls_check_hostname=False,
)


def test_every_setting_has_a_name_that_each_client_knows() -> None:
    options = EVERYTHING.options()
    assert len(options) == len(fields(KafkaSettings)) + 1  # and how soon it tries again
    for client in (KafkaConsumer, KafkaProducer, KafkaAdminClient):
        assert not set(options) - set(client.DEFAULT_CONFIG)
    assert options["bootstrap_servers"] == ["one:9093", "two:9093"]
    assert options["sasl_plain_password"] == "hush"
    assert options["ssl_check_hostname"] is False


def test_what_is_not_set_is_left_to_the_client() -> None:
    assert set(KafkaSettings().options()) == {
        "bootstrap_servers",
        "client_id",
        "bootstrap_timeout_ms",
        "reconnect_backoff_max_ms",
        "security_protocol",
        "ssl_check_hostname",
    }


def test_secrets_do_not_show() -> None:
    assert "hush" not in repr(EVERYTHING)


def test_the_manual_lists_every_setting_and_no_other() -> None:
    listed = re.findall(r"^\| `((?!procesmijn_)\w+)` \|", MANUAL.read_text(), re.MULTILINE)
    known = [field.name for settings in (KafkaSettings, Reading) for field in fields(settings)]
    assert sorted(listed) == sorted(known)


def test_an_event_goes_where_its_first_object_goes() -> None:
    assert key_of([("ticket", "INC-1"), ("vacancy", "V-2")]) == b"INC-1"
    assert key_of([]) is None

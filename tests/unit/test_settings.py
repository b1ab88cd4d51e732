"""Settings are read once, refuse what cannot be, keep their secrets, and stand in the manual."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from procesmijn.settings import (
    PREFIX,
    Settings,
    SettingsError,
    misspelt,
    read_settings,
    variable,
)
from procesmijn.settings.told import Source, explain, table

MANUAL = Path(__file__).parents[2] / "docs" / "settings.md"
UNITS = ("seconds", "records", "partitions", "percent", "port")


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of ours but those that a test sets."""
    for field in Settings.model_fields:
        monkeypatch.delenv(variable(field), raising=False)


def test_the_manual_has_every_setting_as_it_is() -> None:
    assert table() in MANUAL.read_text("utf-8"), "run: python -m procesmijn.settings"


def test_the_manual_names_no_setting_that_is_not_there() -> None:
    documented = set(re.findall(rf"\b{PREFIX}[A-Z_]+\b", MANUAL.read_text("utf-8")))
    assert documented <= {variable(field) for field in Settings.model_fields}


def test_each_says_what_it_is_and_numbers_say_their_unit() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description
        if isinstance(field.default, int | float) and not isinstance(field.default, bool):
            assert name.endswith(UNITS)


def test_they_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROCESMIJN_BATCH_RECORDS", "500")
    monkeypatch.setenv("PROCESMIJN_CREATE_TOPICS", "false")
    monkeypatch.setenv("PROCESMIJN_KAFKA_SERVERS", "")

    settings = read_settings()

    assert settings.batch_records == 500
    assert settings.create_topics is False
    assert settings.kafka_servers is None


def test_the_home_is_where_data_of_users_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert read_settings().home == Path("/data/procesmijn")
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", "/users/me")
    assert read_settings().home == Path("/users/me/.local/share/procesmijn")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PROCESMIJN_HEALTH_PORT", "eighty"),
        ("PROCESMIJN_HEALTH_PORT", "70000"),
        ("PROCESMIJN_BATCH_RECORDS", "0"),
        ("PROCESMIJN_KAFKA_SECURITY_PROTOCOL", "TLS"),
        ("PROCESMIJN_CREATE_TOPICS", "perhaps"),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    name: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, text)
    with pytest.raises(SettingsError, match=name) as refused:
        read_settings()
    assert refused.value.exit_code == 2
    assert "\n" not in str(refused.value)


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = ("DATABASE_URL", "KAFKA_PASSWORD", "KAFKA_TLS_KEY_PASSWORD", "KEYS")
    for name in secrets:
        monkeypatch.setenv(f"{PREFIX}{name}", "s3cret")
    assert "s3cret" not in repr(read_settings())
    assert read_settings().kafka_password == SecretStr("s3cret")


def test_they_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        read_settings().batch_records = 1  # type: ignore[misc] # that it cannot be set is the point


def test_each_says_where_its_value_comes_from(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "settings"
    file.write_text(
        "PROCESMIJN_BATCH_RECORDS=7\nPROCESMIJN_KAFKA_GROUP=filed\nPROCESMIJN_HOME=\n"
        "PROCESMIJN_KAFKA_PASSWORD='s3 cret'\n"
    )
    monkeypatch.setenv("PROCESMIJN_SETTINGS_FILE", str(file))
    monkeypatch.setenv("PROCESMIJN_KAFKA_GROUP", "named")

    settings = read_settings()
    found = {each.setting: each for each in explain(settings, os.environ)}

    assert settings.kafka_password == SecretStr("s3 cret")
    assert list(found) == [variable(field) for field in Settings.model_fields]
    assert found["PROCESMIJN_BATCH_RECORDS"][1:3] == (7, Source.FILE)
    assert found["PROCESMIJN_KAFKA_GROUP"][1:3] == ("named", Source.ENVIRONMENT)
    assert found["PROCESMIJN_KAFKA_PASSWORD"][1:3] == ("**********", Source.FILE)
    assert found["PROCESMIJN_HOME"].source is Source.DEFAULT
    assert found["PROCESMIJN_KAFKA_CONNECT_SECONDS"][1:3] == (30.0, Source.DEFAULT)


def test_a_file_of_settings_that_is_not_there_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PROCESMIJN_SETTINGS_FILE", str(tmp_path / "none"))
    with pytest.raises(SettingsError, match=r"SETTINGS_FILE: .*none cannot be read"):
        read_settings()


def test_a_variable_that_means_nothing_is_found_with_the_one_that_was_meant() -> None:
    environment = {
        "PROCESMIJN_DATABASEURL": "x",
        "PROCESMIJN_QQQQQQ": "x",
        "PROCESMIJN_HOME": "x",
        "PROCESMIJN_TEST_LOGS": "x",
        "HOME": "x",
    }
    assert misspelt(environment) == {
        "PROCESMIJN_DATABASEURL": "PROCESMIJN_DATABASE_URL",
        "PROCESMIJN_QQQQQQ": None,
    }


def test_whoever_reads_settings_is_warned_of_what_means_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "settings"
    file.write_text("PROCESMIJN_LOG_LEVVEL=DEBUG\n")
    monkeypatch.setenv("PROCESMIJN_SETTINGS_FILE", str(file))
    monkeypatch.setenv("PROCESMIJN_DATABSE_URL", "postgresql://s3cret")

    read_settings()

    [message] = caplog.messages
    assert message == (
        "no setting, so it is ignored: PROCESMIJN_DATABSE_URL (did you mean"
        " PROCESMIJN_DATABASE_URL?), PROCESMIJN_LOG_LEVVEL (did you mean PROCESMIJN_LOG_LEVEL?)"
    )

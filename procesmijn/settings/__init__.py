"""Everything that can be set, in one frozen object: read once, handed on.

Where from: the environment; what is not there, from a file of the same variables; else defaults.
``docs/settings.md`` has the same as a table, which ``python -m procesmijn.settings`` writes; a test
holds the two together.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Final, Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from procesmijn.errors import UsageError
from procesmijn.wording import Wording
from schemas.refusal import REFUSED_TOPIC

log = logging.getLogger(__name__)

PREFIX: Final = "PROCESMIJN_"

_OF_TESTS: Final = f"{PREFIX}TEST_"
"""Variables of the test suite: none of ours, and no misspelt ones either."""

_FILE: Final = f"{PREFIX}SETTINGS_FILE"

ALERTS_TOPIC: Final = "procesmijn.alerts"


class SettingsError(UsageError):
    """An environment variable of ours has a value that it cannot have; the message names it."""


def _default_home() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "procesmijn"


class Settings(BaseSettings):
    """What differs between installations. Secrets show neither in its ``repr`` nor in errors."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    settings_file: Annotated[
        Path | None,
        Field(
            description="File of further settings, a `NAME=value` a line, as systemd's"
            " `EnvironmentFile` has them. What the environment says goes first."
        ),
    ] = None
    home: Annotated[
        Path,
        Field(
            default_factory=_default_home,
            description="Folder of the embedded Kafka and PostgreSQL: data, logs, keys."
            " Default: `procesmijn` in `$XDG_DATA_HOME`, else in `~/.local/share`.",
        ),
    ]
    cache: Annotated[
        Path | None,
        Field(
            description="Folder of downloads that all homes share."
            " Default: `procesmijn` in `$XDG_CACHE_HOME`, else in `~/.cache`."
        ),
    ] = None

    database_url: Annotated[
        SecretStr | None,
        Field(
            description="PostgreSQL 18 or later, as a libpq URI:"
            " `postgresql://user:password@host/name`. Default: the embedded one."
        ),
    ] = None

    kafka_servers: Annotated[
        str | None,
        Field(
            description="`host:port` of one or more brokers, with commas between them."
            " Default: the embedded one."
        ),
    ] = None
    kafka_group: Annotated[
        str, Field(description="Consumer group of the workers.", min_length=1)
    ] = "procesmijn"
    kafka_connect_seconds: Annotated[
        float, Field(description="Seconds to try for a first broker before giving up.", gt=0)
    ] = 30.0
    kafka_security_protocol: Annotated[
        Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"],
        Field(description="How brokers are talked to."),
    ] = "PLAINTEXT"
    kafka_sasl_mechanism: Annotated[
        Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "GSSAPI"] | None,
        Field(description="How we say who we are, where brokers ask for it."),
    ] = None
    kafka_username: Annotated[str | None, Field(description="User name for SASL.")] = None
    kafka_password: Annotated[SecretStr | None, Field(description="Password for SASL.")] = None
    kafka_kerberos_service_name: Annotated[
        str | None, Field(description="Kerberos service of the brokers, for GSSAPI.")
    ] = None
    kafka_tls_ca_file: Annotated[
        Path | None,
        Field(description="PEM file of the authorities to trust. Default: the system's."),
    ] = None
    kafka_tls_certificate_file: Annotated[
        Path | None, Field(description="PEM file of our certificate, where brokers ask for one.")
    ] = None
    kafka_tls_key_file: Annotated[
        Path | None, Field(description="PEM file of the key of that certificate.")
    ] = None
    kafka_tls_key_password: Annotated[
        SecretStr | None, Field(description="Password of that key.")
    ] = None
    kafka_tls_check_hostname: Annotated[
        bool, Field(description="Whether a broker's certificate has to name its host.")
    ] = True

    create_topics: Annotated[
        bool, Field(description="Whether topics of the catalogue that are missing are made.")
    ] = True
    topic_partitions: Annotated[
        int,
        Field(
            description="Partitions of a topic that is made: as many workers can share it."
            " How often it is replicated is the default of the brokers.",
            ge=1,
        ),
    ] = 8

    batch_records: Annotated[
        int, Field(description="Records of one transaction, at most.", ge=1, le=100_000)
    ] = 30_000
    batch_seconds: Annotated[
        float,
        Field(
            description="Seconds that a batch may take. A worker that takes longer loses its"
            " partitions to the others, and `/healthz` says so.",
            gt=0,
        ),
    ] = 300.0
    session_seconds: Annotated[
        float, Field(description="Seconds after which a worker that died is missed.", gt=0)
    ] = 15.0
    refused_topic: Annotated[
        str,
        Field(
            description="Topic in which producers are told of every record that was refused:"
            " where it was and why, and nothing of what was in it.",
            pattern=r"^[A-Za-z0-9._-]{1,249}$",
        ),
    ] = REFUSED_TOPIC
    refused_percent: Annotated[
        int,
        Field(
            description="Of the last 1,000 records of a partition so many may break the contract,"
            " in percent. A worker that meets more takes none of that batch in, pauses the"
            " partition and ends. 100 for any number.",
            ge=1,
            le=100,
        ),
    ] = 50

    alerts_topic: Annotated[
        str,
        Field(
            description="Topic of the alerts that go to a channel of the kind `topic`.",
            pattern=r"^[A-Za-z0-9._-]{1,249}$",
        ),
    ] = ALERTS_TOPIC
    channels: Annotated[
        SecretStr | None,
        Field(
            description="Where the channels of the catalogue are, and what they sign with, in JSON:"
            ' `{"hr chat": {"url": "https://...", "secret": "whsec_..."}}`. Nothing is sent to a'
            " channel that is not there."
        ),
    ] = None
    mail_server: Annotated[
        SecretStr | None,
        Field(
            description="Server that takes our mail: `smtp://user:password@host:587`, encrypted"
            " where it can, or `smtps://`. Without one no mail is sent."
        ),
    ] = None
    mail_from: Annotated[str | None, Field(description="Address that our mail is from.")] = None

    health_address: Annotated[
        str,
        Field(
            description="Address on which a worker serves `/healthz`, `/readyz` and `/metrics`;"
            " `0.0.0.0` for every one."
        ),
    ] = "127.0.0.1"
    health_port: Annotated[
        int,
        Field(
            description="Port of those pages; 0 takes a free one, which the log tells."
            " With `up --workers` each further worker has the next one.",
            ge=0,
            le=65_535,
        ),
    ] = 0

    keys: Annotated[
        SecretStr | None,
        Field(
            description="The three keys, as `procesmijn keys` makes them."
            " Default: the file `keys` in the home, which is made for an embedded database."
        ),
    ] = None
    keys_file: Annotated[
        Path | None, Field(description="File with the keys, which only its owner can read.")
    ] = None

    doctor_disk_percent: Annotated[
        float,
        Field(
            description="Of each disk the doctor wants so much to be free, in percent; less than a"
            " fifth of that is a failure.",
            ge=0,
        ),
    ] = 10.0
    doctor_clock_seconds: Annotated[
        float,
        Field(
            description="Seconds by which the doctor lets the clocks of database and brokers differ"
            " from ours.",
            ge=0,
        ),
    ] = 5.0
    doctor_transaction_seconds: Annotated[
        float,
        Field(description="Seconds for which the doctor lets a transaction be open.", ge=0),
    ] = 3600.0

    page_url: Annotated[
        str | None,
        Field(
            description="Where people reach the page, once they log in to it:"
            " `https://process.example.org`. Encrypted, but for an address of this machine.",
            pattern=r"^(https://[^/?#]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?)/?$",
        ),
    ] = None
    login_issuer: Annotated[
        str | None,
        Field(
            description="OpenID Connect provider at which they log in: the address under which it"
            " has `.well-known/openid-configuration`.",
            pattern=r"^(https://[^?#]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/[^?#]*)?)$",
        ),
    ] = None
    login_client_id: Annotated[str | None, Field(description="What it knows the page by.")] = None
    login_client_secret: Annotated[
        SecretStr | None, Field(description="What the page proves that with, where it has to.")
    ] = None
    login_scopes: Annotated[
        str, Field(description="What the provider is asked for.", pattern=r"^openid( |$)")
    ] = "openid profile"
    login_roles_claim: Annotated[
        str,
        Field(
            description="Claim of the id token with roles or groups; `realm_access.roles` for one"
            " within another."
        ),
    ] = "roles"
    login_roles: Annotated[
        str,
        Field(
            description="What groups of the provider are here:"
            " `hr-leads=owner:onboarding,owner:recruitment; controllers=analyst`. Roles of ours"
            " (`owner:PROCESS`, `analyst`, `operator`) need not be named."
        ),
    ] = ""
    login_secret: Annotated[
        SecretStr | None,
        Field(
            description="What sessions are signed with, 32 characters or more; the same for each"
            " process that serves the page. Default: a new one at every start.",
            min_length=32,
        ),
    ] = None
    login_seconds: Annotated[
        int, Field(description="Seconds after which somebody has to log in again.", ge=60)
    ] = 28_800

    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"],
        Field(description="What a worker writes to its log (stderr), and everything above it."),
    ] = "INFO"
    log_format: Annotated[
        Literal["text", "json"],
        Field(description="How it writes that: lines for people, or an object of JSON a line."),
    ] = "text"
    wording: Annotated[
        Wording,
        Field(
            description="What parties are to each other in tables, help and documents:"
            " `customers` (and suppliers), or `partners`. The end customer stays one, and columns"
            " of CSV, JSON and views keep their names."
        ),
    ] = Wording.CUSTOMERS
    traces: Annotated[
        bool,
        Field(
            description="Whether a worker sends a trace of each batch with OpenTelemetry, which is"
            " an extra (`procesmijn[otel]`); its own variables (`OTEL_...`) say where to."
        ),
    ] = False


def read_settings() -> Settings:
    """Read the environment, and the file that it names; warn of what there means nothing.

    Raises :class:`SettingsError` for the first variable that does not fit.
    """
    if unknown := misspelt({**of_file(os.environ), **os.environ}):
        # Nobody has set up logs yet, so this is a line on stderr.
        log.warning("no setting, so it is ignored: %s", say_misspelt(unknown))
    return _read()


def _read() -> Settings:
    try:
        return Settings(_env_file=os.environ.get(_FILE) or None)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        name = variable(str(problem["loc"][0]))
        raise SettingsError(f"{name}: {problem['msg']}; docs/settings.md has all of them") from None


def of_file(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables of the file that the environment names; empty ones are as good as none.

    Raises :class:`SettingsError` where it cannot be read.
    """
    path = environment.get(_FILE)
    if not path:
        return {}
    try:
        with Path(path).open(encoding="utf-8") as file:
            return {name: value for name, value in dotenv_values(stream=file).items() if value}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{_FILE}: {path} cannot be read ({error})") from error


def variable(field: str) -> str:
    """The environment variable of a setting."""
    return f"{PREFIX}{field.upper()}"


def misspelt(environment: Mapping[str, str]) -> dict[str, str | None]:
    """Variables with our prefix that mean nothing, each with the one that was probably meant."""
    known = [field.upper() for field in Settings.model_fields]
    ours = sorted(
        name.removeprefix(PREFIX)
        for name in environment
        if name.startswith(PREFIX) and not name.startswith(_OF_TESTS)
    )
    nearest = {name: get_close_matches(name, known, n=1) for name in ours if name not in known}
    return {
        PREFIX + name: PREFIX + matches[0] if matches else None for name, matches in nearest.items()
    }


def say_misspelt(names: Mapping[str, str | None]) -> str:
    """The variables that mean nothing, and what was probably meant, in a line."""
    return ", ".join(
        f"{name} ({'unknown' if near is None else f'did you mean {near}?'})"
        for name, near in names.items()
    )

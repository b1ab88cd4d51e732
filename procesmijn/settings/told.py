"""Settings as they are told: each with its value and where that comes from, and all as a table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import SecretStr

from procesmijn.settings import Settings, of_file, variable


class Source(StrEnum):
    """Where a value comes from."""

    ENVIRONMENT = "environment"
    FILE = "file"
    DEFAULT = "default"


class Setting(NamedTuple):
    """One setting as it is."""

    setting: str
    """Its variable."""
    value: Any
    """Plain; None where it is not set, stars where it is a secret."""
    source: Source
    meaning: str


def explain(settings: Settings, environment: Mapping[str, str]) -> list[Setting]:
    """Every setting with its value and where that comes from, in the order of the manual."""
    filed = of_file(environment)
    return [
        Setting(
            name := variable(field),
            _plain(getattr(settings, field)),
            Source.ENVIRONMENT
            if environment.get(name)
            else Source.FILE
            if name in filed
            else Source.DEFAULT,
            (info.description or "").replace("`", ""),
        )
        for field, info in Settings.model_fields.items()
    ]


def table() -> str:
    """All settings as a table in Markdown."""
    rows = ["| variable | meaning | default |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        rows.append(f"| `{variable(name)}` | {field.description} | {_said(field.default)} |")
    return "\n".join(rows) + "\n"


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path | SecretStr) else value


def _said(default: Any) -> str:
    match default:
        case bool():
            return f"`{str(default).lower()}`"
        case int() | str():
            return f"`{default}`"
        case float():
            return f"`{default:g}`"
        case _:
            return ""

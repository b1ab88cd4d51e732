"""``procesmijn version``: what this is made of."""

from __future__ import annotations

import platform
from importlib.metadata import version as installed

import typer

from procesmijn.core.rules import CORE_VERSION
from procesmijn.embedded.database import MAJOR
from procesmijn.embedded.jars import KAFKA_VERSION
from procesmijn.store.migrate import migrations

app = typer.Typer(add_completion=False)


@app.command()
def version() -> None:
    """Say which version this is, and of what it is made."""
    print(f"procesmijn {installed('procesmijn')}")
    print(f"core {CORE_VERSION}, schema {len(migrations())}")
    print(f"embedded: Kafka {KAFKA_VERSION}, PostgreSQL {MAJOR}")
    print(f"Python {platform.python_version()}, pm4py {installed('pm4py')}")

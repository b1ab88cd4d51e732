"""What it was measured on, and how much processor time the servers took."""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import time
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import psutil
import psycopg

from procesmijn.embedded import Embedded
from procesmijn.embedded.jars import KAFKA_VERSION

PACKAGES = ("kafka-python", "crc32c", "psycopg", "numpy", "pydantic", "orjson", "pandas", "pm4py")


def describe() -> dict[str, object]:
    """Processors, memory and system."""
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return {
        "processors": os.cpu_count(),
        "processor": names[0] if names else platform.processor(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "system": platform.platform(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def versions(servers: Embedded) -> dict[str, str]:
    """Of everything that the figures depend on."""
    with psycopg.connect(servers.database_url) as connection:
        postgresql = connection.info.parameter_status("server_version") or ""
    return {
        "python": platform.python_version(),
        "postgresql": postgresql,
        "kafka": KAFKA_VERSION,
        **{name: version(name) for name in PACKAGES},
    }


def cpu_seconds(pid: int | None) -> float:
    """Processor time of a server, its children and those that have ended included."""
    process = psutil.Process(pid)
    seconds = 0.0
    for child in process.children():
        with suppress(psutil.NoSuchProcess):  # it has ended, so its time is in that of its parent
            times = child.cpu_times()
            seconds += times.user + times.system
    own = process.cpu_times()
    return seconds + own.user + own.system + own.children_user + own.children_system


class Command(NamedTuple):
    """What a process of its own took, with those that it started."""

    seconds: float
    cpu_seconds: float
    """Without that of the database."""


def command(words: list[str], settings: dict[str, str]) -> Command:
    """Run a command from its start to its end, with more in its environment."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(words, env=os.environ | settings, check=True, capture_output=True)
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Command(round(seconds, 3), round(cpu_seconds, 3))

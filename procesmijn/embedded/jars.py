"""Apache Kafka's jars, fetched by jgo once per machine: each pinned by its hash, whole or absent.

``kafka.lock`` beside this module lists them, as jgo resolved them from :data:`ROOTS`, with size and
SHA-256. So the class path is the same everywhere, needs no resolving (which takes longer than
the download itself), and a truncated or altered file is never used. To move to another version,
change :data:`KAFKA_VERSION` and run ``python -m procesmijn.embedded.pin``.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from jgo.config import GlobalSettings
from jgo.constants import MAVEN_CENTRAL_URL
from jgo.maven import MavenContext

from procesmijn.embedded.errors import DownloadError

KAFKA_VERSION: Final = "4.4.0"
ROOTS: Final = (
    f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}",
    "org.apache.logging.log4j:log4j-slf4j-impl:2.25.5",  # Kafka is silent without a binding
)
LOCK: Final = Path(__file__).with_name("kafka.lock")
DOWNLOADS_AT_ONCE: Final = 8

Progress = Callable[[str], None]
"""Told in one line what is going on, now and then, while something takes long."""


class Jar(NamedTuple):
    """One pinned file of Kafka."""

    group: str
    artifact: str
    version: str
    size: int
    sha256: str

    @property
    def filename(self) -> str:
        """Its name in the cache."""
        return f"{self.artifact}-{self.version}.jar"


def pinned() -> tuple[Jar, ...]:
    """Read the list of all jars."""
    rows = (line.split() for line in LOCK.read_text("utf-8").splitlines())
    return tuple(
        Jar(group, artifact, version, int(size), sha256)
        for group, artifact, version, size, sha256 in rows
    )


def default_cache() -> Path:
    """Where jars are shared by all homes: ``PROCESMIJN_CACHE``, else the user's cache folder."""
    if named := os.environ.get("PROCESMIJN_CACHE"):
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "procesmijn"


def fetch(cache: Path, progress: Progress) -> tuple[Path, ...]:
    """Return the class path of Kafka; what is not in ``cache`` yet is downloaded.

    A jar comes into the cache whole, under its name, only when its hash is right; so an interrupted
    download leaves nothing wrong behind, and the next goes on where it stopped. One process fetches
    at a time, others wait for it.
    """
    folder = cache / f"kafka-{KAFKA_VERSION}"
    jars = pinned()
    if not _missing(jars, folder):
        return tuple(folder / jar.filename for jar in jars)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DownloadError(
            f"{folder} cannot be made ({error.strerror}): set PROCESMIJN_CACHE to a folder for"
            " downloads that you may write to"
        ) from error
    with _alone(cache / "lock", progress):
        if missing := _missing(jars, folder):
            _download(missing, folder, progress)
    return tuple(folder / jar.filename for jar in jars)


def _missing(jars: tuple[Jar, ...], folder: Path) -> list[Jar]:
    def is_there(path: Path, size: int) -> bool:
        return path.exists() and path.stat().st_size == size

    return [jar for jar in jars if not is_there(folder / jar.filename, jar.size)]


def _download(jars: list[Jar], folder: Path, progress: Progress) -> None:
    total_mb = sum(jar.size for jar in jars) / 1e6
    done_mb = 0.0
    staging = folder / ".part"
    shutil.rmtree(staging, ignore_errors=True)  # of a download that was killed
    context = _context(staging)
    threads = ThreadPoolExecutor(DOWNLOADS_AT_ONCE)
    try:
        progress(f"Downloading Kafka {KAFKA_VERSION}: {total_mb:.0f} MB, once")
        # The large ones first: the last to finish is then a small one.
        jars = sorted(jars, key=lambda jar: -jar.size)
        running = {threads.submit(_download_one, context, jar, folder): jar for jar in jars}
        for future in as_completed(running):
            future.result()
            done_mb += running[future].size / 1e6
            progress(f"Downloading Kafka {KAFKA_VERSION}: {done_mb:.0f} of {total_mb:.0f} MB")
    finally:
        threads.shutdown(cancel_futures=True)
        shutil.rmtree(staging, ignore_errors=True)


def _download_one(context: MavenContext, jar: Jar, folder: Path) -> None:
    artifact = context.project(jar.group, jar.artifact).at_version(jar.version).artifact()
    try:
        path = artifact.resolve()
        content = path.read_bytes()
    except (OSError, RuntimeError) as error:  # requests' errors are OSErrors, jgo's RuntimeErrors
        raise DownloadError(
            f"{jar.filename} of Kafka could not be downloaded ({error}): connect to the internet,"
            " or name a mirror in jgo's configuration, and start again"
        ) from error
    if hashlib.sha256(content).hexdigest() != jar.sha256:
        raise DownloadError(
            f"{path} is not the {jar.filename} that was pinned: delete it if it is still there,"
            " check the mirror if there is one, and start again"
        )
    whole = context.repo_cache / jar.filename
    whole.parent.mkdir(exist_ok=True)
    whole.write_bytes(content)
    whole.replace(folder / jar.filename)


def _context(staging: Path) -> MavenContext:
    """Where jgo looks: its own settings name mirrors, and a local repository to take from."""
    settings = GlobalSettings.load()
    return MavenContext(
        repo_cache=staging,
        local_repos=[settings.repo_cache],
        remote_repos={"central": MAVEN_CENTRAL_URL, **settings.repositories},
        timeout=60,
    )


@contextmanager
def _alone(lock: Path, progress: Progress) -> Iterator[None]:
    """Wait until no other process fetches."""
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("Waiting for another process that is downloading Kafka")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield

"""Kafka's jars come whole or not at all, whatever happens while they are fetched."""

from __future__ import annotations

import gc
import threading
import warnings
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from procesmijn.embedded.errors import DownloadError
from procesmijn.embedded.jars import KAFKA_VERSION, default_cache, fetch, pinned


def silence(message: str) -> None:
    """Tell nobody."""


class Mirror(ThreadingHTTPServer):
    """A mirror on this machine: the jars that the servers of the other tests run on."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), MirrorRequest)
        self.jars = {path.name: path for path in fetch(default_cache(), silence)}
        self.asked: Counter[str] = Counter()
        self.altered = ""
        self.cut_off = ""


class MirrorRequest(BaseHTTPRequestHandler):
    """One request to the mirror."""

    server: Mirror

    def do_GET(self) -> None:
        """Give the jar, or spoil it as the mirror is told to."""
        name = self.path.rsplit("/", maxsplit=1)[-1]
        if name not in self.server.jars:
            self.send_error(404)
            return
        self.server.asked[name] += 1
        content = self.server.jars[name].read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if name == self.server.altered:
            content = bytes(len(content))
        if name == self.server.cut_off:
            content = content[: len(content) // 2]
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Keep quiet."""


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    """A mirror that jgo's own settings name, with nothing in its repository cache."""
    with Mirror() as mirror:
        settings = tmp_path / "jgo.conf"
        settings.write_text(f"[repositories]\ncentral = http://127.0.0.1:{mirror.server_port}\n")
        monkeypatch.setenv("JGO_CONFIG_FILE", str(settings))
        monkeypatch.setenv("M2_REPO", str(tmp_path / "m2"))
        thread = threading.Thread(target=mirror.serve_forever)
        thread.start()
        yield mirror
        mirror.shutdown()
        thread.join()
    with warnings.catch_warnings():  # jgo leaves answers open that it gives up on
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def in_cache(cache: Path) -> set[str]:
    """Everything that lies in the cache."""
    return {path.name for path in (cache / f"kafka-{KAFKA_VERSION}").iterdir()}


def test_the_class_path_is_what_is_pinned(mirror: Mirror, tmp_path: Path) -> None:
    told: list[str] = []
    class_path = fetch(tmp_path / "cache", told.append)
    assert [path.name for path in class_path] == [jar.filename for jar in pinned()]
    assert f"kafka_2.13-{KAFKA_VERSION}.jar" in mirror.jars
    assert in_cache(tmp_path / "cache") == set(mirror.jars)
    mb = f"{sum(jar.size for jar in pinned()) / 1e6:.0f}"
    assert told[0] == f"Downloading Kafka {KAFKA_VERSION}: {mb} MB, once"
    assert told[-1] == f"Downloading Kafka {KAFKA_VERSION}: {mb} of {mb} MB"
    told.clear()
    assert fetch(tmp_path / "cache", told.append) == class_path
    assert not told


@pytest.mark.parametrize("trouble", ["altered", "cut_off"])
def test_a_spoilt_jar_is_refused_and_the_next_start_goes_on(
    mirror: Mirror, tmp_path: Path, trouble: str
) -> None:
    spoilt = max(pinned(), key=lambda jar: jar.size).filename
    setattr(mirror, trouble, spoilt)
    with pytest.raises(DownloadError, match=spoilt) as refused:
        fetch(tmp_path / "cache", silence)
    assert "\n" not in str(refused.value)
    there = in_cache(tmp_path / "cache")
    assert there < set(mirror.jars) - {spoilt}
    mirror.asked.clear()
    setattr(mirror, trouble, "")
    fetch(tmp_path / "cache", silence)
    assert set(mirror.asked) == set(mirror.jars) - there
    assert in_cache(tmp_path / "cache") == set(mirror.jars)


def test_a_killed_download_leaves_nothing_in_the_way(mirror: Mirror, tmp_path: Path) -> None:
    part = tmp_path / "cache" / f"kafka-{KAFKA_VERSION}" / ".part"
    for jar in pinned():
        folder = part.joinpath(*jar.group.split("."), jar.artifact, jar.version)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / jar.filename).write_bytes(b"half")
    fetch(tmp_path / "cache", silence)
    assert in_cache(tmp_path / "cache") == set(mirror.jars)


def test_of_two_that_start_at_once_one_downloads(mirror: Mirror, tmp_path: Path) -> None:
    told: list[str] = []
    with ThreadPoolExecutor(2) as threads:
        both = [threads.submit(fetch, tmp_path / "cache", told.append) for _ in range(2)]
    assert both[0].result() == both[1].result()
    assert set(mirror.asked.values()) == {1}
    assert "Waiting for another process that is downloading Kafka" in told


def test_no_connection_is_one_clear_line(mirror: Mirror, tmp_path: Path) -> None:
    mirror.jars.clear()
    with pytest.raises(DownloadError, match="connect to the internet") as refused:
        fetch(tmp_path / "cache", silence)
    assert "\n" not in str(refused.value)


def test_a_cache_that_cannot_be_made_says_which_setting_helps(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(DownloadError, match="PROCESMIJN_CACHE"):
        fetch(tmp_path / "cache", silence)

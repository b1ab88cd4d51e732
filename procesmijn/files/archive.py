"""The events of a database as Parquet files: the truth, in a form that outlives the database.

A folder with ``events-00001.parquet`` and so on, and ``archive.json``, which is written last and
has the hash of each file: a folder without it is not whole. The files hold every version of every
event that was ever seen, as the database has it, persons as pseudonyms; whatever reads Parquet can
read them. All else in a database follows from these and from the catalogue. The archive of a
retirement holds the events that left with it, and says which retirement that is.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from procesmijn.batch import Origin, Partition
from procesmijn.errors import ProcesmijnError
from procesmijn.versions import Version
from schemas.event import Event, Lifecycle

FORMAT: Final = 1
"""Of the files. Raised by a change that makes older versions of procesmijn misread them."""
EVENTS_OF_FILE: Final = 200_000
EVENTS_AT_ONCE: Final = 10_000
_MANIFEST: Final = "archive.json"
_INSTANT: Final = pa.timestamp("us", "UTC")
_SCHEMA: Final = pa.schema(
    [
        pa.field("event_key", pa.binary(16), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("id", pa.string(), nullable=False),
        pa.field("revision", pa.int64(), nullable=False),
        pa.field("content_mac", pa.binary(), nullable=False),
        pa.field("is_retracted", pa.bool_(), nullable=False),
        pa.field("type", pa.string(), nullable=False),
        pa.field("lifecycle", pa.int8(), nullable=False),
        pa.field("started_at", _INSTANT),
        pa.field("occurred_at", _INSTANT, nullable=False),
        pa.field("sequence", pa.int64()),
        *(
            pa.field(name, pa.string())
            for name in ("process", "activity", "party", "team", "performer", "receiver")
        ),
        pa.field("objects", pa.list_(pa.struct([("type", pa.string()), ("id", pa.string())]))),
        pa.field("data", pa.string()),
        pa.field("topic_id", pa.string()),
        pa.field("partition", pa.int32()),
        pa.field("offset", pa.int64()),
    ]
)
_NUMBERED: Final = pa.schema(
    [field.with_type(pa.int64()) if field.type == _INSTANT else field for field in _SCHEMA]
)
"""The same, with instants as microseconds."""
_SAME: Final = tuple(
    name
    for name in Event._fields
    if name in _SCHEMA.names and name not in {"lifecycle", "objects", "data"}
)
"""Columns that are members of an event as they are."""


class ArchiveError(ProcesmijnError):
    """An archive cannot be written or read; the message says why, and what would do."""


@dataclass(frozen=True, slots=True)
class Archive:
    """What the manifest of an archive says."""

    format: int
    keys: str
    """Fingerprint of the keys that its pseudonyms were made with."""
    taken_at: str
    """The moment that it shows, ISO 8601."""
    versions: int
    files: Mapping[str, str]
    """The names of its files, each with the SHA-256 of what is in it, in hexadecimal."""
    retirement: str | None = None
    """The retirement whose events these are; None where it has all that a database had."""
    lacks: tuple[str, ...] = ()
    """Retirements whose events the database did not have either."""


def write_archive(
    folder: Path,
    versions: Iterable[Version],
    keys: str,
    taken_at: datetime,
    lacks: Iterable[str] = (),
) -> Iterator[int]:
    """Write every version into a new folder, and yield after each file how many there are.

    The folder gets its name when it is whole; until then it ends on ``.part``.

    Raises :class:`ArchiveError`.
    """
    refuse_what_is_there(folder)
    draft = Draft(folder)
    draft.begin()
    written, rest = 0, iter(versions)
    for number in count(1):
        if not (part := list(islice(rest, EVENTS_OF_FILE))):
            break
        draft.write(number, part)
        written += len(part)
        yield written
    moment = taken_at.astimezone(UTC).isoformat()
    draft.seal(Archive(FORMAT, keys, moment, written, draft.files(), lacks=tuple(lacks)))


def refuse_what_is_there(folder: Path) -> None:
    """Raise :class:`ArchiveError` where something has the name already."""
    if folder.exists():
        raise ArchiveError(f"{folder} is there already: name a folder that is not")


class Draft:
    """A folder that is going to be an archive: it ends on ``.part`` until it is whole.

    What has been written is on the disk. Each step raises :class:`ArchiveError`.
    """

    suffix = "part"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._part = folder.with_name(f"{folder.name}.{self.suffix}")

    def begin(self) -> None:
        """Make the folder, or clear what is left of an attempt that was broken off."""
        with self._told():
            self._part.mkdir(parents=True, exist_ok=True)
            for left in self._part.glob("events-*.parquet"):
                left.unlink()

    def write(self, number: int, versions: Sequence[Version]) -> None:
        """Write one file; it is on the disk when this returns."""
        table = pa.Table.from_pylist([_row(version) for version in versions], schema=_SCHEMA)
        with self._told():
            with self._file(number).open("wb") as file:
                pq.write_table(table, file, compression="zstd")
                file.flush()
                os.fsync(file.fileno())
            _keep_names(self._part)

    def seal(self, manifest: Archive) -> None:
        """Write the manifest, and give the folder its name."""
        with self._told():
            with (self._part / _MANIFEST).open("w", encoding="utf-8") as file:
                file.write(json.dumps(asdict(manifest), indent=2) + "\n")
                file.flush()
                os.fsync(file.fileno())
            _keep_names(self._part)
            self._part.rename(self._folder)
            _keep_names(self._folder.absolute().parent)

    def files(self) -> dict[str, str]:
        """What has been written, with its hashes."""
        with self._told():
            return {path.name: _hash(path) for path in sorted(self._part.glob("events-*.parquet"))}

    def _file(self, number: int) -> Path:
        return self._part / f"events-{number:05}.parquet"

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or error
            raise ArchiveError(f"{self._part} cannot be written: {reason}") from error


class RetirementDraft(Draft):
    """The same for a retirement, under another name: events may be in it that are nowhere else."""

    suffix = "retiring"

    def begin(self) -> None:
        """Make the folder; nothing may be in it."""
        with self._told():
            self._part.mkdir(parents=True, exist_ok=True)
            if any(self._part.iterdir()):
                raise ArchiveError(
                    f"{self._part} holds what another retirement has begun: name another folder"
                )

    def insist_on(self, files: int) -> None:
        """Raise where one of the first files is missing."""
        for number in range(1, files + 1):
            if not self._file(number).exists():
                raise ArchiveError(
                    f"{self._file(number)} is missing, and events are in it only: put it back"
                )


def _keep_names(folder: Path) -> None:
    """What a folder lists is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_archive(folder: Path, keys: str) -> Archive:
    """What an archive says of itself, if it is whole and made with these keys.

    Raises :class:`ArchiveError`.
    """
    archive = read_manifest(folder)
    if archive.keys != keys:
        raise ArchiveError(
            f"{folder} was written with other keys (fingerprint {archive.keys}, these are {keys}):"
            " set PROCESMIJN_KEYS or PROCESMIJN_KEYS_FILE to those"
        )
    insist_on_files(folder, archive, are_read=True)
    return archive


def read_manifest(folder: Path) -> Archive:
    """What an archive says of itself; raises :class:`ArchiveError` where it says nothing."""
    try:
        said = json.loads((folder / _MANIFEST).read_bytes())
        archive = Archive(**said | {"lacks": tuple(said.get("lacks", ()))})
    except OSError as error:
        raise ArchiveError(
            f"{folder} is no whole archive: it has no {_MANIFEST} ({error.strerror})"
        ) from error
    except (ValueError, TypeError) as error:
        raise _damaged(folder / _MANIFEST) from error
    if archive.format != FORMAT:
        raise ArchiveError(
            f"{folder} has format {archive.format}, and this version of procesmijn reads {FORMAT}:"
            " use the version that wrote it, or a newer one"
        )
    return archive


def insist_on_files(folder: Path, archive: Archive, *, are_read: bool) -> None:
    """Raise :class:`ArchiveError` where a file is missing; or, where they are read, another one."""
    for name, digest in archive.files.items():
        path = folder / name
        if not path.is_file():
            raise ArchiveError(f"{folder} lacks {name}: take another copy of it")
        if are_read:
            try:
                is_same = _hash(path) == digest
            except OSError as error:
                raise _damaged(path) from error
            if not is_same:
                raise _damaged(path)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _damaged(path: Path) -> ArchiveError:
    return ArchiveError(f"{path} is damaged: take another copy of it")


def read_archive(folder: Path) -> Iterator[list[Version]]:
    """All versions in an archive, some thousand at a time.

    Raises :class:`ArchiveError` where a file is damaged.
    """
    for name in read_manifest(folder).files:
        path = folder / name
        try:
            for batch in pq.ParquetFile(path).iter_batches(EVENTS_AT_ONCE):
                rows = pa.Table.from_batches([batch]).cast(_NUMBERED).to_pylist()
                yield [_version(row) for row in rows]
        except (pa.ArrowException, OSError, KeyError) as error:
            raise _damaged(path) from error


def _row(version: Version) -> dict[str, Any]:
    event, origin = version.event, version.origin
    return {name: getattr(event, name) for name in _SAME} | {
        "event_key": version.key,
        "content_mac": version.content_mac,
        "lifecycle": int(event.lifecycle),
        "started_at": event.started_us,
        "occurred_at": event.occurred_us,
        "objects": [{"type": object_type, "id": id_} for object_type, id_ in event.objects],
        "data": orjson.dumps(event.data).decode() if event.data else None,
        "topic_id": str(origin.partition.topic_id) if origin else None,
        "partition": origin.partition.number if origin else None,
        "offset": origin.offset if origin else None,
    }


def _version(row: dict[str, Any]) -> Version:
    event = Event(
        **{name: row[name] for name in _SAME},
        lifecycle=Lifecycle(row["lifecycle"]),
        started_us=row["started_at"],
        occurred_us=row["occurred_at"],
        objects=tuple((each["type"], each["id"]) for each in row["objects"]),
        data=orjson.loads(row["data"]) if row["data"] else {},
    )
    origin = None
    if row["topic_id"] is not None:
        partition = Partition(UUID(row["topic_id"]), row["partition"], "")
        origin = Origin(partition, row["offset"])
    return Version(row["event_key"], row["content_mac"], event, origin)

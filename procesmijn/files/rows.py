"""What every kind of file is read as: rows of texts under column names."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol, TypeAlias

from procesmijn.errors import ProcesmijnError

Row: TypeAlias = dict[str, str]
"""Column name to text; what is empty is left out. Texts stay as they are: ``007`` is no 7."""

_GZIP_MAGIC = b"\x1f\x8b"


class FileError(ProcesmijnError):
    """A file cannot be read as an event log; the message says where it breaks and what would do."""


class Misfit(ValueError):
    """What is in a row does not do."""

    def __init__(self, why: str, found: str = "") -> None:
        """Say what would do, the same for all rows with this mistake, and what was there."""
        super().__init__(f"{why} ({found})" if found else why)
        self.why = why
        self.found = found


class Unreadable(NamedTuple):
    """A row that cannot be told apart into columns: refused, while the rest of the file is read."""

    why: str


class Rows(Protocol):
    """A file that can be read from its beginning, any number of times, in constant memory."""

    names: tuple[str, ...]
    """The columns that it declares; empty where the format declares none (XES)."""

    def __iter__(self) -> Iterator[Row | Unreadable]:
        """Read it, row by row. Raises :class:`FileError` at the place where it breaks."""


@contextmanager
def unpacked(path: Path) -> Iterator[BinaryIO]:
    """Open a file, through gzip where its first bytes say so, whatever its name.

    Raises :class:`FileError` for all that can go wrong in reading, also after it was opened.
    """
    try:
        with path.open("rb") as raw:
            is_packed = raw.read(2) == _GZIP_MAGIC
            raw.seek(0)
            if not is_packed:
                yield raw
                return
            try:
                with io.BufferedReader(gzip.GzipFile(fileobj=raw)) as file:
                    yield file
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                place = f"{path.name}: its gzip data are cut off or damaged near byte {raw.tell()}"
                raise FileError(f"{place} ({error})") from error
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}") from error

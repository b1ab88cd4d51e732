"""Writes an event log as a table, CSV or Parquet: a line or a record for each event."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import pyarrow.parquet as pq
from pyarrow.csv import CSVWriter, WriteOptions

from procesmijn.files.writing import EVENTS, Write


@contextmanager
def csv_table(file: BinaryIO) -> Iterator[Write]:
    """Write UTF-8 with a header, commas, quotes where they are needed; what is missing is empty."""
    with CSVWriter(file, EVENTS, write_options=WriteOptions(quoting_style="needed")) as writer:
        yield lambda part: writer.write_batch(part.events)


@contextmanager
def parquet_table(file: BinaryIO) -> Iterator[Write]:
    """Write instants as microseconds in UTC, texts as they are."""
    with pq.ParquetWriter(file, EVENTS) as writer:
        yield lambda part: writer.write_batch(part.events)

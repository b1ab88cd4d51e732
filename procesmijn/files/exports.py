"""The forms in which an event log is written to a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from procesmijn.files.write_ocel import ocel_json, ocel_sqlite
from procesmijn.files.write_tables import csv_table, parquet_table
from procesmijn.files.write_xes import xes
from procesmijn.files.writing import Write, draft, sink


class Form(StrEnum):
    """What an event log is written as."""

    XES = "xes"
    OCEL2_JSON = "ocel2-json"
    OCEL2_SQLITE = "ocel2-sqlite"
    CSV = "csv"
    PARQUET = "parquet"

    @property
    def has_objects(self) -> bool:
        """Whether it tells what events are about beside their cases."""
        return self in {Form.OCEL2_JSON, Form.OCEL2_SQLITE}


@contextmanager
def written(path: Path, form: Form, process: str, case_type: str) -> Iterator[Write]:
    """A file that gets its name when it is whole; text is packed where that ends on ``.gz``.

    Raises :class:`~procesmijn.errors.FileNotWritten`.
    """
    with draft(path) as place:
        if form is Form.OCEL2_SQLITE:
            with ocel_sqlite(place, case_type) as write:
                yield write
            return
        is_packed = path.suffix == ".gz" and form is not Form.PARQUET
        with sink(place, packed=is_packed) as file:
            if form is Form.XES:
                opened = xes(file, process)
            elif form is Form.OCEL2_JSON:
                opened = ocel_json(file, case_type)
            elif form is Form.CSV:
                opened = csv_table(file)
            else:
                opened = parquet_table(file)
            with opened as write:
                yield write

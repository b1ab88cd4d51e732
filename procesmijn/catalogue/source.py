"""YAML as it stands in the file: every key and value with its line, and nothing guessed.

All scalars stay text (so ``9:00`` is not 540, ``no`` is a word, and a date is read by one rule
only); what they mean is for the models to say. Aliases, tags and several documents are refused:
a catalogue is plain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol, TypeAlias

import yaml

from procesmijn.catalogue.errors import CatalogueErrors, Finding

MAX_DEPTH: Final = 20
"""Far deeper than any key of a catalogue, and far from the limit of the stack."""


class _Mark(Protocol):
    """A place in the text, as PyYAML knows it: lines are counted from 0."""

    line: int


Plain: TypeAlias = "str | dict[str, Plain] | list[Plain] | None"


@dataclass(frozen=True, slots=True)
class Entry:
    """A value of the file, with what stands below it."""

    path: tuple[str | int, ...]
    line: int
    """Where its key stands; where the value stands, for the elements of a list."""
    value: str | dict[str, Entry] | list[Entry] | None

    @property
    def key(self) -> str:
        """The way to it, as users write it: ``parties.hr.calendar``."""
        return ".".join(map(str, self.path))

    def plain(self) -> Plain:
        """Value without lines."""
        if isinstance(self.value, dict):
            return {name: entry.plain() for name, entry in self.value.items()}
        if isinstance(self.value, list):
            return [entry.plain() for entry in self.value]
        return self.value

    def items(self, *way: str) -> Iterator[tuple[str, Entry]]:
        """Names and entries of the mapping at the end of ``way``; nothing where there is none."""
        entry = self.get(*way)
        if entry is not None and isinstance(entry.value, dict):
            yield from entry.value.items()

    def get(self, *way: str) -> Entry | None:
        """Entry at the end of ``way`` through the keys, if there is one."""
        entry = self
        for name in way:
            below = entry.value.get(name) if isinstance(entry.value, dict) else None
            if below is None:
                return None
            entry = below
        return entry

    def texts(self, *way: str) -> list[Entry]:
        """Text at the end of ``way``, or all texts in the list there."""
        entry = self.get(*way)
        if entry is None or isinstance(entry.value, dict):
            return []
        if isinstance(entry.value, list):
            return [text for each in entry.value for text in each.texts()]
        return [] if entry.value is None else [entry]

    def under(self, other: Entry) -> Entry:
        """With what ``other`` says put over it: names below are added, or have what they have
        there; what has nothing there stays."""
        if other.value is None:
            return self
        if not (isinstance(self.value, dict) and isinstance(other.value, dict)):
            return other
        below = dict(self.value)
        for name, entry in other.value.items():
            below[name] = below[name].under(entry) if name in below else entry
        return replace(self, value=below)

    def deepest(self, path: tuple[str | int, ...]) -> Entry:
        """Entry at ``path``, or the last one on the way there."""
        entry = self
        for step in path:
            value = entry.value
            below: Mapping[Any, Entry] = {}
            if isinstance(value, dict):
                below = value
            elif isinstance(value, list):
                below = dict(enumerate(value))
            if step not in below:
                break
            entry = below[step]
        return entry


def read(text: str, file: str) -> tuple[Entry, list[Finding]]:
    """Read YAML into entries, with what is wrong that does not keep it from being read further.

    Raises:
        CatalogueErrors: it is no YAML, or uses what a catalogue does not need.
    """
    reader = _Reader(text, file)
    try:
        return reader.document(), reader.findings
    except yaml.MarkedYAMLError as error:
        line = _line(error.problem_mark or error.context_mark)
        message = f"this is no YAML: {error.problem or error.context}"
        raise CatalogueErrors([*reader.findings, Finding(file, line, "", message)]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        message = f"the character U+{ord(text[error.position]):04X} cannot stand in YAML; remove it"
        raise CatalogueErrors([*reader.findings, Finding(file, line, "", message)]) from None


def _line(mark: _Mark | None) -> int:
    return mark.line + 1 if mark else 1


class _Reader:
    """Builds entries from PyYAML's events; one use only."""

    def __init__(self, text: str, file: str) -> None:
        self._events = yaml.parse(text, Loader=yaml.SafeLoader)
        self._file = file
        self.findings: list[Finding] = []

    def document(self) -> Entry:
        next(self._events)  # the stream starts
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return Entry((), 1, None)
        root = self._entry((), next(self._events), line=1)
        next(self._events)  # the document ends
        further = next(self._events)
        if not isinstance(further, yaml.StreamEndEvent):
            raise self._refusal(root, further, "a catalogue is one document; remove the line ---")
        return root

    def _entry(self, path: tuple[str | int, ...], event: yaml.Event, line: int) -> Entry:
        here = Entry(path, line, None)
        if isinstance(event, yaml.AliasEvent):
            raise self._refusal(here, event, f"write out what *{event.anchor} stands for")
        if len(path) > MAX_DEPTH:
            raise self._refusal(here, event, f"this lies more than {MAX_DEPTH} levels deep")
        if isinstance(event, yaml.MappingStartEvent):
            here = Entry(path, line, self._mapping(here))
        elif isinstance(event, yaml.SequenceStartEvent):
            here = Entry(path, line, list(self._sequence(here)))
        elif isinstance(event, yaml.ScalarEvent):
            is_blank = event.implicit[0] and event.value in {"", "~", "null"}
            here = Entry(path, line, None if is_blank else event.value)
        if isinstance(event, yaml.CollectionStartEvent | yaml.ScalarEvent) and event.tag:
            raise self._refusal(here, event, f"remove the tag {event.tag}: values are plain text")
        return here

    def _sequence(self, parent: Entry) -> Iterator[Entry]:
        number = 0
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self._entry((*parent.path, number), event, _line(event.start_mark))
            number += 1

    def _mapping(self, parent: Entry) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._refusal(parent, event, "a key is a text; put it in quotes")
            line = _line(event.start_mark)
            entry = self._entry((*parent.path, event.value), next(self._events), line)
            if event.value in entries:
                first = entries[event.value].line
                message = f"stands on line {first} too; keep one of the two"
                self.findings.append(Finding(self._file, line, entry.key, message))
            else:
                entries[event.value] = entry
        return entries

    def _refusal(self, entry: Entry, event: yaml.Event, message: str) -> CatalogueErrors:
        line = _line(event.start_mark)
        return CatalogueErrors([*self.findings, Finding(self._file, line, entry.key, message)])

"""From a file to a catalogue, or to all that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args, get_origin

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from procesmijn.catalogue.calendars import AS_WRITTEN
from procesmijn.catalogue.errors import CatalogueErrors, Finding, nearest
from procesmijn.catalogue.model import Catalogue
from procesmijn.catalogue.part import Part
from procesmijn.catalogue.references import broken_references
from procesmijn.catalogue.source import Entry, read
from schemas.registry import MODELS, object_types

_KEPT_BY_US = "holidays"
"""The part of a catalogue that is not written by hand: it is looked up."""

_WORDING = {
    "missing": "is missing; add it",
    "string_type": "give a text here",
    "model_type": "give keys and values below it",
    "dict_type": "give names, and what belongs to each, below it",
    "mapping_type": "give names, and what belongs to each, below it",
    "tuple_type": "give a list, like [one, two]",
    "too_short": "is empty; give one at least, or remove the key",
    "int_parsing": "'{input}' is no whole number",
    "bool_parsing": "'{input}' is neither true nor false",
    "greater_than_equal": "'{input}' is too small; the least is {ge}",
    "less_than_equal": "'{input}' is too large; the most is {le}",
}
"""What we say for pydantic's types of errors; for others, what pydantic says."""


def load(path: Path) -> Catalogue:
    """Read the catalogue in a file.

    Raises:
        CatalogueErrors: all mistakes in it, each with its line.
    """
    return parse(_text(path), str(path))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        message = f"this file cannot be read ({error.strerror}); check its name and permissions"
        raise CatalogueErrors([Finding(str(path), 1, "", message)]) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        message = "this is not UTF-8; save the file in that encoding"
        raise CatalogueErrors([Finding(str(path), line, "", message)]) from None


@cache
def default() -> Catalogue:
    """Catalogue that ships with procesmijn: every event type in a process."""
    return parse(files(__package__).joinpath("default.yaml").read_text("utf-8"), "default.yaml")


def parse(text: str, file: str = "catalogue") -> Catalogue:
    """Read a catalogue from YAML; ``file`` is what errors call it.

    Raises:
        CatalogueErrors: all mistakes in it, each with its line.
    """
    return _checked(*read(text, file), file)


def merged(catalogue: Catalogue, path: Path) -> Catalogue:
    """A catalogue with what stands in a file put over it: nothing is taken away.

    A value or a list of the file stands in the place of the one that there was. Performers are not
    among it, since those of a catalogue in use are pseudonyms.

    Raises:
        CatalogueErrors: all mistakes in what that comes to, by lines of the file.
    """
    file = str(path)
    content = catalogue.model_dump(mode="json", exclude_defaults=True)
    content.pop(_KEPT_BY_US, None)
    there, _ = read(yaml.safe_dump(content, allow_unicode=True), file)
    more, findings = read(_text(path), file)
    if performers := more.get("performers"):
        message = "performers belong in a whole catalogue; activate that"
        findings.append(Finding(file, performers.line, performers.key, message))
    return _checked(there.under(more), findings, file)


def _checked(root: Entry, findings: list[Finding], file: str) -> Catalogue:
    for entry, message in broken_references(root, {name: object_types(name) for name in MODELS}):
        findings.append(Finding(file, entry.line, entry.key, message))
    if kept := root.get(_KEPT_BY_US):
        message = "holidays belong to a calendar; write them there"
        findings.append(Finding(file, kept.line, kept.key, message))
    try:
        catalogue = Catalogue.model_validate(root.plain(), context=AS_WRITTEN)
    except ValidationError as error:
        findings.extend(_findings(error, root, file))
        raise CatalogueErrors(findings) from None
    if findings:
        raise CatalogueErrors(findings)
    return catalogue


def _findings(error: ValidationError, root: Entry, file: str) -> Iterator[Finding]:
    for each in error.errors(include_url=False):
        path = tuple(step for step in each["loc"] if step != "[key]")
        if path[:1] != (_KEPT_BY_US,):
            line = root.deepest(path).line
            yield Finding(file, line, ".".join(map(str, path)), _message(each, path))


def _message(error: ErrorDetails, path: tuple[str | int, ...]) -> str:
    given, context = error["input"], error.get("ctx", {})
    if error["type"] == "extra_forbidden":
        return f"there is no such key; {nearest(str(path[-1]), _keys_at(path[:-1]))}"
    if error["type"] == "literal_error":
        return f"'{given}' is not known here; give {context['expected']}"
    if error["type"] == "value_error":
        return str(context["error"])
    wording = _WORDING.get(error["type"])
    return wording.format(input=given, **context) if wording else error["msg"]


def _keys_at(path: tuple[str | int, ...]) -> set[str]:
    """Keys that may stand at a place in the file."""
    part: type[Part] = Catalogue
    is_name = False  # whether the next step is a name that users gave, not a key of ours
    for step in path:
        if isinstance(step, int) or is_name:
            is_name = False
            continue
        annotation = part.model_fields[step].annotation
        is_name = get_origin(annotation) is Mapping
        part = next(_parts_in(annotation))
    return {*part.model_fields} - ({_KEPT_BY_US} if part is Catalogue else set())


def _parts_in(annotation: Any) -> Iterator[type[Part]]:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        yield annotation
    for argument in get_args(annotation):
        yield from _parts_in(argument)

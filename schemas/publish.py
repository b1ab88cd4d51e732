"""``python -m schemas.publish``: writes what producers read, from the models that check them.

That is a JSON Schema for each event type in ``schemas/published/``, ``schemas/asyncapi.json`` with
all of them, and the tables in ``docs/events.md``. A change that would break a producer is refused.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from schemas.additive import breaking_changes
from schemas.asyncapi import document
from schemas.base import EventData, HandsOver
from schemas.data_schema import json_schema
from schemas.reasons import Reason
from schemas.registry import FAMILIES, MODELS
from schemas.step import Step

PUBLISHED: Final = Path(__file__).parent / "published"
ASYNCAPI: Final = Path(__file__).with_name("asyncapi.json")
MANUAL: Final = Path(__file__).parents[1] / "docs" / "events.md"


def published_files() -> dict[str, str]:
    """Give the text of every published file by its name."""
    return {f"{name}.json": as_text(json_schema(model)) for name, model in MODELS.items()}


def as_text(described: Mapping[str, Any]) -> str:
    """Write JSON as it is published: for people, too."""
    return json.dumps(described, indent=2, ensure_ascii=False) + "\n"


def all_breaking_changes(folder: Path) -> Iterator[str]:
    """Compare the models with what stands in a folder; yields a line for each breaking change."""
    proposed = {f"{name}.json": json_schema(model) for name, model in MODELS.items()}
    for path in sorted(folder.glob("*.json")):
        if path.name not in proposed:
            yield f"{path.stem}: the event type was removed"
            continue
        published = json.loads(path.read_text(encoding="utf-8"))
        for change in breaking_changes(published, proposed[path.name]):
            yield f"{path.stem}: {change}"


def manual_tables() -> dict[str, str]:
    """Give the generated parts of the manual by the name of their markers."""
    return {
        "members": _table(("member", "meaning"), _common_members()),
        "types": "\n".join(_families()),
        "reasons": _table(
            ("reason", "meaning"), ((f"`{reason}`", reason.meaning) for reason in Reason)
        ),
    }


def with_tables(manual: str, tables: Mapping[str, str]) -> str:
    """Put each generated part between its markers; raises ``ValueError`` where one is missing."""
    for name, table in tables.items():
        begin, end = f"<!-- {name}: generated -->\n", f"<!-- {name}: end -->\n"
        head, _, rest = manual.partition(begin)
        _, found, tail = rest.partition(end)
        if not found:
            raise ValueError(f"the manual lacks the markers of its table of {name}")
        manual = f"{head}{begin}\n{table}\n{end}{tail}"
    return manual


def _table(titles: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [titles, ("---",) * len(titles), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _common_members() -> Iterator[tuple[str, str]]:
    for name, field in HandsOver.model_fields.items():
        yield f"`{name}`", " ".join((field.description or "").split())


def _families() -> Iterator[str]:
    titles = ("type", "who emits it, and when", "about", "may also say")
    for family in FAMILIES:
        title, _, rest = (family.__doc__ or "").partition("\n")[0].partition(": ")
        about = rest[:1].upper() + rest[1:]
        yield f"### {title}\n\n{about}\n\n{_table(titles, _types(family.TYPES))}"


def _types(models: Iterable[type[EventData]]) -> Iterator[tuple[str, str, str, str]]:
    for model in models:
        about = ["case"] if model is Step else [member for member, _ in model.object_members]
        added = [
            name for name in model.model_fields if name not in {*EventData.model_fields, *about}
        ]
        required = {name for name, field in model.model_fields.items() if field.is_required()}
        yield (
            f"`{model.event_type}`",
            (model.__doc__ or "").partition("\n")[0],
            _listed(about, required),
            _listed(added, required),
        )


def _listed(names: list[str], required: set[str]) -> str:
    return ", ".join(f"**`{name}`**" if name in required else f"`{name}`" for name in names)


def main() -> int:
    """Write the files; exit code 1, and nothing written, where a change is not additive."""
    changes = list(all_breaking_changes(PUBLISHED))
    if changes:
        sys.stderr.write("not published, since producers would break:\n")
        sys.stderr.writelines(f"  {change}\n" for change in changes)
        return 1
    PUBLISHED.mkdir(exist_ok=True)
    for name, text in published_files().items():
        (PUBLISHED / name).write_text(text, encoding="utf-8")
    ASYNCAPI.write_text(as_text(document()), encoding="utf-8")
    manual = with_tables(MANUAL.read_text(encoding="utf-8"), manual_tables())
    MANUAL.write_text(manual, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

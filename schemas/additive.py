"""Producers and stored events outlive a release, so a published schema may only ever grow.

A pure comparison of two JSON Schemas of the kind that this package publishes: an object whose
members are texts, numbers, or lists of these, possibly null.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any, Final, TypeAlias

Schema: TypeAlias = Mapping[str, Any]

_MEANINGS: Final = ("x-object-type", "x-person")
"""What a member stands for: to change it changes what is stored of it."""
_UPPER_BOUNDS: Final = ("maxLength", "maximum", "maxItems")
_LOWER_BOUNDS: Final = ("minLength", "minimum", "minItems")
_FORMS: Final = ("pattern", "format")


def breaking_changes(published: Schema, proposed: Schema) -> list[str]:
    """Say in what a message or a reader that keeps the published schema fails by the proposed one.

    A line for each change; none, and the proposed schema only adds.
    """
    old_members: Schema = published["properties"]
    new_members: Schema = proposed["properties"]
    changes = [f"{name}: removed" for name in old_members if name not in new_members]
    changes += [
        f"{name}: newly required"
        for name in proposed.get("required", ())
        if name not in published.get("required", ())
    ]
    for name, old in old_members.items():
        new = new_members.get(name)
        if new is None:
            continue
        if not accepts(new, old):
            changes.append(f"{name}: accepts less than it did")
        changes += [
            f"{name}: {key} was {old.get(key)!r} and is {new.get(key)!r}"
            for key in _MEANINGS
            if old.get(key) != new.get(key)
        ]
    return changes + _narrowed_choice(published, proposed)


def accepts(new: Schema, old: Schema) -> bool:
    """Whether every value that a member took by its old schema is taken by its new one."""
    return all(any(_covers(wide, narrow) for wide in _branches(new)) for narrow in _branches(old))


def _branches(schema: Schema) -> list[Schema]:
    if "anyOf" not in schema:
        return [schema]
    return [leaf for branch in schema["anyOf"] for leaf in _branches(branch)]


def _covers(new: Schema, old: Schema) -> bool:
    if new["type"] != old["type"]:
        return False
    if any(key in new and new[key] < old.get(key, inf) for key in _UPPER_BOUNDS):
        return False
    if any(key in new and new[key] > old.get(key, -inf) for key in _LOWER_BOUNDS):
        return False
    if any(key in new and new[key] != old.get(key) for key in _FORMS):
        return False
    return "items" not in new or ("items" in old and accepts(new["items"], old["items"]))


def _narrowed_choice(published: Schema, proposed: Schema) -> list[str]:
    """Compare of which members at least one has to be there (``anyOf`` at the top)."""
    if "anyOf" not in proposed:
        return []
    choice = {name for branch in proposed["anyOf"] for name in branch["required"]}
    if "anyOf" in published:
        was = {name for branch in published["anyOf"] for name in branch["required"]}
        return [f"{name}: no longer enough by itself" for name in sorted(was - choice)]
    if choice & set(published.get("required", ())):
        return []
    return [f"newly required: one of {', '.join(sorted(choice))}"]

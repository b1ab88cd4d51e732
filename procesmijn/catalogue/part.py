"""What all parts of a catalogue share: frozen, strict about keys, labelled in two languages.

The field names of a part are its keys in the YAML file and in the canonical JSON. A key that is
left out has no trace in that JSON, so that a new optional key changes no digest.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, model_validator

from procesmijn.catalogue.fields import Name, Prose


class Part(BaseModel):
    """A part of the catalogue; a key without a value counts as left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _leave_out_blanks(cls, value: object) -> object:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            return value
        keys = cls.model_fields.keys()
        return {key: each for key, each in value.items() if each is not None or key not in keys}


class InBothLanguages(Part):
    """Said in the languages of the page; one text alone serves for both."""

    @model_validator(mode="before")
    @classmethod
    def _same_in_both(cls, value: object) -> object:
        return {"nl": value, "en": value} if isinstance(value, str) else value


class Label(InBothLanguages):
    """What something is called by people."""

    nl: Name
    en: Name


class Text(InBothLanguages):
    """What people read about something: a paragraph."""

    nl: Prose
    en: Prose


class Labelled(Part):
    """Something that users see by a label."""

    label: Label | None = None

    def label_or(self, name: str) -> Label:
        """Label to show: ``name`` in both languages where none is declared."""
        return self.label or Label(nl=name, en=name)

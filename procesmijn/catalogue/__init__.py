"""Who supplies what to whom, on which terms: YAML to frozen models."""

from __future__ import annotations

from procesmijn.catalogue.differences import differences
from procesmijn.catalogue.errors import CatalogueErrors, Finding
from procesmijn.catalogue.load import default, load, merged, parse
from procesmijn.catalogue.model import Catalogue

__all__ = [
    "Catalogue",
    "CatalogueErrors",
    "Finding",
    "default",
    "differences",
    "load",
    "merged",
    "parse",
]

"""The kinds of things that events are about.

The case of a process is an object of one of these types (OCEL 2.0: object type). An object that is
a person is pseudonymous from the first write, so this list is part of the contract.
"""

from __future__ import annotations

from typing import Final

OBJECT_TYPES: Final[frozenset[str]] = frozenset(
    {
        *("vacancy", "application", "candidate", "employee", "contract", "account", "device"),
        *("ticket", "training", "payroll_run", "payslip", "purchase", "requisition", "order"),
        *("invoice", "request", "delivery", "rating", "complaint", "conversation"),
    }
)
"""Object types of the event types that are declared here; a generic step may name others."""

PERSON_TYPES: Final[frozenset[str]] = frozenset({"candidate", "employee", "person"})
"""Object types whose ids are those of persons: replaced by pseudonyms before they are stored."""

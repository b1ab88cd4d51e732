"""``python -m procesmijn.settings``: the table of ``docs/settings.md``."""

from __future__ import annotations

from procesmijn.settings.told import table

if __name__ == "__main__":
    print(table(), end="")

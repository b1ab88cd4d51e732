"""A store that can be stopped at any numbered step of a transaction: to wait there, fail or die.

It is the real one: it only says which step comes next, and hands every call on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import wraps
from typing import Any, Final, TypeAlias, cast

from procesmijn.store import Store
from procesmijn.store.transaction import Transaction

Hook: TypeAlias = Callable[[str], None]
"""Is told ``before insert``, ``after insert``, ``before commit``, ..."""

STEPS: Final = (
    "claim",
    "share_rules",
    "insert",
    "lock",
    "read_events",
    "append",
    "read_facts",
    "write",
    "roll_up",
    "refuse",
    "advance",
    "commit",
)
"""The steps of a batch, as :func:`procesmijn.apply.apply` numbers them, and the end of it."""

STEPS_OF_RETIRING: Final = ("share_rules", "lock_leaving", "retire", "commit")
STEPS_OF_RETURNING: Final = (
    *("begin_return", "give_back", "unseal", "lock_again", "replace_packs", "write", "roll_up"),
    *("forget_retirement", "commit"),
)
"""Those of :mod:`procesmijn.retire`, in the order in which they come."""

_HOOKED: Final = frozenset({*STEPS, *STEPS_OF_RETIRING, *STEPS_OF_RETURNING})


_UNTIMED: Final = nullcontext()


class SteppedStore(Store):
    """The store, with a hook around each step of its transactions."""

    def __init__(self, url: str, hook: Hook) -> None:
        super().__init__(url)
        self.hook = hook

    @contextmanager
    def transaction(
        self, commit: AbstractContextManager[object] = _UNTIMED
    ) -> Iterator[Transaction]:
        """The same; ``after commit`` is told when it has been committed."""
        with super().transaction(commit) as tx:
            yield cast("Transaction", _Stepped(tx, self.hook))
            self.hook("before commit")
        self.hook("after commit")


class _Stepped:
    """A transaction, with a hook around each of its methods."""

    def __init__(self, tx: Transaction, hook: Hook) -> None:
        self._tx = tx
        self._hook = hook

    def __getattr__(self, name: str) -> Any:
        step = getattr(self._tx, name)
        if name not in _HOOKED:
            return step

        @wraps(step)
        def hooked(*args: Any, **kwargs: Any) -> Any:
            self._hook(f"before {name}")
            result = step(*args, **kwargs)
            self._hook(f"after {name}")
            return result

        return hooked

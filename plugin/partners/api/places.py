"""Places to work in: how much of what takes long is done at the same time, for one partner and for all together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from plugin.partners.api.answers import ApiRefusedError

AT_ONCE = 4
"""How many calls that take long one process works on at the same time: each holds a connection meanwhile."""
PARTNER_AT_ONCE = 2
"""How many of these may be one partner's, so that it leaves room for others."""


class Places:
    """The places of one process for one kind of work."""

    def __init__(self) -> None:
        self._working: Counter[tuple[int, int]] = Counter()

    @contextmanager
    def one(self, program_id: int, partner_id: int) -> Iterator[None]:
        """One of the places. Raises ApiRefusedError (429) where the partner, or all together, have theirs taken."""
        partner = program_id, partner_id
        if self._working[partner] >= PARTNER_AT_ONCE or self._working.total() >= AT_ONCE:
            raise ApiRefusedError(429, "RATE_LIMITED", "Too much of this at once; try again.", {"Retry-After": "1"})
        self._working[partner] += 1
        try:
            yield
        finally:
            self._working -= Counter([partner])  # who has none any more is forgotten

"""How an attempt at an outside call ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

Write = Callable[[AsyncConnection], Awaitable[object]]
"""What the outcome changes, in the transaction that also settles the call."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The call is settled: what it was for is reached, or given up (`done` False)."""

    done: bool = True
    error: str | None = None
    write: Write | None = None
    then: Write | None = None
    """What is done after the call is settled, in the same transaction: only then the same call can be asked for."""


@dataclass(frozen=True, slots=True)
class Later:
    """To be tried again. `unknown`: this attempt may have had an effect. No delay: a rising one."""

    error: str
    unknown: bool = False
    delay: timedelta | None = None
    write: Write | None = None


Outcome = Ended | Later

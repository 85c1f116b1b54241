"""How the stand-in misbehaves when asked to, in the ways in which Shopify does without being asked."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Spoil = Literal[
    "throttle", "fail_before", "fail_after_success", "drop_connection_before", "drop_connection_after",
    "hang_after_success", "slow", "user_error", "partial_data", "unauthorized",
]  # fmt: skip

# How often chaos does what; a refusal by userErrors is an answer and no accident, so it comes only when asked for.
_WEIGHTS: dict[Spoil, int] = {
    "throttle": 5,
    "fail_before": 3,
    "fail_after_success": 4,
    "drop_connection_before": 2,
    "drop_connection_after": 4,
    "slow": 3,
    "hang_after_success": 1,
}
SLOW_MS = 700
"""How slow an answer of chaos is, unless `slow_ms` says otherwise."""


class Chaos(BaseModel):
    """Spoil this part of the Admin API's requests, each in one way; the same seed spoils the same ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ratio: float = Field(ge=0, le=1)
    seed: int = 0
    kinds: tuple[Spoil, ...] = tuple(_WEIGHTS)


class MisbehaviorChange(BaseModel):
    """The body of POST /devstore/misbehave; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    duplicates: int | None = Field(default=None, ge=0, le=50)
    reorder: bool | None = None
    delay_seconds: float | None = Field(default=None, ge=0, le=600)
    drop_ratio: float | None = Field(default=None, ge=0, le=1)
    throttle_next: int | None = Field(default=None, ge=0)
    throttle_ratio: float | None = Field(default=None, ge=0, le=1)
    fail_before_next: int | None = Field(default=None, ge=0)
    fail_after_success_next: int | None = Field(default=None, ge=0)
    drop_connection_before_next: int | None = Field(default=None, ge=0)
    drop_connection_after_next: int | None = Field(default=None, ge=0)
    hang_after_success_next: int | None = Field(default=None, ge=0)
    hang_ms: int | None = Field(default=None, ge=0, le=600_000)
    slow_ms: int | None = Field(default=None, ge=0, le=600_000)
    user_error_next: int | None = Field(default=None, ge=0)
    user_error_code: str | None = Field(default=None, pattern=r"^[A-Z_]{1,100}$")
    partial_data_next: int | None = Field(default=None, ge=0)
    unauthorized_next: int | None = Field(default=None, ge=0)
    chaos: Chaos | None = None
    reset: bool = False


@dataclass(slots=True)
class Misbehavior:
    """What is switched on. Fields that end in `_next` count down with each Admin API request that they spoil."""

    duplicates: int = 0
    """Further deliveries of every webhook, with the same id."""
    reorder: bool = False
    """Shuffle webhooks of one action and spread them over half a second."""
    delay_seconds: float = 0.0
    """Hold every webhook back for so long."""
    drop_ratio: float = 0.0
    """The part of the webhooks that is never sent."""
    throttle_next: int = 0
    """Answer THROTTLED although there are points left."""
    throttle_ratio: float = 0.0
    """The part of the requests that is answered with THROTTLED, for as long as this is on."""
    fail_before_next: int = 0
    """Answer 500 and do nothing."""
    fail_after_success_next: int = 0
    """Execute the request, then answer 500."""
    drop_connection_before_next: int = 0
    """Close the connection without an answer and do nothing."""
    drop_connection_after_next: int = 0
    """Execute the request, then close the connection without an answer."""
    hang_after_success_next: int = 0
    """Execute the request, then answer after every client has lost patience (`hang_ms`)."""
    hang_ms: int = 30_000
    slow_ms: int = 0
    """Wait so long before every request is executed."""
    user_error_next: int = 0
    """Refuse a mutation with `user_error_code` and do nothing."""
    user_error_code: str = "INTERNAL_ERROR"
    partial_data_next: int = 0
    """Answer with protected customer fields null and an error for each, as without the approval for them."""
    unauthorized_next: int = 0
    """Answer 401 as for a dead token."""
    chaos: Chaos | None = None
    requests: int = 0
    """How many requests of the Admin API came since the last reset."""
    spoiled: Counter[str] = field(default_factory=Counter)
    """How many requests were spoiled in which way since the last reset."""
    chance: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311  # nothing secret

    def change(self, change: MisbehaviorChange) -> None:
        """Take in a request to misbehave; `reset` first puts everything right."""
        if change.reset:
            blank = Misbehavior()
            for name in Misbehavior.__dataclass_fields__:
                setattr(self, name, getattr(blank, name))
        for name in change.model_fields_set - {"reset"}:
            if name == "chaos" or getattr(change, name) is not None:
                setattr(self, name, getattr(change, name))
        if change.chaos is not None:
            self.chance = random.Random(change.chaos.seed)  # noqa: S311  # nothing secret

    def take(self, name: str) -> bool:
        """Whether this request is one to be spoiled in that way; counts down."""
        left = int(getattr(self, name))
        if left > 0:
            setattr(self, name, left - 1)
        return left > 0

    def request(self) -> RequestSpoiling:
        """What happens to one request of the Admin API."""
        self.requests += 1
        drawn: Spoil | None = None
        if self.chaos is not None and self.chaos.kinds and self.chance.random() < self.chaos.ratio:
            weights = [_WEIGHTS.get(kind, 1) for kind in self.chaos.kinds]
            (drawn,) = self.chance.choices(self.chaos.kinds, weights)
        elif self.throttle_ratio and self.chance.random() < self.throttle_ratio:
            drawn = "throttle"
        return RequestSpoiling(self, drawn)

    def wait_seconds(self, chance: random.Random) -> float:
        """How long a webhook is held back."""
        return self.delay_seconds + (chance.uniform(0, 0.5) if self.reorder else 0.0)


@dataclass(frozen=True, slots=True)
class RequestSpoiling:
    """What is drawn for one request; each way is asked for where it would happen, and counted if it does."""

    misbehavior: Misbehavior
    drawn: Spoil | None

    def happens(self, spoil: Spoil) -> bool:
        """Whether the request is spoiled in that way, here and now."""
        asked = spoil != "slow" and self.misbehavior.take(f"{spoil}_next")
        if asked or self.drawn == spoil:
            self.misbehavior.spoiled[spoil] += 1
            return True
        return False

    def slow_seconds(self) -> float:
        """How long to wait before the request is executed."""
        if self.misbehavior.slow_ms:
            self.misbehavior.spoiled["slow"] += 1
            return self.misbehavior.slow_ms / 1000
        return SLOW_MS / 1000 if self.happens("slow") else 0.0


def fields_of(misbehavior: Misbehavior) -> dict[str, Any]:
    """What is switched on, by name, for people and scripts to read."""
    names = (
        name for name in Misbehavior.__dataclass_fields__ if name not in ("requests", "spoiled", "chance", "chaos")
    )
    chaos = misbehavior.chaos
    return {name: getattr(misbehavior, name) for name in names} | {
        "chaos": None if chaos is None else chaos.model_dump(mode="json")
    }

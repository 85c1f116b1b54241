"""How the stand-in misbehaves when asked to, in the ways in which Shopify does without being asked."""

from __future__ import annotations

import random
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field


class MisbehaviorChange(BaseModel):
    """The body of POST /devstore/misbehave; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    duplicates: int | None = Field(default=None, ge=0, le=50)
    reorder: bool | None = None
    delay_seconds: float | None = Field(default=None, ge=0, le=600)
    drop_ratio: float | None = Field(default=None, ge=0, le=1)
    throttle_next: int | None = Field(default=None, ge=0)
    fail_after_success_next: int | None = Field(default=None, ge=0)
    hang_after_success_next: int | None = Field(default=None, ge=0)
    partial_data_next: int | None = Field(default=None, ge=0)
    unauthorized_next: int | None = Field(default=None, ge=0)
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
    fail_after_success_next: int = 0
    """Execute the request, then answer 500."""
    hang_after_success_next: int = 0
    """Execute the request, then answer after every client has lost patience."""
    partial_data_next: int = 0
    """Answer with protected customer fields null and an error for each, as without the approval for them."""
    unauthorized_next: int = 0
    """Answer 401 as for a dead token."""

    def change(self, change: MisbehaviorChange) -> None:
        """Take in a request to misbehave; `reset` first puts everything right."""
        if change.reset:
            for name, value in fields_of(Misbehavior()).items():
                setattr(self, name, value)
        for name, value in change.model_dump(exclude_none=True, exclude={"reset"}).items():
            setattr(self, name, value)

    def take(self, name: str) -> bool:
        """Whether this request is one to be spoiled in that way; counts down."""
        left = int(getattr(self, name))
        if left > 0:
            setattr(self, name, left - 1)
        return left > 0

    def wait_seconds(self, chance: random.Random) -> float:
        """How long a webhook is held back."""
        return self.delay_seconds + (chance.uniform(0, 0.5) if self.reorder else 0.0)


def fields_of(misbehavior: Misbehavior) -> dict[str, int | float | bool]:
    """Its fields by name."""
    return {name: getattr(misbehavior, name) for name in Misbehavior.__dataclass_fields__}

"""All that a member's tier follows from, and nothing else: versions, what they did, what was given by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.tiers.activities import TEST_ORDER, Activity
from engine.tiers.definitions import TierProgram


@dataclass(frozen=True, slots=True)
class TierVersion:
    """A published definition; `effective_from` is the first moment that it decides."""

    version: int
    effective_from: datetime
    definition: TierProgram


@dataclass(frozen=True, slots=True)
class Override:
    """A tier given by hand; `ends_at` is the first moment at which it no longer holds, None for no end."""

    override_id: int
    tier: str
    starts_at: datetime
    ends_at: datetime | None
    reason: str
    created_by: str
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None

    def end(self, now: datetime) -> datetime | None:
        """When it ends as far as is known at a moment."""
        ends = [one for one in (self.ends_at, self.withdrawn_at) if one is not None]
        if self.withdrawn_at is not None and self.withdrawn_at > now:
            return self.ends_at
        return min(ends, default=None)


@dataclass(frozen=True, slots=True)
class TierFacts:
    """What is known of one member, in any order. `months` are the moments at which a paid month was completed."""

    versions: tuple[TierVersion, ...]
    zone: ZoneInfo
    joined_at: datetime
    activities: tuple[Activity, ...] = ()
    overrides: tuple[Override, ...] = ()
    months: tuple[datetime, ...] = ()

    @property
    def begins_at(self) -> datetime | None:
        """When the member has a tier for the first time; None while there are no tiers."""
        if not self.versions:
            return None
        did = [
            max(one.occurred_at, one.steps[0].at)
            for one in self.activities
            if one.steps and one.source != TEST_ORDER and one.counts
        ]
        return max(min([*did, self.joined_at]), min(one.effective_from for one in self.versions))


def in_force(versions: Sequence[TierVersion]) -> list[TierVersion]:
    """Versions in the order in which they come into force; of two that start at once only the newer one."""
    starts = {one.effective_from: one for one in sorted(versions, key=lambda one: one.version)}
    return [starts[at] for at in sorted(starts)]

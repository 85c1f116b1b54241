"""What follows from a member's facts at a moment: their tier, since when, until when, and how they got there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from engine.tiers.definitions import Tier
from engine.tiers.facts import Override, TierVersion
from engine.tiers.metrics import Metrics

Reason = Literal["reached", "term_ended", "refunded", "version", "override", "override_ended"]
"""Why a tier changed: it was reached, its term ended, a refund took away what earned it, the tiers themselves were
changed, it was given by hand, or what was given by hand ended."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entering of a tier that stands; `ordinal` tells the first time from later ones.

    `points` are what the version of that moment gives for it (0: nothing), and they end after `ends_days`.
    """

    tier: str
    tier_name: str
    at: datetime
    ordinal: int
    points: int
    ends_days: int | None
    version: int


@dataclass(frozen=True, slots=True)
class TierChange:
    """A step from one tier to another, by their handles."""

    at: datetime
    came_from: str
    to: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class TierStanding:
    """A member's tier at a moment.

    `since` is when they got the tier, however often it was renewed; `term_from` when its running term began. While
    `at_risk` the term is over and the tier stays only until `grace_until`. `review_at` is the next moment at which time
    alone changes any of this, None for never.
    """

    version: TierVersion
    tier: Tier
    since: datetime
    term_from: datetime
    valid_until: datetime | None
    at_risk: bool
    grace_until: datetime | None
    metrics: Metrics
    entries: tuple[Entry, ...]
    changes: tuple[TierChange, ...]
    overridden: Override | None
    review_at: datetime | None

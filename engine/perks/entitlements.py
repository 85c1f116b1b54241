"""What a member is entitled to at a moment, worked out from their tier and plans and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engine.perks.definitions import EarnMultiplier, Perk

ONE = Decimal(1)


def tier_grantor(handle: str) -> str:
    """How a tier is named as a grantor of perks."""
    return f"tier:{handle}"


def plan_grantor(handle: str) -> str:
    """How a plan is named as a grantor of perks."""
    return f"plan:{handle}"


@dataclass(frozen=True, slots=True)
class Entitlements:
    """A member's tier and plans with all perks that these grant, each with its grantor (`tier:gold`, `plan:plus`).

    `plans` has the handles of the plans whose privileges hold, each with the first moment at which they no longer do
    (None: nobody knows yet). `since` has for each grantor when its running term began: a code that is given for each
    term is given again when that is later than the last one was given. A grantor left out never begins anew.
    `tiers_below` are the tiers that the member has outgrown: what these gave stays good, and they give no more.
    """

    tier: str | None
    plans: tuple[tuple[str, datetime | None], ...] = ()
    perks: tuple[tuple[str, Perk], ...] = ()
    tier_name: str | None = None
    since: tuple[tuple[str, datetime], ...] = ()
    tiers_below: tuple[str, ...] = ()

    def holds(self, grantor: str, moment: datetime) -> bool:
        """Whether what a grantor gives holds at a moment."""
        if self.tier is not None and grantor == tier_grantor(self.tier):
            return True
        return any(grantor == plan_grantor(plan) and (end is None or moment < end) for plan, end in self.plans)

    def keeps(self, grantor: str, moment: datetime) -> bool:
        """Whether what a grantor gave before stays good at a moment."""
        return self.holds(grantor, moment) or any(grantor == tier_grantor(tier) for tier in self.tiers_below)

    def began(self, grantor: str) -> datetime | None:
        """When a grantor's running term began, None where it never begins anew."""
        return dict(self.since).get(grantor)

    def at(self, moment: datetime) -> tuple[tuple[str, Perk], ...]:
        """The perks that hold at a moment."""
        return tuple((grantor, perk) for grantor, perk in self.perks if self.holds(grantor, moment))


NOTHING = Entitlements(None)
"""What somebody has who is no member."""


def multiplier_of(perks: Iterable[tuple[str, Perk]]) -> Decimal:
    """The factor that perks earn with: the best of them, never their product; 1 where none says one."""
    return max((perk.factor for _, perk in perks if isinstance(perk, EarnMultiplier)), default=ONE)


def entitled(entitlements: Entitlements, perk: Perk, moment: datetime) -> bool:
    """Whether a member is entitled to a perk at a moment, whichever of their tier and plans grants it."""
    return any(held == perk for _, held in entitlements.at(moment))

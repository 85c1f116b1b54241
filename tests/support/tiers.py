"""Tiers and histories by hand: short words for definitions, orders and what they are worth after refunds."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.rules.days import instant_of
from engine.tiers.activities import Activity, Step
from engine.tiers.definitions import Tier, TierProgram
from engine.tiers.facts import TierFacts, TierVersion
from engine.tiers.folding import fold
from engine.tiers.requirements import AtLeast, Metric
from engine.tiers.standing import TierStanding

NEW_YORK = ZoneInfo("America/New_York")
EARLY = datetime(2020, 1, 1, tzinfo=UTC)


def local(text: str, zone: ZoneInfo = NEW_YORK) -> datetime:
    """The moment of a wall-clock time, e.g. `2026-03-01 12:00`; noon where only a day is given."""
    return instant_of(datetime.fromisoformat(text if " " in text else f"{text} 12:00"), zone)


def least(amount: str | int, metric: Metric = "spend", *, more_than: bool = False) -> AtLeast:
    return AtLeast(metric=metric, amount=Decimal(amount), more_than=more_than)


def ladder(*thresholds: tuple[str, str | int], **rules: Any) -> TierProgram:
    """Tiers above a lowest `base`, each by its handle and spend, with 100 points more for entering each higher one."""
    tiers = [
        Tier(handle=handle, name=handle.title(), enter=least(amount), entry_points=100 * rank, entry_days=30)
        for rank, (handle, amount) in enumerate(thresholds, 1)
    ]
    return TierProgram(currency="USD", tiers=(Tier(handle="base", name="Base"), *tiers), **rules)


SILVER_GOLD = (("silver", 500), ("gold", 2_000))


def order(number: int, at: str, spend: str, *refunds: tuple[str, str], currency: str = "USD") -> Activity:
    """An order of some dollars; each refund is a moment and the dollars that are left from then on."""
    steps = [(at, spend), *refunds]
    return Activity(
        shop_id=1, source="order", source_id=str(number), occurred_at=local(at), currency=currency,
        steps=tuple(
            Step(local(at), spend_minor=int(Decimal(left) * 100), orders=int(Decimal(left) > 0)) for at, left in steps
        ),
    )  # fmt: skip


def history(program: TierProgram, *activities: Activity, joined: str = "2024-01-15", **more: Any) -> TierFacts:
    versions = more.pop("versions", (TierVersion(1, EARLY, program),))
    return TierFacts(versions, NEW_YORK, local(joined), activities, **more)


def standing(facts: TierFacts, at: str) -> TierStanding:
    """The standing at a moment; there is one."""
    found = fold(facts, local(at))
    assert found is not None
    return found


def tier_at(facts: TierFacts, at: str) -> str:
    return standing(facts, at).tier.handle

"""Memberships by hand: short words for plans, facts and what follows from them, in the program's zone New York."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from engine.ledger import MemberKey
from engine.memberships.definitions import Interval, PlanDefinition
from engine.memberships.facts import FactKind, MembershipFact
from engine.memberships.folding import MembershipFacts, MembershipStanding, fold
from engine.rules.days import instant_of

NEW_YORK = ZoneInfo("America/New_York")
OWNER = MemberKey(1, 10)
PLAN, OTHER = 100, 200
CONTRACT = 7_000
_numbers = count(1)

THIRTY_DAYS = PlanDefinition(title="Plus", prices={"USD": 900}, days_per_unit=30, grace_days=7)
MONTHLY = PlanDefinition(title="Monthly", prices={"USD": 900}, grace_days=7)
YEARLY = PlanDefinition(title="Yearly", prices={"USD": 9_900}, interval=Interval(unit="year"), grace_days=7)


def utc(text: str) -> datetime:
    """A moment by UTC, e.g. `2026-03-01 12:00`; noon where only a day is given."""
    return datetime.fromisoformat(text if " " in text else f"{text} 12:00").replace(tzinfo=UTC)


def local(text: str, zone: ZoneInfo = NEW_YORK) -> datetime:
    """The moment of a wall-clock time; noon where only a day is given."""
    return instant_of(datetime.fromisoformat(text if " " in text else f"{text} 12:00"), zone)


def fact(kind: FactKind, at: datetime, plan_id: int = PLAN, **detail: Any) -> MembershipFact:
    """A fact under a source of its own."""
    return MembershipFact(OWNER, plan_id, 1, kind, 1, "tests", str(next(_numbers)), at, "tests", detail)


def bought(
    at: datetime, units: int = 1, *changes: tuple[datetime, int] | tuple[datetime, int, int, int],
    plan_id: int = PLAN, order: int | None = None,
) -> MembershipFact:  # fmt: skip
    """A purchase; each change is (at, units left) or (at, units left, money taken, money of them)."""
    steps = [[at.isoformat(), units, 0, 0]]
    steps += [[when.isoformat(), left, *(share or (0, 0))] for when, left, *share in changes]
    number = order or next(_numbers)
    detail = {"steps": steps, "paid_minor": 900 * units, "refunded_minor": 0, "currency": "USD"}
    return MembershipFact(OWNER, plan_id, 1, "purchased", 1, "order", f"{number}:1", at, "shop", detail)


def opened(at: datetime, **detail: Any) -> MembershipFact:
    """A contract that began."""
    return fact("contract_opened", at, contract_id=CONTRACT, **detail)


def period(at: datetime, cycle: int, start: datetime, end: datetime, **detail: Any) -> MembershipFact:
    """A paid period of the contract."""
    return fact(
        "period_paid", at, contract_id=CONTRACT, cycle=cycle, starts_at=start.isoformat(), ends_at=end.isoformat(),
        amount_minor=900, currency="USD", **detail,
    )  # fmt: skip


def failed(at: datetime, cycle: int, attempt: int = 1) -> MembershipFact:
    """A payment that failed."""
    return fact("payment_failed", at, contract_id=CONTRACT, cycle=cycle, attempt=attempt, failure_class="soft")


def standings(
    facts: Sequence[MembershipFact], now: datetime, plan: PlanDefinition = THIRTY_DAYS, zone: ZoneInfo = NEW_YORK
) -> tuple[MembershipStanding, ...]:
    """All memberships at a moment."""
    return fold(MembershipFacts(facts, {(PLAN, 1): plan, (OTHER, 1): plan}, zone), now)


def standing(
    facts: Sequence[MembershipFact], now: datetime, plan: PlanDefinition = THIRTY_DAYS, zone: ZoneInfo = NEW_YORK
) -> MembershipStanding:
    """The only membership at a moment."""
    (found,) = standings(facts, now, plan, zone)
    return found

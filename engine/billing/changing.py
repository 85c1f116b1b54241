"""Changes of plan: another plan and price for a contract, at once or from its next period on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine.billing.contracts import Contract
from engine.billing.telling import News
from engine.billing.turns import Turn


@dataclass(frozen=True, slots=True)
class Change:
    """What a contract is changed to. `first_price_minor` is what its first period costs, where that is less."""

    plan_id: int
    plan_version: int
    price_minor: int
    variant_id: int | None = None
    first_price_minor: int | None = None


def changed_now(contract: Contract, change: Change, now: datetime) -> Turn:
    """Under the new plan from now on: its first period begins and is charged once the shop knows the new price."""
    begun = _under(contract.counted_from(contract.next_cycle, now), change, now)
    return Turn(replace(begun, next_billing_at=now), left=contract, left_news=(_news(contract, change, now),))


def change_later(contract: Contract, change: Change) -> Contract:
    """Under the new plan from its next period on; until then nothing changes, and another change replaces this one."""
    return contract.noting(
        change={
            "plan_id": change.plan_id, "plan_version": change.plan_version, "price_minor": change.price_minor,
            "variant_id": change.variant_id,
        }
    )  # fmt: skip


def changed_at_end(contract: Contract, now: datetime) -> Turn:
    """The change that waited begins now, with the cycle that is due."""
    waiting: dict[str, Any] = contract.detail["change"]
    change = Change(**waiting)
    begun = _under(contract, change, now)
    return Turn(begun, left=contract, left_news=(_news(contract, change, now),))


def _under(contract: Contract, change: Change, now: datetime) -> Contract:
    first = change.price_minor if change.first_price_minor is None else change.first_price_minor
    wanted = {**contract.wanted, "price_minor": first, "variant_id": change.variant_id, "at": now.isoformat()}
    later = None if first == change.price_minor else change.price_minor
    return replace(contract, plan_id=change.plan_id, plan_version=change.plan_version, price_minor=first).noting(
        wanted=wanted, full_price_minor=later, change=None
    )


def _news(contract: Contract, change: Change, now: datetime) -> News:
    cycle = contract.next_cycle
    detail = {
        "to_plan_id": change.plan_id, "to_plan_version": change.plan_version, "cycle": cycle,
        "period_ends_at": contract.schedule.start(cycle).isoformat(), "amount_minor": change.price_minor,
        "currency": contract.currency,
    }  # fmt: skip
    return News("plan_changed", f"{contract.key.contract_id}:{cycle}:changed:{change.plan_id}", now, detail)

"""Changes of plan: another plan and price for a contract, at once or from its next period on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine.billing.contracts import Contract
from engine.billing.cycles import Unit
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


Length = tuple[Unit, int]
"""How long the periods of a plan are."""


def changed_now(contract: Contract, change: Change, length: Length, now: datetime) -> Turn:
    """Under the new plan from now on; its first price is charged once the shop knows it.

    Where the periods stay as long as they are, that is for the rest of this one; else a whole one begins.
    """
    left_news = (_news(contract, change, now),)
    same = length == (contract.interval_unit, contract.interval_count)
    if same and change.first_price_minor == 0:  # nothing is to be paid before the next period
        begun = _under(contract, replace(change, first_price_minor=None), length, now)
        return Turn(
            replace(begun, next_billing_at=begun.schedule.start(begun.next_cycle)), (), None, contract, left_news
        )
    counted = contract.with_inserted(now) if same else contract.counted_from(contract.next_cycle, now)
    begun = _under(counted, change, length, now)
    return Turn(replace(begun, next_billing_at=now), (), None, contract, left_news)


def change_later(contract: Contract, change: Change, length: Length) -> Contract:
    """Under the new plan from its next period on; until then nothing changes, and another change replaces this one."""
    values = {
        "plan_id": change.plan_id, "plan_version": change.plan_version, "price_minor": change.price_minor,
        "variant_id": change.variant_id,
    }  # fmt: skip
    return contract.noting(change={"to": values, "length": list(length)})


def changed_at_end(contract: Contract, now: datetime) -> Turn:
    """The change that waited begins now, with the cycle that is due."""
    waiting: dict[str, Any] = contract.detail["change"]
    change, length = Change(**waiting["to"]), (waiting["length"][0], int(waiting["length"][1]))
    same = length == (contract.interval_unit, contract.interval_count)
    counted = contract if same else contract.counted_from(contract.next_cycle, now)
    return Turn(_under(counted, change, length, now), (), None, contract, (_news(contract, change, now),))


def _under(contract: Contract, change: Change, length: Length, now: datetime) -> Contract:
    first = change.price_minor if change.first_price_minor is None else change.first_price_minor
    wanted = {**contract.wanted, "price_minor": first, "variant_id": change.variant_id, "at": now.isoformat()}
    later = None if first == change.price_minor else change.price_minor
    moved = replace(
        contract, plan_id=change.plan_id, plan_version=change.plan_version, price_minor=first,
        interval_unit=length[0], interval_count=length[1],
    )  # fmt: skip
    # From here on the app counts the periods: the shop goes on to name the length that it was sold with.
    return moved.noting(wanted=wanted, full_price_minor=later, change=None, counts_itself=True)


def _news(contract: Contract, change: Change, now: datetime) -> News:
    cycle = contract.next_cycle
    detail = {
        "to_plan_id": change.plan_id, "to_plan_version": change.plan_version, "cycle": cycle,
        "period_ends_at": contract.schedule.start(cycle).isoformat(), "amount_minor": change.price_minor,
        "currency": contract.currency,
    }  # fmt: skip
    return News("plan_changed", f"{contract.key.contract_id}:{cycle}:changed:{change.plan_id}", now, detail)

"""What members are to be told before money moves: a card that runs out, a trial that ends, a year that renews."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.billing.contracts import SELECT, Contract, contract_of_row, lock_contract, store_contract
from engine.database import transaction_time

ReminderKind = Literal["card_expires_30", "card_expires_7", "trial_ends", "renews"]
_CARD: tuple[tuple[int, ReminderKind], ...] = ((7, "card_expires_7"), (30, "card_expires_30"))
TRIAL_NOTICE = timedelta(days=3)
RENEWAL_NOTICE = timedelta(days=30)
"""Before a renewal of a year or more; shorter ones are not announced."""
_SOON = text(f"""{SELECT} WHERE c.program_id = :program_id AND c.status = 'active' AND c.plan_id IS NOT NULL
    AND c.next_billing_at IS NOT NULL AND NOT c.cancel_at_end
    AND (c.payment_ends_on <= :card_by OR c.next_billing_at <= :renewal_by)
    ORDER BY c.next_billing_at, c.contract_id LIMIT :most""")
_MANY = 1_000


@dataclass(frozen=True, slots=True)
class Reminder:
    """Something to be told once; `occasion` tells one time from another, `at` is when it happens."""

    contract: Contract
    kind: ReminderKind
    occasion: str
    at: datetime


def reminders_due(contract: Contract, now: datetime) -> tuple[Reminder, ...]:
    """What is to be told of a contract now and was not: of a card only the nearer of its two warnings."""
    if not contract.billable or contract.next_billing_at is None or contract.cancel_at_end:
        return ()
    found: list[Reminder] = []
    ends_at = _end_of(contract.payment_ends_on)
    if ends_at is not None:
        for days, kind in _CARD:
            if ends_at - timedelta(days=days) <= now:
                found.append(Reminder(contract, kind, str(contract.payment_ends_on), ends_at))
                break
    bills_at = contract.next_billing_at
    if contract.trial_ends_at is not None and contract.next_cycle == 2:
        if contract.trial_ends_at - TRIAL_NOTICE <= now < contract.trial_ends_at:
            found.append(Reminder(contract, "trial_ends", bills_at.isoformat(), bills_at))
    elif _is_long(contract) and bills_at - RENEWAL_NOTICE <= now < bills_at:
        found.append(Reminder(contract, "renews", str(contract.next_cycle), bills_at))
    return tuple(one for one in found if contract.warned.get(one.kind) != one.occasion)


def _is_long(contract: Contract) -> bool:
    months = {"month": contract.interval_count, "year": 12 * contract.interval_count}
    return months.get(contract.interval_unit, 0) >= 12


def _end_of(day: date | None) -> datetime | None:
    """The moment at which a card that names this day as its last is no good any more, by UTC."""
    if day is None:
        return None
    return datetime.fromisoformat(f"{day.isoformat()}T00:00:00+00:00") + timedelta(days=1)


async def reminders(connection: AsyncConnection, program_id: int, first: int = 100) -> Sequence[Reminder]:
    """What is to be told to members of a program now, the soonest charge first."""
    now = await transaction_time(connection)
    given = {
        "program_id": program_id, "card_by": (now + timedelta(days=30)).date(), "renewal_by": now + RENEWAL_NOTICE,
        "most": _MANY,
    }  # fmt: skip
    rows = await connection.execute(_SOON, given)
    return [one for row in rows for one in reminders_due(contract_of_row(row), now)][:first]


async def told(connection: AsyncConnection, reminder: Reminder) -> bool:
    """Remember that it was told; False when it had been, so that of two who tell it one does."""
    contract = await lock_contract(connection, reminder.contract.key)
    if contract is None or contract.warned.get(reminder.kind) == reminder.occasion:
        return False
    await store_contract(connection, replace(contract, warned={**contract.warned, reminder.kind: reminder.occasion}))
    return True

"""Another plan for a membership by contract: what it costs, and from when on.

A dearer plan begins at once, by default: what was not used of the period comes off its price. A cheaper one begins with
the next period. Where both have one interval the period that runs keeps its end; else a new one begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.billing import requests as billing
from engine.billing.changing import Change
from engine.memberships.asking import Wish, begin_wish
from engine.memberships.catalog import Plan, plan_of
from engine.memberships.definitions import Interval
from engine.memberships.periods import Period
from engine.memberships.proration import Proration, changed_now, share_of_price
from engine.memberships.refusals import MembershipRefused
from engine.memberships.store import Membership, memberships_of
from engine.memberships.terms import MembershipTerm

When = Literal["now", "at_end"]
_CURRENCY = text("""
    SELECT currency FROM contracts
    WHERE program_id = :program_id AND shop_id = :shop_id AND contract_id = :contract_id
""")
_ABOUT_SECONDS = {"day": 86_400, "week": 604_800, "month": 2_629_746, "year": 31_556_952}


@dataclass(frozen=True, slots=True)
class ChangeQuote:
    """A change of plan, in minor units of `currency`; at the end of the period nothing is prorated."""

    plan: Plan
    when: When
    effective_at: datetime
    currency: str
    price_minor: int
    proration: Proration


async def quote_change(
    connection: AsyncConnection, program_id: int, member_id: int, plan_id: int, to_plan_id: int, when: When | None,
    now: datetime,
) -> ChangeQuote:  # fmt: skip
    """What a change would cost now. Without `when`, at once to a dearer plan and at the period's end to a cheaper one.

    Raises MembershipRefused: NOT_A_MEMBER, NO_CONTRACT, CANCELED_ALREADY, ALREADY_PAUSED, PLAN_NOT_FOUND, SAME_PLAN,
    ARCHIVED, CURRENCY_NOT_OFFERED; ONLY_AT_END while it is tried, past due, for the rest of a period that
    another change began, or where money would be left over.
    """
    known = _changeable(await memberships_of(connection, program_id, member_id, now), plan_id)
    plan = await plan_of(connection, program_id, to_plan_id)
    if plan is None:
        raise MembershipRefused("PLAN_NOT_FOUND", "toPlanId", "The program has no such plan.")
    if plan.plan_id == plan_id:
        raise MembershipRefused("SAME_PLAN", "toPlanId", "This is the plan that they have.")
    if plan.archived_at is not None:
        raise MembershipRefused("ARCHIVED", "toPlanId", "The plan is no longer sold.")
    given = {
        "program_id": program_id, "shop_id": known.standing.shop_id, "contract_id": known.standing.contract_id,
    }  # fmt: skip
    currency = (await connection.execute(_CURRENCY, given)).scalar_one_or_none()
    if currency is None or currency not in plan.definition.prices:
        raise MembershipRefused("CURRENCY_NOT_OFFERED", "toPlanId", "The plan has no price in this currency.")
    return _quoted(known, plan, currency, when, now)


def _changeable(memberships: list[Membership], plan_id: int) -> Membership:
    for one in memberships:
        if one.standing.plan_id != plan_id or one.standing.state == "ended":
            continue
        if not one.standing.billed:
            raise MembershipRefused("NO_CONTRACT", "planId", "It is bought by the unit: buy the other plan.")
        if one.standing.canceling:
            raise MembershipRefused("CANCELED_ALREADY", "planId", "It is about to end.")
        if one.standing.state == "paused":
            raise MembershipRefused("ALREADY_PAUSED", "planId", "It is paused.")
        return one
    raise MembershipRefused("NOT_A_MEMBER", "planId", "This member has no such membership.")


def _quoted(known: Membership, plan: Plan, currency: str, when: When | None, now: datetime) -> ChangeQuote:
    price, term = plan.definition.prices[currency], known.standing.term
    possible = known.standing.state == "active" and term is not None and _paid_as_period(term)
    dearer = _rate(price, plan.definition.interval) > _rate(
        known.definition.prices.get(currency, 0), known.definition.interval
    )
    chosen: When = when or ("now" if dearer and possible else "at_end")
    if chosen == "at_end":
        return ChangeQuote(plan, chosen, known.standing.ends_at or now, currency, price, Proration(0, 0))
    if not possible or term is None:
        raise MembershipRefused("ONLY_AT_END", "when", "It can change when the next period begins.")
    period = Period(term.ends_at - timedelta(seconds=term.seconds), term.ends_at)  # as if nothing had parted it
    if plan.definition.interval == known.definition.interval:
        proration = changed_now(term.paid_minor, price, period, now)
    else:
        proration = Proration(share_of_price(term.paid_minor, period, now), price)
    if proration.store_credit_minor:
        raise MembershipRefused("ONLY_AT_END", "when", "More was paid than it would cost: it changes at the end.")
    return ChangeQuote(plan, chosen, now, currency, price, proration)


def _paid_as_period(term: MembershipTerm) -> bool:
    """Whether it is known what was paid for the period; after a change only a part of the price was."""
    return term.fact.kind == "period_paid" and not term.changed


def _rate(price_minor: int, interval: Interval) -> tuple[int, int]:
    """A price for a second of its interval, to compare: in whole billionths of a minor unit."""
    return price_minor * 10**9 // (interval.count * _ABOUT_SECONDS[interval.unit]), price_minor


async def change_plan(connection: AsyncConnection, wish: Wish, to_plan_id: int, when: When | None) -> list[Membership]:
    """Change it, as quoted at this moment; returns the memberships as they stand then.

    Raises MembershipRefused like `quote_change` and `begin_wish`.
    """
    asked = await begin_wish(connection, wish, {"kind": "change", "to": to_plan_id, "when": when})
    if not asked.done:
        quote = await quote_change(connection, *asked.root, wish.plan_id, to_plan_id, when, asked.now)
        known = _changeable(await memberships_of(connection, *asked.root, asked.now), wish.plan_id)
        change = Change(
            quote.plan.plan_id, quote.plan.version, quote.price_minor,
            next(iter(quote.plan.definition.variant_ids), None),
            quote.proration.due_minor if quote.when == "now" else None,
        )  # fmt: skip
        await asked.of_contract(known.standing, _change_contract, change, quote.when == "at_end")
        await asked.settle()
    return await memberships_of(connection, *asked.root)


async def _change_contract(
    connection: AsyncConnection, program_id: int, shop_id: int, contract_id: int, change: Change, at_end: bool
) -> None:
    await billing.change_contract(connection, program_id, shop_id, contract_id, change, at_end=at_end)

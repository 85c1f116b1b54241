"""What members and staff ask of a membership: each is a fact, told once under the key that it was asked by.

A membership by contract is also asked of `billing`, which stops or goes on charging for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.billing import requests as billing
from engine.memberships.asking import Wish, begin_wish
from engine.memberships.catalog import plan_of
from engine.memberships.facts import read_facts
from engine.memberships.plan_facts import given_up
from engine.memberships.refunds import refund_quote
from engine.memberships.refusals import MembershipRefused
from engine.memberships.store import Membership

PAUSE_MAXIMUM = timedelta(days=366)
GRANT_DAYS_MAXIMUM = 3_650


@dataclass(frozen=True, slots=True)
class Options:
    """What the member would not be refused now."""

    cancel: bool
    cancel_now: bool
    withdraw: bool
    pause: bool
    resume: bool
    change: bool


def options(membership: Membership) -> Options:
    """What a membership, as it stands, lets its member ask for."""
    standing = membership.standing
    running = standing.state != "ended"
    free = running and not bound(membership)
    going = running and not standing.canceling
    return Options(
        cancel=free and going and standing.state != "cancel_scheduled",
        cancel_now=free,
        withdraw=running and standing.canceling,
        pause=going and standing.state in ("trialing", "active", "past_due"),
        resume=standing.pausing,
        change=going and standing.billed and not standing.pausing,
    )


def bound(membership: Membership) -> bool:
    """Whether its contract has not been paid for as many cycles as the plan asks for at least."""
    standing = membership.standing
    return standing.billed and standing.state != "trialing" and standing.cycles < membership.definition.minimum_cycles


async def cancel(connection: AsyncConnection, wish: Wish, when: Literal["now", "at_end"]) -> Membership:
    """End it now, or let what is paid for be the last. What is owed for ending it now is kept with the wish.

    Raises MembershipRefused: NOT_A_MEMBER, CANCELED_ALREADY, MINIMUM_CYCLES, and what `begin_wish` refuses.
    """
    asked = await begin_wish(connection, wish, {"kind": "cancel", "when": when})
    if asked.done:
        return await asked.membership()
    known = await asked.running()
    if when == "at_end" and (known.standing.canceling or known.standing.state == "cancel_scheduled"):
        raise MembershipRefused("CANCELED_ALREADY", "planId", "It ends already.")
    if bound(known) and not wish.staff:
        raise MembershipRefused("MINIMUM_CYCLES", "planId", "It has not lasted as long as was agreed.")
    ask = billing.cancel_contract if when == "now" else billing.cancel_at_end
    await asked.of_contract(known.standing, ask)
    if when == "at_end":
        return await asked.tell(known, "cancel_scheduled", {})
    owed = await refund_quote(connection, *asked.root, known, asked.now)
    due = {"refund_due_minor": owed.refund_minor, "currency": owed.currency} if owed else {}
    facts = (await read_facts(connection, [asked.root]))[asked.root]
    return await asked.tell(known, "canceled", {**due, "gives_up": given_up(facts, wish.plan_id)})


async def withdraw_cancel(connection: AsyncConnection, wish: Wish) -> Membership:
    """Let it go on after all. Raises MembershipRefused: NOT_A_MEMBER, NOT_CANCELED."""
    asked = await begin_wish(connection, wish, {"kind": "withdraw"})
    if asked.done:
        return await asked.membership()
    known = await asked.running()
    if not known.standing.canceling:
        raise MembershipRefused("NOT_CANCELED", "planId", "It was not to end.")
    await asked.of_contract(known.standing, billing.keep_contract)
    return await asked.tell(known, "cancel_withdrawn", {})


async def pause(connection: AsyncConnection, wish: Wish, until: datetime | None) -> Membership:
    """Stop it until then, or until it is resumed; the rest of the term follows after.

    Raises MembershipRefused: NOT_A_MEMBER, ALREADY_PAUSED, CANCELED_ALREADY, UNTIL_INVALID.
    """
    asked = await begin_wish(connection, wish, {"kind": "pause", "until": until.isoformat() if until else None})
    if asked.done:
        return await asked.membership()
    known = await asked.running()
    if known.standing.state == "paused":
        raise MembershipRefused("ALREADY_PAUSED", "planId", "It is paused already.")
    if known.standing.canceling or known.standing.state == "cancel_scheduled":
        raise MembershipRefused("CANCELED_ALREADY", "planId", "It is about to end.")
    if until is not None and not asked.now < until <= asked.now + PAUSE_MAXIMUM:
        raise MembershipRefused("UNTIL_INVALID", "until", "A pause ends in the future, within a year.")
    await asked.of_contract(known.standing, billing.pause_contract, until)
    return await asked.tell(known, "paused", {"until": until.isoformat() if until else None})


async def resume(connection: AsyncConnection, wish: Wish) -> Membership:
    """Let it go on. Raises MembershipRefused: NOT_A_MEMBER, NOT_PAUSED."""
    asked = await begin_wish(connection, wish, {"kind": "resume"})
    if asked.done:
        return await asked.membership()
    known = await asked.running()
    if not known.standing.pausing:
        raise MembershipRefused("NOT_PAUSED", "planId", "It is not paused.")
    await asked.of_contract(known.standing, billing.resume_contract)
    return await asked.tell(known, "resumed", {})


async def grant(connection: AsyncConnection, wish: Wish, days: int) -> Membership:
    """Give days of a plan, by hand: they begin now, or follow what is paid for.

    Raises MembershipRefused: PLAN_NOT_FOUND, ARCHIVED, MEMBER_NOT_FOUND, MEMBER_CLOSED, DAYS_INVALID.
    """
    if not 1 <= days <= GRANT_DAYS_MAXIMUM:
        raise MembershipRefused("DAYS_INVALID", "days", f"Give 1 to {GRANT_DAYS_MAXIMUM} days.")
    asked = await begin_wish(connection, wish, {"kind": "grant", "days": days})
    if asked.done:
        return await asked.membership()
    plan = await plan_of(connection, wish.program_id, wish.plan_id)
    if plan is None:
        raise MembershipRefused("PLAN_NOT_FOUND", "planId", "The program has no such plan.")
    if plan.archived_at is not None:
        raise MembershipRefused("ARCHIVED", "planId", "The plan is archived.")
    return await asked.tell(None, "granted", {"days": days}, plan.version)

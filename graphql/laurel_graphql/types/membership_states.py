"""Memberships read for people: which one counts, what to say of it, and the plan that it was sold by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from engine.birthdays import zone_of_program
from engine.database import Connection, transaction_time
from engine.memberships.catalog import Plan, plans_of
from engine.memberships.folding import MembershipStanding
from engine.memberships.store import Membership, memberships_of
from engine.rewards.standing import shop_currency
from laurel_graphql.context import RequestContext
from laurel_graphql.refusals import Words
from laurel_graphql.texts import TEXTS, day_text


@dataclass(frozen=True, slots=True)
class MembershipDesk:
    """A member's memberships at a moment, with all that it takes to tell of them."""

    member_id: int
    memberships: Sequence[Membership]
    plans: Mapping[int, Plan]
    words: Words
    currency: str
    now: datetime

    @property
    def joined(self) -> frozenset[int]:
        """The plans by which the member is entitled now."""
        return frozenset(one.standing.plan_id for one in self.memberships if one.standing.entitled(self.now))

    def sold(self, membership: Membership) -> Plan:
        """The plan of a membership, as it was sold."""
        standing = membership.standing
        plan = self.plans[standing.plan_id]
        return replace(plan, version=standing.plan_version, definition=membership.definition)

    def of_plan(self, plan_id: int) -> Membership | None:
        """The membership of a plan, None for none."""
        return next((one for one in self.memberships if one.standing.plan_id == plan_id), None)


async def open_memberships(context: RequestContext, member_id: int | None) -> MembershipDesk:
    """Read a member's memberships, worked out at this moment; nobody (None) has none."""
    async with context.reading() as connection:
        return await read_memberships(connection, context, member_id)


async def read_memberships(connection: Connection, context: RequestContext, member_id: int | None) -> MembershipDesk:
    """The same within a transaction."""
    program_id = context.program_id
    now = await transaction_time(connection)
    found = [] if member_id is None else await memberships_of(connection, program_id, member_id, now)
    return MembershipDesk(
        member_id=member_id or 0,
        memberships=sorted(found, key=lambda one: _weight(one.standing, now)),
        plans={plan.plan_id: plan for plan in await plans_of(connection, program_id, archived=True)},
        words=Words(context.locale, await zone_of_program(connection, program_id)),
        currency=await shop_currency(connection, program_id, context.shop_id),
        now=now,
    )


def _weight(standing: MembershipStanding, now: datetime) -> tuple[bool, bool, float]:
    """Entitled ones first, those that go on next, the newest of each first."""
    return (not standing.entitled(now), standing.state == "ended", -standing.started_at.timestamp())


def message_of(standing: MembershipStanding, words: Words) -> str:
    """How a membership stands, in a sentence for its member."""
    key, moment = _message(standing)
    texts = TEXTS[words.language]
    if moment is None:
        return texts[f"membership.{key}.open"]
    return texts[f"membership.{key}"].format(day=day_text(moment.astimezone(words.zone).date(), words.language))


def _message(standing: MembershipStanding) -> tuple[str, datetime | None]:
    match standing.state:
        case "trialing":
            return "trialing", standing.trial_ends_at or standing.ends_at
        case "active" if standing.renews_at is not None:
            return "renews", standing.renews_at
        case "past_due":
            return "past_due", standing.entitled_until
        case "paused":
            return "paused", standing.paused_until
    return standing.state, standing.ends_at

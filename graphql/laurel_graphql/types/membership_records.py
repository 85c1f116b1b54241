"""Memberships as the staff see them: one member's worked out at this moment, and a plan's as they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import strawberry

from engine.member_standings import MembershipRow
from engine.memberships.requests import options
from engine.memberships.store import Membership as MembershipFacts
from laurel_graphql.context import MerchantContext
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import PageInfo, cursor_of, cut
from laurel_graphql.types.membership_states import MembershipDesk, message_of, open_memberships
from laurel_graphql.types.money import Money
from laurel_graphql.types.plan_records import Plan, plan_of
from laurel_graphql.types.plan_values import MembershipStatus, MembershipWay
from laurel_graphql.types.unused_terms import unused_refund


@strawberry.type(name="Membership", description="A paid membership, worked out at this moment.")
class MembershipRecord:
    facts: strawberry.Private[MembershipFacts]
    desk: strawberry.Private[MembershipDesk]
    member_id: strawberry.ID = strawberry.field(description="The member's global id.")
    plan: Plan = strawberry.field(description="The plan, as it was when it was sold.")
    status: MembershipStatus = strawberry.field(description="How it stands.")
    way: MembershipWay = strawberry.field(description="How it came to be.")
    started_at: datetime = strawberry.field(description="When it began.")
    ends_at: datetime | None = strawberry.field(description="When what is paid for ends, or when it ended.")
    entitled_until: datetime | None = strawberry.field(
        description="The first moment without its benefits, days of grace included."
    )
    entitled: bool = strawberry.field(description="Whether its benefits hold now, whatever its status.")
    trial_ends_at: datetime | None = strawberry.field(description="When its trial ends, null outside of one.")
    cancel_at: datetime | None = strawberry.field(description="When it ends, where that was asked for.")
    paused_until: datetime | None = strawberry.field(description="When its pause ends by itself.")
    next_billing_at: datetime | None = strawberry.field(description="When its contract is billed next.")
    contract_id: strawberry.ID | None = strawberry.field(
        description="Its contract, as `gid://shopify/SubscriptionContract/…`; null where it has none."
    )
    message: str = strawberry.field(description="How it stands, in a sentence for the member.")
    can_cancel: bool = strawberry.field(description="Whether the member can end it with what is paid for.")
    can_cancel_now: bool = strawberry.field(description="Whether the member can end it at once.")
    can_withdraw: bool = strawberry.field(description="Whether an end that was asked for can be taken back.")
    can_pause: bool = strawberry.field(description="Whether it can be paused.")
    can_resume: bool = strawberry.field(description="Whether a pause can be ended.")

    @computed("What ending it at once would give back by the plan's own rule, null for nothing.")
    async def refund_if_canceled(self, info: strawberry.Info[MerchantContext, None]) -> Money | None:
        """Nothing is paid by that: the staff refund the order."""
        return await unused_refund(info.context, self.facts, self.desk)


@strawberry.type(description="A membership of a list: as it was last worked out.")
class MembershipEntry:
    number: strawberry.Private[int]
    member_id: strawberry.ID = strawberry.field(description="The member's global id.")
    customer_id: strawberry.ID | None = strawberry.field(
        description="The member's customer in this shop, `gid://shopify/Customer/…`; null for none."
    )
    status: MembershipStatus = strawberry.field(description="How it stands.")
    way: MembershipWay = strawberry.field(description="How it came to be.")
    started_at: datetime = strawberry.field(description="When it began.")
    ends_at: datetime | None = strawberry.field(description="When what is paid for ends, or when it ended.")
    entitled_until: datetime | None = strawberry.field(description="The first moment without its benefits.")
    cancel_at: datetime | None = strawberry.field(description="When it ends, where that was asked for.")
    paused_until: datetime | None = strawberry.field(description="When its pause ends by itself.")


@strawberry.type(description="A membership on a page.")
class MembershipEdge:
    cursor: str = strawberry.field(description="Marks this place in the list.")
    node: MembershipEntry = strawberry.field(description="The membership.")


@strawberry.type(description="A page of memberships.")
class MembershipConnection:
    nodes: list[MembershipEntry] = strawberry.field(description="The memberships, newest members first.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")

    @computed("The memberships, each with its cursor.")
    def edges(self) -> list[MembershipEdge]:
        """Made only where they are asked for."""
        return [MembershipEdge(cursor=cursor_of("Member", node.number), node=node) for node in self.nodes]


async def memberships_read(context: MerchantContext, member_id: int) -> list[MembershipRecord]:
    """A member's memberships: entitled ones first, the newest of each first."""
    desk = await open_memberships(context, member_id)
    return [membership_of(one, desk) for one in desk.memberships]


def membership_of(facts: MembershipFacts, desk: MembershipDesk) -> MembershipRecord:
    """A membership in words."""
    standing, possible = facts.standing, options(facts)
    contract = standing.contract_id
    return MembershipRecord(
        facts=facts,
        desk=desk,
        member_id=strawberry.ID(gid("Member", desk.member_id)),
        plan=plan_of(desk.sold(facts), desk.words, desk.currency),
        status=MembershipStatus[standing.state.upper()],
        way=MembershipWay[standing.way.upper()],
        started_at=standing.started_at,
        ends_at=standing.ends_at,
        entitled_until=standing.entitled_until,
        entitled=standing.entitled(desk.now),
        trial_ends_at=standing.trial_ends_at,
        cancel_at=standing.ends_at if standing.state == "cancel_scheduled" else None,
        paused_until=standing.paused_until,
        next_billing_at=standing.renews_at,
        contract_id=None if contract is None else strawberry.ID(f"gid://shopify/SubscriptionContract/{contract}"),
        message=message_of(standing, desk.words),
        can_cancel=possible.cancel,
        can_cancel_now=possible.cancel_now,
        can_withdraw=possible.withdraw,
        can_pause=possible.pause,
        can_resume=possible.resume,
    )


def connection_of(rows: Sequence[MembershipRow], first: int, after: str | None) -> MembershipConnection:
    """A page of `first`, when `first + 1` memberships were asked for and these were found."""
    found = [_entry(row) for row in rows]
    return MembershipConnection(nodes=found[:first], page_info=cut(found, "Member", first, after))


def _entry(row: MembershipRow) -> MembershipEntry:
    customer = row.customer_id
    return MembershipEntry(
        number=row.member_id,
        member_id=strawberry.ID(gid("Member", row.member_id)),
        customer_id=None if customer is None else strawberry.ID(f"gid://shopify/Customer/{customer}"),
        status=MembershipStatus[row.state.upper()],
        way=MembershipWay[row.way.upper()],
        started_at=row.started_at,
        ends_at=row.ends_at,
        entitled_until=row.entitled_until,
        cancel_at=row.ends_at if row.state == "cancel_scheduled" else None,
        paused_until=row.paused_until,
    )

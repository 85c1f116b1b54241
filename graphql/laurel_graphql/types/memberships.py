"""A shopper's own memberships: how each stands, what it gives, and what can be done about it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from engine.billing.attempts import attempts_of
from engine.billing.contracts import ContractKey
from engine.memberships.benefits import benefits_of, saved_in
from engine.memberships.changing import quote_change
from engine.memberships.refusals import MembershipRefused
from engine.memberships.requests import options
from engine.memberships.store import Membership as MembershipFacts
from engine.perks.entitlements import plan_grantor
from engine.rewards.standing import period_start
from laurel_graphql.context import StorefrontContext, StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.gids import number_of
from laurel_graphql.pages import First
from laurel_graphql.types.benefits import Benefit, benefits_from
from laurel_graphql.types.grantors import read_grantors
from laurel_graphql.types.membership_states import MembershipDesk, message_of, open_memberships
from laurel_graphql.types.money import Money, money_of
from laurel_graphql.types.plan_changes import PlanChangeQuote, quote_of
from laurel_graphql.types.plan_values import MembershipStatus, MembershipWay
from laurel_graphql.types.plans import MembershipPlan, PlanReader, plan_of
from laurel_graphql.types.unused_terms import unused_refund

_BENEFITS_READ = 100


@strawberry.type(description="A paid membership of the shopper.")
class Membership:
    facts: strawberry.Private[MembershipFacts]
    desk: strawberry.Private[MembershipDesk]
    plan: MembershipPlan = strawberry.field(description="The plan, as it was when it was sold.")
    status: MembershipStatus = strawberry.field(description="How it stands.")
    way: MembershipWay = strawberry.field(description="How it came to be.")
    started_at: datetime = strawberry.field(description="When it began.")
    ends_at: datetime | None = strawberry.field(
        description="When what is paid for ends, or when it ended; null while a pause without an end holds the rest."
    )
    entitled_until: datetime | None = strawberry.field(
        description="The first moment without its benefits, days of grace included."
    )
    entitled: bool = strawberry.field(description="Whether its benefits hold now, whatever its status.")
    trial_ends_at: datetime | None = strawberry.field(description="When its trial ends, null outside of one.")
    cancel_at: datetime | None = strawberry.field(description="When it ends, where that was asked for.")
    paused_until: datetime | None = strawberry.field(description="When its pause ends by itself.")
    next_billing_at: datetime | None = strawberry.field(
        description="When its contract is billed next, null where nothing is billed."
    )
    message: str = strawberry.field(description="How it stands, in a sentence of the caller's language.")
    can_cancel: bool = strawberry.field(description="Whether it can be ended with what is paid for.")
    can_cancel_now: bool = strawberry.field(description="Whether it can be ended at once.")
    can_withdraw: bool = strawberry.field(description="Whether an end that was asked for can be taken back.")
    can_pause: bool = strawberry.field(description="Whether it can be paused.")
    can_resume: bool = strawberry.field(description="Whether a pause can be ended.")
    can_change: bool = strawberry.field(description="Whether its contract can go over to another plan.")

    @computed("Where a payment waits to be confirmed by the shopper, null where none does.")
    async def payment_url(self, info: StorefrontInfo) -> str | None:
        """The address of the newest attempt that the bank questioned."""
        standing = self.facts.standing
        if standing.contract_id is None or standing.shop_id is None:
            return None
        key = ContractKey(info.context.program_id, standing.shop_id, standing.contract_id)
        async with info.context.reading() as connection:
            attempts = await attempts_of(connection, key)
        return next((one.next_action_url for one in reversed(attempts) if one.state == "challenged"), None)

    @computed("What ending it at once would give back, null for nothing.")
    async def refund_if_canceled(self, info: StorefrontInfo) -> Money | None:
        """By the plan's own rule for terms that were not used."""
        return await unused_refund(info.context, self.facts, self.desk)

    @computed(
        "What its benefits were worth since the year began in the program's zone, the shop's own currency first: also "
        "where that is nothing."
    )
    async def saved_this_year(self, info: StorefrontInfo) -> list[Money]:
        """One amount for each currency."""
        since = period_start("year", self.desk.now, self.desk.words.zone)
        async with info.context.reading() as connection:
            saved = await saved_in(
                connection, info.context.program_id, self.desk.member_id, since, self.desk.now,
                plan_grantor(self.facts.handle),
            )  # fmt: skip
        own = self.desk.currency
        others = [money_of(minor, currency) for currency, minor in sorted(saved.items()) if currency != own]
        return [money_of(saved.get(own, 0), own), *others]

    @computed("What it gave, newest first.")
    async def benefits(self, info: StorefrontInfo, first: First = 20) -> list[Benefit]:
        """Of the member's newest benefits those that this plan gave."""
        context = info.context
        async with context.reading() as connection:
            entries = await benefits_of(connection, context.program_id, self.desk.member_id, _BENEFITS_READ)
            grantors = await read_grantors(connection, context)
        own = plan_grantor(self.facts.handle)
        return benefits_from([entry for entry in entries if entry.grantor == own][:first], grantors)

    @computed("What going over to another plan would cost now. Changes nothing; null where it is not possible.")
    async def change_quote(
        self,
        info: StorefrontInfo,
        plan_id: Annotated[strawberry.ID, strawberry.argument(description="The other plan's global id.")],
    ) -> PlanChangeQuote | None:
        """Worked out by the same function that decides a change."""
        return await _quoted(info.context, self.facts, self.desk, number_of(plan_id, "Plan"))


async def _quoted(
    context: StorefrontContext, facts: MembershipFacts, desk: MembershipDesk, to_plan_id: int
) -> PlanChangeQuote | None:
    async with context.reading() as connection:
        try:
            found = await quote_change(
                connection, context.program_id, desk.member_id, facts.standing.plan_id, to_plan_id, None, desk.now
            )
        except MembershipRefused:
            return None
    return quote_of(found, desk)


async def memberships_read(context: StorefrontContext, member_id: int) -> list[Membership]:
    """A member's memberships: entitled ones first, the newest of each first."""
    desk = await open_memberships(context, member_id)
    return [membership_of(one, desk) for one in desk.memberships]


def membership_of(facts: MembershipFacts, desk: MembershipDesk) -> Membership:
    """A membership in words."""
    standing, possible = facts.standing, options(facts)
    reader = PlanReader(desk.currency, desk.words, desk.joined)
    return Membership(
        facts=facts,
        desk=desk,
        plan=plan_of(desk.sold(facts), reader),
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
        message=message_of(standing, desk.words),
        can_cancel=possible.cancel,
        can_cancel_now=possible.cancel_now,
        can_withdraw=possible.withdraw,
        can_pause=possible.pause,
        can_resume=possible.resume,
        can_change=possible.change,
    )

"""What a member has of their tier and plans, each perk with what was delivered of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import strawberry

from engine.perks.definitions import CustomerTag
from engine.perks.deliveries import Delivery, deliveries_of
from engine.perks.entitlements import Entitlements, plan_grantor
from engine.perks.reading import HeldPlan, HeldTier, entitlements_of
from engine.tiers.store import standing_of
from laurel_graphql.context import StorefrontContext
from laurel_graphql.types.membership_states import MembershipDesk, read_memberships
from laurel_graphql.types.perk_deliveries import PerkDeliveryState
from laurel_graphql.types.perks import Perk, perk_of

_DELIVERIES_READ = 100


@strawberry.type(description="A perk that the member has, with what was delivered of it.")
class MemberPerk:
    perk: Perk = strawberry.field(description="What it does.")
    grantor_title: str = strawberry.field(description="What gives it: the name of a tier, or a plan's title.")
    state: PerkDeliveryState | None = strawberry.field(
        description="What became of the newest delivery, null where there is nothing to deliver (yet)."
    )
    code: str | None = strawberry.field(description="The code for the checkout, while it can be used.")
    apply_url: str | None = strawberry.field(
        description="The path in the shop that applies the code to the cart, such as `/discount/LRL-…`."
    )
    ends_at: datetime | None = strawberry.field(description="The first moment at which the code is over.")


async def member_perks(context: StorefrontContext, member_id: int) -> list[MemberPerk]:
    """The perks of a member's tier and plans at this moment."""
    async with context.reading() as connection:
        desk = await read_memberships(connection, context, member_id)
        found = await standing_of(connection, context.program_id, member_id, desk.now)
        given = await deliveries_of(connection, context.program_id, member_id, first=_DELIVERIES_READ)
    tier = None
    if found.standing is not None:
        program = found.standing.version.definition
        tier = HeldTier(program, found.standing.tier.handle, found.standing.since)
    held = entitlements_of(tier, _plans(desk), desk.now)
    here = [one for one in given if one.shop_id == context.shop_id]
    return _listed(held, here, desk)


def _plans(desk: MembershipDesk) -> list[HeldPlan]:
    return [
        HeldPlan(one.handle, one.definition, one.standing.entitled_until, one.standing.started_at)
        for one in desk.memberships
        if one.standing.entitled(desk.now)
    ]


def _listed(held: Entitlements, given: Sequence[Delivery], desk: MembershipDesk) -> list[MemberPerk]:
    titles = {plan_grantor(one.handle): one.definition.title for one in desk.memberships}
    newest: dict[tuple[str, str], Delivery] = {}
    for one in given:  # newest first
        newest.setdefault((one.grantor, one.perk), one)
    return [
        _member_perk(
            perk_of(perk, desk.words, desk.currency, entitled=True),
            titles.get(grantor, held.tier_name or ""),
            newest.get((grantor, perk.handle)),
            desk,
        )
        for grantor, perk in held.at(desk.now)
        if not isinstance(perk, CustomerTag)
    ]


def _member_perk(perk: Perk, title: str, delivery: Delivery | None, desk: MembershipDesk) -> MemberPerk:
    code = delivery.code if delivery is not None and delivery.is_good(desk.now) else None
    return MemberPerk(
        perk=perk,
        grantor_title=title,
        state=None if delivery is None else PerkDeliveryState[delivery.state.upper()],
        code=code,
        apply_url=None if code is None else f"/discount/{code}",
        ends_at=None if delivery is None else delivery.ends_at,
    )

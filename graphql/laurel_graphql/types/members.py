"""A member as they see themselves: what they have, what came and went and why, and what expires next."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

from engine.birthdays import birthday_of
from engine.conversions.reading import purchases_of_member
from engine.expirations import expiring_soon
from engine.members import Member as MemberRecord
from engine.members import expiring, history
from engine.rewards.redemptions import redemptions_of_member
from laurel_graphql.context import StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import After, First, number_after
from laurel_graphql.scalars import Points
from laurel_graphql.types.benefits import BenefitConnection, benefits_page
from laurel_graphql.types.game_desk import game_desk
from laurel_graphql.types.game_reader import GameReader
from laurel_graphql.types.member_boards import BoardsOfMember
from laurel_graphql.types.member_games import GameOfMember
from laurel_graphql.types.member_perks import MemberPerk, member_perks
from laurel_graphql.types.memberships import Membership, memberships_read
from laurel_graphql.types.partner_purchases import PartnerPurchaseConnection
from laurel_graphql.types.partner_purchases import connection_of as purchases_page
from laurel_graphql.types.redemptions import RedemptionConnection
from laurel_graphql.types.redemptions import connection_of as redemptions_page
from laurel_graphql.types.tiers import MemberTier, tier_of
from laurel_graphql.types.transactions import TransactionConnection, connection_of


@strawberry.type(description="What a member has.")
class Balance:
    available: Points = strawberry.field(
        description="Points that can be spent now. Those that are due to expire are already left out."
    )
    pending: Points = strawberry.field(description="Points that were earned and are held back for now.")
    lifetime: Points = strawberry.field(description="All points ever earned, net of what refunds took back.")


@strawberry.type(description="Points that expire together.")
class ExpiringPoints:
    points: Points = strawberry.field(description="How many.")
    expires_at: datetime = strawberry.field(description="The first moment at which they can no longer be spent.")


@strawberry.type(description="Points that expire together, soon.")
class ExpiringSoon:
    points: Points = strawberry.field(description="How many.")
    expires_at: datetime = strawberry.field(description="The first moment at which they can no longer be spent.")
    days_left: int = strawberry.field(
        description="Days of the program's calendar until the last one on which they can be spent; 0 is today."
    )


@strawberry.type(description="A birthday, without its year.")
class Birthday:
    month: int = strawberry.field(description="The month, 1 to 12.")
    day: int = strawberry.field(description="The day of the month, 1 to 31.")
    changeable_from: date = strawberry.field(description="The first day on which it can be changed.")


@strawberry.type(description="The logged-in shopper as a member of the program.")
class Member(GameOfMember, BoardsOfMember):
    id: strawberry.ID = strawberry.field(description="The member's global id.")
    version: int = strawberry.field(description="Rises with every change of the member's points.")
    joined_at: datetime = strawberry.field(description="When they became a member.")
    balance: Balance = strawberry.field(description="What they have.")

    @computed("What came and went, newest first.")
    async def transactions(self, info: StorefrontInfo, first: First = 20, after: After = None) -> TransactionConnection:
        """One page of the member's history."""
        context = info.context
        before = number_after(after, "Transaction")
        async with context.reading() as connection:
            entries = await history(connection, context.program_id, self.number, first + 1, before)
        return connection_of(entries, first, after, context.locale)

    @computed("What expires next, soonest first.")
    async def expiring(self, info: StorefrontInfo, first: First = 5) -> list[ExpiringPoints]:
        """The next dates on which points expire."""
        async with info.context.reading() as connection:
            lots = await expiring(connection, info.context.program_id, self.number, first)
        return [ExpiringPoints(points=Points(lot.points), expires_at=lot.expires_at) for lot in lots]

    @computed("Everything that expires within the longest of the program's reminder windows, soonest first.")
    async def expiring_next(self, info: StorefrontInfo) -> list[ExpiringSoon]:
        """All of it, not the earliest alone, so that nobody is misled about the rest."""
        async with info.context.reading() as connection:
            found = await expiring_soon(connection, info.context.program_id, self.number)
        return [
            ExpiringSoon(points=Points(lot.points), expires_at=lot.expires_at, days_left=lot.days_left) for lot in found
        ]

    @computed("When their birthday is, null when they have not told it.")
    async def birthday(self, info: StorefrontInfo) -> Birthday | None:
        """The day that they told, and when they may tell another one."""
        async with info.context.reading() as connection:
            found = await birthday_of(connection, info.context.program_id, self.number)
        return (
            None if found is None else Birthday(month=found.month, day=found.day, changeable_from=found.changeable_from)
        )

    @computed("What they gave points for, newest first.")
    async def redemptions(self, info: StorefrontInfo, first: First = 20, after: After = None) -> RedemptionConnection:
        """One page of the member's redemptions."""
        context = info.context
        before = number_after(after, "Redemption")
        async with context.reading() as connection:
            found = await redemptions_of_member(connection, context.program_id, self.number, first + 1, before)
        return redemptions_page(found, first, after)

    @computed("Their tier at this moment, null before there are tiers.")
    async def tier(self, info: StorefrontInfo) -> MemberTier | None:
        """Worked out from all that counts for it."""
        return await tier_of(info.context, self.number, staff=False)

    @computed("The paid membership that counts: one that has its benefits, else the newest; null for never a member.")
    async def membership(self, info: StorefrontInfo) -> Membership | None:
        """The first of all."""
        return next(iter(await memberships_read(info.context, self.number)), None)

    @computed("All paid memberships, those that have their benefits first; ended ones too.")
    async def memberships(self, info: StorefrontInfo) -> list[Membership]:
        """Worked out from all that was bought, paid, paused and canceled."""
        return await memberships_read(info.context, self.number)

    @computed("What they got because of their tier and memberships, newest first.")
    async def benefits(self, info: StorefrontInfo, first: First = 20, after: After = None) -> BenefitConnection:
        """One page of the ledger of benefits."""
        return await benefits_page(info.context, self.number, first, after)

    @computed("All perks of their tier and memberships, each with what was delivered of it.")
    async def perks(self, info: StorefrontInfo) -> list[MemberPerk]:
        """Those that hold at this moment."""
        return await member_perks(info.context, self.number)

    @computed("What they bought at partners, newest first: what each purchase gives and when, and if nothing, why.")
    async def partner_purchases(
        self, info: StorefrontInfo, first: First = 20, after: After = None
    ) -> PartnerPurchaseConnection:
        """One page of them, as partners reported them."""
        context = info.context
        before = number_after(after, "PartnerPurchase")
        async with context.reading() as connection:
            found = await purchases_of_member(connection, context.program_id, self.number, first + 1, before)
            desk = await game_desk(connection, context)
        return purchases_page(found, desk.words, first, after)


def member_of(record: MemberRecord) -> Member:
    """The member of an engine's record."""
    return Member(
        number=record.member_id,
        game=GameReader(record.member_id),
        id=strawberry.ID(gid("Member", record.member_id)),
        version=record.version,
        joined_at=record.joined_at,
        balance=Balance(
            available=Points(record.available), pending=Points(record.pending), lifetime=Points(record.lifetime)
        ),
    )

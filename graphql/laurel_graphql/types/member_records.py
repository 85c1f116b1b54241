"""Members as the staff see them: no names, for the program keeps none; the shop has them by the customer's id."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import strawberry

from engine.database import Connection
from engine.member_records import LotRecord, live_lots, member_record, merges_of
from engine.member_records import MemberRecord as MemberFacts
from engine.members import history
from engine.perks.deliveries import deliveries_of
from engine.rewards.redemptions import redemptions_of_member
from engine.tiers.overrides import overrides_of
from engine.tiers.versions import live_tiers
from laurel_graphql.context import MerchantContext, MerchantInfo
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import After, First, PageInfo, cursor_of, cut, number_after
from laurel_graphql.scalars import Points
from laurel_graphql.types.benefits import BenefitConnection, benefits_page
from laurel_graphql.types.game_reader import GameReader
from laurel_graphql.types.kept_standings import KeptStandings
from laurel_graphql.types.member_board_records import BoardRecordsOfMember
from laurel_graphql.types.member_games import GameOfMember
from laurel_graphql.types.member_merges import MemberMerge, merge_of
from laurel_graphql.types.member_trade_records import TradeRecordsOfMember
from laurel_graphql.types.membership_records import MembershipRecord, memberships_read
from laurel_graphql.types.perk_deliveries import PerkDelivery, delivery_of
from laurel_graphql.types.redemption_records import RedemptionConnection
from laurel_graphql.types.redemption_records import connection_of as redemptions_page
from laurel_graphql.types.tier_records import MemberStanding, TierOverride, override_of
from laurel_graphql.types.tiers import MemberTier, tier_of
from laurel_graphql.types.transactions import TransactionConnection
from laurel_graphql.types.transactions import connection_of as transactions_page


@strawberry.type(description="What a member has.")
class MemberBalance:
    available: Points = strawberry.field(description="Points that can be spent now.")
    pending: Points = strawberry.field(description="Points that were earned and are held back for now.")
    reserved: Points = strawberry.field(description="Points held for redemptions.")
    debt: Points = strawberry.field(description="Points owed: what is earned next repays them.")
    lifetime: Points = strawberry.field(description="All points ever earned, net of what refunds took back.")


@strawberry.type(description="A customer of a shop who is this member.")
class MemberCustomer:
    id: strawberry.ID = strawberry.field(description="The shop's customer, as `gid://shopify/Customer/…`.")
    tags: list[str] = strawberry.field(description="The customer's tags, as the shop last told them.")
    subscribed: bool | None = strawberry.field(description="Whether they receive the newsletter, null if unknown.")
    deleted: bool = strawberry.field(description="Whether the shop deleted the customer.")


@strawberry.type(description="Points of one award with one end.")
class Lot:
    id: strawberry.ID = strawberry.field(description="The lot's global id.")
    transaction_id: strawberry.ID = strawberry.field(description="The transaction that made it.")
    points: Points = strawberry.field(description="The points it was made of.")
    remaining: Points = strawberry.field(description="Those that are left.")
    available_at: datetime = strawberry.field(description="From when on they can be spent.")
    expires_at: datetime | None = strawberry.field(description="The first moment without them, null for never.")
    idle_days: int | None = strawberry.field(
        description="So many days after the last purchase they end, where every purchase moves their end."
    )


@strawberry.type(name="Member", description="A member of the program.")
class MemberRecord(GameOfMember, BoardRecordsOfMember, TradeRecordsOfMember):
    id: strawberry.ID = strawberry.field(description="The member's global id.")
    customers: list[MemberCustomer] = strawberry.field(description="The shops' customers who are this member.")
    joined_at: datetime = strawberry.field(description="When they became a member.")
    closed_at: datetime | None = strawberry.field(description="When they left, null while they are here.")
    balance: MemberBalance = strawberry.field(description="What they have.")
    paid_orders: int = strawberry.field(description="How many of their orders were paid.")
    merged_into_id: strawberry.ID | None = strawberry.field(description="The member they were merged into, if any.")
    kept: strawberry.Private[KeptStandings]

    @computed("Their tier and memberships as they were last worked out: what lists show.")
    async def standing(self, info: MerchantInfo) -> MemberStanding:
        """Read for all members of a page at once."""
        return await self.kept.of(info.context, self.number)

    @computed("Their tier at this moment, null before there are tiers.")
    async def tier(self, info: MerchantInfo) -> MemberTier | None:
        """Worked out from all that counts for it."""
        return await tier_of(info.context, self.number, staff=True)

    @computed("Their paid memberships at this moment, those that have their benefits first; ended ones too.")
    async def memberships(self, info: MerchantInfo) -> list[MembershipRecord]:
        """Worked out from all that was bought, paid, paused and canceled."""
        return await memberships_read(info.context, self.number)

    @computed("The tiers that they were given by hand, newest first.")
    async def tier_overrides(self, info: MerchantInfo, first: First = 10) -> list[TierOverride]:
        """Those that ended, too."""
        context = info.context
        async with context.reading() as connection:
            found = await overrides_of(connection, context.program_id, self.number, first)
            live = await live_tiers(connection, context.program_id)
        return [override_of(one, None if live is None else live.definition) for one in found]

    @computed("What their tier and memberships gave them, newest first.")
    async def perk_deliveries(self, info: MerchantInfo, first: First = 20) -> list[PerkDelivery]:
        """Each with what became of it."""
        async with info.context.reading() as connection:
            found = await deliveries_of(connection, info.context.program_id, self.number, first=first)
        return [delivery_of(one) for one in found]

    @computed("What they got because of their tier and memberships, newest first.")
    async def benefits(self, info: MerchantInfo, first: First = 20, after: After = None) -> BenefitConnection:
        """One page of the ledger of benefits."""
        return await benefits_page(info.context, self.number, first, after)

    @computed("Their points by their ends, in the order in which they are spent.")
    async def lots(self, info: MerchantInfo, first: First = 50) -> list[Lot]:
        """What is left of each."""
        async with info.context.reading() as connection:
            found = await live_lots(connection, info.context.program_id, self.number, first)
        return [_lot(lot) for lot in found]

    @computed("What came and went, newest first.")
    async def transactions(self, info: MerchantInfo, first: First = 20, after: After = None) -> TransactionConnection:
        """One page of the member's history."""
        before = number_after(after, "Transaction")
        async with info.context.reading() as connection:
            entries = await history(connection, info.context.program_id, self.number, first + 1, before)
        return transactions_page(entries, first, after, info.context.locale)

    @computed("What they gave points for, newest first.")
    async def redemptions(self, info: MerchantInfo, first: First = 20, after: After = None) -> RedemptionConnection:
        """One page of the member's redemptions."""
        before = number_after(after, "Redemption")
        async with info.context.reading() as connection:
            found = await redemptions_of_member(connection, info.context.program_id, self.number, first + 1, before)
        return redemptions_page(found, first, after)

    @computed("Who was merged into them or they into, newest first.")
    async def merges(self, info: MerchantInfo, first: First = 20) -> list[MemberMerge]:
        """Also those that were undone."""
        async with info.context.reading() as connection:
            found = await merges_of(connection, info.context.program_id, self.number, first)
        return [merge_of(record) for record in found]


@strawberry.type(name="MemberEdge", description="A member on a page.")
class MemberRecordEdge:
    cursor: str = strawberry.field(description="Marks this place in the list.")
    node: MemberRecord = strawberry.field(description="The member.")


@strawberry.type(name="MemberConnection", description="A page of members.")
class MemberRecordConnection:
    nodes: list[MemberRecord] = strawberry.field(description="The members, newest first.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")

    @computed("The members, each with its cursor.")
    def edges(self) -> list[MemberRecordEdge]:
        """Made only where they are asked for."""
        return [MemberRecordEdge(cursor=cursor_of("Member", node.number), node=node) for node in self.nodes]


async def member_for(connection: Connection, context: MerchantContext, member_id: int) -> MemberRecord | None:
    """A member as they are now, None when the program has no such one."""
    found = await member_record(connection, context.program_id, member_id)
    return None if found is None else member_of(found)


def member_of(record: MemberFacts, kept: KeptStandings | None = None) -> MemberRecord:
    """The member of an engine's record; those of one page share what is kept of their standings."""
    merged_into = record.merged_into
    return MemberRecord(
        number=record.member_id,
        game=GameReader(record.member_id),
        id=strawberry.ID(gid("Member", record.member_id)),
        customers=[
            MemberCustomer(
                id=strawberry.ID(f"gid://shopify/Customer/{one.customer_id}"),
                tags=one.tags,
                subscribed=one.subscribed,
                deleted=one.deleted,
            )
            for one in record.customers
        ],
        joined_at=record.joined_at,
        closed_at=record.closed_at,
        balance=MemberBalance(
            available=Points(record.available),
            pending=Points(record.pending),
            reserved=Points(record.reserved),
            debt=Points(record.debt),
            lifetime=Points(record.lifetime),
        ),
        paid_orders=record.paid_orders,
        merged_into_id=None if merged_into is None else strawberry.ID(gid("Member", merged_into)),
        kept=kept or KeptStandings([record.member_id]),
    )


def connection_of(records: Sequence[MemberFacts], first: int, after: str | None) -> MemberRecordConnection:
    """A page of `first`, when `first + 1` members were asked for and these were found."""
    kept = KeptStandings([record.member_id for record in records])
    found = [member_of(record, kept) for record in records]
    return MemberRecordConnection(nodes=found[:first], page_info=cut(found, "Member", first, after))


def _lot(lot: LotRecord) -> Lot:
    return Lot(
        id=strawberry.ID(gid("Lot", lot.lot_id)),
        transaction_id=strawberry.ID(gid("Transaction", lot.transaction_id)),
        points=Points(lot.quantity),
        remaining=Points(lot.remaining),
        available_at=lot.available_at,
        expires_at=lot.expires_at,
        idle_days=lot.idle_days,
    )

"""Partners, their offers, codes, purchases, statements and what does not match, for the merchant's schema."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

import strawberry

from engine.conversions.reading import conversion_view, conversions_of
from engine.conversions.report_files import report_file
from engine.conversions.store import ConversionState
from engine.hosts.store import host_of, hosts_of
from engine.offers.catalog import offer_of as offer_by_id
from engine.offers.catalog import offers_of
from engine.offers.pools import pool_of as pool_by_id
from engine.offers.pools import pools_of
from engine.partners.catalog import partner_of as partner_by_id
from engine.partners.catalog import partners_of
from engine.partners.signing_store import signing_keys
from engine.settlement.reading import statement_of as statement_by_id
from engine.settlement.reading import statements_of
from engine.settlement.suspense import suspense_of
from laurel_graphql.context import MerchantInfo
from laurel_graphql.fields import computed
from laurel_graphql.gids import number_of
from laurel_graphql.pages import After, First, number_after
from laurel_graphql.queries.games import AfterId
from laurel_graphql.queries.members import Id
from laurel_graphql.types.code_pool_records import CodePoolRecord, pool_of
from laurel_graphql.types.conversion_records import Conversion, ConversionConnection, ConversionStatus, conversion_of
from laurel_graphql.types.conversion_records import connection_of as conversions_page
from laurel_graphql.types.game_desk import game_desk
from laurel_graphql.types.host_records import PartnerHost, host_record_of
from laurel_graphql.types.offer_records import OfferRecord, offer_of
from laurel_graphql.types.partner_records import PartnerRecord, partners_read
from laurel_graphql.types.report_file_records import ReportFileRecord, report_file_of
from laurel_graphql.types.signing_key_records import PartnerSigningKey, signing_key_of
from laurel_graphql.types.statement_records import StatementConnection, StatementRecord, statement_of
from laurel_graphql.types.statement_records import connection_of as statements_page
from laurel_graphql.types.suspense_records import SuspenseRowConnection, suspense_page

Found = TypeVar("Found")
OfPartner = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only those of this partner, by its global id; null: of all.")
]
Archived = Annotated[bool, strawberry.argument(description="Whether archived ones are wanted, too.")]


@strawberry.type
class PartnerQueries:
    @computed("The partners, in the order in which they were made.")
    async def partners(
        self, info: MerchantInfo, first: First = 100, after: AfterId = None, archived: Archived = False
    ) -> list[PartnerRecord]:
        """With what is agreed with each."""
        context = info.context
        async with context.reading() as connection:
            found = await partners_of(connection, context.program_id, archived=archived)
            page = _page(found, first, _number(after), lambda one: one.partner_id)
            return await partners_read(connection, context, page)

    @computed("One partner, null when the program has none of that id.")
    async def partner(self, info: MerchantInfo, id: Id) -> PartnerRecord | None:  # noqa: A002
        """Archived or not."""
        context, number = info.context, number_of(id, "Partner")
        async with context.reading() as connection:
            found = await partner_by_id(connection, context.program_id, number)
            return None if found is None else (await partners_read(connection, context, [found]))[0]

    @computed("Partners' offers, in the list's order; drafts among them.")
    async def offers(
        self, info: MerchantInfo, partner_id: OfPartner = None, first: First = 100, after: AfterId = None,
        archived: Archived = False,
    ) -> list[OfferRecord]:  # fmt: skip
        """Everything that they say."""
        context, partner = info.context, _number(partner_id)
        async with context.reading() as connection:
            found = await offers_of(connection, context.program_id, partner_id=partner, archived=archived)
            desk = await game_desk(connection, context)
        page = _page(found, first, _number(after, "Offer"), lambda one: one.offer_id)
        return [offer_of(one, desk) for one in page]

    @computed("One offer, null when the program has none of that id.")
    async def offer(self, info: MerchantInfo, id: Id) -> OfferRecord | None:  # noqa: A002
        """Archived or not."""
        context, number = info.context, number_of(id, "Offer")
        async with context.reading() as connection:
            found = await offer_by_id(connection, context.program_id, number)
            return None if found is None else offer_of(found, await game_desk(connection, context))

    @computed("Pools of partners' codes, newest first.")
    async def code_pools(
        self, info: MerchantInfo, partner_id: OfPartner = None, first: First = 100, after: AfterId = None
    ) -> list[CodePoolRecord]:
        """Ended ones too."""
        context, partner = info.context, _number(partner_id)
        async with context.reading() as connection:
            found = await pools_of(connection, context.program_id, partner)
        page = _page(found, first, _number(after, "CodePool"), lambda one: one.pool_id)
        return [pool_of(one) for one in page]

    @computed("One pool of codes, null when the program has none of that id.")
    async def code_pool(self, info: MerchantInfo, id: Id) -> CodePoolRecord | None:  # noqa: A002
        """Ended or not."""
        context, number = info.context, number_of(id, "CodePool")
        async with context.reading() as connection:
            found = await pool_by_id(connection, context.program_id, number)
        return None if found is None else pool_of(found)

    @computed("Purchases of members at partners, newest first.")
    async def conversions(
        self,
        info: MerchantInfo,
        partner_id: OfPartner = None,
        offer_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only those of this offer, by its global id.")
        ] = None,
        states: Annotated[
            list[ConversionStatus] | None, strawberry.argument(description="Only those that stand so; null: any.")
        ] = None,
        appealed: Annotated[
            bool | None, strawberry.argument(description="Only those with an open appeal, or without; null: any.")
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> ConversionConnection:
        """One page of them."""
        context, before = info.context, number_after(after, "Conversion")
        offer = None if offer_id is None else number_of(offer_id, "Offer")
        wanted: list[ConversionState] = [_STATES[one] for one in ConversionStatus if one in (states or ())]
        async with context.reading() as connection:
            found = await conversions_of(
                connection, context.program_id, first + 1, before, partner_id=_number(partner_id), offer_id=offer,
                states=wanted, appealed=appealed,
            )  # fmt: skip
        return conversions_page(found, context.locale, first, after)

    @computed("One conversion, null when the program has none of that id.")
    async def conversion(self, info: MerchantInfo, id: Id) -> Conversion | None:  # noqa: A002
        """As it stands now."""
        context, number = info.context, number_of(id, "Conversion")
        async with context.reading() as connection:
            found = await conversion_view(connection, context.program_id, number)
        return None if found is None else conversion_of(found, context.locale)

    @computed("One file of a partner's reports, null when there is none of that id.")
    async def report_file(self, info: MerchantInfo, id: Id) -> ReportFileRecord | None:  # noqa: A002
        """As far as it has come."""
        context, number = info.context, number_of(id, "ReportFile")
        async with context.reading() as connection:
            found = await report_file(connection, context.program_id, number)
        return None if found is None else report_file_of(found)

    @computed("Statements, newest first.")
    async def statements(
        self, info: MerchantInfo, partner_id: OfPartner = None, first: First = 20, after: After = None
    ) -> StatementConnection:
        """One page of them."""
        context, before = info.context, number_after(after, "Statement")
        async with context.reading() as connection:
            found = await statements_of(
                connection, context.program_id, _number(partner_id), first=first + 1, after=before
            )
        return statements_page(found, first, after)

    @computed("One statement, null when the program has none of that id.")
    async def statement(self, info: MerchantInfo, id: Id) -> StatementRecord | None:  # noqa: A002
        """It never changes."""
        context, number = info.context, number_of(id, "Statement")
        async with context.reading() as connection:
            found = await statement_by_id(connection, context.program_id, number)
        return None if found is None else statement_of(found)

    @computed("What partners' books and ours do not agree about, oldest first.")
    async def suspense_rows(
        self,
        info: MerchantInfo,
        partner_id: OfPartner = None,
        open: Annotated[  # noqa: A002
            bool, strawberry.argument(description="Whether only those are wanted that are not settled.")
        ] = True,
        first: First = 20,
        after: After = None,
    ) -> SuspenseRowConnection:
        """One page of them."""
        context, start = info.context, number_after(after, "SuspenseRow")
        async with context.reading() as connection:
            found = await suspense_of(
                connection, context.program_id, _number(partner_id), open_only=open, first=first + 1, after=start
            )
        return suspense_page(found, first, after)

    @computed("One program elsewhere whose partner this one is, null when there is none of that id.")
    async def partner_host(self, info: MerchantInfo, id: Id) -> PartnerHost | None:  # noqa: A002
        """Ended or not."""
        context, number = info.context, number_of(id, "PartnerHost")
        async with context.reading() as connection:
            found = await host_of(connection, context.program_id, number)
        return None if found is None else host_record_of(found)

    @computed("What this program signs for its partners with, null before it signed anything.")
    async def partner_signing_key(self, info: MerchantInfo) -> PartnerSigningKey | None:
        """The one of now; those before it only verify."""
        async with info.context.reading() as connection:
            return signing_key_of(await signing_keys(connection, info.context.program_id))

    @computed("Programs elsewhere whose partner this one is, those that ended too.")
    async def partner_hosts(self, info: MerchantInfo) -> list[PartnerHost]:
        """In the order in which they were connected."""
        async with info.context.reading() as connection:
            found = await hosts_of(connection, info.context.program_id, ended=True)
        return [host_record_of(one) for one in found]


_STATES: dict[ConversionStatus, ConversionState] = {
    ConversionStatus.PENDING: "pending",
    ConversionStatus.APPROVED: "approved",
    ConversionStatus.DECLINED: "declined",
    ConversionStatus.REVERSED: "reversed",
}


def _number(gid: strawberry.ID | None, kind: str = "Partner") -> int | None:
    return None if gid is None else number_of(gid, kind)


def _page(found: Sequence[Found], first: int, after: int | None, id_of: Callable[[Found], int]) -> Sequence[Found]:
    """A page of a list that is read as a whole; of an id that is not in it, the first one."""
    start = 0 if after is None else next((place + 1 for place, one in enumerate(found) if id_of(one) == after), 0)
    return found[start : start + first]

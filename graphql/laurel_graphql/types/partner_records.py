"""Partners as the staff see them, with what is agreed, their keys, offers, purchases, statements and money."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import strawberry

from engine.conversions.reading import conversions_of
from engine.conversions.report_files import report_files_of
from engine.database import Connection, transaction_time
from engine.offers.catalog import offers_of
from engine.offers.pools import pools_of
from engine.partners.agreements import agreements_by_partner
from engine.partners.facts import Agreement, Partner, in_force
from engine.partners.key_store import StoredKey, keys_of
from engine.settlement.payments import payments_of
from engine.settlement.reading import RunningCycle, running_cycle, statements_of
from engine.settlement.suspense import suspense_of
from laurel_graphql.context import MerchantContext, MerchantInfo
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import After, First, number_after
from laurel_graphql.types.agreement_records import PartnerAgreement, agreement_of
from laurel_graphql.types.code_pool_records import CodePoolRecord, pool_of
from laurel_graphql.types.conversion_records import ConversionConnection
from laurel_graphql.types.conversion_records import connection_of as conversions_page
from laurel_graphql.types.game_desk import game_desk
from laurel_graphql.types.money import Money
from laurel_graphql.types.offer_records import OfferRecord, offer_of
from laurel_graphql.types.partner_figures import (
    FirstDay,
    LastDay,
    OfferFigures,
    SuspenseCount,
    figures_read,
    suspense_counts,
)
from laurel_graphql.types.payment_records import PartnerPaymentConnection, payments_page
from laurel_graphql.types.report_file_records import ReportFileRecord, report_file_of
from laurel_graphql.types.statement_lines import StatementDue, StatementTotal, dues_of, exact_money, totals_of
from laurel_graphql.types.statement_records import StatementConnection
from laurel_graphql.types.statement_records import connection_of as statements_page
from laurel_graphql.types.suspense_records import SuspenseRowConnection, suspense_page


@strawberry.type(
    description="A key by which a partner logs in and signs its reports. The key itself is never shown again."
)
class PartnerKey:
    key_id: str = strawberry.field(description="Its name, the part of it that is no secret.")
    label: str = strawberry.field(description="What it is for.")
    created_at: datetime = strawberry.field(description="When it was made.")
    created_by: str = strawberry.field(description="Who made it.")
    last_used_at: datetime | None = strawberry.field(description="When it was last used, null for never.")
    revoked_at: datetime | None = strawberry.field(description="When it was revoked, null while it is good.")


@strawberry.type(description="What would be on a partner's next statement if it were issued now.")
class PartnerRunningCycle:
    starts_at: datetime = strawberry.field(description="The first moment that it is for.")
    ends_at: datetime = strawberry.field(description="The first moment after its cycle.")
    totals: list[StatementTotal] = strawberry.field(description="Sums by currency and kind.")
    dues: list[StatementDue] = strawberry.field(description="What it comes to, by currency.")


@strawberry.type(name="Partner", description="A brand whose customers are ours, too, and what is agreed with it.")
class PartnerRecord:
    number: strawberry.Private[int]
    id: strawberry.ID = strawberry.field(description="The partner's global id.")
    handle: str = strawberry.field(description="Its handle.")
    name: str = strawberry.field(description="Its name.")
    website: str | None = strawberry.field(description="Its address.")
    about: str = strawberry.field(description="A few words about it; empty for none.")
    version: int = strawberry.field(description="Counts its changes, those of its agreement among them.")
    created_at: datetime = strawberry.field(description="When it was made.")
    paused_at: datetime | None = strawberry.field(description="Since when it is paused, null while it is not.")
    archived_at: datetime | None = strawberry.field(description="When it was archived.")
    agreement: PartnerAgreement | None = strawberry.field(description="What is in force now, null before anything is.")
    agreements: list[PartnerAgreement] = strawberry.field(description="All versions of what is agreed, newest first.")
    prepaid: Money | None = strawberry.field(
        description="What it paid beforehand and has left, null where nothing is paid beforehand."
    )
    statements_issued: int = strawberry.field(description="How many statements there are.")

    @computed("Its keys, newest first, revoked ones too.")
    async def keys(self, info: MerchantInfo) -> list[PartnerKey]:
        """Their names only."""
        async with info.context.reading() as connection:
            found = await keys_of(connection, info.context.program_id, self.number)
        return [key_of(one) for one in found]

    @computed("Its offers, in the list's order.")
    async def offers(self, info: MerchantInfo) -> list[OfferRecord]:
        """Those that are not archived."""
        async with info.context.reading() as connection:
            found = await offers_of(connection, info.context.program_id, partner_id=self.number)
            desk = await game_desk(connection, info.context)
        return [offer_of(one, desk) for one in found]

    @computed("Its pools of codes, newest first.")
    async def code_pools(self, info: MerchantInfo) -> list[CodePoolRecord]:
        """Ended ones too."""
        async with info.context.reading() as connection:
            found = await pools_of(connection, info.context.program_id, self.number)
        return [pool_of(one) for one in found]

    @computed("Purchases of members there, newest first.")
    async def conversions(self, info: MerchantInfo, first: First = 20, after: After = None) -> ConversionConnection:
        """One page of them."""
        context, before = info.context, number_after(after, "Conversion")
        async with context.reading() as connection:
            found = await conversions_of(
                connection, context.program_id, first + 1, before, partner_id=self.number
            )  # fmt: skip
        return conversions_page(found, context.locale, first, after)

    @computed("The newest files of its reports.")
    async def report_files(self, info: MerchantInfo, first: First = 20) -> list[ReportFileRecord]:
        """With how far each is."""
        async with info.context.reading() as connection:
            found = await report_files_of(connection, info.context.program_id, self.number, first)
        return [report_file_of(one) for one in found]

    @computed("Its statements, newest first.")
    async def statements(self, info: MerchantInfo, first: First = 20, after: After = None) -> StatementConnection:
        """One page of them."""
        context, before = info.context, number_after(after, "Statement")
        async with context.reading() as connection:
            found = await statements_of(connection, context.program_id, self.number, first=first + 1, after=before)
        return statements_page(found, first, after)

    @computed("What would be on the next statement now, null before anything happened.")
    async def running_cycle(self, info: MerchantInfo) -> PartnerRunningCycle | None:
        """Worked out from the books."""
        async with info.context.reading() as connection:
            found = await running_cycle(connection, info.context.program_id, self.number)
        return None if found is None else _running(found)

    @computed("Payments by it and to it, newest first.")
    async def payments(self, info: MerchantInfo, first: First = 20, after: After = None) -> PartnerPaymentConnection:
        """One page of them."""
        context, before = info.context, number_after(after, "PartnerPayment")
        async with context.reading() as connection:
            found = await payments_of(connection, context.program_id, self.number, first=first + 1, after=before)
        return payments_page(found, first, after)

    @computed("What its books and ours do not agree about yet, oldest first.")
    async def suspense(self, info: MerchantInfo, first: First = 20, after: After = None) -> SuspenseRowConnection:
        """One page of the open rows."""
        context, start = info.context, number_after(after, "SuspenseRow")
        async with context.reading() as connection:
            found = await suspense_of(connection, context.program_id, self.number, first=first + 1, after=start)
        return suspense_page(found, first, after)

    @computed("How many rows do not match for how long, youngest first.")
    async def suspense_aging(self, info: MerchantInfo) -> list[SuspenseCount]:
        """Open rows only."""
        async with info.context.reading() as connection:
            return await suspense_counts(connection, info.context, self.number)

    @computed("What its offers brought between two days; those with which something happened.")
    async def figures(
        self, info: MerchantInfo, first_day: FirstDay = None, last_day: LastDay = None
    ) -> list[OfferFigures]:
        """Empty before anything is agreed."""
        if self.agreement is None:
            return []
        async with info.context.reading() as connection:
            return await figures_read(connection, info.context, self.number, self.agreement, (first_day, last_day))


async def partners_read(
    connection: Connection, context: MerchantContext, records: Iterable[Partner]
) -> list[PartnerRecord]:
    """Partners with what is agreed with them, read at once for all."""
    partners = list(records)
    agreements = await agreements_by_partner(connection, context.program_id, [one.partner_id for one in partners])
    now = await transaction_time(connection)
    return [_partner(one, agreements.get(one.partner_id, ()), now) for one in partners]


def key_of(record: StoredKey) -> PartnerKey:
    """The key of an engine's record, without its secret."""
    return PartnerKey(
        key_id=record.key_id,
        label=record.label,
        created_at=record.created_at,
        created_by=record.created_by,
        last_used_at=record.last_used_at,
        revoked_at=record.revoked_at,
    )


def _partner(record: Partner, agreements: Sequence[Agreement], now: datetime) -> PartnerRecord:
    current = in_force(agreements, now)
    return PartnerRecord(
        number=record.partner_id,
        id=strawberry.ID(gid("Partner", record.partner_id)),
        handle=record.handle,
        name=record.profile.name,
        website=record.profile.website,
        about=record.profile.about,
        version=record.version,
        created_at=record.created_at,
        paused_at=record.paused_at,
        archived_at=record.archived_at,
        agreement=None if current is None else agreement_of(current, current=True),
        agreements=[agreement_of(one, current=one == current) for one in reversed(agreements)],
        prepaid=_prepaid(record, agreements),
        statements_issued=record.statements_issued,
    )


def _prepaid(record: Partner, agreements: Sequence[Agreement]) -> Money | None:
    """Prepaid versions of an agreement are all in one currency; what is left stays when a later one is not prepaid."""
    currency = next((one.definition.currency for one in agreements if one.definition.billing == "prepaid"), None)
    return None if currency is None else exact_money(record.prepaid_micros, currency)


def _running(found: RunningCycle) -> PartnerRunningCycle:
    return PartnerRunningCycle(
        starts_at=found.starts_at, ends_at=found.ends_at, totals=totals_of(found.totals), dues=dues_of(found.totals)
    )

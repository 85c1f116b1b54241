"""Purchases at partners as the staff see them: whose, by which offer, what they give, and how that was decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum

import strawberry

from engine.conversions.appeals import Appeal
from engine.conversions.reading import ConversionView, changes_of
from laurel_graphql.context import MerchantInfo
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import PageInfo, cursor_of, cut
from laurel_graphql.scalars import Points
from laurel_graphql.texts import language_of
from laurel_graphql.types.money import Money, money_of
from laurel_graphql.types.offer_records import PartnerFace
from laurel_graphql.types.partner_purchases import PurchaseOffer, decline_text
from laurel_graphql.types.statement_lines import exact_money


@strawberry.enum(description="Where a conversion stands.")
class ConversionStatus(Enum):
    PENDING = strawberry.enum_value("PENDING", description="It waits to be approved, by time or by hand.")
    APPROVED = strawberry.enum_value("APPROVED", description="It counts.")
    DECLINED = strawberry.enum_value("DECLINED", description="It does not count; the partner may appeal.")
    REVERSED = strawberry.enum_value("REVERSED", description="All of it was given back, or the staff took it back.")


@strawberry.enum(description="By what a purchase was credited to an offer.")
class ConversionAttribution(Enum):
    NUMBER = strawberry.enum_value("NUMBER", description="By the member's number at the partner.")
    CODE = strawberry.enum_value("CODE", description="By a code.")
    CLICK = strawberry.enum_value("CLICK", description="By a click on a link.")


@strawberry.enum(description="What became of an appeal.")
class AppealDecision(Enum):
    UPHELD = strawberry.enum_value("UPHELD", description="The purchase stays declined.")
    APPROVED = strawberry.enum_value("APPROVED", description="The purchase was approved.")


@strawberry.type(description="What a partner says against the decline of a purchase.")
class ConversionAppeal:
    said: str = strawberry.field(description="Why it should count.")
    appealed_by: str = strawberry.field(description="Who said so, such as `partner:…` or `staff:17`.")
    appealed_at: datetime = strawberry.field(description="When.")
    decision: AppealDecision | None = strawberry.field(description="What became of it, null while it is open.")
    decided_by: str | None = strawberry.field(description="Who decided.")
    decided_at: datetime | None = strawberry.field(description="When it was decided.")
    note: str | None = strawberry.field(description="What was said to it.")


@strawberry.type(description="Something that happened to a conversion.")
class ConversionChange:
    kind: str = strawberry.field(description="What happened: reported, refunded, approved, declined, reversed, …")
    status: ConversionStatus = strawberry.field(description="Where it stood after.")
    reason: str | None = strawberry.field(description="Why.")
    actor: str = strawberry.field(description="Who did it.")
    changed_at: datetime = strawberry.field(description="When.")


@strawberry.type(description="A purchase at a partner that was credited to an offer: one of each order and partner.")
class Conversion:
    number: strawberry.Private[int]
    id: strawberry.ID = strawberry.field(description="The conversion's global id.")
    status: ConversionStatus = strawberry.field(description="Where it stands.")
    reason: str | None = strawberry.field(description="Why it was declined or reversed: a code, or the staff's words.")
    reason_text: str | None = strawberry.field(description="The same as a sentence.")
    partner: PartnerFace = strawberry.field(description="Where it was.")
    offer: PurchaseOffer = strawberry.field(description="Which offer it is credited to.")
    member_id: strawberry.ID = strawberry.field(description="The member's global id.")
    subject: str = strawberry.field(description="By which name the partner knows the member in what is exchanged.")
    claim_id: strawberry.ID = strawberry.field(description="The global id of the claim that it is credited to.")
    reference: str = strawberry.field(description="The partner's own name for the order.")
    attributed_by: ConversionAttribution = strawberry.field(description="By what it was credited.")
    occurred_at: datetime = strawberry.field(description="When it was.")
    approves_at: datetime | None = strawberry.field(description="When it is approved by itself, null once decided.")
    amount: Money = strawberry.field(description="What was paid.")
    refunded: Money = strawberry.field(description="What was given back of it.")
    points: Points = strawberry.field(description="What it gives the member now, after refunds.")
    payment: Money = strawberry.field(
        description="Money for it now, after refunds and not rounded: above zero the partner pays, below zero the shop."
    )
    appeal: ConversionAppeal | None = strawberry.field(description="The newest appeal, null for none.")

    @computed("What happened to it, oldest first.")
    async def changes(self, info: MerchantInfo) -> list[ConversionChange]:
        """All that ever did."""
        async with info.context.reading() as connection:
            found = await changes_of(connection, info.context.program_id, self.number)
        return [
            ConversionChange(
                kind=one.kind, status=ConversionStatus[one.state.upper()], reason=one.reason, actor=one.actor,
                changed_at=one.changed_at,
            )
            for one in found
        ]  # fmt: skip


@strawberry.type(description="A conversion on a page.")
class ConversionEdge:
    cursor: str = strawberry.field(description="Marks this place in the list.")
    node: Conversion = strawberry.field(description="The conversion.")


@strawberry.type(description="A page of conversions.")
class ConversionConnection:
    nodes: list[Conversion] = strawberry.field(description="The conversions, newest first.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")

    @computed("The conversions, each with its cursor.")
    def edges(self) -> list[ConversionEdge]:
        """Made only where they are asked for."""
        return [ConversionEdge(cursor=cursor_of("Conversion", node.number), node=node) for node in self.nodes]


def conversion_of(view: ConversionView, locale: str) -> Conversion:
    """The conversion of an engine's view."""
    record = view.conversion
    return Conversion(
        number=record.conversion_id,
        id=strawberry.ID(gid("Conversion", record.conversion_id)),
        status=ConversionStatus[record.state.upper()],
        reason=record.reason,
        reason_text=None if record.reason is None else decline_text(record.reason, language_of(locale)),
        partner=PartnerFace(
            id=strawberry.ID(gid("Partner", record.partner_id)), handle=view.partner_handle, name=view.partner_name
        ),
        offer=PurchaseOffer(
            id=strawberry.ID(gid("Offer", record.offer_id)), handle=view.offer_handle, title=view.offer_title
        ),
        member_id=strawberry.ID(gid("Member", record.member_id)),
        subject=view.subject,
        claim_id=strawberry.ID(gid("OfferClaim", record.claim_id)),
        reference=record.reference,
        attributed_by=ConversionAttribution[record.attributed_by.upper()],
        occurred_at=record.occurred_at,
        approves_at=record.approves_at,
        amount=money_of(record.amount_minor, record.currency),
        refunded=money_of(record.refunded_minor, record.currency),
        points=Points(record.due_points),
        payment=exact_money(record.due_micros, view.payment_currency),
        appeal=None if view.appeal is None else _appeal(view.appeal),
    )


def connection_of(views: Sequence[ConversionView], locale: str, first: int, after: str | None) -> ConversionConnection:
    """A page of `first`, when `first + 1` conversions were asked for and these were found."""
    found = [conversion_of(view, locale) for view in views]
    return ConversionConnection(nodes=found[:first], page_info=cut(found, "Conversion", first, after))


def _appeal(record: Appeal) -> ConversionAppeal:
    return ConversionAppeal(
        said=record.said,
        appealed_by=record.appealed_by,
        appealed_at=record.appealed_at,
        decision=None if record.decision is None else AppealDecision[record.decision.upper()],
        decided_by=record.decided_by,
        decided_at=record.decided_at,
        note=record.note,
    )

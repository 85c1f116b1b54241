"""What a member bought at partners: what each purchase gives, when, and if nothing, why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum

import strawberry

from engine.conversions.reading import ConversionView
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import PageInfo, cursor_of, cut
from laurel_graphql.refusals import Words
from laurel_graphql.scalars import Points
from laurel_graphql.texts import TEXTS, day_text
from laurel_graphql.types.money import Money, money_of
from laurel_graphql.types.offer_claims import ClaimedPartner


@strawberry.enum(description="What became of a purchase at a partner.")
class PartnerPurchaseStatus(Enum):
    PENDING = strawberry.enum_value("PENDING", description="It waits until it is approved.")
    APPROVED = strawberry.enum_value("APPROVED", description="It counts.")
    DECLINED = strawberry.enum_value("DECLINED", description="It does not count.")
    REVERSED = strawberry.enum_value("REVERSED", description="It was given back, or counts no more.")


@strawberry.type(description="The offer that a purchase came from.")
class PurchaseOffer:
    id: strawberry.ID = strawberry.field(description="The offer's global id.")
    handle: str = strawberry.field(description="Its handle.")
    title: str = strawberry.field(description="Its title.")


@strawberry.type(description="A purchase at a partner, as the partner reported it.")
class PartnerPurchase:
    number: strawberry.Private[int]
    id: strawberry.ID = strawberry.field(description="The purchase's global id.")
    status: PartnerPurchaseStatus = strawberry.field(description="What became of it.")
    partner: ClaimedPartner = strawberry.field(description="Where it was.")
    offer: PurchaseOffer = strawberry.field(description="The offer that it came from.")
    reference: str = strawberry.field(description="The partner's own name for the order.")
    occurred_at: datetime = strawberry.field(description="When it was.")
    amount: Money = strawberry.field(description="What was paid.")
    refunded: Money = strawberry.field(description="What was given back of it.")
    points: Points = strawberry.field(description="What it gives, or will give, after refunds.")
    approves_at: datetime | None = strawberry.field(description="When it is approved by itself, null once decided.")
    message: str = strawberry.field(description="How it stands, as a sentence.")


@strawberry.type(description="A purchase on a page.")
class PartnerPurchaseEdge:
    cursor: str = strawberry.field(description="Marks this place in the list.")
    node: PartnerPurchase = strawberry.field(description="The purchase.")


@strawberry.type(description="A page of purchases at partners.")
class PartnerPurchaseConnection:
    nodes: list[PartnerPurchase] = strawberry.field(description="The purchases, newest first.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")

    @computed("The purchases, each with its cursor.")
    def edges(self) -> list[PartnerPurchaseEdge]:
        """Made only where they are asked for."""
        return [PartnerPurchaseEdge(cursor=cursor_of("PartnerPurchase", node.number), node=node) for node in self.nodes]


def purchase_of(view: ConversionView, words: Words) -> PartnerPurchase:
    """The purchase of an engine's view."""
    record = view.conversion
    return PartnerPurchase(
        number=record.conversion_id,
        id=strawberry.ID(gid("PartnerPurchase", record.conversion_id)),
        status=PartnerPurchaseStatus[record.state.upper()],
        partner=ClaimedPartner(handle=view.partner_handle, name=view.partner_name),
        offer=PurchaseOffer(
            id=strawberry.ID(gid("Offer", record.offer_id)), handle=view.offer_handle, title=view.offer_title
        ),
        reference=record.reference,
        occurred_at=record.occurred_at,
        amount=money_of(record.amount_minor, record.currency),
        refunded=money_of(record.refunded_minor, record.currency),
        points=Points(record.due_points),
        approves_at=record.approves_at,
        message=_message(view, words),
    )


def connection_of(
    views: Sequence[ConversionView], words: Words, first: int, after: str | None
) -> PartnerPurchaseConnection:
    """A page of `first`, when `first + 1` purchases were asked for and these were found."""
    found = [purchase_of(view, words) for view in views]
    return PartnerPurchaseConnection(nodes=found[:first], page_info=cut(found, "PartnerPurchase", first, after))


def decline_text(reason: str | None, language: str) -> str:
    """Why a purchase does not count: a sentence of ours for a code of ours, else what the shop's staff wrote."""
    texts = TEXTS[language]
    return texts.get(f"purchase.reason.{(reason or '').lower()}") or reason or texts["purchase.reason.none"]


def _message(view: ConversionView, words: Words) -> str:
    record, texts = view.conversion, TEXTS[words.language]
    if record.state == "pending" and record.approves_at is not None:
        day = record.approves_at.astimezone(words.zone).date()
        return texts["purchase.pending"].format(day=day_text(day, words.language))
    if record.state in ("declined", "reversed"):
        return texts[f"purchase.{record.state}"].format(reason=decline_text(record.reason, words.language))
    if record.state == "pending":
        return texts["purchase.pending.open"]
    return texts["purchase.approved" if record.due_points else "purchase.approved.nothing"]

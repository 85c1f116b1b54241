"""What a shopper may do with partners' offers: ask what an exchange gives, and claim."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import strawberry

from engine.offers.claiming import claim_offer
from engine.offers.exchanging import quote_exchange
from engine.offers.refusals import ClaimRefused, ReasonCode
from laurel_graphql.caller import member_after, words_for
from laurel_graphql.changes import Change, ChangeRefused, codes_of, mutation
from laurel_graphql.context import StorefrontContext, StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid, number_of
from laurel_graphql.inputs.given import Fault
from laurel_graphql.inputs.texts import readable
from laurel_graphql.offer_sentences import offer_refusal_text
from laurel_graphql.scalars import Points
from laurel_graphql.types.game_desk import game_desk
from laurel_graphql.types.members import Member
from laurel_graphql.types.offer_claims import OfferClaim, claim_of

_CODES = {
    "SIGNED_OUT": "Returned when nobody is logged in.",
    "OFFER_NOT_FOUND": "Returned when the program has no such offer.",
    "OFFER_CLOSED": "Returned when the shop or the partner ended it.",
    "NOT_STARTED": "Returned before the offer's first moment.",
    "ENDED": "Returned after the offer's last moment.",
    "TIER_REQUIRED": "Returned when it is for members of other tiers.",
    "PLAN_REQUIRED": "Returned when it is for members of paid plans.",
    "TAG_REQUIRED": "Returned when it is for other customers.",
    "MEMBER_LIMIT": "Returned when the member had as many, or exchanged as much, as each may.",
    "SOLD_OUT": "Returned when none is left.",
    "BUDGET_USED_UP": "Returned when its budget was given away.",
    "NOT_ENOUGH_POINTS": "Returned when the member has too few points.",
    "CAP_REACHED": "Returned when what was agreed with the partner has no room now.",
    "QUOTE_REQUIRED": "Returned when an exchange is claimed without a quote.",
    "QUOTE_EXPIRED": "Returned when the quote ran out, was used, or is for something else.",
    "POINTS_INVALID": "Returned when so many points cannot be exchanged.",
    "ACCOUNT_INVALID": "Returned unless an exchange names the account at the partner.",
    "RATE_LIMITED": "Returned when the member claimed too often within a minute.",
    "INVALID_IDEMPOTENCY_KEY": "Returned unless the key is 1 to 100 visible ASCII characters.",
    "IDEMPOTENCY_KEY_REUSED": "Returned when the key stands for a claim with other input.",
}
_OF_CLAIMS_ONLY = (
    "QUOTE_REQUIRED", "QUOTE_EXPIRED", "ACCOUNT_INVALID", "INVALID_IDEMPOTENCY_KEY", "IDEMPOTENCY_KEY_REUSED",
)  # fmt: skip
_OF_QUOTES_ONLY = ("POINTS_INVALID",)
_FIELDS = {
    "OFFER_NOT_FOUND": "offerId",
    "QUOTE_REQUIRED": "quoteId",
    "QUOTE_EXPIRED": "quoteId",
    "POINTS_INVALID": "points",
    "ACCOUNT_INVALID": "account",
    "INVALID_IDEMPOTENCY_KEY": "idempotencyKey",
    "IDEMPOTENCY_KEY_REUSED": "idempotencyKey",
}


@strawberry.type(description="What an exchange gives, promised for a minute and good once.")
class OfferQuote:
    id: strawberry.ID = strawberry.field(description="The quote's global id, for `offerClaim`.")
    points: Points = strawberry.field(description="What it takes: never more than were asked about.")
    gives: Points = strawberry.field(description="The partner's points that it gives.")
    expires_at: datetime = strawberry.field(description="The first moment at which it is good no more.")


@strawberry.type
class _Afterwards:
    @computed("The member after it, null when nobody is logged in.")
    async def me(self, info: StorefrontInfo) -> Member | None:
        """Read anew, where it is asked for."""
        return await member_after(info.context)


@strawberry.type
class _Quoted(_Afterwards):
    quote: OfferQuote | None = strawberry.field(default=None, description="The quote, null when refused.")


@strawberry.type
class _Claimed(_Afterwards):
    claim: OfferClaim | None = strawberry.field(
        default=None, description="The claim as it stands now, null when refused."
    )


@strawberry.input(description="Which exchange, for how many points.")
class OfferQuoteInput:
    offer_id: strawberry.ID = strawberry.field(description="The offer's global id.")
    points: Points = strawberry.field(description="How many points at most.")


@strawberry.input(description="Which offer, and for an exchange by which quote.")
class OfferClaimInput:
    offer_id: strawberry.ID = strawberry.field(description="The offer's global id.")
    idempotency_key: str = strawberry.field(
        description="Made by the client, 1 to 100 visible ASCII characters, one for each claim that is wanted. Sending "
        "it again with the same input returns the same claim as it stands then."
    )
    quote_id: strawberry.ID | None = strawberry.field(
        default=None, description="For an exchange: the quote's global id."
    )
    account: str | None = strawberry.field(
        default=None, description="For an exchange: the member's account at the partner, 1 to 100 characters."
    )


async def _quote(context: StorefrontContext, given: OfferQuoteInput) -> Mapping[str, Any]:
    offer_id = number_of(given.offer_id, "Offer")
    if context.customer_id is None:
        raise await _refused(context, "SIGNED_OUT")
    try:
        async with context.writing() as connection:
            quote = await quote_exchange(
                connection, context.program_id, context.shop_id, context.customer_id, offer_id, given.points
            )
    except ClaimRefused as refusal:
        raise await _refused(context, refusal.code, refusal) from None
    return {
        "quote": OfferQuote(
            id=strawberry.ID(gid("OfferQuote", quote.quote_id)), points=Points(quote.points),
            gives=Points(quote.gives), expires_at=quote.expires_at,
        )
    }  # fmt: skip


async def _claim(context: StorefrontContext, given: OfferClaimInput) -> Mapping[str, Any]:
    offer_id = number_of(given.offer_id, "Offer")
    quote_id = None if given.quote_id is None else number_of(given.quote_id, "OfferQuote")
    account = None if given.account is None else readable(given.account)
    if context.customer_id is None:
        raise await _refused(context, "SIGNED_OUT")
    try:
        async with context.writing() as connection:
            claim = await claim_offer(
                connection, context.program_id, context.shop_id, context.customer_id, offer_id,
                given.idempotency_key, quote_id=quote_id, account=account,
            )  # fmt: skip
            return {"claim": claim_of(claim, await game_desk(connection, context))}
    except ClaimRefused as refusal:
        raise await _refused(context, refusal.code, refusal) from None


async def _refused(context: StorefrontContext, code: str, refusal: ClaimRefused | None = None) -> ChangeRefused:
    """The refusal in the caller's language; its transaction is over by now."""
    details = {} if refusal is None else refusal.details
    message = offer_refusal_text(code, details, await words_for(context, code))
    field = _FIELDS.get(code)
    return ChangeRefused([(str(code), Fault(["input"] if field is None else ["input", field], message))])


def _codes(without: tuple[str, ...]) -> dict[str, str]:
    return codes_of(_CODES, (code.name for code in ReasonCode if code.name not in without))


@strawberry.type
class OfferMutations:
    """Mutations of offers, for the storefront's schema."""

    offer_quote = mutation(
        Change(
            name="offer_quote",
            description="Ask what an exchange gives. Takes nothing; the answer is promised for a minute.",
            refused="no quote was made",
            takes=OfferQuoteInput,
            gives=_Quoted,
            codes=_codes(without=_OF_CLAIMS_ONLY),
            does=_quote,
        )
    )
    offer_claim = mutation(
        Change(
            name="offer_claim",
            description="Take what an offer gives.",
            refused="an offer was not claimed",
            takes=OfferClaimInput,
            gives=_Claimed,
            codes=_codes(without=_OF_QUOTES_ONLY),
            does=_claim,
        )
    )

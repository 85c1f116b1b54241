"""Offers as a shopper sees them: what can be claimed, what is in the way, how many are left, what they have of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.offers.availability import reasons_of, remaining
from engine.offers.catalog import Offer, offers_of
from engine.offers.claims import Claim, claims_named
from engine.offers.pools import codes_left
from engine.offers.refusals import Reason
from engine.offers.standing import open_desk

_NEWEST = text("""
    SELECT max(claim_id) FROM offer_claims WHERE program_id = :program_id AND state <> 'void' AND member_id = ANY (
        ARRAY(SELECT member_id FROM members WHERE program_id = :program_id
            AND (member_id = :member_id OR merged_into = :member_id)))
    AND offer_id = ANY(:offers) GROUP BY offer_id
""")


@dataclass(frozen=True, slots=True)
class OfferView:
    """An offer for one shopper. `remaining` None: no end of them. `claim` is their own newest that is not void."""

    offer: Offer
    remaining: int | None
    reasons: tuple[Reason, ...]
    claim: Claim | None

    @property
    def allowed(self) -> bool:
        """Whether it could be claimed right now."""
        return not self.reasons


async def offers_for(
    connection: AsyncConnection, program_id: int, shop_id: int, customer_id: int | None
) -> list[OfferView]:
    """The published offers of active partners in the merchant's order; `customer_id` None: nobody is signed in.

    An offer that is over is shown to those only who claimed it.
    """
    found = [offer for offer in await offers_of(connection, program_id) if offer.state != "draft"]
    views = await views_of(connection, program_id, shop_id, customer_id, found)
    return [view for view in views if view.claim is not None or _is_on(view)]


async def views_of(
    connection: AsyncConnection, program_id: int, shop_id: int, customer_id: int | None, offers: Iterable[Offer]
) -> list[OfferView]:
    """These offers as one shopper sees them."""
    offers = list(offers)
    desk = await open_desk(connection, program_id, shop_id, customer_id, offers)
    pools = sorted({pool_id for offer in offers if (pool_id := offer.definition.pool_id) is not None})
    left = await codes_left(connection, program_id, pools) if pools else {}
    claims: dict[int, Claim] = {}
    if desk.asker is not None and offers:
        given = {
            "program_id": program_id, "member_id": desk.asker.member_id, "offers": [one.offer_id for one in offers],
        }  # fmt: skip
        newest = list((await connection.execute(_NEWEST, given)).scalars())
        claims = {claim.offer_id: claim for claim in await claims_named(connection, program_id, newest)}
    views = []
    for offer in offers:
        codes = None if offer.definition.pool_id is None else left.get(offer.definition.pool_id, 0)
        moment = desk.moment(offer, codes)
        reasons = tuple(reasons_of(offer, desk.asker, moment))
        views.append(OfferView(offer, remaining(offer, moment), reasons, claims.get(offer.offer_id)))
    return views


def _is_on(view: OfferView) -> bool:
    """Whether it is of any use to who has nothing of it: it can be claimed now, later, or by somebody else."""
    return not {"OFFER_CLOSED", "ENDED"} & {reason.code.value for reason in view.reasons}

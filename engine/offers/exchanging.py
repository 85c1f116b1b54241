"""Points for a partner's points, at a rate that is quoted first: a quote is good for a minute, and once."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.money import POINTS_MAXIMUM, MoneyError
from engine.offers.availability import reasons_of
from engine.offers.catalog import Offer, offer_of
from engine.offers.definitions import Exchange, OfferDefinition
from engine.offers.refusals import ClaimRefused, Detail, ReasonCode
from engine.offers.standing import exchanged_today, open_desk
from engine.partners.definitions import AgreementDefinition
from engine.partners.kinds import micros_for

QUOTE_SECONDS = 60
OPEN_QUOTES_MAXIMUM = 20
"""The most quotes of a member that are good at a time."""
ACCOUNT_MAXIMUM = 100

_OPEN = text("""
    SELECT count(*) FROM exchange_quotes
    WHERE program_id = :program_id AND member_id = :member_id AND expires_at > now() AND claim_id IS NULL
""")
_INSERT = text(f"""
    INSERT INTO exchange_quotes (program_id, quote_id, offer_id, offer_version, member_id, points, gives, expires_at)
    VALUES (:program_id, nextval('ledger_ids'), :offer_id, :offer_version, :member_id, :points, :gives,
        now() + interval '{QUOTE_SECONDS} seconds')
    RETURNING quote_id, expires_at
""")
_TAKE = text("""
    UPDATE exchange_quotes SET claim_id = :claim_id
    WHERE program_id = :program_id AND quote_id = :quote_id AND offer_id = :offer_id AND member_id = ANY(:owners)
        AND claim_id IS NULL AND expires_at > now()
    RETURNING offer_version, points, gives
""")
_FORGET = text("""
    DELETE FROM exchange_quotes WHERE (program_id, quote_id) IN (
        SELECT program_id, quote_id FROM exchange_quotes
        WHERE expires_at < now() - interval '1 day' ORDER BY expires_at LIMIT :most)
""")


@dataclass(frozen=True, slots=True)
class ExchangeQuote:
    """So many of the member's points become so many of the partner's, until `expires_at`."""

    quote_id: int
    offer_id: int
    points: int
    gives: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TakenQuote:
    """A quote that a claim has used up, with the version of the offer that it was made by."""

    offer_version: int
    points: int
    gives: int


async def quote_exchange(
    connection: AsyncConnection, program_id: int, shop_id: int, customer_id: int, offer_id: int, points: int
) -> ExchangeQuote:
    """Say what points come to, and hold the rate for a minute. What would give nothing more is not taken.

    Raises ClaimRefused, also with POINTS_INVALID.
    """
    offer = await offer_of(connection, program_id, offer_id)
    if offer is None or offer.archived_at is not None or offer.state == "draft":
        raise ClaimRefused(ReasonCode.OFFER_NOT_FOUND)
    exchange = offer.definition.gives
    if not isinstance(exchange, Exchange):
        raise ClaimRefused(ReasonCode.OFFER_NOT_FOUND)
    _check_points(exchange, points)
    gives = exchange.gives(points)
    taken = exchange.takes(gives)
    desk = await open_desk(connection, program_id, shop_id, customer_id, [offer])
    reasons = reasons_of(offer, desk.asker, desk.moment(offer), taken)
    if reasons:
        raise ClaimRefused(reasons[0].code, reasons[0].details)
    assert desk.asker is not None, "whoever is signed in is a member"
    _check_money(taken, desk.agreements[offer.partner_id].definition)
    member_id = desk.asker.member_id
    await check_day(connection, offer, member_id, taken, desk.now)
    if (await connection.execute(_OPEN, {"program_id": program_id, "member_id": member_id})).scalar_one() >= (
        OPEN_QUOTES_MAXIMUM
    ):
        raise ClaimRefused(ReasonCode.RATE_LIMITED, {"limit": OPEN_QUOTES_MAXIMUM})
    given = {
        "program_id": program_id, "offer_id": offer_id, "offer_version": offer.version, "member_id": member_id,
        "points": taken, "gives": gives,
    }  # fmt: skip
    row = (await connection.execute(_INSERT, given)).one()
    return ExchangeQuote(row.quote_id, offer_id, taken, gives, row.expires_at)


def _check_points(exchange: Exchange, points: int) -> None:
    most = exchange.maximum_points
    least, too_many = exchange.minimum_points, exchange.gives(points) > POINTS_MAXIMUM
    if points < least or (most is not None and points > most) or too_many:
        details: dict[str, Detail] = {"minimum": least}
        raise ClaimRefused(ReasonCode.POINTS_INVALID, details if most is None else {**details, "maximum": most})


def _check_money(points: int, agreement: AgreementDefinition) -> None:
    try:
        micros_for("exchanged", points, agreement)
    except MoneyError:
        raise ClaimRefused(ReasonCode.POINTS_INVALID) from None


async def take_quote(
    connection: AsyncConnection, offer: Offer, quote_id: int, claim_id: int, owners: Set[int]
) -> TakenQuote:
    """Use up a quote that was made to one of these members. Raises ClaimRefused QUOTE_EXPIRED for any other."""
    given = {
        "program_id": offer.program_id, "quote_id": quote_id, "offer_id": offer.offer_id, "claim_id": claim_id,
        "owners": sorted(owners),
    }  # fmt: skip
    row = (await connection.execute(_TAKE, given)).one_or_none()
    if row is None:
        raise ClaimRefused(ReasonCode.QUOTE_EXPIRED)
    return TakenQuote(row.offer_version, row.points, row.gives)


async def check_day(connection: AsyncConnection, offer: Offer, member_id: int, points: int, now: datetime) -> None:
    """What a member may exchange on one day. Raises ClaimRefused MEMBER_LIMIT with a unit of points."""
    exchange = offer.definition.gives
    if not isinstance(exchange, Exchange) or exchange.daily_points is None:
        return
    before = await exchanged_today(connection, offer.program_id, member_id, offer.offer_id, now)
    if before + points > exchange.daily_points:
        details: dict[str, Detail] = {"limit": exchange.daily_points, "period": "day", "unit": "points"}
        raise ClaimRefused(ReasonCode.MEMBER_LIMIT, details)


def account_of(definition: OfferDefinition, account: str | None) -> str | None:
    """The account at the partner that an exchange goes to; nothing else has one. Raises ClaimRefused."""
    if definition.kind != "exchange":
        return None
    trimmed = (account or "").strip()
    if not 0 < len(trimmed) <= ACCOUNT_MAXIMUM or not trimmed.isprintable():
        raise ClaimRefused(ReasonCode.ACCOUNT_INVALID)
    return trimmed


async def forget_quotes(connection: AsyncConnection, most: int = 1_000) -> int:
    """Delete quotes of the named tenants that ended a day ago; returns how many."""
    return (await connection.execute(_FORGET, {"most": most})).rowcount

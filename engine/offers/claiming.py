"""A member claims an offer: checked, handed out, paid for and counted in one transaction, under the member's lock.

Rows are locked in one order: the member, the code of the pool, the offer, the partner. The offer's row is taken by one
conditional statement at the end, with all that is written of the claim, so that nothing is ever given beyond its
budget, and those who want the same wait for no longer than a commit takes.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.crash import crash_point
from engine.idempotency import IdempotencyKeyInvalid, IdempotencyKeyReused, KeyedRequest, keyed_request
from engine.ledger import Ledger, MemberKey
from engine.members import member_of_customer
from engine.money import POINTS_MAXIMUM
from engine.offers.availability import Asker, Moment, points_needed, reasons_of
from engine.offers.booking import Booking, book, written_claim
from engine.offers.catalog import Offer
from engine.offers.claims import Claim, claim_of
from engine.offers.codes import BEFORE_LOOK, LET_GO
from engine.offers.definitions import Exchange
from engine.offers.exchanging import TakenQuote, account_of, check_day, take_quote
from engine.offers.looking import CLAIMS_PER_MINUTE, Asked, Look, look, look_back
from engine.offers.promising import promise
from engine.offers.refusals import ClaimRefused, ReasonCode
from engine.offers.spending import spend_for_claim
from engine.partners.facts import Agreement
from engine.reservations import open_ledger
from engine.rules.facts import Status
from engine.standings import read_status

_TRIES_MAXIMUM = 5


async def claim_offer(
    connection: AsyncConnection, program_id: int, shop_id: int, customer_id: int, offer_id: int,
    idempotency_key: str, *, quote_id: int | None = None, account: str | None = None,
) -> Claim:  # fmt: skip
    """Give an offer to a customer: a code, a link, a number, a voucher for points, or points of the partner's.

    An exchange needs a quote of `quote_exchange` and the member's account there. A repeat of the key with equal input
    gives the same claim as it stands now. Raises ClaimRefused; then this transaction must be rolled back.
    """
    asked = Asked(program_id, shop_id, customer_id, offer_id, quote_id, account)
    wanted = {"offer_id": offer_id, "quote_id": quote_id, "account": account}
    try:
        request = keyed_request(program_id, "", idempotency_key, wanted)
    except IdempotencyKeyInvalid:
        raise ClaimRefused(ReasonCode.INVALID_IDEMPOTENCY_KEY) from None
    for _ in range(_TRIES_MAXIMUM):
        try:
            claim = await _claim(connection, asked, request)
        except IdempotencyKeyReused:
            raise ClaimRefused(ReasonCode.IDEMPOTENCY_KEY_REUSED) from None
        if claim is not None:
            return claim
        await connection.execute(LET_GO)  # what was taken is back: look at the offer as it is now
    raise ClaimRefused(ReasonCode.OFFER_CLOSED)


async def _claim(connection: AsyncConnection, asked: Asked, request: KeyedRequest) -> Claim | None:
    """The claim that the key stands for, or a new one; None where the offer was changed meanwhile."""
    known = await look(connection, asked, request)
    if known.made is not None:
        return await _made(connection, asked.program_id, known.made)
    booking = await _prepare(connection, asked, known)
    if isinstance(booking, int):
        return await _made(connection, asked.program_id, booking)
    if not await book(connection, booking, known.request):
        return None
    crash_point("claim-before-commit")
    if booking.quote is not None and booking.quote.offer_version != booking.offer.version:
        return await _made(connection, asked.program_id, booking.claim_id)
    return written_claim(booking)


async def _made(connection: AsyncConnection, program_id: int, claim_id: int) -> Claim:
    found = await claim_of(connection, program_id, claim_id)
    assert found is not None, "the key stands for it"
    return found


async def _prepare(connection: AsyncConnection, asked: Asked, known: Look) -> Booking | int:
    """Check everything, take the code and the points: all but what many wait for. Raises ClaimRefused.

    An id: that of the claim that the key stands for since we looked.
    """
    offer = known.offer
    if offer is None or offer.archived_at is not None or offer.state == "draft":
        raise ClaimRefused(ReasonCode.OFFER_NOT_FOUND)
    account, needed = account_of(offer.definition, asked.account), points_needed(offer.definition)
    asker = await _asker(connection, asked, known, offer)
    key = MemberKey(asked.program_id, asker.member_id)
    made = await _refuse_early(connection, offer, asker, known)
    if made is not None:
        return made
    ledger = await _locked(connection, key, needed)
    root = ledger.root(key)
    await connection.execute(BEFORE_LOOK)
    before = await look_back(connection, root, offer, known)
    if before.made is not None:
        return before.made
    asker, moment = replace(asker, available=ledger.holdings[root].available), _moment(known, before.had)
    _refuse(offer, asker, moment, None)
    quote = await _quoted(ledger, key, asked, known)
    points = quote.points if quote is not None else needed
    if before.too_often:
        raise ClaimRefused(ReasonCode.RATE_LIMITED, {"limit": CLAIMS_PER_MINUTE})
    _refuse(offer, asker, moment, points)
    await check_day(connection, offer, root.member_id, points, ledger.now)
    promised = await promise(connection, offer, known.new_id, root.member_id, known.code_key, ledger.now)
    crash_point("claim-after-code")
    reservation_id = await _spend(ledger, key, offer, known.new_id, points)
    return Booking(
        offer=offer, agreement=_agreed(known), claim_id=known.new_id, member_id=root.member_id,
        shop_id=asked.shop_id, customer_id=asked.customer_id, promised=promised, points=points,
        reservation_id=reservation_id, quote=quote, account=account, now=ledger.now,
    )  # fmt: skip


async def _spend(ledger: Ledger, key: MemberKey, offer: Offer, claim_id: int, points: int) -> int | None:
    """Take what the claim costs; the hold that remembers its lots, None for what costs nothing."""
    if not points:
        return None
    reservation_id = await spend_for_claim(ledger, key, offer, claim_id, points)
    await ledger.write()
    crash_point("claim-after-points")
    return reservation_id


async def _asker(connection: AsyncConnection, asked: Asked, known: Look, offer: Offer) -> Asker:
    """Who asks; what they have to spend is found out under their lock."""
    member_id, status = known.member_id, Status()
    if member_id is None:
        found = await member_of_customer(connection, asked.program_id, asked.shop_id, asked.customer_id)
        member_id = found.member_id
    if offer.definition.tiers or offer.definition.plans:
        status = await read_status(connection, MemberKey(asked.program_id, member_id))
    return Asker(member_id, POINTS_MAXIMUM, known.tags, status.tier, frozenset(status.plans))


async def _refuse_early(connection: AsyncConnection, offer: Offer, asker: Asker, known: Look) -> int | None:
    """Who is refused anyway need not wait for the lock; the claim, where the key stands for one since we looked."""
    if not reasons_of(offer, asker, _moment(known, 0)):
        return None
    before = await look_back(connection, MemberKey(offer.program_id, asker.member_id), offer, known)
    if before.made is None:
        _refuse(offer, asker, _moment(known, before.had), None)
    return before.made


async def _locked(connection: AsyncConnection, key: MemberKey, points: int) -> Ledger:
    """Lock the member; their lots are only read where points are spent."""
    if points:
        return await open_ledger(connection, key, points)
    return await Ledger.open(connection, [key])


async def _quoted(ledger: Ledger, key: MemberKey, asked: Asked, known: Look) -> TakenQuote | None:
    """The quote of an exchange, used up by this claim; its points are loaded as well."""
    offer = known.offer
    if offer is None or not isinstance(offer.definition.gives, Exchange):
        return None
    if asked.quote_id is None:
        raise ClaimRefused(ReasonCode.QUOTE_REQUIRED)
    owners = {key.member_id, ledger.root(key).member_id}
    quote = await take_quote(ledger.connection, offer, asked.quote_id, known.new_id, owners)
    await ledger.load_spendable_lots(ledger.root(key), quote.points)
    return quote


def _moment(known: Look, had: int) -> Moment:
    return Moment(known.now, known.agreement, had=had)


def _agreed(known: Look) -> Agreement:
    assert known.agreement is not None, "without one the offer is closed"
    return known.agreement


def _refuse(offer: Offer, asker: Asker, moment: Moment, points: int | None) -> None:
    reasons = reasons_of(offer, asker, moment, points)
    if reasons:
        raise ClaimRefused(reasons[0].code, reasons[0].details)

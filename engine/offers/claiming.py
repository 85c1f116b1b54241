"""A member claims an offer: checked, handed out, paid for and counted in one transaction, under the member's lock.

Rows are locked in one order: the key of the request, the member, the code of the pool, the offer, the partner. The
offer's row is taken by one conditional statement at the end, so that nothing is ever given beyond its budget, and those
who want the same wait for no longer than a commit takes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.crash import crash_point
from engine.idempotency import IdempotencyKeyInvalid, IdempotencyKeyReused, KeyedRequest, begin, keyed_request, remember
from engine.ledger import Ledger, MemberKey
from engine.offers.availability import points_needed, reasons_of
from engine.offers.booking import Booking, book, write_claim
from engine.offers.catalog import Offer, offer_of
from engine.offers.claims import Claim, claim_of
from engine.offers.definitions import Exchange
from engine.offers.exchanging import TakenQuote, account_of, check_day, take_quote
from engine.offers.promising import promise
from engine.offers.refusals import ClaimRefused, ReasonCode
from engine.offers.spending import spend_for_claim
from engine.offers.standing import CLAIMS_PER_MINUTE, Desk, claims_too_often, had_before, open_desk
from engine.reservations import open_ledger

_KIND = "claim"
_TRIES_MAXIMUM = 5
# Never released: the commit does that, and until then others wait.
_BEGIN = text("SAVEPOINT claim")
_AGAIN = text("ROLLBACK TO SAVEPOINT claim")
_SCOPE = text("""
    SELECT 'claim ' || encode(subject_hash(redaction_key, 'claim', :shop_id, :customer_id), 'hex'), code_key,
        nextval('ledger_ids') FROM programs WHERE program_id = :program_id
""")


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who wants what; `claim_id` is what the claim will be called, if it is made."""

    program_id: int
    shop_id: int
    customer_id: int
    offer_id: int
    quote_id: int | None
    account: str | None
    code_key: bytes = b""
    claim_id: int = 0


async def claim_offer(
    connection: AsyncConnection, program_id: int, shop_id: int, customer_id: int, offer_id: int,
    idempotency_key: str, *, quote_id: int | None = None, account: str | None = None,
) -> Claim:  # fmt: skip
    """Give an offer to a customer: a code, a link, a number, a voucher for points, or points of the partner's.

    An exchange needs a quote of `quote_exchange` and the member's account there. A repeat of the key with equal input
    gives the same claim as it stands now. Raises ClaimRefused; then this transaction must be rolled back.
    """
    asked = _Asked(program_id, shop_id, customer_id, offer_id, quote_id, account)
    request, asked = await _keyed(connection, asked, idempotency_key)
    try:
        claim_id = await begin(connection, request, _KIND)
    except IdempotencyKeyReused:
        raise ClaimRefused(ReasonCode.IDEMPOTENCY_KEY_REUSED) from None
    if claim_id is None:
        return await _claim(connection, asked, request)
    return await _made(connection, program_id, claim_id)


async def _keyed(connection: AsyncConnection, asked: _Asked, key: str) -> tuple[KeyedRequest, _Asked]:
    """The request under its key. The scope is a keyed hash of the customer: it outlives their erasure."""
    given = {"program_id": asked.program_id, "shop_id": asked.shop_id, "customer_id": asked.customer_id}
    scope, code_key, claim_id = (await connection.execute(_SCOPE, given)).one()
    wanted = {"offer_id": asked.offer_id, "quote_id": asked.quote_id, "account": asked.account}
    try:
        request = keyed_request(asked.program_id, scope, key, wanted)
    except IdempotencyKeyInvalid:
        raise ClaimRefused(ReasonCode.INVALID_IDEMPOTENCY_KEY) from None
    return request, replace(asked, code_key=bytes(code_key), claim_id=claim_id)


async def _claim(connection: AsyncConnection, asked: _Asked, request: KeyedRequest) -> Claim:
    await connection.execute(_BEGIN)
    for _ in range(_TRIES_MAXIMUM):
        booking = await _prepare(connection, asked)
        await write_claim(connection, booking)
        await remember(connection, request, _KIND, booking.claim_id)
        claim = await _made(connection, asked.program_id, booking.claim_id)
        if await book(connection, booking):
            crash_point("claim-before-commit")
            return claim
        await connection.execute(_AGAIN)  # what was taken is back: look at the offer as it is now
    raise ClaimRefused(ReasonCode.OFFER_CLOSED)


async def _made(connection: AsyncConnection, program_id: int, claim_id: int) -> Claim:
    found = await claim_of(connection, program_id, claim_id)
    assert found is not None, "the key stands for it"
    return found


async def _prepare(connection: AsyncConnection, asked: _Asked) -> Booking:
    """Check everything, take the points and the code: all but what many wait for. Raises ClaimRefused."""
    offer = await offer_of(connection, asked.program_id, asked.offer_id)
    if offer is None or offer.archived_at is not None or offer.state == "draft":
        raise ClaimRefused(ReasonCode.OFFER_NOT_FOUND)
    account = account_of(offer.definition, asked.account)
    desk = await open_desk(connection, asked.program_id, asked.shop_id, asked.customer_id, [offer], limits=False)
    _refuse(offer, desk, None)  # who is refused anyway need not wait for the lock
    assert desk.asker is not None, "whoever is signed in is a member"
    key = MemberKey(asked.program_id, desk.asker.member_id)
    ledger = await _locked(connection, key, points_needed(offer.definition))
    root = ledger.root(key)
    quote = await _quoted(ledger, key, asked, offer)
    points = quote.points if quote is not None else points_needed(offer.definition)
    await _check_again(ledger, root, offer, desk, points)
    reservation_id = await spend_for_claim(ledger, key, offer, asked.claim_id, points) if points else None
    ledger.holdings[root].changed = True  # what is shown to the member is no longer as it was
    await ledger.write()
    crash_point("claim-after-points")
    promised = await promise(connection, offer, asked.claim_id, root.member_id, asked.code_key, ledger.now)
    crash_point("claim-after-code")
    return Booking(
        offer=offer, agreement=desk.agreements[offer.partner_id], claim_id=asked.claim_id, member_id=root.member_id,
        shop_id=asked.shop_id, customer_id=asked.customer_id, promised=promised, points=points,
        reservation_id=reservation_id, quote=quote, account=account, now=ledger.now,
    )  # fmt: skip


async def _locked(connection: AsyncConnection, key: MemberKey, points: int) -> Ledger:
    """Lock the member; their lots are only read where points are spent."""
    return await open_ledger(connection, key, points) if points else await Ledger.open(connection, [key])


async def _quoted(ledger: Ledger, key: MemberKey, asked: _Asked, offer: Offer) -> TakenQuote | None:
    """The quote of an exchange, used up by this claim; its points are loaded as well."""
    if not isinstance(offer.definition.gives, Exchange):
        return None
    if asked.quote_id is None:
        raise ClaimRefused(ReasonCode.QUOTE_REQUIRED)
    owners = {key.member_id, ledger.root(key).member_id}
    quote = await take_quote(ledger.connection, offer, asked.quote_id, asked.claim_id, owners)
    await ledger.load_spendable_lots(ledger.root(key), quote.points)
    return quote


async def _check_again(ledger: Ledger, root: MemberKey, offer: Offer, desk: Desk, points: int) -> None:
    """Everything that the member's lock holds still. Raises ClaimRefused."""
    connection, (program_id, member_id) = ledger.connection, root
    if await claims_too_often(connection, program_id, member_id):
        raise ClaimRefused(ReasonCode.RATE_LIMITED, {"limit": CLAIMS_PER_MINUTE})
    had = await had_before(connection, program_id, member_id, [offer], ledger.now)
    assert desk.asker is not None
    asker = replace(desk.asker, available=ledger.holdings[root].available)
    _refuse(offer, replace(desk, asker=asker, had=had), points)
    await check_day(connection, offer, member_id, points, ledger.now)


def _refuse(offer: Offer, desk: Desk, points: int | None) -> None:
    reasons = reasons_of(offer, desk.asker, desk.moment(offer), points)
    if reasons:
        raise ClaimRefused(reasons[0].code, reasons[0].details)

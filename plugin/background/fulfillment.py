"""Redemptions in the shop: what was promised is made exactly once, taken back when it is canceled or ran out.

Whatever may have been made is looked for by its code before it is made again. What is not settled in time is given up:
all points go back, and the shop is looked at for a while in case it turns up after all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.crash import crash_point
from engine.database import tenant_transaction, transaction_time
from engine.outside_calls import OutsideCall
from engine.rewards.calls import GUARD_FOR, SETTLE_WITHIN
from engine.rewards.redemptions import Redemption, redemption
from engine.rewards.settling import (
    found_used,
    issued,
    not_issued,
    not_withdrawn,
    uncertain,
    withdrawn,
)
from engine.rewards.settling import (
    guard as ask_guard,
)
from engine.rewards.states import COMPENSATED
from engine.shops import ShopReference, shop_of
from plugin.background.fulfillment_makers import maker_of
from plugin.background.fulfillment_place import Made, Maker, TakenError
from plugin.background.fulfillment_trouble import Trouble, trouble_of
from plugin.background.outcomes import Ended, Later, Outcome, Write
from plugin.services import Services

CREDIT_QUIET = timedelta(seconds=60)
"""How long after an answer that was lost store credit may still turn up; it is looked for all the while."""
LOOK_EVERY = timedelta(seconds=10)
_GUARD_FIRST_DELAY = timedelta(minutes=1)
_GUARD_LAST_DELAY = timedelta(hours=6)

log = structlog.get_logger("laurel.fulfillment")


@dataclass(frozen=True, slots=True)
class _Work:
    """A redemption as it stood when the attempt began, and where it has to be done."""

    one: Redemption
    shop: ShopReference | None
    now: datetime
    call: OutsideCall

    @property
    def overdue(self) -> bool:
        """Whether it has to be settled now, one way or the other."""
        return self.now >= self.call.created_at + SETTLE_WITHIN

    @property
    def may_exist(self) -> bool:
        """Whether anybody tried before: this call, or one before it that was lost."""
        return self.call.attempts > 1 or self.one.state != "pending" or self.call.created_at > self.one.created_at

    @property
    def quiet_left(self) -> timedelta | None:
        """How long not to try again: nothing keeps a second credit from being made while a first one is under way."""
        if self.one.kind != "store_credit" or self.call.unknown_since is None:
            return None
        left = self.call.unknown_since + CREDIT_QUIET - self.now
        return left if left > timedelta(0) else None

    @property
    def reachable(self) -> ShopReference | None:
        """The shop, if the app may speak to it."""
        return self.shop if self.shop is not None and self.shop.installed else None


async def issue(services: Services, call: OutsideCall) -> Outcome:
    """Make what was promised, or adopt what an earlier attempt made, or give all points back."""
    work = await _read(services, call)
    if work.one.state not in ("pending", "unknown"):
        return Ended()
    if work.reachable is None:
        trouble = Trouble("the app is not installed", harmless=True)
    else:
        try:
            return await _issue(maker_of(services, work.reachable, work.one), work)
        except Exception as error:
            trouble = trouble_of(error) or _unforeseen(work, error)
    return _not_yet(work, trouble)


async def _issue(maker: Maker, work: _Work) -> Outcome:
    if work.may_exist:
        crash_point("fulfillment-before-look")
        found = await maker.find()
        if found is not None:
            return _made(work, found)
        if work.overdue:
            return _given_up(work, "not settled in time")
        if (left := work.quiet_left) is not None:
            return Later(error="not found yet", delay=min(left, LOOK_EVERY))
    crash_point("fulfillment-before-call")
    try:
        made = await maker.make()
    except TakenError:  # nobody else can have this code: an attempt whose answer was lost made it
        found = await maker.find()
        if found is None:
            return Later(error="taken, and not found yet", unknown=True, write=_uncertain(work))
        return _made(work, found)
    crash_point("fulfillment-after-call")
    return _made(work, made)


def _not_yet(work: _Work, trouble: Trouble) -> Outcome:
    """Nothing is known to be made: refused for good, given up, or tried again."""
    if trouble.refusal is not None:
        log.warning("refused", redemption=work.one.redemption_id, program=work.one.program_id, why=trouble.refusal)
        return _given_up(work, trouble.refusal)
    if work.overdue:
        return _given_up(work, trouble.text, still_possible=not trouble.harmless)
    unknown = not trouble.harmless or work.call.unknown_since is not None
    return Later(error=trouble.text, unknown=not trouble.harmless, write=_uncertain(work) if unknown else None)


def _made(work: _Work, made: Made) -> Outcome:
    one = work.one

    async def write(connection: AsyncConnection) -> None:
        await issued(connection, one.program_id, one.redemption_id, made.external_id)

    return Ended(write=write)


def _given_up(work: _Work, failure: str, *, still_possible: bool = False) -> Outcome:
    one = work.one

    async def write(connection: AsyncConnection) -> None:
        ended = await not_issued(connection, one.program_id, one.redemption_id, failure)
        if still_possible or work.call.unknown_since is not None:
            await ask_guard(connection, ended)

    return Ended(done=False, error=failure, write=write)


def _uncertain(work: _Work) -> Write:
    one = work.one

    async def write(connection: AsyncConnection) -> None:
        await uncertain(connection, one.program_id, one.redemption_id)

    return write


async def withdraw(services: Services, call: OutsideCall) -> Outcome:
    """Take a code back: end it, then look whether it was used; a used one stays for its order."""
    work = await _read(services, call)
    one, shop = work.one, work.reachable
    if one.state not in ("canceling", "expiring"):
        return Ended()

    async def give_up(connection: AsyncConnection) -> None:
        await not_withdrawn(connection, one.program_id, one.redemption_id)

    trouble = Trouble("the app is not installed", harmless=True)
    if shop is not None:
        try:
            used = await maker_of(services, shop, one).take_back()
        except Exception as error:
            trouble = trouble_of(error) or _unforeseen(work, error)
        else:
            crash_point("fulfillment-after-withdrawal")
            return Ended(write=_withdrawn(one, used=used))
    if work.overdue or trouble.refusal is not None:
        return Ended(done=False, error=trouble.text, write=give_up)
    return Later(error=trouble.text, unknown=False)


def _withdrawn(one: Redemption, *, used: bool) -> Write:
    async def write(connection: AsyncConnection) -> None:
        end = found_used if used else withdrawn
        await end(connection, one.program_id, one.redemption_id)

    return write


async def guard(services: Services, call: OutsideCall) -> Outcome:
    """Look whether something turned up although its points were given back, and undo it."""
    work = await _read(services, call)
    if work.one.state not in COMPENSATED or work.now >= call.created_at + GUARD_FOR:
        return Ended()
    later = Later(error="nothing turned up so far", delay=_guard_delay(call.attempts))
    if work.reachable is None:
        return later
    try:
        undone = await maker_of(services, work.reachable, work.one).undo()
    except Exception as error:
        trouble = trouble_of(error)
        if trouble is None:
            raise
        return Ended(done=False, error=trouble.refusal) if trouble.refusal is not None else later
    return Ended(error="undone") if undone else later


def _guard_delay(attempts: int) -> timedelta:
    return min(_GUARD_FIRST_DELAY * 2.0 ** min(attempts - 1, 10), _GUARD_LAST_DELAY)


def _unforeseen(work: _Work, error: Exception) -> Trouble:
    """A bug, or an answer that nobody expected: tried again until the time is over, and who knows what it did."""
    if not work.overdue or isinstance(error, SQLAlchemyError | OSError):
        raise error
    log.error("given up", redemption=work.one.redemption_id, program=work.one.program_id, exc_info=error)
    return Trouble(f"failed: {type(error).__name__}", harmless=False)


async def _read(services: Services, call: OutsideCall) -> _Work:
    async with tenant_transaction(services.engine, call.program_id) as connection:
        now = await transaction_time(connection)
        one = await redemption(connection, call.program_id, call.object_id)
        shop = await shop_of(connection, call.program_id, call.shop_id)
    if one is None:
        raise LookupError(f"program {call.program_id} has no redemption {call.object_id}")
    return _Work(one, shop, now, call)

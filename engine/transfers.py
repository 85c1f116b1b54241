"""Members give points to each other, as far as their program lets them: at least so many, at most so many a day.

What is given keeps its end and is the receiver's for good: a refund of the giver's order takes from what the giver has.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.idempotency import KeyedRequest, begin, remember
from engine.ledger import Ledger, MemberKey
from engine.lots import plan_spending
from engine.moving import Move, move_spendable
from engine.publishing import live_version
from engine.rules.days import local_day, start_of_day
from engine.rules.definitions import TransferPolicy
from engine.taking import expire_due

KIND = "transfer"


class TransferRefused(Exception):  # noqa: N818  # a refusal, told to whoever asks
    """Points that are not given: `code` is one of those below, `limit` the number that it is about.

    TRANSFERS_OFF, SAME_MEMBER, MEMBER_NOT_FOUND, BELOW_MINIMUM, ABOVE_DAILY_LIMIT, NOT_ENOUGH_POINTS.
    """

    def __init__(self, code: str, limit: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Transfer:
    """Points that one member gave another; the id is that of the giver's transaction."""

    transfer_id: int
    points: int


_GIVEN = text("""
    SELECT COALESCE(sum(-points), 0) FROM transactions
    WHERE program_id = :program_id AND member_id = :member_id AND kind = 'transfer-out' AND recorded_at >= :since
""")
_ONE = text("SELECT -points FROM transactions WHERE program_id = :program_id AND transaction_id = :transaction_id")


async def transfer_points(
    connection: AsyncConnection, giver: MemberKey, receiver: MemberKey, points: int, *, actor: str, reason: str,
    request: KeyedRequest,
) -> Transfer:  # fmt: skip
    """Give points, earliest end first. A repeat of the request's key gives the same transfer.

    Raises TransferRefused, IdempotencyKeyReused.
    """
    known = await begin(connection, request, KIND)
    if known is not None:
        key = {"program_id": giver.program_id, "transaction_id": known}
        return Transfer(known, int((await connection.execute(_ONE, key)).scalar_one()))
    ledger = await Ledger.open(connection, [giver, receiver])
    try:
        giver, receiver = ledger.root(giver), ledger.root(receiver)
    except KeyError:
        raise TransferRefused("MEMBER_NOT_FOUND") from None
    if giver == receiver:
        raise TransferRefused("SAME_MEMBER")
    await ledger.load_spendable_lots(giver, points)
    await expire_due(ledger, [giver])
    await _check(ledger, giver, points)
    move = Move(giver, receiver, KIND, actor, {"reason": reason} if reason else {})
    takings = plan_spending(ledger.lots_of(giver), points)
    await move_spendable(ledger, move, takings, keep_awards=False)
    transfer_id = next(one.transaction_id for one in ledger.planned if one.kind == "transfer-out")
    await ledger.write()
    await remember(connection, request, KIND, transfer_id)
    return Transfer(transfer_id, points)


async def _check(ledger: Ledger, giver: MemberKey, points: int) -> None:
    live = await live_version(ledger.connection, giver.program_id, ledger.now)
    policy = live.definition.transfers if live else TransferPolicy()
    if live is None or not policy.enabled:
        raise TransferRefused("TRANSFERS_OFF")
    if points < max(1, policy.minimum):
        raise TransferRefused("BELOW_MINIMUM", max(1, policy.minimum))
    since: datetime = start_of_day(local_day(ledger.now, live.definition.zone), live.definition.zone)
    given = await ledger.connection.execute(_GIVEN, {**giver._asdict(), "since": since})
    left = policy.points_per_day - int(given.scalar_one())
    if points > left:
        raise TransferRefused("ABOVE_DAILY_LIMIT", max(0, left))
    available = ledger.holdings[giver].available
    if points > available:
        raise TransferRefused("NOT_ENOUGH_POINTS", available)

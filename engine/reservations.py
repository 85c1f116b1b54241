"""Two-phase spending: points are held for a purpose, then captured, or voided back into the lots that they came from.

A hold has an end; what nobody settles until then is voided. Restored points live at least `RESTORE_MINIMUM` longer,
so that a hold never costs a member what would have run out meanwhile.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.ledger import InsufficientPoints, Ledger, MemberKey, PlannedTransaction
from engine.lots import NEVER, Taking, plan_spending

RESTORE_MINIMUM = timedelta(days=30)


class ReservationSettled(Exception):  # noqa: N818  # named for the rule, as the field names it
    """The hold was captured or voided before."""


async def reserve(
    connection: AsyncConnection, key: MemberKey, points: int, *, purpose: str, actor: str, held_for: timedelta
) -> int:
    """Hold points, earliest end first; returns the hold's id.

    Raises InsufficientPoints when fewer are available. Points that are due are expired first and cannot be held.
    """
    if points <= 0:
        raise ValueError("a hold needs at least one point")
    ledger = await Ledger.open(connection, [key])
    await ledger.load_lots([key])
    await ledger.draw_ids(ledger.due_lots(key) + 2)
    ledger.expire_due(key)
    holdings = ledger.holdings[key]
    if holdings.available < points:
        raise InsufficientPoints(points, holdings.available)
    reservation_id = ledger.new_id()
    planned = PlannedTransaction(
        key, ledger.new_id(), "reserve", -points, ledger.now, actor, detail={"reservation": str(reservation_id)}
    )
    takings = plan_spending(holdings.lots or [], points)
    ledger.hold(planned, takings, points)
    await ledger.write()
    await connection.execute(
        text(
            "INSERT INTO reservations (program_id, reservation_id, member_id, points, purpose, expires_at) "
            "VALUES (:program_id, :reservation_id, :member_id, :points, :purpose, :expires_at)"
        ),
        {
            **key._asdict(), "reservation_id": reservation_id, "points": points, "purpose": purpose,
            "expires_at": ledger.now + held_for,
        },
    )  # fmt: skip
    for taking in takings:
        await connection.execute(
            text("INSERT INTO reservation_lots VALUES (:program_id, :reservation_id, :lot_id, :quantity)"),
            {
                "program_id": key.program_id, "reservation_id": reservation_id, "lot_id": taking.lot.lot_id,
                "quantity": taking.quantity,
            },
        )  # fmt: skip
    return reservation_id


async def settle(
    connection: AsyncConnection, program_id: int, reservation_id: int, *, capture: int, actor: str
) -> None:
    """Capture `capture` points of a hold as spent and void the rest back into its lots, last lot first.

    What the member owes is paid back from the voided points first. Raises ReservationSettled when it was settled
    before, ValueError when it holds fewer points.
    """
    key, ledger, points = await _open(connection, program_id, reservation_id)
    if not 0 <= capture <= points:
        raise ValueError(f"the hold has {points} points")
    held = await _held_lots(connection, ledger, key, reservation_id)
    await ledger.draw_ids(ledger.due_lots(key) + len(held) + 2)
    ledger.expire_due(key)
    detail = {"reservation": str(reservation_id)}
    if capture:
        ledger.capture(
            PlannedTransaction(key, ledger.new_id(), "capture", 0, ledger.now, actor, detail=detail), capture
        )
    if capture < points:
        back = PlannedTransaction(key, ledger.new_id(), "release", 0, ledger.now, actor, detail=detail)
        ledger.give_back(back, held, points - capture, ledger.now + RESTORE_MINIMUM)
    await ledger.write()
    await connection.execute(
        text(
            "UPDATE reservations SET state = :state, captured = :captured "
            "WHERE program_id = :program_id AND reservation_id = :reservation_id"
        ),
        {
            "state": "captured" if capture else "voided", "captured": capture, "program_id": program_id,
            "reservation_id": reservation_id,
        },
    )  # fmt: skip


async def void_due(connection: AsyncConnection, most: int = 100) -> int:
    """Void holds whose time is over, for the named tenants; returns how many.

    They are found without a lock: the member's row has to be locked before the hold's, here as everywhere.
    """
    rows = await connection.execute(
        text(
            "SELECT program_id, reservation_id FROM reservations WHERE state = 'held' AND expires_at <= now() "
            "ORDER BY program_id, member_id, reservation_id LIMIT :most"
        ),
        {"most": most},
    )
    voided = 0
    for program_id, reservation_id in rows.fetchall():
        try:
            await settle(connection, program_id, reservation_id, capture=0, actor="program")
        except ReservationSettled:
            continue  # somebody was first, which is as good
        voided += 1
    return voided


async def _open(connection: AsyncConnection, program_id: int, reservation_id: int) -> tuple[MemberKey, Ledger, int]:
    """Lock the hold's member and then the hold: the same order as everywhere else."""
    where = "WHERE program_id = :program_id AND reservation_id = :reservation_id"
    parameters = {"program_id": program_id, "reservation_id": reservation_id}
    member_id = (await connection.execute(text(f"SELECT member_id FROM reservations {where}"), parameters)).scalar_one()
    key = MemberKey(program_id, member_id)
    ledger = await Ledger.open(connection, [key])
    await ledger.load_lots([key])
    row = (
        await connection.execute(text(f"SELECT points, state FROM reservations {where} FOR UPDATE"), parameters)
    ).one()
    if row.state != "held":
        raise ReservationSettled(f"reservation {reservation_id} is {row.state}")
    return key, ledger, row.points


async def _held_lots(connection: AsyncConnection, ledger: Ledger, key: MemberKey, reservation_id: int) -> list[Taking]:
    """What a hold took from which lots, those that end last first."""
    rows = await connection.execute(
        text(
            "SELECT lot_id, quantity FROM reservation_lots "
            "WHERE program_id = :program_id AND reservation_id = :reservation_id"
        ),
        {"program_id": key.program_id, "reservation_id": reservation_id},
    )
    quantities: dict[int, int] = {row.lot_id: row.quantity for row in rows}
    lots = await ledger.load_named_lots(key, list(quantities))
    lots.sort(key=lambda lot: (lot.expires_at or NEVER, lot.lot_id), reverse=True)
    return [Taking(lot, quantities[lot.lot_id]) for lot in lots]

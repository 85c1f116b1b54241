"""Two-phase spending: points are held for a purpose, then captured, or given back to the lots that they came from.

A hold has an end; what nobody settles until then is voided, except where a redemption owns it: that has deadlines of
its own. Points that come back live at least `RESTORE_MINIMUM` longer, so that a hold never costs a member what would
have run out meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.accounts import ProgramAccount
from engine.bulk import insert_rows
from engine.holding import capture, give_back, hold, restore
from engine.ledger import InsufficientPoints, Ledger, MemberKey, PlannedTransaction
from engine.lots import NEVER, Taking, plan_spending
from engine.taking import Shortfall, expire_due, spend

RESTORE_MINIMUM = timedelta(days=30)
REDEMPTION = "redemption"
"""The purpose of holds that belong to a redemption: never voided by time alone."""


class ReservationSettled(Exception):  # noqa: N818  # named for the rule, as the field names it
    """The hold was captured or voided before."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """A hold as it stands, under its lock."""

    program_id: int
    reservation_id: int
    member_id: int
    points: int
    captured: int
    restored: int
    state: str

    @property
    def owner(self) -> MemberKey:
        """Who it was made for; since a merge the points may be another member's."""
        return MemberKey(self.program_id, self.member_id)


_INSERT_LOTS = insert_rows(
    "reservation_lots",
    {"program_id": "bigint", "reservation_id": "bigint", "lot_id": "bigint", "quantity": "bigint"},
)
_COLUMNS = "program_id, reservation_id, member_id, points, captured, restored, state"
_ONE = "WHERE program_id = :program_id AND reservation_id = :reservation_id"
_INSERT = text("""
    INSERT INTO reservations (program_id, reservation_id, member_id, points, captured, state, purpose, expires_at)
    VALUES (:program_id, :reservation_id, :member_id, :points, :captured, :state, :purpose, :expires_at)
""")
_UPDATE = text(f"UPDATE reservations SET state = :state, captured = :captured, restored = :restored {_ONE}")


async def open_ledger(connection: AsyncConnection, key: MemberKey, points: int) -> Ledger:
    """Lock a member, expire what is due and load as many lots as `points` need: ready to hold or spend them."""
    ledger = await Ledger.open(connection, [key])
    await ledger.load_spendable_lots(ledger.root(key), points)
    await expire_due(ledger, [ledger.root(key)])
    return ledger


async def hold_points(
    ledger: Ledger, key: MemberKey, points: int, *, purpose: str, actor: str, expires_at: datetime,
    detail: dict[str, str] | None = None,
) -> int:  # fmt: skip
    """Hold points of a locked member, earliest end first; returns the hold's id. The caller writes the ledger.

    Raises InsufficientPoints when fewer are available, ValueError for less than one point.
    """
    if points <= 0:
        raise ValueError("a hold needs at least one point")
    holdings = ledger.holdings[ledger.root(key)]
    if holdings.available < points:
        raise InsufficientPoints(points, holdings.available)
    await ledger.draw_ids(2)
    reservation_id = ledger.new_id()
    planned = PlannedTransaction(
        holdings.key, ledger.new_id(), "reserve", -points, ledger.now, actor,
        detail={**(detail or {}), "reservation": str(reservation_id)},
    )  # fmt: skip
    takings = plan_spending(holdings.lots or [], points)
    held = hold(ledger, planned, takings)
    assert held == points, "the lots hold what the balance says"
    await _store(ledger, holdings.key, reservation_id, points, takings, purpose=purpose, expires_at=expires_at)
    return reservation_id


async def _store(
    ledger: Ledger, key: MemberKey, reservation_id: int, points: int, takings: Sequence[Taking], *, purpose: str,
    expires_at: datetime, captured: int = 0,
) -> None:  # fmt: skip
    values = {
        **key._asdict(), "reservation_id": reservation_id, "points": points, "captured": captured,
        "state": "captured" if captured else "held", "purpose": purpose, "expires_at": expires_at,
    }  # fmt: skip
    await ledger.connection.execute(_INSERT, values)
    rows = [(key.program_id, reservation_id, taking.lot.lot_id, taking.quantity) for taking in takings]
    await _INSERT_LOTS.run(ledger.connection, rows)


async def read_reservation(connection: AsyncConnection, program_id: int, reservation_id: int) -> Reservation:
    """A hold, without a lock: to find its member. Raises NoResultFound."""
    return await _read(connection, program_id, reservation_id, "")


async def _read(connection: AsyncConnection, program_id: int, reservation_id: int, lock: str) -> Reservation:
    parameters = {"program_id": program_id, "reservation_id": reservation_id}
    row = (await connection.execute(text(f"SELECT {_COLUMNS} FROM reservations {_ONE} {lock}"), parameters)).one()
    return Reservation(*row)


async def settle_hold(
    ledger: Ledger, program_id: int, reservation_id: int, *, capture_points: int, actor: str,
    detail: dict[str, str] | None = None, through: ProgramAccount | None = None,
) -> None:  # fmt: skip
    """Capture a part of a hold as spent and give the rest back to its lots, last lot first.

    `through` is an account that what is spent passes. Its member has to be locked in the ledger; the caller writes it.
    Raises ReservationSettled when it was settled before, ValueError when it holds fewer points.
    """
    found = await _read(ledger.connection, program_id, reservation_id, "FOR UPDATE")
    if found.state != "held":
        raise ReservationSettled(f"reservation {reservation_id} is {found.state}")
    if not 0 <= capture_points <= found.points:
        raise ValueError(f"the hold has {found.points} points")
    key = ledger.root(found.owner)
    told = {**(detail or {}), "reservation": str(reservation_id)}
    await ledger.draw_ids(2)
    if capture_points:
        planned = PlannedTransaction(key, ledger.new_id(), "capture", 0, ledger.now, actor, detail=dict(told))
        planned.detail["spent"] = str(capture_points)
        capture(ledger, planned, capture_points, through)
    if capture_points < found.points:
        back = PlannedTransaction(key, ledger.new_id(), "release", 0, ledger.now, actor, detail=told)
        lots = await _lots_of(ledger, key, found)
        await give_back(ledger, back, lots, found.points - capture_points, ledger.now + RESTORE_MINIMUM)
    await _update(ledger, found, "captured" if capture_points else "voided", capture_points, 0)


async def restore_captured(
    ledger: Ledger, program_id: int, reservation_id: int, *, restored_in_all: int, actor: str,
    minimum_days: int = RESTORE_MINIMUM.days, detail: dict[str, str] | None = None,
) -> int:  # fmt: skip
    """Give back spent points until `restored_in_all` of the hold's have come back; returns how many came now.

    They go to their own lots, those that end last first. What came back is never taken again by this: a smaller
    number than before changes nothing. Raises ValueError for more than was captured.
    """
    found = await _read(ledger.connection, program_id, reservation_id, "FOR UPDATE")
    if restored_in_all > found.captured:
        raise ValueError(f"only {found.captured} points were spent")
    points = restored_in_all - found.restored
    if points <= 0:
        return 0
    key = ledger.root(found.owner)
    await ledger.draw_ids(1)
    planned = PlannedTransaction(
        key, ledger.new_id(), "restore", points, ledger.now, actor,
        detail={**(detail or {}), "reservation": str(reservation_id)},
    )  # fmt: skip
    lots = await _lots_of(ledger, key, found)
    # What was given back when the hold was settled, and restored before, came from the same end of the list.
    left = _without(lots, found.points - found.captured + found.restored)
    await restore(ledger, planned, left, points, ledger.now + timedelta(days=minimum_days))
    await _update(ledger, found, found.state, found.captured, restored_in_all)
    return points


async def spend_again(
    ledger: Ledger, key: MemberKey, points: int, *, actor: str, shortfall: Shortfall, detail: dict[str, str]
) -> int | None:
    """Spend points at once, because a code was used after its points had come back.

    What is not there follows the policy. Returns the id of a hold that is captured already, for what the member paid
    or owes, or None when the program bears all. The member's lots have to be loaded; the caller writes the ledger.
    """
    root = ledger.root(key)
    await ledger.draw_ids(2)
    reservation_id = ledger.new_id()
    told = {**detail, "reservation": str(reservation_id), "spent": str(points)}
    planned = PlannedTransaction(root, ledger.new_id(), "spend", -points, ledger.now, actor, detail=told)
    takings = spend(ledger, planned, points, ProgramAccount.REDEEMED, shortfall)
    paid = -planned.points  # by lots or as a debt: all of it comes back when the order is refunded
    if not paid:
        return None
    await _store(ledger, root, reservation_id, paid, takings, purpose=REDEMPTION, expires_at=ledger.now, captured=paid)
    return reservation_id


async def reserve(
    connection: AsyncConnection, key: MemberKey, points: int, *, purpose: str, actor: str, held_for: timedelta
) -> int:
    """Hold points in a step of its own; returns the hold's id. Raises like `hold_points`."""
    ledger = await open_ledger(connection, key, points)
    reservation_id = await hold_points(
        ledger, key, points, purpose=purpose, actor=actor, expires_at=ledger.now + held_for
    )
    await ledger.write()
    return reservation_id


async def settle(
    connection: AsyncConnection, program_id: int, reservation_id: int, *, capture: int, actor: str
) -> None:
    """Capture and give back in a step of its own. Raises like `settle_hold`."""
    found = await read_reservation(connection, program_id, reservation_id)
    ledger = await open_ledger(connection, found.owner, 0)
    await settle_hold(ledger, program_id, reservation_id, capture_points=capture, actor=actor)
    await ledger.write()


async def void_due(connection: AsyncConnection, most: int = 100) -> int:
    """Void holds whose time is over, for the named tenants; returns how many.

    They are found without a lock: the member's row has to be locked before the hold's, here as everywhere.
    """
    rows = await connection.execute(
        text(
            "SELECT program_id, reservation_id FROM reservations WHERE state = 'held' AND expires_at <= now() "
            "AND purpose <> :redemption ORDER BY program_id, member_id, reservation_id LIMIT :most"
        ),
        {"most": most, "redemption": REDEMPTION},
    )
    voided = 0
    for program_id, reservation_id in rows.fetchall():
        try:
            await settle(connection, program_id, reservation_id, capture=0, actor="program")
        except ReservationSettled:
            continue  # somebody was first, which is as good
        voided += 1
    return voided


def _without(lots: list[Taking], points: int) -> list[Taking]:
    """The takings that are left when `points` of them, from the start, came back before."""
    left = []
    for taking in lots:
        gone = min(taking.quantity, points)
        points -= gone
        if gone < taking.quantity:
            left.append(Taking(taking.lot, taking.quantity - gone))
    return left


async def _lots_of(ledger: Ledger, key: MemberKey, found: Reservation) -> list[Taking]:
    """What a hold took from which lots, those that end last first."""
    rows = await ledger.connection.execute(
        text(f"SELECT lot_id, quantity FROM reservation_lots {_ONE}"),
        {"program_id": found.program_id, "reservation_id": found.reservation_id},
    )
    quantities: dict[int, int] = {row.lot_id: row.quantity for row in rows}
    lots = await ledger.load_named_lots(key, list(quantities))
    lots.sort(key=lambda lot: (lot.expires_at or NEVER, lot.lot_id), reverse=True)
    return [Taking(lot, quantities[lot.lot_id]) for lot in lots]


async def _update(ledger: Ledger, found: Reservation, state: str, captured: int, restored: int) -> None:
    values: dict[str, Any] = {
        "program_id": found.program_id, "reservation_id": found.reservation_id, "state": state,
        "captured": captured, "restored": restored,
    }  # fmt: skip
    await ledger.connection.execute(_UPDATE, values)

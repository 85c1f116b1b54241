"""Conversions as they are kept: one of each order of a partner, locked behind its member, with what became of it.

A change is told in `conversion_changes`, which nothing ever changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.conversions.dues import after_refunds
from engine.ledger import MemberKey

ConversionState = Literal["pending", "approved", "declined", "reversed"]
AttributedBy = Literal["number", "code", "click"]
ChangeKind = Literal["reported", "refunded", "approved", "declined", "reversed", "appealed", "upheld"]


@dataclass(frozen=True, slots=True)
class Conversion:
    """A purchase at a partner, credited to a claim.

    `points` and `payment_micros` are what it gives in full, `budget` is what it uses of its offer's budget now.
    `approved_at` is in the time of the books: the end of the hold, however late it was noticed.
    """

    program_id: int
    conversion_id: int
    partner_id: int
    reference: str
    offer_id: int
    offer_version: int
    agreement_version: int
    claim_id: int
    click_id: str | None
    attributed_by: AttributedBy
    member_id: int
    state: ConversionState
    reason: str | None
    occurred_at: datetime
    approves_at: datetime | None
    approved_at: datetime | None
    amount_minor: int
    currency: str
    refunded_minor: int
    points: int
    payment_micros: int
    budget: int
    award_id: int | None
    revision: int
    created_at: datetime
    updated_at: datetime

    @property
    def member(self) -> MemberKey:
        """Whose it was when it was reported; since a merge the points may be another member's."""
        return MemberKey(self.program_id, self.member_id)

    @property
    def counts(self) -> bool:
        """Whether it gives anything, or will."""
        return self.state in ("pending", "approved")

    @property
    def due_points(self) -> int:
        """The points that the member should have by it now, held or not."""
        return after_refunds(self.points, self.amount_minor, self.refunded_minor) if self.counts else 0

    @property
    def due_micros(self) -> int:
        """What is to be paid for it as it stands, once it is approved."""
        return after_refunds(self.payment_micros, self.amount_minor, self.refunded_minor) if self.counts else 0

    @property
    def is_refunded(self) -> bool:
        """Whether all of it was given back."""
        return self.amount_minor > 0 and self.refunded_minor >= self.amount_minor


COLUMNS = ", ".join(Conversion.__dataclass_fields__)
_ONE = "WHERE program_id = :program_id AND conversion_id = :conversion_id"
_READ = text(f"SELECT {COLUMNS} FROM conversions {_ONE}")
_LOCK = text(f"SELECT {COLUMNS} FROM conversions {_ONE} FOR UPDATE")
_OF_ORDER = text(f"""SELECT {COLUMNS} FROM conversions
    WHERE program_id = :program_id AND partner_id = :partner_id AND reference = :reference""")
_INSERT = text(f"""
    INSERT INTO conversions (program_id, conversion_id, partner_id, reference, offer_id, offer_version,
        agreement_version, claim_id, click_id, attributed_by, member_id, state, occurred_at, approves_at, amount_minor,
        currency, refunded_minor, points, payment_micros)
    VALUES (:program_id, nextval('ledger_ids'), :partner_id, :reference, :offer_id, :offer_version,
        :agreement_version, :claim_id, :click_id, :attributed_by, :member_id, 'pending', :occurred_at, :approves_at,
        :amount_minor, :currency, 0, :points, :payment_micros)
    RETURNING {COLUMNS}
""")
_NOTE_SQL = """
    INSERT INTO conversion_changes (program_id, change_id, conversion_id, kind, state, reason, actor)
    VALUES (:program_id, nextval('ledger_ids'), :conversion_id, :told_kind, :state, :told_reason, :actor)
"""
_NOTE = text(_NOTE_SQL)
# With what is told of the change.
_UPDATE = text(f"""
    WITH told AS ({_NOTE_SQL})
    UPDATE conversions SET state = :state, reason = :reason, approves_at = :approves_at, approved_at = :approved_at,
        refunded_minor = :refunded_minor, budget = :budget, award_id = :award_id, revision = :revision,
        updated_at = now()
    {_ONE} RETURNING {COLUMNS}
""")


@dataclass(frozen=True, slots=True)
class NewConversion:
    """A purchase that was credited, before anything was given for it."""

    program_id: int
    partner_id: int
    reference: str
    offer_id: int
    offer_version: int
    agreement_version: int
    claim_id: int
    click_id: str | None
    attributed_by: AttributedBy
    member_id: int
    occurred_at: datetime
    approves_at: datetime
    amount_minor: int
    currency: str
    points: int
    payment_micros: int


def conversion_of_row(row: Any) -> Conversion:
    """A row that begins with COLUMNS."""
    return Conversion(*row[: len(Conversion.__dataclass_fields__)])


async def read_conversion(connection: AsyncConnection, program_id: int, conversion_id: int) -> Conversion | None:
    """One conversion without a lock: to find its member, whose row is locked first."""
    return await _one(connection, _READ, {"program_id": program_id, "conversion_id": conversion_id})


async def lock_conversion(connection: AsyncConnection, program_id: int, conversion_id: int) -> Conversion:
    """One conversion as it stands, locked; its member is locked already. Raises LookupError."""
    found = await _one(connection, _LOCK, {"program_id": program_id, "conversion_id": conversion_id})
    if found is None:
        raise LookupError(f"there is no conversion {conversion_id}")
    return found


async def conversion_of_order(
    connection: AsyncConnection, program_id: int, partner_id: int, reference: str
) -> Conversion | None:
    """What was made of a partner's order, None where nothing was."""
    given = {"program_id": program_id, "partner_id": partner_id, "reference": reference}
    return await _one(connection, _OF_ORDER, given)


async def insert_conversion(connection: AsyncConnection, new: NewConversion) -> Conversion:
    """Keep a new one, pending."""
    given = {name: getattr(new, name) for name in NewConversion.__dataclass_fields__}
    return conversion_of_row((await connection.execute(_INSERT, given)).one())


async def store_conversion(
    connection: AsyncConnection, one: Conversion, kind: ChangeKind, *, actor: str, reason: str | None = None
) -> Conversion:
    """Write what changed of a locked one, and tell it, for good."""
    given = {name: getattr(one, name) for name in Conversion.__dataclass_fields__}
    given |= {"told_kind": kind, "told_reason": reason, "actor": actor}
    return conversion_of_row((await connection.execute(_UPDATE, given)).one())


async def note_change(connection: AsyncConnection, one: Conversion, kind: ChangeKind, *, actor: str) -> None:
    """Tell what happened about a conversion that stays as it is, for good."""
    given = {
        "program_id": one.program_id, "conversion_id": one.conversion_id, "told_kind": kind, "state": one.state,
        "told_reason": None, "actor": actor,
    }  # fmt: skip
    await connection.execute(_NOTE, given)


async def _one(connection: AsyncConnection, statement: Any, given: dict[str, Any]) -> Conversion | None:
    row = (await connection.execute(statement, given)).one_or_none()
    return None if row is None else conversion_of_row(row)

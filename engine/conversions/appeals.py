"""A declined purchase is appealed against, by its partner or the staff, and decided once more: upheld or approved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.conversions.deciding import DecisionRefused, approve_declined, checked_actor, open_conversion
from engine.conversions.store import Conversion, note_change
from engine.readable import is_readable

SAID_MAXIMUM = 500
NOTE_MAXIMUM = 500
APPEALS_MAXIMUM = 5
"""How often one purchase is appealed for at most."""
Decision = Literal["upheld", "approved"]


class AppealRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """An appeal, or a decision about one, that was not taken; the transaction has to be rolled back.

    `code`: CONVERSION_NOT_FOUND, NOT_DECLINED, ALREADY_APPEALED, TOO_MANY_APPEALS, NOT_APPEALED, SAID_INVALID,
    NOTE_INVALID, ACTOR_INVALID, or the limit that keeps the purchase from being approved.
    """

    def __init__(self, code: str, field: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class Appeal:
    """An appeal as it stands; open while `decision` is None."""

    appeal_id: int
    conversion_id: int
    partner_id: int
    said: str
    appealed_by: str
    appealed_at: datetime
    decision: Decision | None
    decided_by: str | None
    decided_at: datetime | None
    note: str | None


COLUMNS = ", ".join(Appeal.__dataclass_fields__)
_OF = "WHERE program_id = :program_id AND conversion_id = :conversion_id"
_APPEALS = text(f"SELECT {COLUMNS} FROM conversion_appeals {_OF} ORDER BY appeal_id DESC LIMIT {APPEALS_MAXIMUM}")
_INSERT = text(f"""
    INSERT INTO conversion_appeals (program_id, appeal_id, conversion_id, partner_id, said, appealed_by)
    VALUES (:program_id, nextval('ledger_ids'), :conversion_id, :partner_id, :said, :actor) RETURNING {COLUMNS}
""")
_DECIDE = text(f"""
    UPDATE conversion_appeals SET decision = :decision, note = :note, decided_by = :actor, decided_at = now()
    {_OF} AND decision IS NULL RETURNING {COLUMNS}
""")


async def appeals_of(connection: AsyncConnection, program_id: int, conversion_id: int) -> list[Appeal]:
    """The appeals for a purchase, newest first."""
    key = {"program_id": program_id, "conversion_id": conversion_id}
    return [Appeal(*row) for row in await connection.execute(_APPEALS, key)]


async def appeal(
    connection: AsyncConnection, program_id: int, conversion_id: int, *, said: str, actor: str,
    partner_id: int | None = None,
) -> Appeal:  # fmt: skip
    """Appeal for a declined purchase. A partner names itself: for another one's purchases there are none.

    Raises AppealRefused.
    """
    words = _words(said, SAID_MAXIMUM)
    if not words:
        raise AppealRefused("SAID_INVALID", "said", f"Say why it should count, in 1 to {SAID_MAXIMUM} characters.")
    who, one = await _open(connection, program_id, conversion_id, actor, partner_id)
    before = await appeals_of(connection, program_id, conversion_id)
    if before and before[0].decision is None:
        raise AppealRefused("ALREADY_APPEALED", "conversionId", "There is an appeal that waits for its decision.")
    if one.state != "declined":
        raise AppealRefused("NOT_DECLINED", "conversionId", f"It is {one.state}; only what is declined is appealed.")
    if len(before) >= APPEALS_MAXIMUM:
        raise AppealRefused("TOO_MANY_APPEALS", "conversionId", "It was decided often enough.")
    given = {
        "program_id": program_id, "conversion_id": conversion_id, "partner_id": one.partner_id, "said": words,
        "actor": who,
    }  # fmt: skip
    made = Appeal(*(await connection.execute(_INSERT, given)).one())
    await note_change(connection, one, "appealed", actor=who)
    return made


async def decide(
    connection: AsyncConnection, program_id: int, conversion_id: int, *, decision: Decision, note: str, actor: str
) -> Appeal:
    """Decide the open appeal for a purchase: leave it declined, or approve it after all.

    The same decision again is the one that was made. Raises AppealRefused.
    """
    words = _words(note, NOTE_MAXIMUM)
    if words is None:
        raise AppealRefused("NOTE_INVALID", "note", f"A note has at most {NOTE_MAXIMUM} characters.")
    try:
        ledger, one = await open_conversion(connection, program_id, conversion_id)
        who = checked_actor(actor)
        newest = next(iter(await appeals_of(connection, program_id, conversion_id)), None)
        if newest is None or newest.decision not in (None, decision):
            raise AppealRefused("NOT_APPEALED", "conversionId", "There is no appeal that waits for a decision.")
        if newest.decision is not None:
            return newest
        if decision == "approved":
            one = await approve_declined(connection, ledger, one, who)
        else:
            await note_change(connection, one, "upheld", actor=who)
    except DecisionRefused as refused:
        raise AppealRefused(refused.code, refused.field, refused.message) from None
    given = {
        "program_id": program_id, "conversion_id": conversion_id, "decision": decision, "note": words, "actor": who,
    }  # fmt: skip
    return Appeal(*(await connection.execute(_DECIDE, given)).one())


async def _open(
    connection: AsyncConnection, program_id: int, conversion_id: int, actor: str, partner_id: int | None
) -> tuple[str, Conversion]:
    try:
        who = checked_actor(actor)
        _, one = await open_conversion(connection, program_id, conversion_id)
    except DecisionRefused as refused:
        raise AppealRefused(refused.code, refused.field, refused.message) from None
    if partner_id is not None and one.partner_id != partner_id:
        raise AppealRefused("CONVERSION_NOT_FOUND", "conversionId", "There is no such purchase.")
    return who, one


def _words(given: str, maximum: int) -> str | None:
    """A text of several lines without the space around it, None for one that is too long or not to be read."""
    words = given.strip()
    return words if len(words) <= maximum and is_readable(words) else None

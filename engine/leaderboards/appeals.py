"""What people say and decide about entries in quarantine: its owner appeals once, the staff uphold or clear it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.leaderboards.marking import mark_boards
from engine.leaderboards.quarantine import CLEARED, tell
from engine.ledger import MemberKey

APPEAL_CHARACTERS_MAXIMUM = 500
PAGE_MAXIMUM = 250
Decision = Literal["upheld", "cleared"]
RefusalCode = Literal["QUARANTINE_NOT_FOUND", "ALREADY_APPEALED", "ALREADY_DECIDED", "TEXT_INVALID"]


class AppealRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """Nothing was said or decided; `code` says why."""

    def __init__(self, code: RefusalCode) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Quarantine:
    """An entry of a board or league that is out of sight, or was.

    `evidence` are the numbers and moments it was found by, `appeal` is what its owner says, `decision` what a person
    decided. `display_name` is None where the member takes part no more.
    """

    quarantine_id: int
    definition_id: int
    member_id: int
    display_name: str | None
    reason: str
    evidence: Mapping[str, int | str]
    since: datetime
    recorded_at: datetime
    appeal: str | None
    appealed_at: datetime | None
    decision: Decision | None
    decided_by: str | None
    decided_at: datetime | None
    lifted_at: datetime | None

    @property
    def open(self) -> bool:
        """Whether nobody but its owner sees the entry because of it."""
        return self.lifted_at is None and self.decision != CLEARED

    @property
    def can_appeal(self) -> bool:
        """Whether its owner may say something about it: once, before a person decides."""
        return self.open and self.decision is None and self.appeal is None


_SELECT = """SELECT q.quarantine_id, q.definition_id, q.member_id, p.display_name, q.reason, q.evidence, q.since,
        q.recorded_at, q.appeal, q.appealed_at, q.decision, q.decided_by, q.decided_at, q.lifted_at
    FROM board_quarantines q LEFT JOIN board_participants p ON p.program_id = q.program_id
        AND p.definition_id = q.definition_id AND p.member_id = q.member_id
    WHERE q.program_id = :program_id"""
_ONE = text(f"{_SELECT} AND q.quarantine_id = :quarantine_id")
_OF_MEMBER = text(f"""{_SELECT} AND q.member_id = ANY(ARRAY(
        SELECT CAST(:member_id AS bigint)
        UNION ALL SELECT m.member_id FROM members m WHERE m.program_id = :program_id AND m.merged_into = :member_id))
    ORDER BY q.quarantine_id DESC LIMIT :most""")
_QUEUE = text(f"""{_SELECT} AND q.quarantine_id < :before
    AND (NOT :undecided OR (q.lifted_at IS NULL AND q.decision IS NULL))
    ORDER BY q.quarantine_id DESC LIMIT :most""")
_APPEAL = text("""
    UPDATE board_quarantines SET appeal = :appeal, appealed_at = now()
    WHERE program_id = :program_id AND quarantine_id = :quarantine_id AND appeal IS NULL AND decision IS NULL
    AND lifted_at IS NULL
""")
# What was upheld can be cleared later; what was cleared is over.
_DECIDE = text("""
    UPDATE board_quarantines SET decision = :decision, decided_by = :actor, decided_at = now(),
        cleared_until = CASE WHEN :decision = 'cleared' THEN now() END
    WHERE program_id = :program_id AND quarantine_id = :quarantine_id AND lifted_at IS NULL
    AND (decision IS NULL OR (decision = 'upheld' AND :decision = 'cleared'))
""")
_FORGET = text("""
    UPDATE board_quarantines SET appeal = NULL WHERE program_id = :program_id AND appeal IS NOT NULL
    AND member_id = ANY(ARRAY(
        SELECT CAST(:member_id AS bigint)
        UNION ALL SELECT m.member_id FROM members m WHERE m.program_id = :program_id AND m.merged_into = :member_id))
""")


async def quarantines_of_member(
    connection: AsyncConnection, program_id: int, member_id: int, *, most: int = 50
) -> tuple[Quarantine, ...]:
    """A member's entries that are or were out of sight, on all boards and leagues, the newest first."""
    given = {"program_id": program_id, "member_id": member_id, "most": min(most, PAGE_MAXIMUM)}
    return tuple(Quarantine(*row) for row in await connection.execute(_OF_MEMBER, given))


async def quarantines_in(
    connection: AsyncConnection, program_id: int, *, undecided: bool, most: int, before: int | None = None
) -> tuple[Quarantine, ...]:
    """The program's entries in quarantine for the staff, the newest first; `before` is the last id of another page."""
    given = {
        "program_id": program_id, "undecided": undecided, "most": min(most, PAGE_MAXIMUM + 1),
        "before": 2**63 - 1 if before is None else before,
    }  # fmt: skip
    return tuple(Quarantine(*row) for row in await connection.execute(_QUEUE, given))


async def quarantine_of(connection: AsyncConnection, program_id: int, quarantine_id: int) -> Quarantine | None:
    """One of them; None where the program has no such one."""
    given = {"program_id": program_id, "quarantine_id": quarantine_id}
    row = (await connection.execute(_ONE, given)).one_or_none()
    return Quarantine(*row) if row is not None else None


async def appeal(
    connection: AsyncConnection, program_id: int, member_id: int, quarantine_id: int, words: str
) -> Quarantine:
    """Say something about an entry of one's own, once.

    Raises AppealRefused: QUARANTINE_NOT_FOUND (also for somebody else's), ALREADY_APPEALED, ALREADY_DECIDED,
    TEXT_INVALID.
    """
    found = await quarantine_of(connection, program_id, quarantine_id)
    own = await quarantines_of_member(connection, program_id, member_id, most=PAGE_MAXIMUM)
    if found is None or quarantine_id not in {one.quarantine_id for one in own} or found.lifted_at is not None:
        raise AppealRefused("QUARANTINE_NOT_FOUND")
    if found.decision is not None:
        raise AppealRefused("ALREADY_DECIDED")
    said = _plain(words)
    given = {"program_id": program_id, "quarantine_id": quarantine_id, "appeal": said}
    if not (await connection.execute(_APPEAL, given)).rowcount:
        raise AppealRefused("ALREADY_APPEALED")
    return await _changed(connection, program_id, found)


async def decide(
    connection: AsyncConnection, program_id: int, quarantine_id: int, decision: Decision, *, actor: str
) -> Quarantine:
    """Uphold that an entry stays out of sight, or clear it; the same decision again changes nothing.

    Raises AppealRefused: QUARANTINE_NOT_FOUND (also where the signals are gone), ALREADY_DECIDED.
    """
    found = await quarantine_of(connection, program_id, quarantine_id)
    if found is None or found.lifted_at is not None:
        raise AppealRefused("QUARANTINE_NOT_FOUND")
    if found.decision == decision:
        return found
    await tell(connection, program_id, [found.member_id])
    given = {"program_id": program_id, "quarantine_id": quarantine_id, "decision": decision, "actor": actor}
    if not (await connection.execute(_DECIDE, given)).rowcount:
        raise AppealRefused("ALREADY_DECIDED")
    return await _changed(connection, program_id, found)


async def forget_appeals(connection: AsyncConnection, program_id: int, member_id: int) -> int:
    """Erase what a member, or one merged into them, said about their entries; returns how many rows changed."""
    return (await connection.execute(_FORGET, {"program_id": program_id, "member_id": member_id})).rowcount


async def _changed(connection: AsyncConnection, program_id: int, before: Quarantine) -> Quarantine:
    await mark_boards(connection, [MemberKey(program_id, before.member_id)])
    found = await quarantine_of(connection, program_id, before.quarantine_id)
    return found if found is not None else before


def _plain(words: str) -> str:
    if len(words) > APPEAL_CHARACTERS_MAXIMUM:
        raise AppealRefused("TEXT_INVALID")
    said = words.replace("\r\n", "\n").strip()
    if not said or any(unicodedata.category(one) in ("Cc", "Cs") and one != "\n" for one in said):
        raise AppealRefused("TEXT_INVALID")
    return said

"""Tiers given by hand, each with its reason, and an end if so wished; the earned tier goes on below."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.database import transaction_time
from engine.ledger import MemberKey
from engine.tiers.facts import Override
from engine.tiers.versions import live_tiers

REASON_CHARACTERS_MAXIMUM = 500
OVERRIDES_MAXIMUM = 200
"""No member is given more tiers by hand than this, ended ones among them."""


class OverrideRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """A tier was not given by hand, or not taken back.

    `code`: MEMBER_NOT_FOUND, TIER_NOT_FOUND, REASON_MISSING, REASON_TOO_LONG, END_PAST, TOO_MANY, OVERRIDE_NOT_FOUND,
    OVERRIDE_ENDED.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


_COLUMNS = "override_id, tier, starts_at, ends_at, reason, created_by, withdrawn_at, withdrawn_by"
_ROOT = text("""
    SELECT r.member_id FROM members m JOIN members r ON r.program_id = m.program_id
        AND r.member_id = CASE WHEN m.merged_into IS NULL THEN m.member_id ELSE m.merged_into END
    WHERE m.program_id = :program_id AND m.member_id = :member_id AND r.closed_at IS NULL FOR UPDATE OF r
""")
_COUNT = text("SELECT count(*) FROM tier_overrides WHERE program_id = :program_id AND member_id = :member_id")
_INSERT = text(f"""
    INSERT INTO tier_overrides (program_id, override_id, member_id, tier, starts_at, ends_at, reason, created_by)
    VALUES (:program_id, nextval('ledger_ids'), :member_id, :tier, now(), :ends_at, :reason, :actor)
    RETURNING {_COLUMNS}
""")
_OF_MEMBER = """FROM tier_overrides WHERE program_id = :program_id AND member_id IN (
    SELECT member_id FROM members WHERE program_id = :program_id
    AND (member_id = :member_id OR merged_into = :member_id))"""
_LIST = text(f"SELECT {_COLUMNS} {_OF_MEMBER} ORDER BY starts_at DESC, override_id DESC LIMIT :first")
_ONE = text(f"SELECT {_COLUMNS}, COALESCE(ends_at <= now(), false) AS over {_OF_MEMBER} AND override_id = :override_id")
_OWNER = text("SELECT member_id FROM tier_overrides WHERE program_id = :program_id AND override_id = :override_id")
_WITHDRAW = text(f"""
    UPDATE tier_overrides SET withdrawn_at = now(), withdrawn_by = :actor
    WHERE program_id = :program_id AND override_id = :override_id RETURNING {_COLUMNS}
""")


async def override_tier(
    connection: AsyncConnection, program_id: int, member_id: int, tier: str, ends_at: datetime | None, reason: str,
    actor: str,
) -> Override:  # fmt: skip
    """Give a member a tier from now on; the caller reviews the member in the same transaction.

    Raises OverrideRefused.
    """
    reason = reason.strip()
    if not reason or len(reason) > REASON_CHARACTERS_MAXIMUM:
        raise OverrideRefused("REASON_TOO_LONG" if reason else "REASON_MISSING")
    owner = await _root(connection, program_id, member_id)
    live = await live_tiers(connection, program_id)
    if live is None or live.definition.tier(tier) is None:
        raise OverrideRefused("TIER_NOT_FOUND")
    if ends_at is not None and ends_at <= await transaction_time(connection):
        raise OverrideRefused("END_PAST")
    if (await connection.execute(_COUNT, owner._asdict())).scalar_one() >= OVERRIDES_MAXIMUM:
        raise OverrideRefused("TOO_MANY")
    given = {**owner._asdict(), "tier": tier, "ends_at": ends_at, "reason": reason, "actor": actor}
    return _override((await connection.execute(_INSERT, given)).one())


async def withdraw_override(
    connection: AsyncConnection, program_id: int, member_id: int, override_id: int, actor: str
) -> Override:
    """Let a tier given by hand end now; the caller reviews the member in the same transaction.

    Raises OverrideRefused.
    """
    owner = await _root(connection, program_id, member_id)
    row = (await connection.execute(_ONE, {**owner._asdict(), "override_id": override_id})).one_or_none()
    if row is None:
        raise OverrideRefused("OVERRIDE_NOT_FOUND")
    if row.over or row.withdrawn_at is not None:
        raise OverrideRefused("OVERRIDE_ENDED")
    given = {"program_id": program_id, "override_id": override_id, "actor": actor}
    return _override((await connection.execute(_WITHDRAW, given)).one())


async def overrides_of(connection: AsyncConnection, program_id: int, member_id: int, first: int = 50) -> list[Override]:
    """The tiers that a member was given by hand, newest first, those that ended among them."""
    rows = await connection.execute(_LIST, {"program_id": program_id, "member_id": member_id, "first": first})
    return [_override(row) for row in rows]


async def member_of_override(connection: AsyncConnection, program_id: int, override_id: int) -> int | None:
    """Whom a tier was given by hand; None when the program has no such override."""
    given = {"program_id": program_id, "override_id": override_id}
    found: int | None = (await connection.execute(_OWNER, given)).scalar_one_or_none()
    return found


async def _root(connection: AsyncConnection, program_id: int, member_id: int) -> MemberKey:
    """The member, or whom they were merged into, locked. Raises OverrideRefused MEMBER_NOT_FOUND."""
    given = {"program_id": program_id, "member_id": member_id}
    root = (await connection.execute(_ROOT, given)).scalar_one_or_none()
    if root is None:
        raise OverrideRefused("MEMBER_NOT_FOUND")
    return MemberKey(program_id, root)


def _override(row: Any) -> Override:
    return Override(*row[:8])

"""The rewards of a program: made, edited by new versions, archived, listed.

An edit names the version that it was made from, so that of two at once the second is refused instead of winning.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.rewards.definitions import Handle, RewardDefinition
from engine.rewards.quoting import Offer
from engine.rewards.states import COMPENSATED

_HANDLE: TypeAdapter[str] = TypeAdapter(Handle)
REWARDS_MAXIMUM = 100
"""The most that a program offers at a time; archived ones do not count."""


class RewardRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """A reward was not made or changed.

    `code`: HANDLE_TAKEN, HANDLE_INVALID, TOO_MANY, REWARD_NOT_FOUND, ARCHIVED, VERSION_CONFLICT, STOCK_BELOW_REDEEMED.
    """

    def __init__(self, code: str, field: str | None, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class Reward:
    """A reward as it stands."""

    program_id: int
    reward_id: int
    handle: str
    version: int
    definition: RewardDefinition
    stock_left: int | None
    archived_at: datetime | None
    position: int

    def offer(self, had: int = 0) -> Offer:
        """What a quote needs to know of it, for a shopper who had so many in its period."""
        return Offer(self.definition, self.stock_left, self.archived_at is not None, had)


_COLUMNS = """r.program_id, r.reward_id, r.handle, r.version, v.definition::text AS definition, r.stock_left,
    r.archived_at, r.position"""
_SELECT = f"""SELECT {_COLUMNS} FROM rewards r JOIN reward_versions v USING (program_id, reward_id, version)
    WHERE r.program_id = :program_id"""
_LIST = text(f"{_SELECT} AND (:archived OR r.archived_at IS NULL) ORDER BY r.position, r.reward_id LIMIT :most")
_ONE = text(f"{_SELECT} AND r.reward_id = :reward_id")
_BY_HANDLE = text(f"{_SELECT} AND r.handle = :handle")
_LOCK = text("SELECT reward_id FROM rewards WHERE program_id = :program_id AND reward_id = :reward_id FOR UPDATE")
_LOCK_PROGRAM = text("SELECT program_id FROM programs WHERE program_id = :program_id FOR UPDATE")
_COUNT = text("SELECT count(*) FROM rewards WHERE program_id = :program_id AND archived_at IS NULL")
_INSERT = text("""
    INSERT INTO rewards (program_id, reward_id, handle, version, position, stock_left)
    VALUES (:program_id, :reward_id, :handle, 1, :position, :stock_left)
""")
_INSERT_VERSION = text("""
    INSERT INTO reward_versions (program_id, reward_id, version, definition, created_by)
    VALUES (:program_id, :reward_id, :version, CAST(:definition AS jsonb), :actor)
""")
_UPDATE = text("""
    UPDATE rewards SET version = :version, position = :position, stock_left = :stock_left,
        archived_at = CASE WHEN :archive THEN now() ELSE archived_at END
    WHERE program_id = :program_id AND reward_id = :reward_id
""")
_REDEEMED = text(f"""
    SELECT count(*) FROM redemptions WHERE program_id = :program_id AND reward_id = :reward_id
    AND state NOT IN ({", ".join(f"'{state}'" for state in sorted(COMPENSATED))})
""")


async def rewards_of(connection: AsyncConnection, program_id: int, *, archived: bool = False) -> list[Reward]:
    """The program's rewards in the merchant's order; `archived` brings those that are no longer offered, too."""
    given = {"program_id": program_id, "archived": archived, "most": 10 * REWARDS_MAXIMUM}
    return [_reward(row) for row in await connection.execute(_LIST, given)]


async def reward_of(connection: AsyncConnection, program_id: int, reward_id: int) -> Reward | None:
    """One reward, archived or not; None when the program has no such one."""
    row = (await connection.execute(_ONE, {"program_id": program_id, "reward_id": reward_id})).one_or_none()
    return _reward(row) if row else None


async def reward_by_handle(connection: AsyncConnection, program_id: int, handle: str) -> Reward | None:
    """One reward by its handle; None when the program has no such one."""
    row = (await connection.execute(_BY_HANDLE, {"program_id": program_id, "handle": handle})).one_or_none()
    return _reward(row) if row else None


async def create_reward(
    connection: AsyncConnection, program_id: int, handle: str, definition: RewardDefinition, *, actor: str,
    position: int | None = None,
) -> Reward:  # fmt: skip
    """Offer a new reward, by default last in the list. Raises RewardRefused: HANDLE_INVALID, HANDLE_TAKEN, TOO_MANY."""
    try:
        _HANDLE.validate_python(handle)
    except ValidationError:
        raise RewardRefused("HANDLE_INVALID", "handle", "a handle is made of a-z, 0-9 and hyphens") from None
    await connection.execute(_LOCK_PROGRAM, {"program_id": program_id})
    offered = (await connection.execute(_COUNT, {"program_id": program_id})).scalar_one()
    if offered >= REWARDS_MAXIMUM:
        raise RewardRefused("TOO_MANY", None, f"a program offers at most {REWARDS_MAXIMUM} rewards at a time")
    if await reward_by_handle(connection, program_id, handle) is not None:
        raise RewardRefused("HANDLE_TAKEN", "handle", "another reward has this handle")
    reward_id = (await connection.execute(text("SELECT nextval('ledger_ids')"))).scalar_one()
    given = {
        "program_id": program_id, "reward_id": reward_id, "handle": handle, "stock_left": definition.stock,
        "position": offered + 1 if position is None else position,
    }  # fmt: skip
    await connection.execute(_INSERT, given)
    await _add_version(connection, program_id, reward_id, 1, definition, actor)
    return await _read(connection, program_id, reward_id)


async def update_reward(
    connection: AsyncConnection, program_id: int, reward_id: int, definition: RewardDefinition, *,
    expected_version: int, actor: str, position: int | None = None,
) -> Reward:  # fmt: skip
    """Make the next version. What was redeemed before keeps its own.

    Raises RewardRefused: REWARD_NOT_FOUND, ARCHIVED, VERSION_CONFLICT, STOCK_BELOW_REDEEMED.
    """
    known = await _locked(connection, program_id, reward_id, expected_version)
    return await _next_version(
        connection, known, definition, actor, position=known.position if position is None else position
    )


async def archive_reward(
    connection: AsyncConnection, program_id: int, reward_id: int, *, expected_version: int, actor: str
) -> Reward:
    """Offer it no more. Codes that were given stay good. Raises RewardRefused like `update_reward`."""
    known = await _locked(connection, program_id, reward_id, expected_version)
    return await _next_version(connection, known, known.definition, actor, position=known.position, archive=True)


async def _locked(connection: AsyncConnection, program_id: int, reward_id: int, expected_version: int) -> Reward:
    await connection.execute(_LOCK, {"program_id": program_id, "reward_id": reward_id})
    known = await reward_of(connection, program_id, reward_id)
    if known is None:
        raise RewardRefused("REWARD_NOT_FOUND", None, "the program has no such reward")
    if known.archived_at is not None:
        raise RewardRefused("ARCHIVED", None, "the reward is archived")
    if known.version != expected_version:
        raise RewardRefused("VERSION_CONFLICT", "expectedVersion", f"somebody else made version {known.version} of it")
    return known


async def _next_version(
    connection: AsyncConnection, known: Reward, definition: RewardDefinition, actor: str, *, position: int,
    archive: bool = False,
) -> Reward:  # fmt: skip
    stock_left = None
    if definition.stock is not None:
        key = {"program_id": known.program_id, "reward_id": known.reward_id}
        redeemed = (await connection.execute(_REDEEMED, key)).scalar_one()
        stock_left = definition.stock - redeemed
        if stock_left < 0:
            raise RewardRefused("STOCK_BELOW_REDEEMED", "stock", f"{redeemed} were redeemed already")
    await _add_version(connection, known.program_id, known.reward_id, known.version + 1, definition, actor)
    await connection.execute(
        _UPDATE,
        {
            "program_id": known.program_id, "reward_id": known.reward_id, "version": known.version + 1,
            "position": position, "stock_left": stock_left, "archive": archive,
        },
    )  # fmt: skip
    return await _read(connection, known.program_id, known.reward_id)


async def _add_version(
    connection: AsyncConnection, program_id: int, reward_id: int, version: int, definition: RewardDefinition, actor: str
) -> None:
    await connection.execute(
        _INSERT_VERSION,
        {
            "program_id": program_id, "reward_id": reward_id, "version": version,
            "definition": definition.model_dump_json(), "actor": actor,
        },
    )  # fmt: skip


async def _read(connection: AsyncConnection, program_id: int, reward_id: int) -> Reward:
    known = await reward_of(connection, program_id, reward_id)
    assert known is not None, "it was written just now"
    return known


def _reward(row: Any) -> Reward:
    definition = RewardDefinition.model_validate_json(row.definition)
    return Reward(
        row.program_id, row.reward_id, row.handle, row.version, definition, row.stock_left, row.archived_at,
        row.position,
    )  # fmt: skip

"""Trying a definition out on everybody before it is published: how many would reach it at once, for how many points.

Small programs are counted at once, big ones page by page by a round (`count_previews`). Nothing is given by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.database import transaction_time
from engine.game.catalog import GameRefused, games_of, refuse_invalid
from engine.game.definitions import PERSONAL, parse_definition
from engine.game.facts import GameKind
from engine.game.preview_counts import PreviewCounts, concerned, planned_game
from engine.game.store import read_game_facts
from engine.ledger import MemberKey
from engine.publishing import lock_versions
from engine.rules.bounds import Frozen

PAGE_MEMBERS = 250
AT_ONCE_MEMBERS = 500
"""Programs of no more members are counted while the merchant waits."""
KEPT_MAXIMUM = 20
"""The most previews that a program keeps; older ones are dropped."""

State = Literal["counting", "ready", "dropped"]


@dataclass(frozen=True, slots=True)
class GamePreview:
    """A definition that is thought about; `definition_id` is None for something new."""

    program_id: int
    preview_id: int
    kind: GameKind
    definition_id: int | None
    definition: Frozen
    state: State
    counts: PreviewCounts
    members_total: int
    members_done: int
    created_at: datetime
    created_by: str


_COLUMNS = """program_id, preview_id, kind, definition_id, definition::text AS definition, state,
    summary::text AS summary, members_total, members_done, last_member_id, created_at, created_by"""
_KEY = "program_id = :program_id AND preview_id = :preview_id"
_ONE = text(f"SELECT {_COLUMNS} FROM game_previews WHERE {_KEY}")
_COUNTING = text(f"""
    SELECT {_COLUMNS} FROM game_previews WHERE state = 'counting' ORDER BY program_id, preview_id LIMIT 1
    FOR UPDATE SKIP LOCKED
""")
_MEMBERS = "FROM members WHERE program_id = :program_id AND merged_into IS NULL AND closed_at IS NULL"
_INSERT = text(f"""
    INSERT INTO game_previews
        (program_id, preview_id, kind, definition_id, definition, state, members_total, created_by)
    SELECT :program_id, nextval('ledger_ids'), :kind, CAST(:definition_id AS bigint), CAST(:definition AS jsonb),
        'counting', count(*), :actor
    {_MEMBERS} RETURNING preview_id, members_total
""")
_DROP_OLD = text("""
    DELETE FROM game_previews WHERE program_id = :program_id AND preview_id IN (
        SELECT preview_id FROM game_previews WHERE program_id = :program_id ORDER BY preview_id DESC OFFSET :kept)
""")
_PAGE = text(f"SELECT member_id {_MEMBERS} AND member_id > :after ORDER BY member_id LIMIT :most")
_COUNTED = text(f"""
    UPDATE game_previews SET summary = CAST(:summary AS jsonb), members_done = members_done + :done,
        last_member_id = :last, state = CASE WHEN :over THEN 'ready' ELSE state END,
        members_total = CASE WHEN :over THEN members_done + :done ELSE members_total END
    WHERE {_KEY}
""")
_DROP = text(f"UPDATE game_previews SET state = 'dropped' WHERE {_KEY}")


async def preview_game(
    connection: AsyncConnection, program_id: int, kind: GameKind, definition: Frozen, definition_id: int | None,
    actor: str,
) -> GamePreview:  # fmt: skip
    """Count who would reach something by a definition; that of a big program is still `counting` then.

    Raises GameRefused: NOT_FOUND, ARCHIVED, INVALID.
    """
    await lock_versions(connection, program_id)
    if kind not in PERSONAL:
        raise GameRefused("INVALID", None, "What members play against each other gives nothing at once.")
    games = (await games_of(connection, [program_id], [kind])).get(program_id, ())
    known = next((game for game in games if game.definition_id == definition_id), None)
    if definition_id is not None and known is None:
        raise GameRefused("NOT_FOUND", None, "The program has no such game.")
    if known is not None and known.archived_at is not None:
        raise GameRefused("ARCHIVED", None, "It is archived.")
    refuse_invalid(kind, known.handle if known is not None else "", definition, games)
    given = {
        "program_id": program_id, "kind": kind, "definition_id": definition_id, "actor": actor,
        "definition": definition.model_dump_json(),
    }  # fmt: skip
    row = (await connection.execute(_INSERT, given)).one()
    await connection.execute(_DROP_OLD, {"program_id": program_id, "kept": KEPT_MAXIMUM})
    key = {"program_id": program_id, "preview_id": row.preview_id}
    counting = row.members_total <= AT_ONCE_MEMBERS
    while counting:
        counting = await _count_page(connection, (await connection.execute(_ONE, key)).one())
    return _preview((await connection.execute(_ONE, key)).one())


async def preview_of(connection: AsyncConnection, program_id: int, preview_id: int) -> GamePreview | None:
    """One preview; None where the program has no such one, or none any more."""
    row = (await connection.execute(_ONE, {"program_id": program_id, "preview_id": preview_id})).one_or_none()
    return _preview(row) if row is not None else None


async def count_previews(connection: AsyncConnection, pages: int = 1) -> int:
    """Count some pages of members for previews that are not counted yet; returns how many members were looked at.

    Each page is added to what was counted before, so that a stop in between loses nothing.
    """
    looked = 0
    for _ in range(pages):
        row = (await connection.execute(_COUNTING)).one_or_none()
        if row is None:
            break
        await _count_page(connection, row)
        looked += PAGE_MEMBERS
    return looked


async def _count_page(connection: AsyncConnection, row: Any) -> bool:
    """Count the next members of a preview; whether there are more. It is dropped where its game is gone by now."""
    key = {"program_id": row.program_id, "preview_id": row.preview_id}
    published = (await games_of(connection, [row.program_id], PERSONAL)).get(row.program_id, ())
    known = next((game for game in published if game.definition_id == row.definition_id), None)
    if row.definition_id is not None and (known is None or known.archived_at is not None):
        await connection.execute(_DROP, key)
        return False
    planned = planned_game(row.kind, known, parse_definition(row.kind, row.definition), row.created_at)
    now = await transaction_time(connection)
    given = {"program_id": row.program_id, "after": row.last_member_id, "most": PAGE_MEMBERS}
    members = [MemberKey(row.program_id, one) for one in (await connection.execute(_PAGE, given)).scalars()]
    facts = await read_game_facts(connection, members, now, {row.program_id: concerned(published, planned)})
    counts = PreviewCounts.from_json(orjson.loads(row.summary))
    counts.add(facts.values(), known, planned, now)
    over = len(members) < PAGE_MEMBERS
    counted = {
        "done": len(members), "over": over, "last": members[-1].member_id if members else row.last_member_id,
        "summary": orjson.dumps(counts.to_json()).decode(),
    }  # fmt: skip
    await connection.execute(_COUNTED, {**key, **counted})
    return not over


def _preview(row: Any) -> GamePreview:
    return GamePreview(
        row.program_id, row.preview_id, row.kind, row.definition_id, parse_definition(row.kind, row.definition),
        row.state, PreviewCounts.from_json(orjson.loads(row.summary)), row.members_total, row.members_done,
        row.created_at, row.created_by,
    )  # fmt: skip

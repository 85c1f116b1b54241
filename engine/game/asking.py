"""What a member asks for in the game: under the lock of the member, kept as facts, seen at once in what follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.game.facts import GameFact
from engine.game.folding import fold_game
from engine.game.marking import mark
from engine.game.reading import MemberGame, game_of_member

FACTS_PER_YEAR = 100
"""How often a member may ask for one thing in a year: more is no play."""
_YEAR = timedelta(days=365)


class WishRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """Nothing was changed. `field` is the argument that is to blame, None where it is none."""

    def __init__(self, code: str, field: str | None, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.message = message


_LOCK = text("""
    SELECT r.member_id FROM members m JOIN members r ON r.program_id = m.program_id
        AND r.member_id = CASE WHEN m.merged_into IS NULL THEN m.member_id ELSE m.merged_into END
    WHERE m.program_id = :program_id AND m.member_id = :member_id AND r.closed_at IS NULL FOR UPDATE OF r
""")
_TELL = BulkStatement(
    {
        "program_id": "bigint", "member_id": "bigint", "kind": "text", "definition_id": "bigint", "source_id": "text",
        "occurred_at": "timestamptz", "detail": "jsonb", "created_by": "text",
    },
    """INSERT INTO game_facts
        (program_id, member_id, kind, definition_id, source_id, occurred_at, detail, created_by)
    SELECT program_id, member_id, kind, definition_id, source_id, occurred_at, detail, created_by FROM given
    ON CONFLICT DO NOTHING""",
)  # fmt: skip
_COUNT = text("""
    SELECT count(*) FROM game_facts WHERE program_id = :program_id AND member_id = :member_id
    AND kind = :kind AND definition_id = :definition_id AND occurred_at > :since
""")
_SEEN = text("UPDATE members SET version = version + 1 WHERE program_id = :program_id AND member_id = :member_id")


async def begin_asking(
    connection: AsyncConnection, program_id: int, member_id: int, now: datetime | None = None
) -> MemberGame:
    """Lock the member, or whom they were merged into, and work their game out. Raises WishRefused MEMBER_NOT_FOUND."""
    given = {"program_id": program_id, "member_id": member_id}
    root = (await connection.execute(_LOCK, given)).scalar_one_or_none()
    if root is None:
        raise WishRefused("MEMBER_NOT_FOUND", None, "There is no such member.")
    return await game_of_member(connection, program_id, root, now)


async def asked_since(
    connection: AsyncConnection, known: MemberGame, kind: str, definition_id: int, since: datetime
) -> int:
    """How often a member asked for something after a moment, also where there is nothing to play for."""
    given = {**known.member._asdict(), "kind": kind, "definition_id": definition_id, "since": since}
    return int((await connection.execute(_COUNT, given)).scalar_one())


async def tell(connection: AsyncConnection, known: MemberGame, facts: Sequence[GameFact], actor: str) -> MemberGame:
    """Keep what a locked member asked for, and say how their game stands with it. Raises WishRefused TOO_OFTEN."""
    for kind, definition_id in {(one.kind, one.definition_id) for one in facts}:
        if await asked_since(connection, known, kind, definition_id, known.now - _YEAR) >= FACTS_PER_YEAR:
            raise WishRefused("TOO_OFTEN", None, "This was asked for too often.")
    rows = [
        (
            *known.member, one.kind, one.definition_id, one.source_id, one.occurred_at,
            orjson.dumps(one.detail).decode(), actor,
        )
        for one in facts
    ]  # fmt: skip
    await _TELL.run(connection, rows)
    await mark(connection, [known.member])
    await connection.execute(_SEEN, known.member._asdict())
    told = replace(known.facts, facts=(*known.facts.facts, *facts))
    return replace(known, facts=told, standing=fold_game(told, known.now))

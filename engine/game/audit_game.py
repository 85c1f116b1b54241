"""The part of the audit that works every member's game out again, against what is kept and what was given for it.

Who is marked, due or still to be swept is lag, not a breach.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.awards import Award
from engine.challenges.community import read_contributions
from engine.database import transaction_time
from engine.game.achievements import Achievement, read_achievements
from engine.game.definitions import PERSONAL
from engine.game.folding import GameStanding, fold_game
from engine.game.rewarding import SOURCE, name_of
from engine.game.standing import EarnedKey
from engine.game.store import read_game_facts
from engine.ledger import MemberKey
from engine.standing_points import points_given

PAGE_MEMBERS = 500

_PLAYING = text("""
    SELECT program_id FROM game_definitions WHERE program_id = ANY(:programs) AND kind = ANY(:kinds)
    EXCEPT SELECT program_id FROM game_sweeps
""")
_PAGE = text("""
    SELECT m.member_id, EXISTS (
        SELECT FROM game_marks g WHERE g.program_id = m.program_id AND g.member_id = m.member_id
    ) OR COALESCE(s.review_at <= now(), false) AS behind, s.experience, s.level, s.review_at
    FROM members m LEFT JOIN game_standings s ON s.program_id = m.program_id AND s.member_id = m.member_id
    WHERE m.program_id = :program_id AND m.member_id > :after AND m.merged_into IS NULL
    ORDER BY m.member_id LIMIT :most
""")


async def audit_game(connection: AsyncConnection, program_ids: list[int]) -> tuple[int, int]:
    """(members looked at, members whose achievements or points for them are otherwise than their facts say)."""
    given = {"programs": program_ids, "kinds": list(PERSONAL)}
    checked = wrong = 0
    for program_id in sorted((await connection.execute(_PLAYING, given)).scalars()):
        after = 0
        while True:
            page = {"program_id": program_id, "after": after, "most": PAGE_MEMBERS}
            rows = (await connection.execute(_PAGE, page)).fetchall()
            if not rows:
                break
            after = rows[-1].member_id
            kept = {MemberKey(program_id, row.member_id): row for row in rows if not row.behind}
            checked, wrong = checked + len(kept), wrong + len(await _wrong(connection, kept))
    return checked, wrong


async def _wrong(connection: AsyncConnection, rows: Mapping[MemberKey, Any]) -> set[MemberKey]:
    keys = sorted(rows)
    now = await transaction_time(connection)
    facts = await read_game_facts(connection, keys, now)
    kept = await read_achievements(connection, keys)
    awards = await points_given(connection, SOURCE, keys)
    contributions = await read_contributions(connection, keys)
    standings = {key: fold_game(facts[key], now) for key in keys}
    return {
        key
        for key, standing in standings.items()
        if not _as_kept(standing, kept[key])
        or not _as_given(standing, awards.get(key, {}))
        or not _as_listed(standing, rows[key])
        or [one for one in sorted(standing.contributions) if one[2]] != contributions.get(key, [])
    }


def _as_listed(standing: GameStanding, row: Any) -> bool:
    """What lists show, and that time is looked at in time; of whom nothing was ever worked out, nothing is listed."""
    if row.experience is None:
        return not standing.earned
    due, listed = standing.review_at, (row.experience, row.level)
    in_time = due is None or (row.review_at is not None and row.review_at <= due)
    return in_time and listed == (standing.level.experience, standing.level.level)


def _as_kept(standing: GameStanding, rows: Mapping[EarnedKey, Achievement]) -> bool:
    reached = {one.key: (one.version, one.earned_at, one.revoked_at, one.score) for one in standing.earned}
    stored = {key: (row.version, row.earned_at, row.revoked_at, row.score) for key, row in rows.items()}
    # What follows from nothing any more was revoked when that was seen, at a moment that no fact knows.
    left = {key: row for key, row in stored.items() if key in reached or row[2] is None}
    return left == reached


def _as_given(standing: GameStanding, awards: Mapping[str, Sequence[Award]]) -> bool:
    due = {name_of(one): one.points for one in standing.earned if one.revoked_at is None}
    first = {name: ones[0].posted for name, ones in awards.items()}
    return all(first.get(name, 0) == points for name, points in due.items()) and all(
        award.posted == 0 for name, ones in awards.items() if name not in due for award in ones
    )

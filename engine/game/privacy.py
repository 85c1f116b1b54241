"""What the game holds of a person: told on request, and forgotten with them. Ranks and amounts stay, as nobody's."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.leaderboards.forgetting import forget_member
from engine.redactions import of_nobody

# A person is their member and every member that was merged into it.
_PERSON = """(SELECT f.member_id FROM members f WHERE f.program_id = :program_id
    AND (f.member_id = :member_id OR f.merged_into = :member_id))"""
_OF_PERSON = f"WHERE program_id = :program_id AND member_id IN {_PERSON}"

GAME_EXPORT = {
    "achievements": "SELECT kind, handle, level, occasion, earned_at, revoked_at, score, credential_id "
    f"FROM achievements {_OF_PERSON} ORDER BY earned_at, achievement_id",
    "game_wishes": f"SELECT kind, occurred_at, detail FROM game_facts {_OF_PERSON} ORDER BY occurred_at",
    "experience": f"SELECT experience, level FROM game_standings {_OF_PERSON}",
    "community_challenges": f"SELECT period, amount FROM challenge_contributions {_OF_PERSON} ORDER BY period",
    "boards": "SELECT g.handle, p.display_name, p.joined_at FROM board_participants p "
    "JOIN game_definitions g USING (program_id, definition_id) "
    f"WHERE p.program_id = :program_id AND p.member_id IN {_PERSON} ORDER BY p.joined_at",
    "board_seasons": "SELECT g.handle, r.period, r.segment, r.display_name, r.rank, r.score, r.reached_at, "
    "r.adjusted_score FROM board_results r JOIN game_definitions g USING (program_id, definition_id) "
    f"WHERE r.program_id = :program_id AND r.member_id IN {_PERSON} ORDER BY r.reached_at",
    "leagues": "SELECT period, league, cohort, basis, entered_at, display_name, score, rank, outcome "
    f"FROM league_entries {_OF_PERSON} ORDER BY entered_at",
    "quarantines": "SELECT reason, evidence, since, appeal, appealed_at, decision, decided_at, lifted_at "
    f"FROM board_quarantines {_OF_PERSON} ORDER BY quarantine_id",
    "friends": f"SELECT since FROM friendships {_OF_PERSON} ORDER BY since",
}
_FORGET = text(f"UPDATE game_facts SET detail = detail - 'reason' {_OF_PERSON} AND detail ? 'reason'")
_GOES_ON = text("SELECT closed_at IS NULL FROM members WHERE program_id = :program_id AND member_id = :member_id")


async def erase_game(connection: AsyncConnection, program_id: int, member_id: int) -> dict[str, int]:
    """Forget by which names a person played, with whom, and what they or the staff wrote; nothing of who goes on.

    Their members are closed and locked. What they reached stays as nobody's; their credentials are revoked by that.
    """
    key = {"program_id": program_id, "member_id": member_id}
    if (await connection.execute(_GOES_ON, key)).scalar_one():
        return {}
    counts = await forget_member(connection, program_id, member_id)
    return {**counts, "game_wishes": (await connection.execute(_FORGET, key)).rowcount}


_LEFT_BEHIND = {
    "board_marks": "INSERT INTO board_marks (program_id, member_id, definition_id) "
    "SELECT p.program_id, p.member_id, p.definition_id FROM board_participants p "
    f"WHERE p.program_id = :program_id AND {of_nobody('p')}",
    "boards": f"DELETE FROM board_participants p WHERE p.program_id = :program_id AND {of_nobody('p')}",
    "board_names": "UPDATE board_results r SET display_name = '' "
    f"WHERE r.program_id = :program_id AND r.display_name <> '' AND {of_nobody('r')}",
    "league_names": "UPDATE league_entries e SET display_name = '' "
    f"WHERE e.program_id = :program_id AND e.display_name <> '' AND {of_nobody('e')}",
    "appeals": "UPDATE board_quarantines q SET appeal = NULL "
    f"WHERE q.program_id = :program_id AND q.appeal IS NOT NULL AND {of_nobody('q')}",
}


async def erase_games_of_nobody(connection: AsyncConnection, program_id: int) -> dict[str, int]:
    """Forget the names by which members of whom no customer is left played, after their shop was erased."""
    key = {"program_id": program_id}
    return {part: (await connection.execute(text(sql), key)).rowcount for part, sql in _LEFT_BEHIND.items()}

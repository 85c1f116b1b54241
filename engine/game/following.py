"""The game follows the ledger: marked members are folded anew, what they reached is kept, and points for it are given.

Whoever changes a fact marks the member in the same transaction (`marking`); a round drains the marks within a second.
One transaction does all of it for a page of members, so a crash repeats it and nothing is given twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.award_posting import post
from engine.awards import write_awards
from engine.crash import crash_point
from engine.game.achievements import store_achievements
from engine.game.facts import Game, GameFacts
from engine.game.folding import GameStanding, fold_game
from engine.game.rewarding import game_works
from engine.game.store import read_game_facts, store_game
from engine.leaderboards.marking import mark_boards
from engine.ledger import Ledger, MemberKey
from engine.publishing import versions_of

Told = Callable[[MemberKey, Exception], None]
"""Hears of a member whose game could not be worked out, and why."""
FOLLOWED_AT_ONCE = 200


def nobody_told(_key: MemberKey, error: Exception) -> None:
    """For who wants to know at once: the error itself."""
    raise error


_TAKE = text("""
    WITH taken AS (
        DELETE FROM game_marks m USING (
            SELECT program_id, mark_id FROM game_marks ORDER BY mark_id LIMIT :most FOR UPDATE SKIP LOCKED
        ) t WHERE m.program_id = t.program_id AND m.mark_id = t.mark_id RETURNING m.program_id, m.member_id
    ) SELECT DISTINCT program_id, member_id FROM taken
""")
# Not locked here: members are locked once, all in the order of their ids, or two batches could wait for each other.
_DUE = text("SELECT program_id, member_id FROM game_standings WHERE review_at <= now() ORDER BY review_at LIMIT :most")
_LATER = text("""
    INSERT INTO game_standings AS s (program_id, member_id, review_at)
    VALUES (:program_id, :member_id, now() + interval '1 hour')
    ON CONFLICT (program_id, member_id) DO UPDATE SET review_at = excluded.review_at
""")


async def follow_marked(connection: AsyncConnection, most: int = FOLLOWED_AT_ONCE, told: Told = nobody_told) -> int:
    """Work out members of the named tenants who were marked or whose time came; returns how many were taken.

    One who cannot be worked out holds up nobody else: `told` hears of them, and they are tried again in an hour.
    """
    taken = {MemberKey(*row) for row in await connection.execute(_TAKE, {"most": most})}
    crash_point("game-after-taking")
    due = {MemberKey(*row) for row in await connection.execute(_DUE, {"most": most})}
    taken |= due
    await follow_each(connection, sorted(taken), told, due)
    crash_point("game-before-commit")
    return len(taken)


async def follow_each(
    connection: AsyncConnection, members: Sequence[MemberKey], told: Told = nobody_told,
    due: Collection[MemberKey] = (),
) -> None:  # fmt: skip
    """Follow these members at once; where that cannot be, half by half. Those `due` are told, whatever it was."""
    if not members:
        return
    try:
        async with connection.begin_nested():
            await follow_members(connection, members, due)
    except OperationalError:  # the database's own trouble is nobody's fault
        raise
    except Exception as error:
        if len(members) == 1:
            await connection.execute(_LATER, members[0]._asdict())
            told(members[0], error)
            return
        middle = len(members) // 2
        await follow_each(connection, members[:middle], told, due)
        await follow_each(connection, members[middle:], told, due)


async def follow_members(
    connection: AsyncConnection, members: Iterable[MemberKey], due: Collection[MemberKey] = ()
) -> set[MemberKey]:
    """Lock these members, work their game out, keep what they reached and give what it gives.

    Returns those of whom something is otherwise than it was kept. Time alone changed something for those `due`, such as
    a streak that broke: an open page hears of it, too.
    """
    asked = sorted(set(members))
    if not asked:
        return set()
    ledger = await Ledger.open(connection, asked)
    roots = sorted(ledger.holdings)
    facts = await read_game_facts(connection, roots, ledger.now)
    standings = {key: fold_game(facts[key], ledger.now, progress=False) for key in roots}
    changed = await store_achievements(connection, {key: one.earned for key, one in standings.items()}, ledger.now)
    await store_game(connection, facts, standings)
    await _give(ledger, facts, {key: standings[key] for key in changed})
    for key in changed | {one for one in due if one in ledger.holdings}:
        ledger.holdings[key].changed = True
    await ledger.write()
    await mark_boards(connection, roots)
    return changed


async def _give(
    ledger: Ledger, facts: Mapping[MemberKey, GameFacts], changed: Mapping[MemberKey, GameStanding]
) -> None:
    """Points for what changed; nothing is looked up where no game ever gave any."""
    giving = {key: one for key, one in changed.items() if any(_gives_points(game) for game in facts[key].games)}
    if not giving:
        return
    versions = await versions_of(ledger.connection, sorted({key.program_id for key in giving}))
    works = await game_works(ledger.connection, ledger, giving, versions)
    await write_awards(ledger.connection, await post(ledger, works))


def _gives_points(game: Game[Any]) -> bool:
    return any(one.definition.gives_points for one in game.versions)

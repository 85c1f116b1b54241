"""Entries that look like cheating are out of sight while their signals hold, or once a person upheld them.

Rows follow the signals (`suspicion`) of members who are on a board or in a league; what people say and decide about
them is in `appeals`. What a person cleared is not found again by what they looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.game.facts import Game
from engine.leaderboards.marking import mark_boards
from engine.leaderboards.suspicion import QuarantineRules, Signal, signals
from engine.ledger import MemberKey
from engine.tiers.activities import read_activities

UPHELD = "upheld"
CLEARED = "cleared"
OPEN = "lifted_at IS NULL AND decision IS DISTINCT FROM 'cleared'"
"""What makes a row of `board_quarantines` keep its entry out of sight."""

_PLAYING = BulkStatement(
    {"program_id": "bigint", "definition_id": "bigint", "member_id": "bigint"},
    """SELECT g.definition_id, g.member_id FROM given g JOIN board_participants p ON p.program_id = g.program_id
        AND p.definition_id = g.definition_id AND p.member_id = g.member_id""",
)
# What is known of a member and of all who were merged into them.
_KNOWN = BulkStatement(
    {"program_id": "bigint", "member_id": "bigint"},
    """, whose AS MATERIALIZED (
        SELECT g.program_id, g.member_id AS root, g.member_id FROM given g
        UNION ALL SELECT g.program_id, g.member_id, m.member_id FROM given g
        JOIN members m ON m.program_id = g.program_id AND m.merged_into = g.member_id
    )
    SELECT w.root, q.member_id, q.definition_id, q.quarantine_id, q.reason, q.since, q.evidence, q.decision,
        q.decided_by, q.decided_at, q.cleared_until
    FROM whose w JOIN board_quarantines q ON q.program_id = w.program_id AND q.member_id = w.member_id
    WHERE q.lifted_at IS NULL ORDER BY q.quarantine_id""",
)
_INSERT = BulkStatement(
    {
        "program_id": "bigint", "definition_id": "bigint", "member_id": "bigint", "reason": "text",
        "since": "timestamptz", "evidence": "jsonb", "decision": "text", "decided_by": "text",
        "decided_at": "timestamptz",
    },
    f"""INSERT INTO board_quarantines (program_id, quarantine_id, definition_id, member_id, reason, since, evidence,
        decision, decided_by, decided_at)
    SELECT program_id, nextval('ledger_ids'), definition_id, member_id, reason, since, evidence, decision, decided_by,
        decided_at FROM given ORDER BY program_id, definition_id, member_id, reason
    ON CONFLICT (program_id, definition_id, member_id, reason) WHERE {OPEN} DO NOTHING""",
)  # fmt: skip
_CHANGE = BulkStatement(
    {"program_id": "bigint", "quarantine_id": "bigint", "since": "timestamptz", "evidence": "jsonb"},
    """UPDATE board_quarantines q SET since = g.since, evidence = g.evidence FROM given g
    WHERE q.program_id = g.program_id AND q.quarantine_id = g.quarantine_id AND q.decision IS NULL""",
)
_LIFT = BulkStatement(
    {"program_id": "bigint", "quarantine_id": "bigint"},
    """UPDATE board_quarantines q SET lifted_at = now() FROM given g
    WHERE q.program_id = g.program_id AND q.quarantine_id = g.quarantine_id AND q.decision IS NULL""",
)
_LOCK = text("""
    SELECT member_id FROM members WHERE program_id = :program_id AND member_id = ANY(:members)
    ORDER BY member_id FOR UPDATE
""")
# Who sees an entry changes with it, so an older state of it must not be written over a newer one.
_TELL = text("""
    UPDATE members SET version = version + 1 WHERE program_id = :program_id AND member_id = ANY(:members)
""")
_HELD = text(f"""
    SELECT member_id FROM board_quarantines
    WHERE program_id = :program_id AND definition_id = :definition_id AND member_id = ANY(:members) AND {OPEN}
""")
# Nobody decided, and time alone may have ended what was found. Looked at now and then, by one worker at a time.
_DUE = text("""
    WITH due AS MATERIALIZED (
        SELECT quarantine_id, member_id FROM board_quarantines
        WHERE program_id = :program_id AND lifted_at IS NULL AND decision IS NULL
        AND looked_at < now() - make_interval(hours => :hours)
        ORDER BY looked_at, quarantine_id LIMIT :most FOR UPDATE SKIP LOCKED
    ), looked AS (
        UPDATE board_quarantines q SET looked_at = now() FROM due d
        WHERE q.program_id = :program_id AND q.quarantine_id = d.quarantine_id
    )
    SELECT DISTINCT member_id FROM due ORDER BY member_id
""")
LOOKED_AT_EVERY_HOURS = 6
PAGE = 500
"""Of how many members everything that they did is read at once."""


class _Entry(NamedTuple):
    definition_id: int
    member_id: int


@dataclass(slots=True)
class _Steps:
    """Rows to write: new ones, those with other evidence, those that hold no more."""

    new: list[Sequence[Any]] = field(default_factory=list)
    changed: list[Sequence[Any]] = field(default_factory=list)
    lifted: list[Sequence[Any]] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)


async def follow_signals(
    connection: AsyncConnection, program_id: int, games: Iterable[Game[Any]], members: Iterable[int], now: datetime
) -> set[int]:
    """Let quarantines of these members (not merged away) follow what they did; returns whose entries came or went.

    `games` are boards and leagues of the program. The rules of the newest version count; without any, nothing does.
    """
    rules = {game.definition_id: _rules(game) for game in games}
    asked = sorted(set(members))
    known = await _known(connection, program_id, asked, rules)
    watched = [definition_id for definition_id, limits in rules.items() if limits is not None]
    concerned = [(program_id, definition_id, member_id) for definition_id in watched for member_id in asked]
    playing = {_Entry(*row) for row in await _PLAYING.run(connection, concerned)} | known.keys()
    if not playing:
        return set()
    activities = await read_activities(connection, {MemberKey(program_id, one.member_id) for one in playing})
    steps = _Steps()
    for entry in sorted(playing):
        rows, limits = known.get(entry, []), rules[entry.definition_id]
        done = activities[MemberKey(program_id, entry.member_id)]
        found = signals(limits, done, now, _cleared(rows)) if limits is not None else ()
        _compare(steps, program_id, entry, rows, {one.reason: one for one in found})
    await tell(connection, program_id, steps.touched)
    await _LIFT.run(connection, steps.lifted)
    await _CHANGE.run(connection, steps.changed)
    await _INSERT.run(connection, steps.new)
    return steps.touched


async def look_at(
    connection: AsyncConnection, program_id: int, game: Game[Any], members: Iterable[int], now: datetime
) -> None:
    """Look for signals of these members before anything is settled by their scores; nothing where there are no rules.

    What is found is kept, and marked for the boards.
    """
    if _rules(game) is None:
        return
    asked = sorted(set(members))
    for first in range(0, len(asked), PAGE):
        changed = await follow_signals(connection, program_id, [game], asked[first : first + PAGE], now)
        await mark_boards(connection, [MemberKey(program_id, member_id) for member_id in changed])


async def held_members(
    connection: AsyncConnection, program_id: int, definition_id: int, members: Iterable[int]
) -> set[int]:
    """Those of these members whose entry of a board or league is out of sight."""
    given = {"program_id": program_id, "definition_id": definition_id, "members": sorted(set(members))}
    return set((await connection.execute(_HELD, given)).scalars())


async def follow_time(
    connection: AsyncConnection, program_id: int, games: Iterable[Game[Any]], now: datetime, most: int = 200
) -> int:
    """Look again at entries that nobody decided about, now and then: evidence grows old. Returns how many members."""
    given = {"program_id": program_id, "hours": LOOKED_AT_EVERY_HOURS, "most": most}
    members = list((await connection.execute(_DUE, given)).scalars())
    if members:
        changed = await follow_signals(connection, program_id, games, members, now)
        await mark_boards(connection, [MemberKey(program_id, member_id) for member_id in changed])
    return len(members)


async def lock(connection: AsyncConnection, program_id: int, members: Iterable[int]) -> None:
    """Lock these members in the order of their ids, before some of them are locked for another reason."""
    await connection.execute(_LOCK, {"program_id": program_id, "members": sorted(set(members))})


async def tell(connection: AsyncConnection, program_id: int, members: Iterable[int]) -> None:
    """Let what is shown of these members be worked out anew, and nothing older be written over it."""
    given = {"program_id": program_id, "members": sorted(set(members))}
    if given["members"]:
        await connection.execute(_LOCK, given)
        await connection.execute(_TELL, given)


async def _known(
    connection: AsyncConnection, program_id: int, members: Sequence[int], definitions: Iterable[int]
) -> dict[_Entry, list[Any]]:
    """The rows that were not lifted, of these members and of those who were merged into them, by whose entry it is."""
    wanted = set(definitions)
    found: dict[_Entry, list[Any]] = {}
    for row in await _KNOWN.run(connection, [(program_id, member_id) for member_id in members]):
        if row.definition_id in wanted:
            found.setdefault(_Entry(row.definition_id, row.root), []).append(row)
    return found


def _rules(game: Game[Any]) -> QuarantineRules | None:
    rules: QuarantineRules | None = game.newest.definition.quarantine
    return rules


def _cleared(rows: Iterable[Any]) -> Mapping[str, datetime]:
    looked: dict[str, datetime] = {}
    for row in rows:
        if row.decision == CLEARED and row.cleared_until is not None:
            looked[row.reason] = max(looked.get(row.reason, row.cleared_until), row.cleared_until)
    return looked


def _compare(steps: _Steps, program_id: int, entry: _Entry, rows: Sequence[Any], found: Mapping[str, Signal]) -> None:
    """What is to be written for an entry; what was upheld of a member who was merged into another is the other's."""
    own = {row.reason: row for row in rows if row.member_id == entry.member_id and row.decision != CLEARED}
    looked = _cleared(rows)
    carried = {
        row.reason: row
        for row in rows
        if row.member_id != entry.member_id
        and row.decision == UPHELD
        and (row.reason not in looked or looked[row.reason] < row.decided_at)
    }
    new: list[tuple[Any, ...]] = [(name, one.since, one.evidence, None, None, None) for name, one in found.items()]
    new = [row for row in new if row[0] not in carried]
    new += [(name, row.since, row.evidence, UPHELD, row.decided_by, row.decided_at) for name, row in carried.items()]
    new = [row for row in new if row[0] not in own]
    gone = [row for reason, row in own.items() if reason not in found and row.decision is None]
    for reason, since, evidence, *decision in sorted(new, key=lambda row: row[0]):
        steps.new.append((program_id, *entry, reason, since, _json(evidence), *decision))
    for reason, row in sorted(own.items()):
        one = found.get(reason)
        if one is not None and row.decision is None and (row.since, row.evidence) != (one.since, one.evidence):
            steps.changed.append((program_id, row.quarantine_id, one.since, _json(one.evidence)))
    steps.lifted += [(program_id, row.quarantine_id) for row in gone]
    if new or gone:
        steps.touched.add(entry.member_id)


def _json(evidence: Mapping[str, int | str]) -> str:
    return orjson.dumps(evidence, option=orjson.OPT_SORT_KEYS).decode()

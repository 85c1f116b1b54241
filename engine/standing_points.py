"""Points for what a member is or reached, a tier, a badge, a level: given with it, and taken back when it is no more.

Each is an award of its own, named by what it is for. Whether it is due follows from the member's history alone; of two
members who were merged, what one of them was given before is not given again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from types import MappingProxyType

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.award_posting import Source, Work
from engine.awards import MEMBER_SCOPE, Award, AwardKey, read_awards
from engine.bulk import BulkStatement
from engine.ledger import Ledger, MemberKey
from engine.program import ProgramVersion, version_at
from engine.rules.assessments import Assessment
from engine.rules.expiries import ExpiresAfter, Expiry, NeverExpires
from engine.rules.outcomes import RuleOutcome
from engine.rules.rule import Fixed, Rule

Versions = Mapping[int, Sequence[ProgramVersion]]

# The awards of everybody who is the same person since a merge; ids are made texts first (see `event_awards`).
_GIVEN = BulkStatement(
    {"program_id": "bigint", "member_id": "bigint"},
    """, person AS MATERIALIZED (
        SELECT g.program_id, g.member_id, g.member_id::text AS named FROM given g
        UNION ALL SELECT g.program_id, g.member_id, m.member_id::text FROM given g
        JOIN members m ON m.program_id = g.program_id AND m.merged_into = g.member_id
    )
    SELECT p.program_id, p.member_id, a.source_id, a.rule, a.posted, a.award_id FROM person p
    JOIN awards a ON a.program_id = p.program_id AND a.shop_id = 0 AND a.source = :source AND a.source_id = p.named
    ORDER BY a.award_id""",
)


@dataclass(frozen=True, slots=True)
class Due:
    """Points that a member is due by a name, 0 for none; they end after `ends_days`.

    `detail` is what their entry says of them.
    """

    name: str
    title: str
    points: int
    ends_days: int | None
    at: datetime
    detail: Mapping[str, str]


async def works_for(
    connection: AsyncConnection, ledger: Ledger, source: str, due: Mapping[MemberKey, Iterable[Due]],
    versions: Versions, lost: Mapping[MemberKey, Mapping[str, str]] = MappingProxyType({}),
) -> list[Work]:  # fmt: skip
    """What locked members are due by this source, and what they were given by it and are due no more.

    A member with nothing due has to be named, too. `source` tells these awards from all others; `lost` has the titles
    of what a member has no more, by its name, where they are known.
    """
    given = await points_given(connection, source, due)
    works: list[Work | None] = []
    for key, ones in due.items():
        before, wanted = given.get(key, {}), {one.name: one for one in ones}
        for name in sorted(wanted.keys() | before.keys()):
            one, had = wanted.get(name), before.get(name, [])
            if one is not None and (one.points or had):
                works.append(_work(ledger, source, key, one, had[0] if had else None, versions[key.program_id]))
            elif one is None:
                titles = lost.get(key, {})
                works += [
                    _reverted(ledger, source, key, old, titles.get(name), versions[key.program_id])
                    for old in had
                    if old.posted
                ]
    return [work for work in works if work is not None]


async def points_given(
    connection: AsyncConnection, source: str, members: Iterable[MemberKey]
) -> dict[MemberKey, dict[str, list[Award]]]:
    """The awards of these members by a source, by what each is named; several of a name after a merge, oldest first."""
    rows = await _GIVEN.run(connection, sorted(set(members)), source=source)
    keys = {
        AwardKey(row.program_id, MEMBER_SCOPE, source, row.source_id, row.rule): MemberKey(
            row.program_id, row.member_id
        )
        for row in rows
    }
    awards = await read_awards(connection, keys)
    found: dict[MemberKey, dict[str, list[Award]]] = {}
    for key, member in keys.items():  # in the order in which they were given
        found.setdefault(member, {}).setdefault(key.rule, []).append(awards[key])
    return found


def _work(
    ledger: Ledger, source: str, member: MemberKey, one: Due, had: Award | None, versions: Sequence[ProgramVersion]
) -> Work | None:
    live = version_at(versions, one.at) or version_at(versions, ledger.now)
    if live is None:
        return None
    expiry: Expiry = NeverExpires() if one.ends_days is None else ExpiresAfter(days=one.ends_days)
    rule = _rule(one.name, one.title, max(1, one.points), expiry)
    assessment = Assessment(rule, one.at, matched=True, exact=Fraction(one.points))
    outcome = RuleOutcome(rule, "earned", assessment, desired=one.points)
    return _filled(ledger, source, member, live, outcome, one.detail, had)


def _reverted(
    ledger: Ledger, source: str, member: MemberKey, had: Award, title: str | None, versions: Sequence[ProgramVersion]
) -> Work | None:
    live = next((one for one in versions if one.version == had.program_version), None)
    if live is None:
        return None
    rule = _rule(had.key.rule, had.key.rule if title is None else title, 1, NeverExpires())
    outcome = RuleOutcome(rule, "nothing_eligible", Assessment(rule, had.occurred_at))
    return _filled(ledger, source, member, live, outcome, {"event": source, "name": had.key.rule}, had)


def _rule(handle: str, title: str, points: int, expiry: Expiry) -> Rule:
    """No rule of any version: what the standing itself gives, in the shape that posts awards."""
    return Rule(handle=handle, title=title[:80], trigger="manual", formula=Fixed(points=points), expiry=expiry)


def _filled(
    ledger: Ledger, source: str, member: MemberKey, version: ProgramVersion, outcome: RuleOutcome,
    detail: Mapping[str, str], had: Award | None,
) -> Work:  # fmt: skip
    source_id = had.key.source_id if had is not None else str(member.member_id)
    return Work(
        Source(member.program_id, MEMBER_SCOPE, source, source_id),
        member,
        version,
        (outcome,),
        ledger.now,
        ledger.now,
        "bonus",
        dict(detail),
        awards={outcome.rule.handle: had} if had is not None else {},
    )

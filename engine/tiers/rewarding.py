"""Points for reaching a tier: given for every tier that was entered, skipped ones too, and taken back with the entry.

Each is an award of its own, named by the tier and by which time it was entered. Whether they are due follows from the
member's history alone; of two members who were merged, what one of them was given before is not given again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

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
from engine.tiers.folding import Entry, TierStanding

SOURCE = "tier"

# The awards of everybody who is the same person since a merge; ids are made texts first (see `event_awards`).
_GIVEN = BulkStatement(
    {"program_id": "bigint", "member_id": "bigint"},
    """, person AS MATERIALIZED (
        SELECT g.program_id, g.member_id, g.member_id::text AS named FROM given g
        UNION ALL SELECT g.program_id, g.member_id, m.member_id::text FROM given g
        JOIN members m ON m.program_id = g.program_id AND m.merged_into = g.member_id
    )
    SELECT p.program_id, p.member_id, a.source_id, a.rule, a.posted, a.award_id FROM person p
    JOIN awards a ON a.program_id = p.program_id AND a.shop_id = 0 AND a.source = 'tier' AND a.source_id = p.named
    ORDER BY a.award_id""",
)


async def entry_works(
    connection: AsyncConnection, ledger: Ledger, standings: Mapping[MemberKey, TierStanding],
    versions: Mapping[int, Sequence[ProgramVersion]],
) -> list[Work]:  # fmt: skip
    """What locked members are due for the tiers that they entered, and what they no longer are.

    `standings` are those of members of programs some version of whose tiers gives points.
    """
    given = await _given(connection, standings)
    works = []
    for key, standing in standings.items():
        before = given.get(key, {})
        due = {_name(entry): entry for entry in standing.entries}
        for name in sorted(due.keys() | before.keys()):
            entry, had = due.get(name), before.get(name, [])
            if entry is not None and (entry.points or had):
                name = _title(standing, entry)
                works.append(_work(ledger, key, entry, name, had[0] if had else None, versions[key.program_id]))
            elif entry is None:
                works += [_reverted(ledger, key, one, versions[key.program_id]) for one in had if one.posted]
    return [work for work in works if work is not None]


async def _given(connection: AsyncConnection, members: Iterable[MemberKey]) -> dict[MemberKey, dict[str, list[Award]]]:
    rows = await _GIVEN.run(connection, sorted(set(members)))
    keys = {
        AwardKey(row.program_id, MEMBER_SCOPE, SOURCE, row.source_id, row.rule): MemberKey(
            row.program_id, row.member_id
        )
        for row in rows
    }
    awards = await read_awards(connection, keys)
    found: dict[MemberKey, dict[str, list[Award]]] = {}
    for key, member in keys.items():  # in the order in which they were given
        found.setdefault(member, {}).setdefault(key.rule, []).append(awards[key])
    return found


def _name(entry: Entry) -> str:
    return f"entry-{entry.ordinal}-{entry.tier}"


def _title(standing: TierStanding, entry: Entry) -> str:
    tier = standing.version.definition.tier(entry.tier)
    return tier.name if tier is not None else entry.tier


def _work(
    ledger: Ledger, member: MemberKey, entry: Entry, title: str, had: Award | None,
    versions: Sequence[ProgramVersion],
) -> Work | None:  # fmt: skip
    live = version_at(versions, entry.at) or version_at(versions, ledger.now)
    if live is None:
        return None
    expiry: Expiry = NeverExpires() if entry.ends_days is None else ExpiresAfter(days=entry.ends_days)
    rule = _rule(_name(entry), title, max(1, entry.points), expiry)
    assessment = Assessment(rule, entry.at, matched=True, exact=Fraction(entry.points))
    outcome = RuleOutcome(rule, "earned", assessment, desired=entry.points)
    return _filled(ledger, member, live, outcome, entry.tier, had)


def _reverted(ledger: Ledger, member: MemberKey, had: Award, versions: Sequence[ProgramVersion]) -> Work | None:
    live = next((one for one in versions if one.version == had.program_version), None)
    if live is None:
        return None
    tier = had.key.rule.split("-", 2)[2]
    rule = _rule(had.key.rule, tier, 1, NeverExpires())
    outcome = RuleOutcome(rule, "nothing_eligible", Assessment(rule, had.occurred_at))
    return _filled(ledger, member, live, outcome, tier, had)


def _rule(handle: str, title: str, points: int, expiry: Expiry) -> Rule:
    """No rule of any version: the tier's own points, in the shape that posts awards."""
    return Rule(handle=handle, title=title, trigger="manual", formula=Fixed(points=points), expiry=expiry)


def _filled(
    ledger: Ledger, member: MemberKey, version: ProgramVersion, outcome: RuleOutcome, tier: str, had: Award | None
) -> Work:
    source_id = had.key.source_id if had is not None else str(member.member_id)
    return Work(
        Source(member.program_id, MEMBER_SCOPE, SOURCE, source_id),
        member,
        version,
        (outcome,),
        ledger.now,
        ledger.now,
        "bonus",
        {"event": SOURCE, "tier": tier},
        awards={outcome.rule.handle: had} if had is not None else {},
    )

"""What members are and have because of it: memberships, tiers, points for reaching one, and what all that gives.

Everything follows from facts and versions by pure folds; what is stored is only their result, with the moment at which
time alone changes it. Whoever changes a fact calls `review` in the same transaction, under the members' locks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.award_posting import post
from engine.awards import write_awards
from engine.bulk import BulkStatement
from engine.database import transaction_time
from engine.game.marking import mark
from engine.ledger import Ledger, MemberKey
from engine.memberships import store as membership_store
from engine.memberships.store import completed_months
from engine.perks.entitlements import ONE, Entitlements, multiplier_of
from engine.perks.following import follow
from engine.perks.reading import read_entitlements
from engine.program import ProgramVersion
from engine.publishing import versions_of
from engine.rules.facts import Privilege, Status
from engine.tiers import store as tier_store
from engine.tiers.folding import fold
from engine.tiers.rewarding import entry_works

Versions = Mapping[int, Sequence[ProgramVersion]]
Told = Callable[[MemberKey, Exception], None]
"""Hears of a member who could not be reviewed, and why."""
REVIEWED_AT_ONCE = 200


def _nobody(_key: MemberKey, error: Exception) -> None:
    raise error


_WITH_STANDINGS = text("""
    SELECT program_id FROM tier_versions WHERE program_id = ANY(:programs)
    UNION SELECT program_id FROM plans WHERE program_id = ANY(:programs)
""")
_STALE = BulkStatement(
    {"program_id": "bigint", "member_id": "bigint"},
    """SELECT g.program_id, g.member_id FROM given g
    JOIN memberships s ON s.program_id = g.program_id AND s.member_id = g.member_id WHERE s.review_at <= now()""",
)
_LATER = text("""
    UPDATE member_tiers SET review_at = now() + interval '1 hour',
        version = GREATEST(version, (SELECT max(v.version) FROM tier_versions v WHERE v.program_id = :program_id))
    WHERE program_id = :program_id AND member_id = :member_id
""")
_MEMBERSHIPS_LATER = text("""
    UPDATE memberships SET review_at = now() + interval '1 hour'
    WHERE program_id = :program_id AND member_id = :member_id AND review_at <= now()
""")
_FORGET = text("DELETE FROM member_tiers WHERE program_id = :program_id AND member_id = :member_id")


async def with_standings(connection: AsyncConnection, programs: Iterable[int]) -> set[int]:
    """Those of the programs that have tiers or plans."""
    return set((await connection.execute(_WITH_STANDINGS, {"programs": sorted(programs)})).scalars())


async def review(
    ledger: Ledger, members: Iterable[MemberKey], versions: Versions, *, new_customers: bool = False
) -> None:
    """Work out anew what locked members are, give or take back what follows from it. The caller writes the ledger.

    `new_customers`: perks are looked at also where the standing stays, because other customers belong to it now.
    """
    roots = sorted({ledger.root(key) for key in members})
    if not roots:
        return
    connection, now = ledger.connection, ledger.now
    memberships, changed = await membership_store.follow_memberships(connection, roots, now)
    standings, giving = {}, {}
    for key, facts in (await tier_store.read_facts(connection, roots)).items():
        months = completed_months(memberships.get(key, ())) if tier_store.asks_for_months(facts) else ()
        standing = fold(replace(facts, months=months), now)
        if standing is not None:
            standings[key] = standing
            if any(tier.entry_points for version in facts.versions for tier in version.definition.tiers):
                giving[key] = standing
    changed = changed | await tier_store.store_standings(connection, standings)
    works = await entry_works(connection, ledger, giving, versions)
    await write_awards(connection, await post(ledger, works))
    if new_customers:
        changed = set(roots)
    if changed:
        await follow(connection, await read_entitlements(connection, changed, now), now)
        await mark(connection, changed)
    for key in roots:
        ledger.holdings[key].changed = True  # also where only the way to the next tier became shorter


async def review_members(
    connection: AsyncConnection, members: Iterable[MemberKey], *, new_customers: bool = False
) -> None:
    """Lock these members and review them, in a step of its own."""
    asked = sorted(set(members))
    if not asked:
        return
    ledger = await Ledger.open(connection, asked)
    versions = await versions_of(connection, sorted({key.program_id for key in asked}))
    await review(ledger, asked, versions, new_customers=new_customers)
    await ledger.write()


async def review_merged(connection: AsyncConnection, giver: MemberKey, receiver: MemberKey) -> None:
    """Let what one member did count for another, into whom they were merged, or for themselves again."""
    await connection.execute(_FORGET, giver._asdict())
    if await with_standings(connection, [giver.program_id]):
        await review_members(connection, [giver, receiver], new_customers=True)


async def review_due(connection: AsyncConnection, most: int = REVIEWED_AT_ONCE, told: Told = _nobody) -> int:
    """Review members of the named tenants whose time came; returns how many, `most` or more where others wait.

    One who cannot be reviewed holds up nobody else: `told` hears of them, and they are tried again in an hour.
    """
    due = set(await tier_store.due_members(connection, most))
    due |= set(await membership_store.due_members(connection, most))
    await _review_each(connection, sorted(due), told)
    return len(due)


async def _review_each(connection: AsyncConnection, members: Sequence[MemberKey], told: Told) -> None:
    """Review these at once; where that cannot be, half by half."""
    if not members:
        return
    try:
        async with connection.begin_nested():
            await review_members(connection, members)
    except OperationalError:  # the database's own trouble is nobody's fault
        raise
    except Exception as error:
        if len(members) == 1:
            await connection.execute(_LATER, members[0]._asdict())
            await connection.execute(_MEMBERSHIPS_LATER, members[0]._asdict())
            told(members[0], error)
            return
        middle = len(members) // 2
        await _review_each(connection, members[:middle], told)
        await _review_each(connection, members[middle:], told)


async def statuses_of(ledger: Ledger, members: Iterable[MemberKey], versions: Versions) -> dict[MemberKey, Status]:
    """What locked members are now; of those whose time came, worked out first."""
    roots = sorted(set(members))
    stale = await tier_store.due_among(ledger.connection, roots)
    stale |= {MemberKey(*row) for row in await _STALE.run(ledger.connection, roots)}
    await review(ledger, stale, versions)
    found = await read_entitlements(ledger.connection, roots, ledger.now)
    return {key: status_of(found[key]) for key in roots if key in found}


async def read_status(connection: AsyncConnection, key: MemberKey) -> Status:
    """What a member is at this moment, worked out from the facts, for a read; without the privilege."""
    now = await transaction_time(connection)
    memberships = await membership_store.memberships_of(connection, *key, now)
    standing = (await tier_store.standing_of(connection, *key, now)).standing
    plans = tuple(one.handle for one in memberships if one.standing.entitled(now))
    return Status(standing.tier.handle if standing is not None else None, plans)


def status_of(entitlements: Entitlements) -> Status:
    """The part of what a member is entitled to that rules ask for."""
    factor = multiplier_of(entitlements.perks)
    best = next(
        (grantor for grantor, perk in entitlements.perks if perk.kind == "earn_multiplier" and perk.factor == factor),
        "",
    )
    plans = tuple(handle for handle, _ in entitlements.plans)
    return Status(entitlements.tier, plans, Privilege(best, factor) if factor != ONE else None)

"""What falls due for perks by time alone, or was left behind: codes of a new month, codes regained, lost calls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.birthdays import zone_of_program
from engine.bulk import BulkStatement
from engine.database import transaction_time
from engine.ledger import Ledger, MemberKey
from engine.memberships.catalog import plan_versions_of
from engine.outside_calls import Wanted, ask_all
from engine.perks.calls import ISSUE, MARK_CALL, WITHDRAW, mark_queue, perk_queue
from engine.perks.definitions import CodePerk, FreeShippingCode, PercentCode, Perk
from engine.perks.entitlements import plan_grantor, tier_grantor
from engine.perks.following import follow
from engine.perks.planning import CODE_KINDS
from engine.perks.reading import read_entitlements
from engine.program import BEGINNING_OF_TIME
from engine.rewards.standing import period_start
from engine.tiers.store import due_among
from engine.tiers.versions import live_tiers

PAGE = 1_000
"""How many members of each tier and plan are looked at in one step, so that no step grows with the program."""

_PROGRAMS = text("SELECT program_id FROM tier_versions UNION SELECT program_id FROM plans ORDER BY program_id")
_GIVER = {
    "program_id": "bigint", "grantor": "text", "perk": "text", "since": "timestamptz", "tier": "text",
    "plan_id": "bigint", "version": "integer",
}  # fmt: skip
# The next members who have a tier or plan that gives a code. `reached` is the member up to whom all are among them,
# NULL at the end.
_PAGE = BulkStatement(
    _GIVER,
    """, looked_at AS MATERIALIZED (
        SELECT g.grantor, g.perk, g.version, g.since, t.member_id FROM given g CROSS JOIN LATERAL (
            SELECT t.member_id FROM member_tiers t WHERE t.program_id = g.program_id AND t.tier = g.tier
            AND t.member_id > :position ORDER BY t.member_id LIMIT :page) t WHERE g.tier IS NOT NULL
        UNION ALL SELECT g.grantor, g.perk, g.version, g.since, s.member_id FROM given g CROSS JOIN LATERAL (
            SELECT s.member_id FROM memberships s WHERE s.program_id = g.program_id AND s.plan_id = g.plan_id
            AND s.plan_version = g.version AND s.entitled_until > now()
            AND s.member_id > :position ORDER BY s.member_id LIMIT :page) s WHERE g.plan_id IS NOT NULL
    ), ends AS (
        SELECT CASE WHEN count(*) = :page THEN max(member_id) END AS member_id FROM looked_at
        GROUP BY grantor, perk, version
    ), reached AS MATERIALIZED (SELECT min(member_id) AS member_id FROM ends)
    SELECT l.member_id, l.grantor, l.perk, l.since, r.member_id AS reached FROM looked_at l CROSS JOIN reached r
    WHERE r.member_id IS NULL OR l.member_id <= r.member_id""",
)
# Those of a page who did not get it in this month, or ever. A statement of its own: it knows how few they are.
_LACKING = BulkStatement(
    {"program_id": "bigint", "member_id": "bigint", "grantor": "text", "perk": "text", "since": "timestamptz"},
    """SELECT DISTINCT g.program_id, g.member_id FROM given g
    WHERE NOT EXISTS (
        SELECT FROM perk_deliveries d WHERE d.program_id = g.program_id AND d.member_id = g.member_id
        AND d.grantor = g.grantor AND d.perk = g.perk AND d.state <> 'revoked' AND d.created_at >= g.since)
    AND NOT EXISTS (
        SELECT FROM members m JOIN perk_deliveries d ON d.program_id = m.program_id AND d.member_id = m.member_id
        WHERE m.program_id = g.program_id AND m.merged_into = g.member_id
        AND d.grantor = g.grantor AND d.perk = g.perk AND d.state <> 'revoked' AND d.created_at >= g.since)
    AND EXISTS (
        SELECT FROM customers c JOIN shops s ON s.program_id = c.program_id AND s.shop_id = c.shop_id
        WHERE c.program_id = g.program_id AND c.member_id = g.member_id AND c.deleted_at IS NULL
        AND c.customer_id > 0 AND s.uninstalled_at IS NULL)""",
)
_LEFT_ALONE = text("""
    SELECT d.program_id, d.shop_id, d.delivery_id, d.state FROM perk_deliveries d
    WHERE d.state IN ('waiting', 'revoking') AND d.kind = ANY(:codes) AND d.created_at < now() - interval '1 minute'
    AND NOT EXISTS (
        SELECT FROM outside_calls c WHERE c.program_id = d.program_id AND c.object_id = d.delivery_id
        AND c.kind IN ('perk-issue', 'perk-withdraw') AND c.state IN ('waiting', 'running'))
    ORDER BY d.program_id, d.delivery_id LIMIT :most
""")
_UNSHOWN = text("""
    SELECT m.program_id, m.shop_id, m.mark_id FROM customer_marks m
    WHERE m.failure IS NULL AND (m.shown_at IS NULL OR m.shown_at < m.wanted_at)
    AND m.wanted_at < now() - interval '1 minute'
    AND NOT EXISTS (
        SELECT FROM outside_calls c WHERE c.program_id = m.program_id AND c.object_id = m.mark_id
        AND c.kind = 'customer-mark' AND c.state IN ('waiting', 'running'))
    ORDER BY m.program_id, m.mark_id LIMIT :most
""")
# What was refused for a reason of our own, such as a currency without a price, is refused again.
_WAIT_AGAIN = text("""
    UPDATE perk_deliveries SET state = 'waiting', failure = NULL
    WHERE program_id = :program_id AND shop_id = :shop_id AND state = 'failed' AND kind = ANY(:codes)
    AND failure LIKE 'refused:%' AND external_id IS NULL AND customer_id IS NOT NULL AND ends_at > now()
""")
_SHOW_AGAIN = text("""
    UPDATE customer_marks SET failure = NULL, shown_at = NULL
    WHERE program_id = :program_id AND shop_id = :shop_id AND failure IS NOT NULL
""")


class _Giver(NamedTuple):
    """A tier, or a version of a plan, that gives a code."""

    grantor: str
    perk: CodePerk
    tier: str | None
    plan_id: int | None
    version: int | None


@dataclass(slots=True)
class DueCodes:
    """Walks over the members whose tiers and plans give codes, a page of each program at a time, over and over."""

    page: int = PAGE
    _positions: dict[int, int] = field(default_factory=dict)
    """By program, the member up to whom all were looked at in this turn."""

    async def deliver(self, connection: AsyncConnection) -> int:
        """Give the next members of the named tenants the codes that they are due; returns how many lacked one."""
        programs = (await connection.execute(_PROGRAMS)).scalars().all()
        return sum([await self._deliver(connection, program_id) for program_id in programs])

    async def _deliver(self, connection: AsyncConnection, program_id: int) -> int:
        givers = await _givers(connection, program_id)
        if not givers:
            return 0
        now, zone = await transaction_time(connection), await zone_of_program(connection, program_id)
        month, ever = period_start("month", now, zone), BEGINNING_OF_TIME
        rows = [
            (program_id, one.grantor, one.perk.handle, month if one.perk.each == "month" else ever, *one[2:])
            for one in givers
        ]
        position = self._positions.get(program_id, 0)
        found = await _PAGE.run(connection, rows, position=position, page=self.page)
        self._positions[program_id] = (found[0].reached or 0) if found else 0
        asked = [(program_id, row.member_id, row.grantor, row.perk, row.since) for row in found]
        lacking = sorted(MemberKey(*row) for row in await _LACKING.run(connection, asked))
        if lacking:
            ledger = await Ledger.open(connection, lacking)
            roots = {ledger.root(key) for key in lacking}
            roots -= await due_among(connection, roots)  # their tier may be over: first it is reviewed
            await follow(connection, await read_entitlements(connection, roots, ledger.now), ledger.now)
        return len(lacking)


async def _givers(connection: AsyncConnection, program_id: int) -> list[_Giver]:
    live = await live_tiers(connection, program_id)
    givers = [
        _Giver(tier_grantor(tier.handle), perk, tier.handle, None, None)
        for tier in (live.definition.tiers if live is not None else ())
        for perk in _codes(tier.perks)
    ]
    return givers + [
        _Giver(plan_grantor(one.handle), perk, None, one.plan_id, one.version)
        for one in await plan_versions_of(connection, [program_id])
        for perk in _codes(one.definition.benefits)
    ]


def _codes(perks: Iterable[Perk]) -> list[CodePerk]:
    return [perk for perk in perks if isinstance(perk, PercentCode | FreeShippingCode)]


async def ask_perks_again(connection: AsyncConnection, most: int = 2_000) -> int:
    """Give each delivery and mark of the named tenants that has lost its call a new one; returns how many."""
    codes = (await connection.execute(_LEFT_ALONE, {"most": most, "codes": sorted(CODE_KINDS)})).fetchall()
    calls = [
        Wanted(
            row.program_id, row.shop_id, ISSUE if row.state == "waiting" else WITHDRAW, row.delivery_id,
            perk_queue(row.delivery_id),
        )
        for row in codes
    ]  # fmt: skip
    marks = await connection.execute(_UNSHOWN, {"most": most})
    calls += [Wanted(row.program_id, row.shop_id, MARK_CALL, row.mark_id, mark_queue(row.mark_id)) for row in marks]
    await ask_all(connection, calls)
    return len(calls)


async def try_refused_again(connection: AsyncConnection, program_id: int, shop_id: int) -> int:
    """Let a shop be asked once more for what it refused: the app may do more by now. Returns how many things wait."""
    given = {"program_id": program_id, "shop_id": shop_id}
    codes = await connection.execute(_WAIT_AGAIN, {**given, "codes": sorted(CODE_KINDS)})
    return codes.rowcount + (await connection.execute(_SHOW_AGAIN, given)).rowcount

"""What is open is kept as it is signed: the running cycle reads sums, and they are what the events come to."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.audit import audit
from engine.database import tenant_transaction
from engine.partners.signing_store import sign_events
from engine.settlement.merkle import MerkleTree, is_in_tree
from engine.settlement.proofs import nodes_of, proof_of
from engine.settlement.reading import leaves_of, running_cycle
from engine.settlement.tree_pages import levels_over, nodes_on
from tests.support.settling import Settling, agreement, signed


async def sign(settling: Settling, partner: int) -> int:
    """Have what a partner has so far signed."""
    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        return await sign_events(connection, settling.program_id, partner, signed)


async def running(settling: Settling, partner: int) -> tuple[int, int, int]:
    """How many points are open, in how many events, and how many of these are late; the audit finds nothing."""
    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        found = await running_cycle(connection, settling.program_id, partner)
        report = await audit(connection, [settling.program_id])
    assert found is not None
    assert {check.name for check in report.checks if check.breaches} == set()
    kinds = found.totals.kinds
    return sum(one.points for one in kinds), sum(one.events for one in kinds), found.late


async def test_what_is_signed_what_is_not_and_what_comes_later_is_counted_once(settling: Settling) -> None:
    now: datetime = await settling.scalar("SELECT now()")
    partner = await settling.partner(agreement(cycle="quarter", time_zone="UTC"), since=now - timedelta(days=300))
    other = await settling.partner(agreement(cycle="quarter", time_zone="UTC"), "lake", since=now - timedelta(days=300))
    long_ago = now - timedelta(days=100)
    assert await running(settling, partner) == (0, 0, 0)

    await settling.record(partner, "issued", 1, long_ago)
    await settling.record(partner, "issued", 20, now)
    await settling.record(partner, "issued", 300, now + timedelta(days=100))
    await settling.record(other, "issued", 7, now)
    assert await running(settling, partner) == (21, 2, 0)
    assert await sign(settling, partner) == 3
    assert await running(settling, partner) == (21, 2, 0)
    await settling.record(partner, "redeemed", 4_000, long_ago)
    assert await running(settling, partner) == (4_021, 3, 0)

    # The cycle that ended is taken up, with what was not signed; what comes late is open again.
    statement = await settling.issue(partner)
    assert (statement.lines, statement.interim) == (2, False)
    assert await running(settling, partner) == (20, 1, 0)
    await settling.record(partner, "issued", 50_000, long_ago)
    assert await running(settling, partner) == (50_020, 2, 1)
    assert await sign(settling, partner) == 1
    assert await running(settling, partner) == (50_020, 2, 1)
    assert (await settling.issue(partner, until=now)).lines == 1
    assert await running(settling, partner) == (20, 1, 0)
    assert await running(settling, other) == (7, 1, 0)


async def test_a_tree_of_several_pages_gives_nodes_and_paths_by_a_few_reads(settling: Settling) -> None:
    now: datetime = await settling.scalar("SELECT now()")
    partner = await settling.partner(agreement(cycle="day", time_zone="UTC"), since=now - timedelta(days=9))
    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        events = [
            await settling.record_in(connection, partner, "issued", points, now - timedelta(days=2))
            for points in range(1, 140)
        ]
    statement = await settling.issue(partner)
    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        leaves = [one.hash for one in await leaves_of(connection, settling.program_id, statement.statement_id)]
        whole = MerkleTree(leaves)
        for level in range(levels_over(139) + 1):
            count = nodes_on(139, level)
            assert await nodes_of(connection, statement, level, 0, 256) == whole.nodes(level, 0, count)
            assert await nodes_of(connection, statement, level, count - 1, 9) == whole.nodes(level, count - 1, 1)
        assert await nodes_of(connection, statement, 1, 30, 5) == whole.nodes(1, 30, 5)
        for place in (0, 1, 63, 64, 137, 138):
            made = await proof_of(connection, statement, str(events[place]))
            assert (made.position, made.leaf, made.path) == (place, leaves[place], whole.path(place))
            assert is_in_tree(made.leaf, place, 139, made.path, statement.root)

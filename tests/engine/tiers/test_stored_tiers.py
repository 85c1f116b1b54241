"""Tiers in the database: read for many at once, kept, found when due, changed by a plan, given by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.database import tenant_transaction, transaction_time
from engine.ledger import MemberKey
from engine.merging import merge_members
from engine.program import BEGINNING_OF_TIME
from engine.shops import ShopReference
from engine.tiers import planning, versions
from engine.tiers.activities import Activity, Step, read_activities, store_activities
from engine.tiers.definitions import TierProgram, default_tiers
from engine.tiers.folding import fold
from engine.tiers.overrides import OverrideRefused, override_tier, overrides_of, withdraw_override
from engine.tiers.periods import Lasts
from engine.tiers.planning import TierPlanRefused, apply_plan, count_plans, drop_plan, plan_change, plan_of, plans_of
from engine.tiers.store import due_among, due_members, read_facts, standing_of, store_standings
from engine.tiers.versions import live_tiers, publish_tiers
from tests.support.tiers import SILVER_GOLD, ladder

JOINED = datetime(2026, 1, 2, 9, tzinfo=UTC)


def bought(number: int, spend_minor: int, at: datetime = JOINED) -> Activity:
    return Activity(1, "order", str(number), at, "USD", (Step(at, spend_minor, points=7, orders=1),))


async def enroll(connection: AsyncConnection, shop: ShopReference, *spends: int) -> list[MemberKey]:
    """A new member for each amount, who spent it when they joined."""
    rows = await connection.execute(
        text("INSERT INTO members (program_id, joined_at) SELECT :program, :at FROM generate_series(1, :count) "
             "RETURNING program_id, member_id"),
        {"program": shop.program_id, "at": JOINED, "count": len(spends)},
    )  # fmt: skip
    members = sorted(MemberKey(*row) for row in rows)
    given = zip(members, spends, strict=True)
    await store_activities(connection, [(key, bought(key.member_id, spend)) for key, spend in given])
    return members


async def review(connection: AsyncConnection, members: Iterable[MemberKey]) -> set[MemberKey]:
    """Work out and keep, as the engine's review does; returns whose tier changed."""
    now = await transaction_time(connection)
    folded = {key: fold(facts, now) for key, facts in (await read_facts(connection, members)).items()}
    return await store_standings(connection, {key: one for key, one in folded.items() if one is not None})


async def publish(connection: AsyncConnection, shop: ShopReference, program: TierProgram) -> None:
    await publish_tiers(connection, shop.program_id, program, BEGINNING_OF_TIME, "tests")


async def tier_of(connection: AsyncConnection, key: MemberKey) -> str:
    found = (await standing_of(connection, *key)).standing
    assert found is not None
    return found.tier.handle


@pytest.mark.anyio
async def test_activities_come_back_as_they_were_and_a_newer_worth_takes_the_olders_place(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        (key,) = await enroll(connection, shop, 100)
        later = JOINED + timedelta(days=3, microseconds=7)
        steps = (Step(JOINED, 60_000, 600, 1, 2, 3), Step(later, 0, 0, 0, 2, 3))
        changed = Activity(1, "order", str(key.member_id), JOINED, "USD", steps)
        await store_activities(connection, [(key, changed), (key, bought(9, 5)), (key, bought(9, 6))])
        assert (await read_activities(connection, [key]))[key] == [changed, bought(9, 6)]


@pytest.mark.anyio
async def test_facts_of_many_members_take_four_statements(engine: AsyncEngine, shop: ShopReference) -> None:
    statements: list[str] = []
    async with tenant_transaction(engine, shop.program_id) as connection:
        await publish(connection, shop, ladder(*SILVER_GOLD))
        members = await enroll(connection, shop, *([60_000] * 120))
        event.listen(engine.sync_engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        found = await read_facts(connection, members)
    assert len(statements) == 4
    assert {len(facts.activities) for facts in found.values()} == {1}
    assert {str(facts.zone) for facts in found.values()} == {"UTC"}


@pytest.mark.anyio
async def test_what_is_kept_says_whose_tier_changed_and_who_is_due(
    engine: AsyncEngine, shop: ShopReference, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "PAGE_MEMBERS", 1)
    async with tenant_transaction(engine, shop.program_id) as connection:
        members = await enroll(connection, shop, 60_000, 10_000)
        await publish(connection, shop, ladder(*SILVER_GOLD, term=Lasts(days=36_500)))
        assert await due_members(connection, 10) == members
        assert await due_members(connection, 1) == members[:1]
        await review(connection, members)
        assert await due_members(connection, 10) == []
        assert await review(connection, members) == set()
        await store_activities(connection, [(members[1], bought(77, 40_000))])
        assert await review(connection, members) == {members[1]}
        (late,) = await enroll(connection, shop, 0)
        assert await due_among(connection, [*members, late]) == {late}
        await connection.execute(text("UPDATE member_tiers SET review_at = now() WHERE member_id = :member_id"),
                                 {"member_id": members[0].member_id})  # fmt: skip
        assert await due_members(connection, 10) == members[:1]
        assert await due_among(connection, members) == {members[0]}


@pytest.mark.anyio
async def test_who_was_merged_counts_for_whom_they_are_now(engine: AsyncEngine, shop: ShopReference) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await publish(connection, shop, ladder(*SILVER_GOLD))
        giver, receiver = await enroll(connection, shop, 30_000, 20_000)
        await override_tier(connection, *giver, "gold", None, "a friend", "staff")
        await review(connection, [giver, receiver])
        assert (await tier_of(connection, giver), await tier_of(connection, receiver)) == ("gold", "base")
        await merge_members(connection, giver, receiver, actor="staff")
        found = await standing_of(connection, *giver)
        assert found.standing is not None
        assert (found.standing.tier.handle, found.standing.metrics.spend_minor) == ("gold", 50_000)
        assert [one.tier for one in found.standing.entries] == ["silver"]
        await review(connection, [receiver])
        kept = (await connection.execute(text("SELECT member_id, tier FROM member_tiers"))).all()
        assert kept == [(receiver.member_id, "gold")]


@pytest.mark.anyio
async def test_complaint_11_changing_tiers_is_a_plan_that_shows_who_moves_before_anything_does(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await publish(connection, shop, ladder(*SILVER_GOLD))
        members = await enroll(connection, shop, 0, 60_000, 90_000, 250_000)
        await review(connection, members)
        new = ladder(("silver", 800), ("gold", 900), when_changed="recompute")
        plan = await plan_change(connection, shop.program_id, new, "staff")
        counts = plan.counts
        assert (plan.state, plan.base_version, plan.members_total, plan.members_done) == ("ready", 1, 4, 4)
        assert (counts.up, counts.down, counts.same, counts.entry_points) == (1, 1, 2, 200)
        assert (counts.before, counts.after) == ({"base": 1, "silver": 2, "gold": 1}, {"base": 2, "gold": 2})
        assert [await tier_of(connection, key) for key in members] == ["base", "silver", "silver", "gold"]
        dropped = await plan_change(connection, shop.program_id, default_tiers("USD"), "staff")
        stale = await plan_change(connection, shop.program_id, default_tiers("USD"), "staff")
        assert (await drop_plan(connection, shop.program_id, dropped.plan_id, "staff")).state == "dropped"
        applied = await apply_plan(connection, shop.program_id, plan.plan_id, "staff")
        assert (applied.state, applied.settled_by) == ("applied", "staff")
        assert [await tier_of(connection, key) for key in members] == ["base", "base", "gold", "gold"]
        assert await due_members(connection, 10) == members
        for plan_id, code in ((plan.plan_id, "PLAN_SETTLED"), (stale.plan_id, "TIERS_CHANGED"), (5, "PLAN_NOT_FOUND")):
            with pytest.raises(TierPlanRefused, match=code):
                await apply_plan(connection, shop.program_id, plan_id, "staff")
        assert [one.state for one in await plans_of(connection, shop.program_id)] == ["ready", "dropped", "applied"]


@pytest.mark.anyio
async def test_a_big_program_is_counted_page_by_page(
    engine: AsyncEngine, shop: ShopReference, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "AT_ONCE_MEMBERS", 2)
    monkeypatch.setattr(planning, "PAGE_MEMBERS", 2)
    async with tenant_transaction(engine, shop.program_id) as connection:
        await enroll(connection, shop, 0, 60_000, 90_000, 250_000, 0)
        plan = await plan_change(connection, shop.program_id, ladder(*SILVER_GOLD), "staff")
        assert (plan.state, plan.members_total, plan.members_done) == ("counting", 5, 0)
        with pytest.raises(TierPlanRefused, match="PLAN_COUNTING"):
            await apply_plan(connection, shop.program_id, plan.plan_id, "staff")
    done = []
    for _ in range(3):
        async with tenant_transaction(engine, shop.program_id) as connection:
            await count_plans(connection)
            found = await plan_of(connection, shop.program_id, plan.plan_id)
            assert found is not None
            counts = found.counts
            done.append((found.state, found.members_done))
    assert done == [("counting", 2), ("counting", 4), ("ready", 5)]
    assert (counts.up, counts.same, counts.entry_points) == (3, 2, 500)
    async with tenant_transaction(engine, shop.program_id) as connection:
        assert await count_plans(connection) == 0
        await apply_plan(connection, shop.program_id, plan.plan_id, "staff")
        live = await live_tiers(connection, shop.program_id)
        assert live is not None
        assert (live.version, live.definition) == (1, ladder(*SILVER_GOLD))


@pytest.mark.anyio
async def test_a_tier_given_by_hand_needs_a_reason_a_tier_and_an_end_to_come(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await publish(connection, shop, ladder(*SILVER_GOLD))
        (key,) = await enroll(connection, shop, 0)
        now = await transaction_time(connection)
        for tier, ends_at, reason, code in (
            ("gold", None, " ", "REASON_MISSING"), ("gold", None, "x" * 501, "REASON_TOO_LONG"),
            ("platinum", None, "why not", "TIER_NOT_FOUND"), ("gold", now, "why not", "END_PAST"),
        ):  # fmt: skip
            with pytest.raises(OverrideRefused, match=code):
                await override_tier(connection, *key, tier, ends_at, reason, "staff")
        with pytest.raises(OverrideRefused, match="MEMBER_NOT_FOUND"):
            await override_tier(connection, shop.program_id, 10**9, "gold", None, "why not", "staff")
        given = await override_tier(connection, *key, "gold", now + timedelta(days=30), "sorry for the delay", "staff")
        assert await tier_of(connection, key) == "gold"
    async with tenant_transaction(engine, shop.program_id) as connection:
        withdrawn = await withdraw_override(connection, *key, given.override_id, "staff:2")
        assert (withdrawn.withdrawn_by, await tier_of(connection, key)) == ("staff:2", "base")
        for number, code in ((given.override_id, "OVERRIDE_ENDED"), (5, "OVERRIDE_NOT_FOUND")):
            with pytest.raises(OverrideRefused, match=code):
                await withdraw_override(connection, *key, number, "staff")
        assert await overrides_of(connection, *key) == [withdrawn]


@pytest.mark.anyio
async def test_complaint_13_spending_points_drops_no_tier(engine: AsyncEngine, shop: ShopReference) -> None:
    """Open Loyalty: the tier follows the balance, so using points costs it. Here only what was earned counts."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        (key,) = await enroll(connection, shop, 60_000)
        await publish(connection, shop, ladder(*SILVER_GOLD))
        before = await standing_of(connection, *key)
        for available in (500_000, 0):
            await connection.execute(
                text("UPDATE members SET available = :available WHERE program_id = :program_id"),
                {"available": available, "program_id": shop.program_id},
            )
            assert await standing_of(connection, *key) == before


@pytest.mark.anyio
async def test_without_tiers_nobody_has_one_and_nobody_is_due(engine: AsyncEngine, shop: ShopReference) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        (key,) = await enroll(connection, shop, 60_000)
        found = await standing_of(connection, *key)
        assert (found.standing, found.progress, await due_members(connection, 10)) == (None, None, [])
        assert await live_tiers(connection, shop.program_id) is None

"""The game follows orders: achievements, points for them, refunds, crashes, merges, new definitions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.badges.definitions import BadgeDefinition
from engine.database import tenant_transaction
from engine.events import CustomersMerged, Fact, MemberEvent
from engine.game import following
from engine.game.audit_game import audit_game
from engine.game.folding import fold_game
from engine.game.sweeping import sweep
from engine.ledger import MemberKey
from engine.shops import ShopReference
from tests.support.facts import PAID_AT, line, order, refund
from tests.support.playing import Playing
from tests.support.programs import Balance, apply, balance, breaches, publish_rules, purchase


def badge(*targets: int, metric: str = "orders", points: int = 0, **more: Any) -> BadgeDefinition:
    """A badge with a level for each target; each level gives so many points, times its number."""
    levels = [{"target": Decimal(target), "points": points * number} for number, target in enumerate(targets, 1)]
    return BadgeDefinition.model_validate({"title": "Regular", "counter": {"metric": metric}, "levels": levels, **more})


@pytest.fixture
async def playing(engine: AsyncEngine, shop: ShopReference) -> Playing:
    await publish_rules(engine, shop, purchase())
    return Playing(engine, shop)


_LOST = text("""
    SELECT detail->>'name', detail->>'title' FROM transactions WHERE kind = 'clawback' AND detail->>'event' = 'game'
""")


async def wrong(playing: Playing) -> tuple[int, int]:
    async with tenant_transaction(playing.engine, playing.shop.program_id) as connection:
        return await audit_game(connection, [playing.shop.program_id])


async def test_a_badge_is_seen_at_once_kept_a_moment_later_and_pays_once(playing: Playing) -> None:
    await playing.publish("badge", "regular", badge(1, 3, points=10))
    await apply(playing.engine, playing.shop, order(10, [line("5.00")]))
    seen = await playing.game()
    assert [(one.level, one.earned_at) for one in seen.standing.earned] == [(1, PAID_AT)]
    assert (seen.achievements, await playing.held()) == ({}, [])
    assert await balance(playing.engine, playing.shop) == Balance(5)

    assert await playing.follow() == 1
    assert await playing.held() == ["regular/1/"]
    assert await balance(playing.engine, playing.shop) == Balance(15)
    assert await playing.follow() == 0
    await apply(
        playing.engine, playing.shop, order(10, [line("5.00")]), order(11, [line("1.00")]), order(12, [line("1.00")])
    )
    await playing.follow()
    assert await playing.held() == ["regular/1/", "regular/2/"]
    assert await balance(playing.engine, playing.shop) == Balance(7 + 10 + 20)
    assert await wrong(playing) == (1, 0)
    assert await breaches(playing.engine, playing.shop) == {}


async def test_what_is_refunded_is_lost_with_its_points_and_earned_again_under_a_new_name(playing: Playing) -> None:
    await playing.publish("badge", "regular", badge(1, points=10))
    await apply(playing.engine, playing.shop, order(10, [line("5.00")]))
    await playing.follow()
    (first,) = (await playing.game()).achievements.values()
    await apply(playing.engine, playing.shop, refund(1, 10, "5.00"))
    await playing.follow()
    assert (await playing.held(), await balance(playing.engine, playing.shop)) == ([], Balance(0))
    async with tenant_transaction(playing.engine, playing.shop.program_id) as connection:
        (lost,) = (await connection.execute(_LOST)).all()
    assert tuple(lost) == (f"badge-{first.key.definition_id}-1", "Regular")
    await apply(playing.engine, playing.shop, order(11, [line("7.00")], occurred_at=PAID_AT, updated_at=PAID_AT))
    await playing.follow()
    assert (await playing.held(), await balance(playing.engine, playing.shop)) == (["regular/1/"], Balance(17))
    (again,) = (await playing.game()).achievements.values()
    assert first.achievement_id == again.achievement_id
    assert (await wrong(playing), await breaches(playing.engine, playing.shop)) == ((1, 0), {})


@pytest.mark.parametrize("backwards", [False, True])
async def test_any_order_of_arrival_ends_the_same(playing: Playing, backwards: bool) -> None:
    await playing.publish("badge", "regular", badge(1, 2, points=10))
    facts: list[Fact] = [
        order(10, [line("5.00")]), order(11, [line("3.00")]), refund(1, 10, "5.00"), order(12, [line("2.00")]),
    ]  # fmt: skip
    for fact in reversed(facts) if backwards else facts:
        await apply(playing.engine, playing.shop, fact)
        await playing.follow()
    rows = sorted((await playing.game()).achievements.values(), key=lambda row: row.key)
    assert [(row.key.level, row.earned_at, row.revoked_at) for row in rows] == [(1, PAID_AT, None), (2, PAID_AT, None)]
    assert await balance(playing.engine, playing.shop) == Balance(5 + 30)


async def test_a_member_who_cannot_be_worked_out_holds_up_nobody(
    playing: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    await playing.publish("badge", "regular", badge(1))
    for customer in (1, 2, 3):
        await apply(playing.engine, playing.shop, order(10 + customer, [line("5.00")], customer=customer))
    bad = MemberKey(playing.shop.program_id, await playing.member(2))
    fold = fold_game

    def broken(facts: Any, now: Any, **given: Any) -> Any:
        if any(one.source_id == "12" for one in facts.activities):
            raise ValueError("a fold that fails")
        return fold(facts, now, **given)

    monkeypatch.setattr(following, "fold_game", broken)
    told = []
    async with tenant_transaction(playing.engine, playing.shop.program_id) as connection:
        await following.follow_marked(connection, told=lambda key, error: told.append((key, str(error))))
    assert told == [(bad, "a fold that fails")]
    assert [await playing.held(customer) for customer in (1, 2, 3)] == [["regular/1/"], [], ["regular/1/"]]

    monkeypatch.setattr(following, "fold_game", fold)
    async with tenant_transaction(playing.engine, playing.shop.program_id) as connection:
        await connection.execute(text("UPDATE game_standings SET review_at = now() WHERE review_at IS NOT NULL"))
    assert await playing.follow() == 1
    assert await playing.held(2) == ["regular/1/"]


async def test_who_are_merged_have_what_both_did_and_what_one_reached(playing: Playing) -> None:
    await playing.publish("badge", "regular", badge(1, 2, points=10))
    await apply(playing.engine, playing.shop, order(10, [line("5.00")], customer=1))
    await apply(playing.engine, playing.shop, order(11, [line("5.00")], customer=2))
    await playing.follow()
    await apply(playing.engine, playing.shop, CustomersMerged(1, 2, PAID_AT))
    await playing.follow()
    assert await playing.held(2) == ["regular/1/", "regular/2/"]
    # Each was given ten for the first badge; the second of a name stays where it is.
    assert (await playing.game(2)).standing.level.level == 0
    assert (await wrong(playing), await breaches(playing.engine, playing.shop)) == ((1, 0), {})


async def test_a_new_badge_looks_at_what_was_done_before_page_by_page(playing: Playing) -> None:
    for customer in (1, 2, 3):
        await apply(playing.engine, playing.shop, order(10 + customer, [line("5.00")], customer=customer))
    assert await playing.follow() == 0, "nobody is marked where there is no game"
    await playing.publish("badge", "regular", badge(1), swept=False)
    pages = []
    for _ in range(4):
        async with tenant_transaction(playing.engine, playing.shop.program_id) as connection:
            pages.append(await sweep(connection, following.nobody_told, most=2))
    assert pages == [2, 1, 0, 0]
    assert [await playing.held(customer) for customer in (1, 2, 3)] == [["regular/1/"]] * 3


async def test_the_audit_finds_what_was_tampered_with(playing: Playing, database_url: str) -> None:
    await playing.publish("badge", "regular", badge(1, points=10))
    await apply(playing.engine, playing.shop, order(10, [line("5.00")]), order(11, [line("5.00")], customer=2))
    assert await wrong(playing) == (0, 0), "who is marked is lag"
    await playing.follow()
    assert await wrong(playing) == (2, 0)
    async with tenant_transaction(playing.engine, playing.shop.program_id) as connection:
        await connection.execute(text("UPDATE game_standings SET level = 99 WHERE member_id = :one"),
                                 {"one": await playing.member(2)})  # fmt: skip
    assert await wrong(playing) == (2, 1)
    async with tenant_transaction(playing.engine, playing.shop.program_id) as connection:
        await connection.execute(text("UPDATE achievements SET revoked_at = now() WHERE member_id = :one"),
                                 {"one": await playing.member(1)})  # fmt: skip
    assert await wrong(playing) == (2, 2)


async def test_who_comes_closer_by_what_earns_nothing_is_told(playing: Playing) -> None:
    visits = {"metric": "events", "sources": ["custom:visit"]}
    await playing.publish("badge", "visits", badge(3, counter=visits))
    versions = []
    for number in range(2):
        await apply(playing.engine, playing.shop, MemberEvent(1, "custom:visit", str(number), PAID_AT))
        versions.append((await playing.game()).standing.badges[0].value)
        async with tenant_transaction(playing.engine, playing.shop.program_id) as connection:
            rows = await connection.execute(text("SELECT version FROM members"))
            versions.append(rows.scalar_one())
    assert versions[0::2] == [Decimal(1), Decimal(2)]
    assert versions[3] > versions[1]

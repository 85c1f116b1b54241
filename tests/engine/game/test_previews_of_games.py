"""A definition is tried out on everybody before it is published: who would reach it at once, for how many points."""

from __future__ import annotations

from collections import Counter as Counted
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.badges.definitions import BadgeDefinition, BadgeLevel
from engine.database import tenant_transaction
from engine.game import previewing
from engine.game.catalog import GameRefused, archive_game, create_game, games_of
from engine.game.counters import Counter
from engine.game.preview_counts import PreviewCounts
from engine.game.previewing import count_previews, preview_game, preview_of
from engine.ledger import MemberKey
from engine.levels.definitions import LevelsDefinition, LevelStep
from engine.shops import ShopReference
from engine.tiers.activities import Activity, Step, store_activities

AT = datetime(2026, 2, 1, tzinfo=UTC)


def _badge(*targets: int) -> BadgeDefinition:
    levels = tuple(BadgeLevel(target=Decimal(target), points=10 * target, experience=100) for target in targets)
    return BadgeDefinition(title="Regular", counter=Counter(metric="orders"), levels=levels, retroactive=True)


async def _members(connection: AsyncConnection, shop: ShopReference, *orders: int) -> None:
    """Members with so many orders each."""
    rows = await connection.execute(
        text("INSERT INTO members (program_id, joined_at) SELECT :program, :at FROM generate_series(1, :count) "
             "RETURNING program_id, member_id"),
        {"program": shop.program_id, "at": AT, "count": len(orders)},
    )  # fmt: skip
    members = sorted(MemberKey(*row) for row in rows)
    for key, count in zip(members, orders, strict=True):
        bought = [
            Activity(shop.shop_id, "order", f"{key.member_id} {one}", AT, "USD", (Step(AT, 100, 1, 1),))
            for one in range(count)
        ]
        await store_activities(connection, [(key, one) for one in bought])


async def test_given_a_new_badge_then_who_would_have_which_level_at_once_is_counted_and_nothing_is_given(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await _members(connection, shop, 0, 1, 3, 5)
        preview = await preview_game(connection, shop.program_id, "badge", _badge(1, 3), None, "staff")

        assert preview.state == "ready"
        assert (preview.members_total, preview.members_done) == (4, 4)
        assert preview.counts == PreviewCounts(3, 90, Counted({1: 3, 2: 2}), Counted({1: 30, 2: 60}))
        assert await preview_of(connection, shop.program_id, preview.preview_id) == preview
        assert await games_of(connection, [shop.program_id]) == {}


async def test_given_an_edit_then_only_what_it_adds_is_counted_also_to_levels_of_experience(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await _members(connection, shop, 1, 3, 5)
        made = await create_game(
            connection, shop.program_id, "badge", "regular", _badge(3), actor="staff", effective_from=AT
        )
        easier = await preview_game(connection, shop.program_id, "badge", _badge(1), made.definition_id, "staff")
        levels = LevelsDefinition(levels=(LevelStep(title="Start", threshold=0), LevelStep(title="Up", threshold=100)))
        first = await preview_game(connection, shop.program_id, "levels", levels, None, "staff")

    assert easier.counts == PreviewCounts(1, 10, Counted({1: 1}), Counted({1: 10}))
    assert first.counts == PreviewCounts(2, 0, Counted({2: 2}), Counted({2: 0}))


async def test_given_a_big_program_then_it_is_counted_page_by_page(
    engine: AsyncEngine, shop: ShopReference, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previewing, "AT_ONCE_MEMBERS", 2)
    monkeypatch.setattr(previewing, "PAGE_MEMBERS", 2)
    async with tenant_transaction(engine, shop.program_id) as connection:
        await _members(connection, shop, 1, 1, 0, 1, 1)
        begun = await preview_game(connection, shop.program_id, "badge", _badge(1), None, "staff")
        assert (begun.state, begun.members_done, begun.counts.members) == ("counting", 0, 0)

        await count_previews(connection)
        half = await preview_of(connection, shop.program_id, begun.preview_id)
        while await count_previews(connection, 2):
            pass
        ready = await preview_of(connection, shop.program_id, begun.preview_id)

    assert half is not None
    assert ready is not None
    assert (half.state, half.members_done, half.counts.members) == ("counting", 2, 2)
    assert (ready.state, ready.members_done, ready.counts.members) == ("ready", 5, 4)


async def test_given_a_game_that_is_archived_meanwhile_then_its_preview_is_dropped(
    engine: AsyncEngine, shop: ShopReference, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previewing, "AT_ONCE_MEMBERS", 0)
    monkeypatch.setattr(previewing, "KEPT_MAXIMUM", 2)
    async with tenant_transaction(engine, shop.program_id) as connection:
        await _members(connection, shop, 1)
        made = await create_game(connection, shop.program_id, "badge", "regular", _badge(3), actor="staff")
        await preview_game(connection, shop.program_id, "badge", _badge(1), made.definition_id, "staff")
        kept = [
            await preview_game(connection, shop.program_id, "badge", _badge(1), made.definition_id, "staff")
            for _ in range(2)
        ]
        await archive_game(connection, shop.program_id, made.definition_id, expected_version=1)
        await count_previews(connection, 9)
        dropped = [await preview_of(connection, shop.program_id, one.preview_id) for one in kept]

        assert [one.state for one in dropped if one is not None] == ["dropped", "dropped"]
        with pytest.raises(GameRefused) as archived:
            await preview_game(connection, shop.program_id, "badge", _badge(1), made.definition_id, "staff")
        assert archived.value.code == "ARCHIVED"

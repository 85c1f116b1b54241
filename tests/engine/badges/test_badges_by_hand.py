"""Staff give a badge and take it: seen at once, kept a moment later, with its points; refused where it cannot be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.badges.definitions import BadgeDefinition, BadgeLevel
from engine.badges.giving import give_badge, take_badge
from engine.database import tenant_transaction
from engine.game.asking import WishRefused
from engine.game.reading import MemberGame
from engine.shops import ShopReference
from tests.support.facts import line, order
from tests.support.playing import Playing
from tests.support.programs import Balance, apply, balance, publish_rules, purchase


@pytest.fixture
async def playing(engine: AsyncEngine, shop: ShopReference) -> Playing:
    await publish_rules(engine, shop, purchase())
    await apply(engine, shop, order(10, [line("5.00")]))
    return Playing(engine, shop)


async def _do(playing: Playing, act: Callable[..., Awaitable[MemberGame]], badge_id: int, **more: Any) -> MemberGame:
    member_id = await playing.member()
    async with tenant_transaction(playing.engine, playing.shop.program_id) as connection:
        return await act(connection, playing.shop.program_id, member_id, badge_id, actor="staff", **more)


async def _code(playing: Playing, act: Callable[..., Awaitable[MemberGame]], badge_id: int, **more: Any) -> str:
    with pytest.raises(WishRefused) as refused:
        await _do(playing, act, badge_id, **more)
    return refused.value.code


async def test_a_badge_that_is_given_pays_and_one_that_is_taken_takes_its_points_back(playing: Playing) -> None:
    levels = (BadgeLevel(points=10), BadgeLevel(points=20))
    made = await playing.publish(
        "badge", "founder", BadgeDefinition(title="Founder", given_by_hand=True, levels=levels)
    )
    given = await _do(playing, give_badge, made.definition_id, level=2, reason="Found a bug")
    assert [(one.level, one.revoked_at) for one in given.standing.earned] == [(1, None), (2, None)]
    await playing.follow()
    assert await playing.held() == ["founder/1/", "founder/2/"]
    assert await balance(playing.engine, playing.shop) == Balance(5 + 10 + 20)

    await _do(playing, take_badge, made.definition_id, level=2)
    await playing.follow()
    assert await playing.held() == ["founder/1/"]
    assert await balance(playing.engine, playing.shop) == Balance(5 + 10)


async def test_what_cannot_be_given_or_taken_is_refused(playing: Playing) -> None:
    made = await playing.publish("badge", "founder", BadgeDefinition(title="Founder", given_by_hand=True))
    badge_id = made.definition_id
    assert await _code(playing, give_badge, 999) == "BADGE_NOT_FOUND"
    assert await _code(playing, give_badge, badge_id, level=2) == "LEVEL_INVALID"
    assert await _code(playing, give_badge, badge_id, reason="x" * 501) == "REASON_INVALID"
    assert await _code(playing, give_badge, badge_id, reason="a\u0000b") == "REASON_INVALID"
    assert await _code(playing, take_badge, badge_id) == "NOT_HELD"
    assert await _code(playing, take_badge, badge_id, level=0) == "LEVEL_INVALID"
    assert (await playing.game()).standing.earned == ()

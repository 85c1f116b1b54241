"""What a program has to play for is versioned: nothing is edited, and of two edits at once one is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.badges.definitions import BadgeDefinition, BadgeLevel
from engine.database import tenant_transaction
from engine.game.catalog import (
    GameRefused,
    archive_game,
    create_game,
    game_by_handle,
    game_of,
    games_of,
    update_game,
)
from engine.game.counters import Counter
from engine.levels.definitions import LevelsDefinition, LevelStep
from engine.program import BEGINNING_OF_TIME
from engine.shops import ShopReference


def _badge(title: str = "First order", after: tuple[str, ...] = ()) -> BadgeDefinition:
    return BadgeDefinition(title=title, counter=Counter(metric="orders"), after=after)


LEVELS = LevelsDefinition(levels=(LevelStep(title="Newcomer", threshold=0),))


async def test_when_a_badge_is_edited_then_both_versions_are_kept_and_members_are_looked_at_again(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        made = await create_game(
            connection, shop.program_id, "badge", "first-order", _badge(), actor="staff",
            effective_from=BEGINNING_OF_TIME,
        )  # fmt: skip
        await connection.execute(text("UPDATE game_sweeps SET last_member_id = 7"))
        levels = BadgeLevel(name="Gold", points=50, score=3)
        changed = BadgeDefinition(title="The first", counter=Counter(metric="orders"), levels=(levels,))
        await update_game(
            connection, shop.program_id, made.definition_id, changed, expected_version=1, actor="staff", position=4,
            effective_from=datetime(2027, 1, 1, tzinfo=UTC),
        )  # fmt: skip
        known = await game_by_handle(connection, shop.program_id, "badge", "first-order")
        swept = (await connection.execute(text("SELECT last_member_id FROM game_sweeps"))).scalars().all()

    assert known is not None
    assert [(one.version, one.effective_from, one.definition) for one in known.versions] == [
        (1, BEGINNING_OF_TIME, _badge()),
        (2, datetime(2027, 1, 1, tzinfo=UTC), changed),
    ]
    assert (known.position, known.archived_at) == (4, None)
    assert swept == [0]


async def test_given_an_archived_badge_then_it_stays_known_but_cannot_be_edited_nor_its_handle_taken(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        made = await create_game(connection, shop.program_id, "badge", "one", _badge(), actor="staff")
        await create_game(connection, shop.program_id, "levels", "levels", LEVELS, actor="staff")
        await archive_game(connection, shop.program_id, made.definition_id, expected_version=1)

        every = (await games_of(connection, [shop.program_id]))[shop.program_id]
        live = (await games_of(connection, [shop.program_id], archived=False))[shop.program_id]
        badges = await games_of(connection, [shop.program_id], ["badge"], archived=False)
        edited = await _code(connection, shop, update=made.definition_id)
        taken = await _code(connection, shop, handle="one")

    assert [(game.kind, game.handle, game.archived_at is None) for game in every] == [
        ("badge", "one", False),
        ("levels", "levels", True),
    ]
    assert [game.kind for game in live] == ["levels"]
    assert badges == {}
    assert (edited, taken) == ("ARCHIVED", "HANDLE_TAKEN")


async def test_what_cannot_be_is_refused_with_a_code_and_changes_nothing(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        made = await create_game(connection, shop.program_id, "badge", "one", _badge(), actor="staff")
        await create_game(connection, shop.program_id, "badge", "two", _badge(after=("one",)), actor="staff")
        await create_game(connection, shop.program_id, "levels", "levels", LEVELS, actor="staff")

        assert await _code(connection, shop, handle="Not a handle") == "HANDLE_INVALID"
        assert await _code(connection, shop, update=made.definition_id, version=2) == "VERSION_CONFLICT"
        assert await _code(connection, shop, update=999) == "NOT_FOUND"
        assert await _code(connection, shop, handle="x", definition=_badge(after=("nowhere",))) == "INVALID"
        assert await _code(connection, shop, update=made.definition_id, definition=_badge(after=("two",))) == "INVALID"
        with pytest.raises(GameRefused, match="defines no badge"):
            await create_game(connection, shop.program_id, "badge", "x", LEVELS, actor="staff")
        with pytest.raises(GameRefused, match="at most 1"):
            await create_game(connection, shop.program_id, "levels", "more", LEVELS, actor="staff")

        assert await game_of(connection, shop.program_id, made.definition_id) == made
        assert len((await games_of(connection, [shop.program_id]))[shop.program_id]) == 3


async def _code(
    connection: AsyncConnection, shop: ShopReference, *, handle: str = "", update: int = 0, version: int = 1,
    definition: BadgeDefinition | None = None,
) -> str:  # fmt: skip
    """The code by which making or editing a badge is refused."""
    wanted, program_id = definition or _badge(), shop.program_id
    if handle:
        trying = create_game(connection, program_id, "badge", handle, wanted, actor="staff")
    else:
        trying = update_game(connection, program_id, update, wanted, expected_version=version, actor="staff")
    with pytest.raises(GameRefused) as refused:
        await trying
    return refused.value.code

"""A name on a board is what it looks like and gives away nobody; taking part by it is open to members alone."""

from __future__ import annotations

import pytest

from engine.database import tenant_transaction
from engine.leaderboards.joining import JoiningRefused, clean_name, erase_participation, move_participation, opt_in
from engine.ledger import MemberKey
from tests.support.boards import BoardWorld, board

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Ada", "Ada"), ("  Ada   Lovelace ", "Ada Lovelace"), ("李雷", "李雷"), ("Ада 7", "Ада 7"),
        ("🦊 Fox", "🦊 Fox"),
        ("ﬁne", "fine"), ("e\u0301", "é"), ("Ada\u3000B", "Ada B"), ("x" * 30, "x" * 30), ("J.R. Smith", "J.R. Smith"),
        ("<b>&'\"", "<b>&'\""), ("12345", "12345"),
    ],
)  # fmt: skip
def test_a_name_is_kept_as_it_is_seen(given: str, kept: str) -> None:
    assert clean_name(given) == kept


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("", "NAME_INVALID"), ("   ", "NAME_INVALID"), ("x" * 31, "NAME_INVALID"), ("x" * 10_000, "NAME_INVALID"),
        ("ﷺ" * 2, "NAME_INVALID"), ("a\nb", "NAME_INVALID"), ("a\tb", "NAME_INVALID"), ("a\x00b", "NAME_INVALID"),
        ("a\u200bb", "NAME_INVALID"), ("a\u200db", "NAME_INVALID"), ("\u202eada", "NAME_INVALID"),
        ("a\u2066b", "NAME_INVALID"), ("\u2800", "NAME_INVALID"), ("\u3164", "NAME_INVALID"), ("...", "NAME_INVALID"),
        ("\ud800", "NAME_INVALID"), ("\ue000", "NAME_INVALID"), ("z\u0351\u0352\u0353", "NAME_INVALID"),
        ("\u0301a", "NAME_INVALID"), ("a\ufeffb", "NAME_INVALID"),
        ("ada@example.com", "NAME_PERSONAL"), ("ada＠example", "NAME_PERSONAL"), ("example.com", "NAME_PERSONAL"),
        ("see www.x.y", "NAME_PERSONAL"), ("http://x", "NAME_PERSONAL"), ("https：//x", "NAME_PERSONAL"),
        ("user。com", "NAME_PERSONAL"), ("+1 555 12 34", "NAME_PERSONAL"), ("５５５１２３４", "NAME_PERSONAL"),
        ("٥٥٥١٢٣٤", "NAME_PERSONAL"), ("A5b5c5d1e2f3g4", "NAME_PERSONAL"),
    ],
)  # fmt: skip
def test_a_name_that_hides_or_gives_away_is_refused(given: str, code: str) -> None:
    with pytest.raises(JoiningRefused) as refused:
        clean_name(given)
    assert (refused.value.code, refused.value.field) == (code, "displayName")


async def test_who_takes_part_by_which_name(world: BoardWorld) -> None:
    game, other = await world.open(board()), await world.open(board(), "other")
    ada, bob = await world.members(2)

    async def rows() -> list[tuple[int, int, str]]:
        found = await world.run(
            "SELECT definition_id, member_id, display_name FROM board_participants WHERE program_id = :program_id "
            "ORDER BY 1, 2")  # fmt: skip
        return [tuple(row) for row in found]

    async with tenant_transaction(world.engine, world.program_id) as connection:
        given = (connection, world.program_id)
        await opt_in(*given, ada, game.definition_id, "Ada")
        await opt_in(*given, ada, game.definition_id, "Ada L.")
        await opt_in(*given, bob, game.definition_id, "Ada L.")  # names need not differ
        await opt_in(*given, bob, other.definition_id, "Bob")
        for member, definition, code in (
            (10**15, game.definition_id, "MEMBER_NOT_FOUND"),
            (ada, 10**15, "LEADERBOARD_NOT_FOUND"),
        ):
            with pytest.raises(JoiningRefused) as refused:
                await opt_in(*given, member, definition, "X")
            assert refused.value.code == code
    assert await rows() == [
        (game.definition_id, ada, "Ada L."), (game.definition_id, bob, "Ada L."), (other.definition_id, bob, "Bob"),
    ]  # fmt: skip
    async with tenant_transaction(world.engine, world.program_id) as connection:
        await move_participation(connection, MemberKey(world.program_id, bob), MemberKey(world.program_id, ada))
    assert await rows() == [(game.definition_id, ada, "Ada L."), (other.definition_id, ada, "Bob")]
    async with tenant_transaction(world.engine, world.program_id) as connection:
        await erase_participation(connection, MemberKey(world.program_id, ada))
    assert await rows() == []
    left = await world.run(
        "SELECT definition_id, member_id FROM board_marks WHERE program_id = :program_id AND definition_id <> 0 "
        "ORDER BY 1, 2")  # fmt: skip
    assert [tuple(row) for row in left] == [
        (game.definition_id, ada), (game.definition_id, bob), (other.definition_id, ada), (other.definition_id, bob),
    ]  # fmt: skip

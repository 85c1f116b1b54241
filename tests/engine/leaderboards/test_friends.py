"""Friends: codes that name nobody to others, both directions at once, merges, erasure."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.leaderboards import friends
from engine.leaderboards.friends import (
    FriendRefused,
    add_friend,
    forget_friends,
    friend_code,
    friend_code_of,
    friends_of,
    member_of_code,
    remove_friend,
)
from engine.ledger import MemberKey
from engine.merging import merge_members
from engine.shops import ShopReference
from tests.support.boards import BoardWorld, board

KEY = bytes(range(32))


@given(st.integers(0, 2**63 - 1))
def test_a_code_is_its_members_alone_in_any_spelling(member_id: int) -> None:
    code = friend_code(KEY, member_id)
    assert len(code) == 29
    assert member_of_code(KEY, code) == member_id
    assert member_of_code(KEY, f" {code[:9].lower()}-{code[9:20]} {code[20:]}\n") == member_id
    assert member_of_code(KEY[::-1], code) is None


@given(st.text(max_size=80))
def test_what_nobody_was_given_is_no_code(text: str) -> None:
    assert member_of_code(KEY, text) is None


@given(st.integers(1, 2**40), st.integers(0, 28), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_a_code_with_another_letter_is_none(member_id: int, place: int, letter: str) -> None:
    code = friend_code(KEY, member_id)
    other = code[:place] + letter + code[place + 1 :]
    assert member_of_code(KEY, other) == (member_id if other == code else None)


class Circle(BoardWorld):
    """Members who make friends."""

    async def ask(self, function: Callable[..., Awaitable[Any]], *given: Any) -> Any:
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await function(connection, self.program_id, *given)

    async def befriend(self, one: int, other: int) -> Any:
        return await self.ask(add_friend, one, await self.ask(friend_code_of, other))

    async def friends(self, member: int) -> list[int]:
        return [one.member_id for one in await self.ask(friends_of, member)]


@pytest.fixture
def circle(engine: AsyncEngine, shop: ShopReference) -> Circle:
    return Circle(engine, shop)


@pytest.mark.anyio
async def test_given_a_code_when_it_is_entered_then_both_are_friends_until_one_ends_it(circle: Circle) -> None:
    ada, bob, eve = await circle.members(3)
    game = await circle.open(board())
    await circle.join(game, [bob])
    added = await circle.befriend(ada, bob)
    assert (added.member_id, added.display_name) == (bob, f"Member {bob}")
    assert (await circle.befriend(bob, ada)).display_name is None
    assert (await circle.friends(ada), await circle.friends(bob)) == ([bob], [ada])
    assert await circle.run("SELECT version FROM members ORDER BY member_id") == [(2,), (2,), (1,)]
    for stranger in (eve, bob):  # the name of a friendship is good for its own member alone
        with pytest.raises(FriendRefused, match="FRIEND_NOT_FOUND"):
            await circle.ask(remove_friend, stranger, added.friend_key)
    with pytest.raises(FriendRefused, match="FRIEND_NOT_FOUND"):
        await circle.ask(remove_friend, ada, "ключ")
    await circle.ask(remove_friend, ada, added.friend_key)
    assert (await circle.friends(ada), await circle.friends(bob)) == ([], [])


@pytest.mark.anyio
async def test_given_codes_of_nobody_or_of_oneself_then_they_are_refused(circle: Circle) -> None:
    ada, gone = await circle.members(2)
    code = await circle.ask(friend_code_of, gone)
    await circle.run("UPDATE members SET closed_at = now() WHERE member_id = :gone", gone=gone)
    for text in ("", "ABC", code, code + "A"):
        with pytest.raises(FriendRefused, match="CODE_INVALID"):
            await circle.ask(add_friend, ada, text)
    with pytest.raises(FriendRefused, match="FRIEND_SELF"):
        await circle.befriend(ada, ada)
    assert await circle.friends(ada) == []


@pytest.mark.anyio
async def test_given_as_many_friends_as_can_be_when_another_comes_then_both_are_refused(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(friends, "FRIENDS_MAXIMUM", 2)
    ada, *others = await circle.members(5)
    outcomes = await asyncio.gather(*(circle.befriend(one, ada) for one in others), return_exceptions=True)
    refused = [one for one in outcomes if isinstance(one, FriendRefused)]
    assert [one.code for one in refused] == ["TOO_MANY", "TOO_MANY"]
    assert len(await circle.friends(ada)) == 2
    with pytest.raises(FriendRefused, match="TOO_MANY"):
        await circle.befriend(ada, others[next(outcomes.index(one) for one in refused)])


@pytest.mark.anyio
async def test_given_a_friend_who_is_merged_or_erased_then_friends_are_who_they_are_now(circle: Circle) -> None:
    ada, bob, eve = await circle.members(3)
    await circle.befriend(ada, bob)
    await circle.befriend(bob, eve)
    async with tenant_transaction(circle.engine, circle.program_id) as connection:
        keys = MemberKey(circle.program_id, bob), MemberKey(circle.program_id, eve)
        await merge_members(connection, *keys, actor="tests")
    assert (await circle.friends(ada), await circle.friends(eve)) == ([eve], [ada])
    (seen,) = await circle.ask(friends_of, ada)
    assert await circle.ask(add_friend, ada, await circle.ask(friend_code_of, bob)) == seen
    assert await circle.ask(forget_friends, eve) == 4
    assert await circle.friends(ada) == []

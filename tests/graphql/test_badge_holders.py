"""Who has a badge: each member once, newest first, a page at a time, and by level."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.shops import ShopReference
from tests.support.boards import BoardWorld
from tests.support.graphql_requests import Ask

BADGE = {
    "title": "Reviewer",
    "counter": {"metric": "REVIEWS"},
    "levels": [{"name": "One"}, {"name": "Two", "target": 5}],
}
HOLDERS = """query ($id: ID!, $level: Int, $first: Int = 20, $after: String) { badge(id: $id) {
    holders(level: $level, first: $first, after: $after) {
        nodes { memberId customerId level earnedAt } edges { cursor } pageInfo { hasNextPage endCursor } } } }"""
_EARNED = """
    INSERT INTO achievements (program_id, achievement_id, member_id, definition_id, kind, handle, level, occasion,
        version, earned_at, revoked_at)
    VALUES (:program_id, :id, :member_id, :definition_id, 'badge', 'reviewer', :level, :occasion, 1,
        '2026-03-02T12:00:00Z', :revoked_at)
"""


@pytest.fixture
def world(engine: AsyncEngine, shop: ShopReference) -> BoardWorld:
    """A program with members."""
    return BoardWorld(engine, shop)


async def test_every_holder_is_listed_once_newest_first_and_by_level(ask_merchant: Ask, world: BoardWorld) -> None:
    # given two levels for the first, one for the second, twice the same for the third, one that the fourth lost
    first, second, third, fourth = await world.members(4)
    reply = await ask_merchant(
        'mutation ($badge: BadgeInput!) { badgeCreate(input: {handle: "reviewer", badge: $badge}) { badge { id } } }',
        {"badge": BADGE},
    )
    badge_id = reply.data["badgeCreate"]["badge"]["id"]
    definition_id = int(badge_id.rpartition("/")[2])
    for number, (member_id, level, occasion, revoked) in enumerate(
        ((first, 1, "", False), (second, 1, "", False), (third, 1, "a", False), (third, 1, "b", False),
         (fourth, 1, "", True), (first, 2, "", False)), 1,
    ):  # fmt: skip
        await world.run(
            _EARNED.replace(":revoked_at", "now()" if revoked else "NULL"),
            id=number, member_id=member_id, definition_id=definition_id, level=level, occasion=occasion,
        )  # fmt: skip

    async def page(**asked: object) -> dict[str, Any]:
        found: dict[str, Any] = (await ask_merchant(HOLDERS, {"id": badge_id, **asked})).data["badge"]["holders"]
        return found

    def who(found: dict[str, Any]) -> list[tuple[int, int]]:
        return [(int(one["memberId"].rpartition("/")[2]), one["level"]) for one in found["nodes"]]

    # when they are read at once, by pages and by level
    whole = await page()
    start = await page(first=2)
    rest = await page(first=2, after=start["pageInfo"]["endCursor"])
    again = await ask_merchant(HOLDERS, {"id": badge_id, "after": "x"})

    # then
    assert who(whole) == [(first, 2), (third, 1), (second, 1)]
    assert whole["nodes"][0]["earnedAt"] == "2026-03-02T12:00:00Z"
    assert (who(start), start["pageInfo"]["hasNextPage"]) == ([(first, 2), (third, 1)], True)
    assert (who(rest), rest["pageInfo"]["hasNextPage"]) == ([(second, 1)], False)
    assert who(await page(level=1)) == [(third, 1), (second, 1), (first, 1)]
    assert who(await page(level=2)) == [(first, 2)]
    assert [who(await page(level=none)) for none in (0, 3, 6, -1)] == [[], [], [], []]
    assert again.codes == ["INVALID_CURSOR"]

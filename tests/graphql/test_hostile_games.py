"""Input that means harm, or is far from anything sensible: typed answers, no failure, and nothing changes."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from engine.shops import ShopReference
from tests.support.boards import BoardWorld, board
from tests.support.graphql_requests import Ask

BADGE: dict[str, Any] = {"title": "Regular", "counter": {"metric": "ORDERS"}}
CREATE = """mutation ($badge: BadgeInput!) { badgeCreate(input: {handle: "one", badge: $badge}) {
    badge { id } userErrors { field code } } }"""


WRONG: list[dict[str, Any]] = [
    {"title": ""},
    {"title": "x" * 81},
    {"title": "a\tb"},
    {"description": "x" * 1_001},
    {"artwork": "builtin:../../etc/passwd"},
    {"counter": {"metric": "SPEND", "currency": "USD", "minimumSpend": "0.001"}},
    {"counter": {"metric": "ORDERS", "sources": ["x"] * 251}},
    {"counter": {"metric": "ORDERS", "sources": ["test_order"]}},
    {"levels": [{"target": "1.5"}]},
    {"levels": [{"target": "-1"}]},
    {"levels": [{"target": 1}] * 6},
    {"levels": [{"points": -1}]},
    {"levels": [{"pointsDays": 0}]},
    {"window": {"kind": "BETWEEN", "startsAt": "2026-01-01T00:00:00Z", "endsAt": "9999-12-31T23:59:59Z"}},
    {"window": {"kind": "BETWEEN", "startsAt": "0001-01-01T00:00:00Z", "endsAt": "2026-01-01T00:00:00Z"}},
    {"window": {"kind": "LAST", "days": 36_501}},
    {"window": {"kind": "EACH"}},
    {"window": {"kind": "ALWAYS", "days": 3}},
    {"after": ["one"]},
    {"givenByHand": True},
]


async def test_a_badge_that_makes_no_sense_is_invalid(ask_merchant: Ask) -> None:
    for wrong in WRONG:
        answer = (await ask_merchant(CREATE, {"badge": {**BADGE, **wrong}})).data["badgeCreate"]

        assert answer["badge"] is None, wrong
        assert {error["code"] for error in answer["userErrors"]} == {"INVALID"}, wrong
        assert answer["userErrors"][0]["field"][:2] == ["input", "badge"], wrong
    assert (await ask_merchant("{ badges { id } }")).data["badges"] == []


async def test_a_handle_that_is_none_is_refused(ask_merchant: Ask) -> None:
    for handle in ("", "UPPER", "a b", "x" * 65, "ä", "a/b"):
        reply = await ask_merchant(
            """mutation ($handle: String!, $badge: BadgeInput!) { badgeCreate(input: {handle: $handle, badge: $badge}) {
            badge { id } userErrors { field code } } }""",
            {"handle": handle, "badge": BADGE},
        )

        assert reply.data["badgeCreate"]["userErrors"] == [{"field": ["input", "handle"], "code": "HANDLE_INVALID"}]


async def test_characters_that_no_database_keeps_name_nothing(
    ask_storefront: Ask, engine: AsyncEngine, shop: ShopReference
) -> None:
    await BoardWorld(engine, shop).open(board())

    for asked in (
        'leaderboard(handle: "a\\u0000b")', 'leaderboard(handle: "a-board", period: "\\u0000")',
        'leaderboard(handle: "a-board", segment: "\\u0000")', 'league(handle: "\\u0000")',
    ):  # fmt: skip
        reply = await ask_storefront(f"{{ found: {asked} {{ title }} }}")

        assert reply.data == {"found": None}, asked


async def test_days_far_off_and_codes_that_nobody_has_are_no_failure(ask_storefront: Ask) -> None:
    for first, last in (("0001-01-01", "0001-01-02"), ("9999-12-30", "9999-12-31")):
        paused = await ask_storefront(
            """mutation ($first: Date!, $last: Date!) { streakPause(input: {
            handle: "nothing", firstDay: $first, lastDay: $last}) { userErrors { code } } }""",
            {"first": first, "last": last},
        )

        assert paused.data["streakPause"]["userErrors"] == [{"code": "STREAK_NOT_FOUND"}]
    for code in ("", "A" * 29, "x" * 10_000, "\u0663" * 29, "=" * 29, "a-b c"):
        added = await ask_storefront(
            "mutation ($code: String!) { friendAdd(input: {code: $code}) { friends { id } userErrors { code } } }",
            {"code": code},
        )

        assert added.data["friendAdd"] == {"friends": None, "userErrors": [{"code": "CODE_INVALID"}]}, code


async def test_nobody_reads_a_board_that_costs_too_much(ask_storefront: Ask) -> None:
    pages = " ".join(
        f'b{number}: leaderboard(handle: "b") {{ top(first: 100) {{ rank score handle isMe isFriend }}'
        " around(span: 49) { rank score handle isMe isFriend } }"
        for number in range(6)
    )

    assert (await ask_storefront(f"{{ {pages} }}")).codes == ["COST_LIMIT_EXCEEDED"]

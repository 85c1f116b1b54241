"""Badges, challenges, streaks and levels as members read and play them: exact progress, in words, nothing hidden."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.badges.definitions import BadgeDefinition
from engine.challenges.definitions import ChallengeDefinition
from engine.database import tenant_transaction
from engine.game.catalog import create_game
from engine.game.facts import GameKind
from engine.levels.definitions import LevelsDefinition
from engine.rules.bounds import Frozen
from engine.shops import ShopReference
from engine.streaks.definitions import StreakDefinition
from tests.support.boards import OPENED, BoardWorld, points
from tests.support.graphql_requests import Ask

NOW = datetime.now(UTC)
ORDERS = {"metric": "orders"}
REGULAR = BadgeDefinition.model_validate({
    "title": "Regular", "counter": ORDERS,
    "levels": [{"name": "Bronze", "target": 1, "experience": 50}, {"name": "Silver", "target": 3}],
})  # fmt: skip
SECRET = BadgeDefinition.model_validate({"title": "Secret", "counter": {"metric": "reviews"}, "hidden": True})
AFTER = BadgeDefinition.model_validate({"title": "After", "counter": ORDERS, "after": ["regular", "secret"]})
HELLO = ChallengeDefinition.model_validate({
    "title": "Hello", "join": "joined", "points": 20, "steps": [
        {"handle": "buy", "title": "Buy", "counter": ORDERS, "target": 1},
        {"handle": "tell", "title": "Tell", "counter": {"metric": "reviews"}, "target": 2},
    ],
})  # fmt: skip
DAILY = StreakDefinition.model_validate({
    "title": "Daily", "counter": ORDERS, "unit": "day", "quiet_units_per_year": 10,
    "milestones": [{"length": 3, "title": "Three", "points": 5}],
})  # fmt: skip
LEVELS = LevelsDefinition.model_validate({
    "experience": [{"counter": ORDERS, "factor": 10}],
    "levels": [{"title": "One", "threshold": 20}, {"title": "Two", "threshold": 100}],
})  # fmt: skip


@pytest.fixture
async def world(engine: AsyncEngine, shop: ShopReference) -> BoardWorld:
    """A program with something of each kind, and one member, customer 1."""
    world = BoardWorld(engine, shop)
    games: list[tuple[GameKind, str, Frozen]] = [
        ("badge", "regular", REGULAR), ("badge", "secret", SECRET), ("badge", "after", AFTER),
        ("challenge", "hello", HELLO), ("streak", "daily", DAILY), ("levels", "levels", LEVELS),
    ]  # fmt: skip
    async with tenant_transaction(engine, shop.program_id) as connection:
        for kind, handle, definition in games:
            await create_game(
                connection, shop.program_id, kind, handle, definition, actor="tests", effective_from=OPENED
            )
    return world


async def ordered(world: BoardWorld, *ago: timedelta) -> int:
    """Let the member have orders of so long ago; returns the member."""
    [member] = await world.members(1)
    for number, one in enumerate(ago):
        await world.did((member, points(f"{number}", NOW - one, 10)))
    return member


async def mine(ask: Ask, fields: str, **more: Any) -> dict[str, Any]:
    """What the member reads of themselves."""
    found: dict[str, Any] = (await ask(f"{{ me {{ {fields} }} }}", customer_id=1, **more)).data["me"]
    return found


async def test_an_earned_badge_shows_its_highest_level_and_what_is_left(ask_storefront: Ask, world: BoardWorld) -> None:
    await ordered(world, timedelta(hours=2))

    found = await mine(
        ask_storefront,
        """badges { badge { handle title howText } level { number name artworkUrl } earnedAt times credential { url }
        next { level { name } progress { value target missing percent text missingText } message } }
        badgeProgress { badge { handle } lockedBy { handle } message }""",
    )

    [regular] = [one for one in found["badges"] if one["badge"]["handle"] == "regular"]
    assert regular.pop("earnedAt") == (NOW - timedelta(hours=2)).isoformat().replace("+00:00", "Z")
    assert regular == {
        "badge": {"handle": "regular", "title": "Regular", "howText": "Place 1 order."}, "times": 1,
        "level": {"number": 1, "name": "Bronze",
                  "artworkUrl": "https://app.example/badges/artwork/star-bronze.svg"},
        "credential": None,
        "next": {"level": {"name": "Silver"}, "message": "2 more orders until Silver.", "progress": {
            "value": "1", "target": "3", "missing": "2", "percent": 33, "text": "1 of 3 orders",
            "missingText": "2 more orders",
        }},
    }  # fmt: skip
    progress = {one["badge"]["handle"]: one for one in found["badgeProgress"]}
    assert "secret" not in progress
    assert [one["handle"] for one in progress["after"]["lockedBy"]] == []


async def test_the_contracts_own_question_is_answered(ask_storefront: Ask, world: BoardWorld) -> None:
    await ordered(world, timedelta(hours=2))

    found = await mine(ask_storefront, "badges { badge { handle title } earnedAt }", locale="zh-CN")

    assert {"handle": "regular", "title": "Regular"} in [one["badge"] for one in found["badges"]]


async def test_a_challenge_counts_what_is_done_after_joining_and_says_what_is_left(
    ask_storefront: Ask, world: BoardWorld
) -> None:
    member = await ordered(world, timedelta(hours=2))
    fields = """challenge { handle points joinable } state canJoin canLeave stepsDone message
        steps { handle doneAt progress { text percent } }"""
    join = "mutation ($handle: String!) { challengeJoin(input: {handle: $handle}) { challenge { " + fields
    join += " } me { id } userErrors { field code } } }"
    before = (await mine(ask_storefront, f"challenges {{ {fields} }}"))["challenges"]

    joined = (await ask_storefront(join, {"handle": "hello"}, customer_id=1)).data["challengeJoin"]
    for name in ("later", "once more"):
        await world.did((member, points(name, datetime.now(UTC), 10)))
    again = (await ask_storefront(join, {"handle": "hello"}, customer_id=1)).data["challengeJoin"]
    left = await ask_storefront(
        'mutation { challengeLeave(input: {handle: "hello"}) { challenge { state } userErrors { code } } }',
        customer_id=1,
    )

    [hello] = [one for one in before if one["challenge"]["handle"] == "hello"]
    assert (hello["state"], hello["canJoin"], hello["message"]) == ("OPEN", True, "Join to take part.")
    assert joined["userErrors"] == []
    assert (joined["challenge"]["state"], joined["challenge"]["stepsDone"]) == ("JOINED", 0)
    assert again["challenge"]["stepsDone"] == 1
    assert again["challenge"]["message"] == "1 of 2 steps done. 2 more reviews."
    assert [step["progress"] for step in again["challenge"]["steps"]] == [
        {"text": "1 of 1 order", "percent": 100}, {"text": "0 of 2 reviews", "percent": 0},
    ]  # fmt: skip
    assert left.data["challengeLeave"] == {"challenge": {"state": "OPEN"}, "userErrors": []}


async def test_a_streak_says_where_it_stands_and_can_be_repaired_and_paused(
    ask_storefront: Ask, world: BoardWorld
) -> None:
    await ordered(world, timedelta(days=2), timedelta(days=3))
    fields = "length best message repairableUntil repairsLeft next { length missing } history { state } pausedFrom"

    found = (await mine(ask_storefront, f"streaks {{ streak {{ handle howText }} {fields} }}"))["streaks"]
    repair = (
        "mutation ($handle: String!) { streakRepair(input: {handle: $handle}) { streak { length history { state } }"
    )
    repair += " userErrors { field code } } }"
    repaired = (await ask_storefront(repair, {"handle": "daily"}, customer_id=1)).data["streakRepair"]
    twice = (await ask_storefront(repair, {"handle": "daily"}, customer_id=1)).data["streakRepair"]

    [daily] = [one for one in found if one["streak"]["handle"] == "daily"]
    assert daily["streak"]["howText"] == "Place 1 order each day."
    assert (daily["length"], daily["best"], daily["repairsLeft"]) == (0, 2, 2)
    assert [one["state"] for one in daily["history"]] == ["DONE", "DONE", "MISSED", "OPEN"]
    assert daily["message"].startswith("It broke. It can be repaired until ")
    assert repaired["streak"] == {
        "length": 2, "history": [{"state": "DONE"}, {"state": "DONE"}, {"state": "REPAIRED"}, {"state": "OPEN"}],
    }  # fmt: skip
    assert twice == {"streak": None, "userErrors": [{"field": ["input", "handle"], "code": "NOTHING_TO_REPAIR"}]}


async def test_an_absence_is_announced_within_its_bounds(ask_storefront: Ask, world: BoardWorld) -> None:
    await ordered(world, timedelta(minutes=1))
    pause = """mutation ($first: Date!, $last: Date!) { streakPause(input: {
        handle: "daily", firstDay: $first, lastDay: $last}) { streak { pausedFrom pausedTo } userErrors { code } } }"""
    day = (NOW + timedelta(days=2)).date()

    async def paused(days: int) -> dict[str, Any]:
        given = {"first": day.isoformat(), "last": (day + timedelta(days=days - 1)).isoformat()}
        answer: dict[str, Any] = (await ask_storefront(pause, given, customer_id=1)).data["streakPause"]
        return answer

    refused = [(await paused(days))["userErrors"] for days in (11, 0)]
    made = await paused(2)

    assert refused == [[{"code": "TOO_LONG"}], [{"code": "DATES_INVALID"}]]
    assert made == {
        "streak": {"pausedFrom": day.isoformat(), "pausedTo": (day + timedelta(days=1)).isoformat()}, "userErrors": [],
    }  # fmt: skip


async def test_the_level_follows_from_experience(ask_storefront: Ask, world: BoardWorld) -> None:
    await ordered(world, timedelta(hours=2))

    found = await mine(ask_storefront, "level { level title experience nextTitle nextAt missing percent message }")

    assert found["level"] == {
        "level": 1, "title": "One", "experience": 60, "nextTitle": "Two", "nextAt": 100, "missing": 40, "percent": 50,
        "message": "40 more experience until Two.",
    }  # fmt: skip


async def test_a_zone_of_ones_own_is_kept_and_checked(ask_storefront: Ask, world: BoardWorld) -> None:
    await ordered(world, timedelta(hours=2))
    update = """mutation ($zone: String!) { memberUpdate(input: {timeZone: $zone}) {
        me { timeZone } userErrors { field code message } } }"""

    refused = (await ask_storefront(update, {"zone": "Mars/Base"}, customer_id=1)).data["memberUpdate"]
    kept = (await ask_storefront(update, {"zone": "Asia/Shanghai"}, customer_id=1)).data["memberUpdate"]

    assert refused["userErrors"] == [{
        "field": ["input", "timeZone"], "code": "TIME_ZONE_INVALID", "message": "There is no such time zone.",
    }]  # fmt: skip
    assert kept["userErrors"] == []


async def test_unknown_games_and_strangers_are_refused(ask_storefront: Ask, world: BoardWorld) -> None:
    for mutation in ("challengeJoin", "challengeLeave", "streakRepair"):
        query = f'mutation {{ {mutation}(input: {{handle: "nothing"}}) {{ me {{ id }} userErrors {{ code }} }} }}'
        missing = "STREAK_NOT_FOUND" if mutation == "streakRepair" else "CHALLENGE_NOT_FOUND"

        stranger = (await ask_storefront(query, customer_id=None)).data[mutation]
        unknown = (await ask_storefront(query, customer_id=1)).data[mutation]

        assert stranger == {"me": None, "userErrors": [{"code": "SIGNED_OUT"}]}
        assert unknown["userErrors"] == [{"code": missing}]


async def test_staff_see_how_many_are_on_each_level(ask_merchant: Ask, world: BoardWorld) -> None:
    members = await world.members(4)
    for member, level in zip(members, (2, 1, 1, 0), strict=True):
        await world.run(
            "INSERT INTO game_standings (program_id, member_id, level) VALUES (:program_id, :member, :level)",
            member=member, level=level,
        )  # fmt: skip

    reply = await ask_merchant("{ levels { members levels { title members } } }")

    assert reply.data["levels"] == {
        "members": 3, "levels": [{"title": "One", "members": 3}, {"title": "Two", "members": 1}],
    }  # fmt: skip


async def test_staff_see_the_same_game(ask_merchant: Ask, ask_storefront: Ask, world: BoardWorld) -> None:
    await ordered(world, timedelta(hours=2))
    fields = "badges { badge { handle } level { number } } level { experience } streaks { length }"
    own = await mine(ask_storefront, f"id {fields}")

    staff = await ask_merchant(f"query ($id: ID!) {{ member(id: $id) {{ id {fields} }} }}", {"id": own["id"]})

    assert staff.data["member"] == own

"""What the staff do in the game: badges by hand and thought about, boards and their seasons, suspicious entries."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.game.facts import Game
from engine.leaderboards.draining import drain_boards
from engine.leaderboards.keeping import keep_boards
from engine.leaderboards.suspicion import QuarantineRules
from engine.shops import ShopReference
from tests.support.boards import BoardWorld, board, points
from tests.support.graphql_requests import Ask
from tests.support.seasons import close

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)
BADGE = {"title": "Reviewer", "counter": {"metric": "REVIEWS"}, "levels": [
    {"name": "One", "target": 1}, {"name": "Two", "target": 5, "points": 10},
]}  # fmt: skip


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """A client of an empty Valkey."""
    async with Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
def world(engine: AsyncEngine, shop: ShopReference) -> BoardWorld:
    """A program that members play."""
    return BoardWorld(engine, shop)


def by_hand(verb: str) -> str:
    """The mutation that gives or takes a badge."""
    return f"""mutation ($input: Badge{verb}Input!) {{ badge{verb}(input: $input) {{
        member {{ badges {{ badge {{ handle }} level {{ number }} }} }} userErrors {{ field code }} }} }}"""


async def made_badge(ask: Ask) -> str:
    """The id of a new badge."""
    reply = await ask(
        'mutation ($badge: BadgeInput!) { badgeCreate(input: {handle: "reviewer", badge: $badge}) { badge { id } } }',
        {"badge": BADGE},
    )
    badge_id: str = reply.data["badgeCreate"]["badge"]["id"]
    return badge_id


async def test_a_badge_is_given_and_taken_by_hand_once_for_each_key(ask_merchant: Ask, world: BoardWorld) -> None:
    [member] = await world.members(1)
    badge_id = await made_badge(ask_merchant)
    given = {"badgeId": badge_id, "memberId": f"gid://laurel/Member/{member}", "level": 2, "reason": "Thank you",
             "idempotencyKey": "one"}  # fmt: skip

    made = (await ask_merchant(by_hand("Give"), {"input": given})).data["badgeGive"]
    again = (await ask_merchant(by_hand("Give"), {"input": given})).data["badgeGive"]
    other = (await ask_merchant(by_hand("Give"), {"input": {**given, "level": 1}})).data["badgeGive"]
    taken = (await ask_merchant(by_hand("Take"), {"input": {**given, "idempotencyKey": "two"}})).data["badgeTake"]
    twice = (await ask_merchant(by_hand("Take"), {"input": {**given, "idempotencyKey": "three"}})).data["badgeTake"]

    held = [{"badge": {"handle": "reviewer"}, "level": {"number": 2}}]
    assert made == {"member": {"badges": held}, "userErrors": []}
    assert again == made
    assert other["userErrors"] == [{"field": ["input", "idempotencyKey"], "code": "IDEMPOTENCY_KEY_REUSED"}]
    assert taken["member"]["badges"] == [{"badge": {"handle": "reviewer"}, "level": {"number": 1}}]
    assert twice["userErrors"] == [{"field": ["input", "badgeId"], "code": "NOT_HELD"}]
    facts = await world.run("SELECT kind, created_by, detail->>'reason' FROM game_facts ORDER BY occurred_at")
    assert [tuple(row) for row in facts] == [
        ("badge-given", "staff:17", "Thank you"), ("badge-taken", "staff:17", "Thank you"),
    ]  # fmt: skip


WRONG: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"level": 3}, {"field": ["input", "level"], "code": "LEVEL_INVALID"}),
    ({"memberId": "gid://laurel/Member/999"}, {"field": ["input", "memberId"], "code": "MEMBER_NOT_FOUND"}),
    ({"badgeId": "gid://laurel/Badge/999"}, {"field": ["input", "badgeId"], "code": "BADGE_NOT_FOUND"}),
    ({"reason": "x" * 501}, {"field": ["input", "reason"], "code": "REASON_INVALID"}),
    ({"idempotencyKey": ""}, {"field": ["input", "idempotencyKey"], "code": "INVALID_IDEMPOTENCY_KEY"}),
]


async def test_what_is_wrong_about_a_badge_by_hand_is_typed(ask_merchant: Ask, world: BoardWorld) -> None:
    [member] = await world.members(1)
    badge_id = await made_badge(ask_merchant)

    for number, (wrong, error) in enumerate(WRONG):
        given = {"badgeId": badge_id, "memberId": f"gid://laurel/Member/{member}", "idempotencyKey": f"{number}"}
        reply = (await ask_merchant(by_hand("Give"), {"input": {**given, **wrong}})).data["badgeGive"]

        assert reply == {"member": None, "userErrors": [error]}
    assert await world.run("SELECT 1 FROM game_facts WHERE program_id = :program_id") == []


async def test_a_badge_is_thought_about_before_anybody_has_it(ask_merchant: Ask, world: BoardWorld) -> None:
    members = await world.members(3)
    for member, count in zip(members, (1, 2, 0), strict=True):
        for number in range(count):
            await world.did((member, points(f"{member}-{number}", NOON + timedelta(days=number), 10)))
    badge = {"title": "Buyer", "counter": {"metric": "ORDERS"}, "retroactive": True, "levels": [
        {"name": "One", "target": 1}, {"name": "Two", "target": 2, "points": 10},
    ]}  # fmt: skip
    fields = "id state membersTotal membersDone members points levels { number name members points }"

    made = await ask_merchant(
        f"mutation ($badge: BadgeInput!) {{ badgePreview(input: {{badge: $badge}}) {{ preview {{ {fields} }}"
        " userErrors { code } } }",
        {"badge": badge},
    )
    preview = made.data["badgePreview"]["preview"]
    read = await ask_merchant(f"query ($id: ID!) {{ badgePreview(id: $id) {{ {fields} }} }}", {"id": preview["id"]})
    wrong = await ask_merchant(
        "mutation ($badge: BadgeInput!) { badgePreview(input: {badge: $badge}) { userErrors { field code } } }",
        {"badge": {**badge, "levels": []}},
    )

    assert read.data["badgePreview"] == preview
    assert {key: preview[key] for key in preview if key != "id"} == {
        "state": "READY", "membersTotal": 3, "membersDone": 3, "members": 2, "points": 10, "levels": [
            {"number": 1, "name": "One", "members": 2, "points": 0},
            {"number": 2, "name": "Two", "members": 1, "points": 10},
        ],
    }  # fmt: skip
    assert wrong.data["badgePreview"]["userErrors"] == [{"field": ["input", "badge", "levels"], "code": "INVALID"}]
    assert (await ask_merchant("{ badges { id } }")).data["badges"] == []


async def played(world: BoardWorld, game: Game[Any], members: list[int]) -> None:
    """Let members take part and do something in March."""
    await world.join(game, members)
    for number, member in enumerate(members):
        await world.did((member, points(str(member), NOON + timedelta(hours=number), 100 * (number + 1))))


async def test_staff_see_who_leads_a_board_and_how_its_seasons_ended(
    ask_merchant: Ask, world: BoardWorld, redis: Redis
) -> None:
    game = await world.open(board(period="month", prizes=({"first": 1, "last": 1, "points": 50},)))
    members = await world.members(2)
    await played(world, game, members)
    while await close(world, game):
        pass
    await keep_boards(world.engine, redis, [world.program_id])
    query = """query ($id: ID!, $segment: String) { leaderboard(id: $id) {
        live(segment: $segment) { status total rows { handle } period { current closed } }
        march: live(period: "2026-03") { status total rows { rank scoreText handle memberId } period { closed } }
        seasons { period { key title } segment { key } entries prizesGivenAt
        results(first: 1) { place rank scoreText handle prizePoints } } } }"""
    given = {"id": f"gid://laurel/Leaderboard/{game.definition_id}"}

    found = (await ask_merchant(query, given, redis=redis)).data["leaderboard"]
    unknown = (await ask_merchant(
        "query ($id: ID!) { leaderboard(id: $id) { live(segment: \"tag:x\") { total } } }", given, redis=redis,
    )).data["leaderboard"]  # fmt: skip

    first, second = f"Member {members[1]}", f"Member {members[0]}"
    assert found["live"] == {
        "status": "LIVE", "total": 0, "rows": [], "period": {"current": True, "closed": False},
    }  # fmt: skip
    assert found["march"] == {"status": "LIVE", "total": 2, "period": {"closed": True}, "rows": [
        {"rank": 1, "scoreText": "200 points", "handle": first, "memberId": f"gid://laurel/Member/{members[1]}"},
        {"rank": 2, "scoreText": "100 points", "handle": second, "memberId": f"gid://laurel/Member/{members[0]}"},
    ]}  # fmt: skip
    assert found["seasons"] == [{
        "period": {"key": "2026-03", "title": "March 2026"}, "segment": {"key": ""}, "entries": 2,
        "prizesGivenAt": None,
        "results": [{"place": 1, "rank": 1, "scoreText": "200 points", "handle": first, "prizePoints": 0}],
    }]  # fmt: skip
    assert unknown == {"live": None}


async def test_an_entry_in_quarantine_is_its_owners_until_staff_decide(
    ask_merchant: Ask, ask_storefront: Ask, world: BoardWorld, redis: Redis
) -> None:
    now = datetime.now(UTC)
    game = await world.open(board(quarantine=QuarantineRules(orders_per_hour=2)))
    members = await world.members(2)
    await world.join(game, members)
    for number in range(3):
        await world.did((members[0], points(str(number), now - timedelta(hours=5, minutes=number), 100)))
    await world.did((members[1], points("other", now - timedelta(hours=5), 10)))
    await keep_boards(world.engine, redis, [world.program_id])
    drained = 1
    while drained:
        async with tenant_transaction(world.engine, world.program_id) as connection:
            drained = await drain_boards(connection, redis)
    queue = """{ quarantines { nodes { id leaderboard memberId displayName reason reasonText appeal decision decidedBy }
        pageInfo { hasNextPage } } }"""
    shown = """{ leaderboard(handle: "a-board") { top { handle } me { rank score percentile }
        quarantine { id reasonText canAppeal } } }"""

    theirs = (await ask_storefront(shown, customer_id=2, redis=redis)).data["leaderboard"]
    own = (await ask_storefront(shown, customer_id=1, redis=redis)).data["leaderboard"]
    appeal = """mutation ($id: ID!) { quarantineAppeal(input: {quarantineId: $id, text: "A party."}) {
        quarantine { appeal canAppeal } userErrors { field code } } }"""
    stranger = (await ask_storefront(appeal, {"id": own["quarantine"]["id"]}, customer_id=2)).data
    said = (await ask_storefront(appeal, {"id": own["quarantine"]["id"]}, customer_id=1)).data
    waiting = (await ask_merchant(queue)).data["quarantines"]["nodes"]
    decided = await ask_merchant(
        """mutation ($id: ID!) { quarantineDecide(input: {quarantineId: $id, decision: CLEARED}) {
        quarantine { decision decidedBy open } userErrors { code } } }""",
        {"id": own["quarantine"]["id"]},
    )

    assert theirs == {
        "top": [{"handle": f"Member {members[1]}"}], "me": {"rank": 1, "score": 10, "percentile": 0},
        "quarantine": None,
    }  # fmt: skip
    assert own["me"] == {"rank": None, "score": 300, "percentile": None}
    assert own["top"] == theirs["top"]
    assert own["quarantine"] == {
        "id": waiting[0]["id"], "reasonText": "Many orders within an hour.", "canAppeal": True,
    }  # fmt: skip
    assert stranger["quarantineAppeal"]["userErrors"] == [
        {"field": ["input", "quarantineId"], "code": "QUARANTINE_NOT_FOUND"}
    ]
    assert said["quarantineAppeal"] == {"quarantine": {"appeal": "A party.", "canAppeal": False}, "userErrors": []}
    assert waiting == [{
        "id": own["quarantine"]["id"], "leaderboard": "a-board", "memberId": f"gid://laurel/Member/{members[0]}",
        "displayName": f"Member {members[0]}", "reason": "MANY_ORDERS", "reasonText": "Many orders within an hour.",
        "appeal": "A party.", "decision": None, "decidedBy": None,
    }]  # fmt: skip
    assert decided.data["quarantineDecide"] == {
        "quarantine": {"decision": "CLEARED", "decidedBy": "staff:17", "open": False}, "userErrors": [],
    }  # fmt: skip
    assert (await ask_merchant(queue)).data["quarantines"]["nodes"] == []


async def test_staff_see_where_a_member_takes_part(ask_merchant: Ask, world: BoardWorld) -> None:
    game = await world.open(board())
    [member] = await world.members(1)
    await world.join(game, [member])

    reply = await ask_merchant(
        "query ($id: ID!) { member(id: $id) { boards { handle title displayName } quarantines { id } } }",
        {"id": f"gid://laurel/Member/{member}"},
    )

    assert reply.data["member"] == {
        "boards": [{"handle": "a-board", "title": "A board", "displayName": f"Member {member}"}], "quarantines": [],
    }  # fmt: skip

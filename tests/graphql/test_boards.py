"""Leaderboards as shoppers read them: ranks by chosen names, in one round trip, and nothing else of anybody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.leaderboards.draining import drain_boards
from engine.leaderboards.keeping import keep_boards
from engine.leaderboards.reading import read_board
from engine.shops import ShopReference
from tests.support.boards import BoardWorld, board, points
from tests.support.graphql_requests import Ask
from tests.support.leagues import DAY, HOUR, MONDAY, LeagueWorld, league

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)
BOARD = """query ($handle: String!, $segment: String, $period: String) {
    leaderboard(handle: $handle, segment: $segment, period: $period) {
    status total top(first: 50) { rank score handle isMe } around(span: 1) { rank handle }
    me { rank score scoreText percentile } joined displayName } }"""
OPT_IN = """mutation ($handle: String!, $name: String!) {
    leaderboardOptIn(input: {handle: $handle, displayName: $name}) {
    me { balance { available } } leaderboard { joined displayName } userErrors { field code } } }"""
OPT_OUT = """mutation ($handle: String!) { leaderboardOptOut(input: {handle: $handle}) {
    leaderboard { joined total top { handle } } userErrors { code } } }"""


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """A client of an empty Valkey."""
    async with Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
def world(engine: AsyncEngine, shop: ShopReference) -> BoardWorld:
    """A program that members play."""
    return BoardWorld(engine, shop)


async def drained(world: BoardWorld, redis: Redis) -> None:
    """Bring everything that happened onto the boards."""
    await keep_boards(world.engine, redis, [world.program_id])
    async with tenant_transaction(world.engine, world.program_id) as connection:
        await drain_boards(connection, redis)


async def test_a_board_shows_places_by_chosen_names_and_where_the_member_stands(
    ask_storefront: Ask, world: BoardWorld, redis: Redis
) -> None:
    await world.open(board())
    members = await world.members(4)
    for number, name in enumerate(("Ada", "Bea", "Cem"), 1):
        joined = await ask_storefront(OPT_IN, {"handle": "a-board", "name": name}, customer_id=number, redis=redis)
        assert joined.data["leaderboardOptIn"] == {
            "me": {"balance": {"available": 0}}, "leaderboard": {"joined": True, "displayName": name},
            "userErrors": [],
        }  # fmt: skip
    for number, (member, worth) in enumerate(zip(members, (100, 300, 100, 900), strict=True)):
        await world.did((member, points(str(number), NOON + timedelta(hours=number), worth)))
    await drained(world, redis)

    mine = (await ask_storefront(BOARD, {"handle": "a-board"}, customer_id=3, redis=redis)).data["leaderboard"]
    theirs = (await ask_storefront(BOARD, {"handle": "a-board"}, customer_id=4, redis=redis)).data["leaderboard"]

    assert mine == {
        "status": "LIVE", "total": 3, "top": [
            {"rank": 1, "score": 300, "handle": "Bea", "isMe": False},
            {"rank": 2, "score": 100, "handle": "Ada", "isMe": False},
            {"rank": 3, "score": 100, "handle": "Cem", "isMe": True},
        ],
        "around": [{"rank": 1, "handle": "Bea"}, {"rank": 2, "handle": "Ada"}, {"rank": 3, "handle": "Cem"}],
        "me": {"rank": 3, "score": 100, "scoreText": "100 points", "percentile": 0},
        "joined": True, "displayName": "Cem",
    }  # fmt: skip
    assert [row["isMe"] for row in theirs["top"]] == [False, False, False]
    assert (theirs["around"], theirs["me"], theirs["joined"]) == ([], None, False)


async def test_all_that_is_asked_of_one_board_is_one_round_trip(
    ask_storefront: Ask, world: BoardWorld, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[dict[str, Any]] = []

    async def counted(*given: Any, **asked: Any) -> Any:
        reads.append(asked)
        return await read_board(*given, **asked)

    monkeypatch.setattr("laurel_graphql.types.board_reader.read_board", counted)
    await world.open(board())

    query = """{ leaderboard(handle: "a-board") { status asOf total few: top(first: 3) { rank } top(first: 7) { rank }
        around(span: 2) { rank } friends { rank isFriend } me { rank } period { key } } }"""
    await ask_storefront(query, customer_id=1, redis=redis)

    assert [(one["top"], one["span"], len(one["friends"])) for one in reads] == [(7, 2, 1)]


async def test_pages_begin_after_any_place_and_the_last_one_is_followed_by_none(
    ask_storefront: Ask, ask_merchant: Ask, world: BoardWorld, redis: Redis
) -> None:
    game = await world.open(board(ranking="competition"))
    members = await world.members(7)
    await world.join(game, members)
    await world.did(*((one, points(str(one), NOON, 50 - number // 2)) for number, one in enumerate(members)))
    await drained(world, redis)

    query = """{ leaderboard(handle: "a-board") { one: top(first: 3) { ...row } two: top(first: 3, after: 3) { ...row }
        last: top(first: 3, after: 6) { ...row } beyond: top(after: 7) { rank } far: top(after: 2147483647) { rank }
        back: top(first: 1, after: -5) { ...row } me { rank } } } fragment row on LeaderboardRow { rank score }"""
    shown = (await ask_storefront(query, customer_id=7, redis=redis)).data["leaderboard"]
    merchants = "{ leaderboards { live(first: 2, after: 4) { rows { rank } } far: live(after: 70) { rows { rank } } } }"
    (live,) = (await ask_merchant(merchants, redis=redis)).data["leaderboards"]

    assert [[row["rank"] for row in shown[page]] for page in ("one", "two", "last")] == [[1, 1, 3], [3, 5, 5], [7]]
    assert [row["score"] for row in shown["two"]] == [49, 48, 48]
    assert (shown["beyond"], shown["far"], shown["back"]) == ([], [], shown["one"][:1])
    assert shown["me"] == {"rank": 7}
    assert ([row["rank"] for row in live["live"]["rows"]], live["far"]["rows"]) == ([5, 5], [])


async def test_who_leaves_is_gone_at_once(ask_storefront: Ask, world: BoardWorld, redis: Redis) -> None:
    game = await world.open(board())
    members = await world.members(2)
    await world.join(game, members)
    for member in members:
        await world.did((member, points(str(member), NOON, 50)))
    await drained(world, redis)

    left = (await ask_storefront(OPT_OUT, {"handle": "a-board"}, customer_id=1, redis=redis)).data
    again = (await ask_storefront(OPT_OUT, {"handle": "a-board"}, customer_id=1, redis=redis)).data

    assert left["leaderboardOptOut"] == {
        "leaderboard": {"joined": False, "total": 1, "top": [{"handle": f"Member {members[1]}"}]}, "userErrors": [],
    }  # fmt: skip
    assert again == left


async def test_without_redis_a_board_says_updating_and_shows_nothing(ask_storefront: Ask, world: BoardWorld) -> None:
    await world.open(board())

    reply = await ask_storefront(BOARD, {"handle": "a-board"}, customer_id=1)

    assert reply.data["leaderboard"] == {
        "status": "UPDATING", "total": None, "top": [], "around": [], "me": None, "joined": False, "displayName": None,
    }  # fmt: skip


async def test_an_unknown_board_period_or_segment_is_null(ask_storefront: Ask, world: BoardWorld) -> None:
    await world.open(board())

    for asked in (
        {"handle": "nothing"}, {"handle": "a-board", "segment": "tag:x"}, {"handle": "a-board", "period": "2020"},
    ):  # fmt: skip
        assert (await ask_storefront(BOARD, asked, customer_id=None)).data == {"leaderboard": None}


REFUSED: list[tuple[str, str, int | None, dict[str, Any]]] = [
    ("a-board", "Ada", None, {"field": ["input"], "code": "SIGNED_OUT"}),
    ("nothing", "Ada", 1, {"field": ["input", "handle"], "code": "LEADERBOARD_NOT_FOUND"}),
    ("a-board", "\u202eAda", 1, {"field": ["input", "displayName"], "code": "NAME_INVALID"}),
    ("a-board", "a@b.example", 1, {"field": ["input", "displayName"], "code": "NAME_PERSONAL"}),
]


async def test_what_is_refused_is_typed_and_nobody_joins(ask_storefront: Ask, world: BoardWorld) -> None:
    await world.open(board())

    for handle, name, customer, error in REFUSED:
        reply = await ask_storefront(OPT_IN, {"handle": handle, "name": name}, customer_id=customer)

        assert reply.data["leaderboardOptIn"]["userErrors"] == [error]
    assert await world.run("SELECT 1 FROM board_participants WHERE program_id = :program_id") == []


async def test_pages_out_of_bounds_are_errors(ask_storefront: Ask, world: BoardWorld) -> None:
    await world.open(board())

    for page in ("top(first: 101)", "around(span: 50)", "around(span: 0)", "periods(first: 101)"):
        below = "key" if page.startswith("periods") else "rank"
        reply = await ask_storefront(f'{{ leaderboard(handle: "a-board") {{ {page} {{ {below} }} }} }}')

        assert reply.codes == ["INVALID_PAGE_SIZE"], page


async def test_rules_periods_and_segments_are_public(ask_storefront: Ask, world: BoardWorld) -> None:
    await world.open(
        board("spend", counter={"metric": "spend", "currency": "USD"}, period="month", daily_cap=5_000,
              segments=({"kind": "tier", "value": "gold"},), prizes=({"first": 1, "last": 1, "points": 50},)),
    )  # fmt: skip

    reply = await ask_storefront(
        """{ leaderboards { handle ranking rules segment { key title } segments { key title } prizes { text }
        periods(first: 1) { current closed startsAt } period { current key } } }""",
        customer_id=None, locale="zh-CN",
    )  # fmt: skip

    found = reply.data["leaderboards"][0]
    assert found["rules"] == [
        "计入：消费金额。", "得分相同时，先达到者排名在前。", "已退款的部分不再计入。", "每天最多计入 US$50.00。",
        "结束 24 小时后确定结果。", "其后 14 天发放奖励。",
    ]  # fmt: skip
    assert (found["segment"], found["segments"]) == (
        {"key": "", "title": "全部会员"}, [{"key": "", "title": "全部会员"}, {"key": "tier:gold", "title": "gold"}],
    )  # fmt: skip
    assert found["prizes"] == [{"text": "第 1 名：50 积分"}]
    assert [one["current"] for one in found["periods"]] == [True]
    assert found["period"]["current"] is True


async def test_friends_find_each_other_by_code_and_see_names_only(
    ask_storefront: Ask, world: BoardWorld, redis: Redis
) -> None:
    game = await world.open(board())
    members = await world.members(3)
    await world.join(game, members)
    for member in members:
        await world.did((member, points(str(member), NOON, 50)))
    await drained(world, redis)
    code = (await ask_storefront("{ me { friendCode } }", customer_id=2)).data["me"]["friendCode"]
    add = """mutation ($code: String!) { friendAdd(input: {code: $code}) {
        friends { id displayName } userErrors { field code } } }"""

    made = (await ask_storefront(add, {"code": code.lower()}, customer_id=1)).data["friendAdd"]
    own = (await ask_storefront(add, {"code": code}, customer_id=2)).data["friendAdd"]
    seen = await ask_storefront(
        """{ leaderboard(handle: "a-board") { friends { handle isMe isFriend } top { isFriend } } }""",
        customer_id=2, redis=redis,
    )  # fmt: skip
    remove = "mutation ($id: ID!) { friendRemove(input: {friendId: $id}) { friends { id } userErrors { code } } }"
    gone = (await ask_storefront(remove, {"id": made["friends"][0]["id"]}, customer_id=1)).data["friendRemove"]
    twice = (await ask_storefront(remove, {"id": made["friends"][0]["id"]}, customer_id=1)).data["friendRemove"]

    assert [one["displayName"] for one in made["friends"]] == [f"Member {members[1]}"]
    assert len(made["friends"][0]["id"]) == 16
    assert own == {"friends": None, "userErrors": [{"field": ["input", "code"], "code": "FRIEND_SELF"}]}
    assert seen.data["leaderboard"] == {
        "friends": [
            {"handle": f"Member {members[0]}", "isMe": False, "isFriend": True},
            {"handle": f"Member {members[1]}", "isMe": True, "isFriend": False},
        ],
        "top": [{"isFriend": True}, {"isFriend": False}, {"isFriend": False}],
    }  # fmt: skip
    assert gone == {"friends": [], "userErrors": []}
    assert [error["code"] for error in twice["userErrors"]] == ["FRIEND_NOT_FOUND"]


async def test_a_league_shows_the_cohort_by_chosen_names_and_who_rises(
    ask_storefront: Ask, engine: AsyncEngine, shop: ShopReference
) -> None:
    world = LeagueWorld(engine, shop)
    await world.found(league(cohort_maximum=5))
    members = await world.members(3)
    await world.enter(members)
    for number, (member, worth) in enumerate(zip(members, (30, 20, 10), strict=True), 1):
        await world.did((member, points(str(member), MONDAY + number * HOUR, worth)))
    assert await world.form(MONDAY + DAY)
    query = """{ league(handle: "weekly") { title joined displayName startsAt endsAt steps { title promote demote }
        me { step { position title } rank scoreText size promotionRank demotionRank zone message
        rows { rank score handle isMe zone } } history { rank } } leagues { handle } }"""

    own = (await ask_storefront(query, customer_id=2)).data
    nobody = (await ask_storefront(query, customer_id=None)).data["league"]

    names = [f"Member {member}" for member in members]
    assert own["leagues"] == [{"handle": "weekly"}]
    assert own["league"]["me"] == {
        "step": {"position": 0, "title": "Seed"}, "rank": 2, "scoreText": "20 points", "size": 3, "promotionRank": 1,
        "demotionRank": None, "zone": "STAY", "message": "You are staying in Seed.", "rows": [
            {"rank": 1, "score": 30, "handle": names[0], "isMe": False, "zone": "PROMOTION"},
            {"rank": 2, "score": 20, "handle": names[1], "isMe": True, "zone": "STAY"},
            {"rank": 3, "score": 10, "handle": names[2], "isMe": False, "zone": "STAY"},
        ],
    }  # fmt: skip
    assert (own["league"]["joined"], own["league"]["displayName"]) == (True, names[1])
    assert (own["league"]["startsAt"], own["league"]["history"]) == ("2026-03-02T05:00:00Z", [])
    assert (nobody["joined"], nobody["me"], nobody["endsAt"]) == (False, None, "2026-03-09T04:00:00Z")


async def test_a_league_is_joined_and_left_by_its_handle(
    ask_storefront: Ask, engine: AsyncEngine, shop: ShopReference
) -> None:
    world = LeagueWorld(engine, shop)
    await world.found(league())
    join = """mutation ($handle: String!) { leagueOptIn(input: {handle: $handle, displayName: "Ada"}) {
        league { joined displayName me { rank } } userErrors { field code } } }"""

    joined = (await ask_storefront(join, {"handle": "weekly"}, customer_id=1)).data["leagueOptIn"]
    unknown = (await ask_storefront(join, {"handle": "a-board"}, customer_id=1)).data["leagueOptIn"]
    left = await ask_storefront(
        'mutation { leagueOptOut(input: {handle: "weekly"}) { league { joined } userErrors { code } } }', customer_id=1
    )

    assert joined == {"league": {"joined": True, "displayName": "Ada", "me": None}, "userErrors": []}
    assert unknown["userErrors"] == [{"field": ["input", "handle"], "code": "LEAGUE_NOT_FOUND"}]
    assert left.data["leagueOptOut"] == {"league": {"joined": False}, "userErrors": []}

"""The pages of the game on a real database: complete in both languages, and what merchants write is text."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.badges.definitions import BadgeDefinition, BadgeLevel
from engine.challenges.definitions import ChallengeDefinition, ChallengeStep
from engine.database import tenant_transaction
from engine.game.catalog import create_game
from engine.game.counters import Counter
from engine.game.facts import GameKind
from engine.game.windows import Each
from engine.leaderboards.definitions import Counted, LeaderboardDefinition, Prize, Segment
from engine.leagues.definitions import LeagueDefinition, LeagueStep
from engine.levels.definitions import LevelsDefinition, LevelStep
from engine.members import member_of_customer
from engine.shops import ShopReference
from engine.streaks.definitions import Milestone, StreakDefinition
from tests.support.signing import SHOP, id_token

HOSTILE = '"><img src=x onerror=alert(1)>'
ORDERS = Counter(metric="orders")
GAMES: dict[GameKind, Any] = {
    "badge": BadgeDefinition(title=HOSTILE, description=HOSTILE, counter=ORDERS, levels=(BadgeLevel(name=HOSTILE),)),
    "challenge": ChallengeDefinition(
        title=HOSTILE, description=HOSTILE, steps=(ChallengeStep(handle="one", title=HOSTILE, counter=ORDERS),)
    ),
    "streak": StreakDefinition(
        title=HOSTILE, description=HOSTILE, counter=ORDERS, milestones=(Milestone(length=3, title=HOSTILE),)
    ),
    "levels": LevelsDefinition(levels=(LevelStep(title=HOSTILE, threshold=0),)),
    "leaderboard": LeaderboardDefinition(
        title=HOSTILE, description=HOSTILE, score=Counted(counter=ORDERS),
        segments=(Segment(kind="tag", value=HOSTILE),),
    ),
    "league": LeagueDefinition(title=HOSTILE, description=HOSTILE, leagues=(LeagueStep(title=HOSTILE),)),
}  # fmt: skip
_WEEK = text("""
    INSERT INTO league_seasons (program_id, definition_id, period, version, zone, starts_at, ends_at, seed)
    VALUES (:program_id, :definition_id, '2026-11-16', 1, 'UTC', '2026-11-16T00:00:00Z', '2026-11-23T00:00:00Z', '')
""")
_SUSPICION = text("""
    INSERT INTO board_quarantines
        (program_id, quarantine_id, definition_id, member_id, reason, since, appeal, appealed_at)
    VALUES (:program_id, 1, :definition_id, :member_id, 'MANY_ORDERS', now(), 'I was buying <b>gifts</b>', now())
""")
LISTS = (
    "/game", "/game/badges", "/game/challenges", "/game/streaks", "/game/leaderboards", "/game/leagues",
    "/game/quarantine",
)  # fmt: skip
NEW = tuple(f"/game/{one}/new" for one in ("badges", "challenges", "streaks", "leaderboards", "leagues"))


async def page(client: httpx.AsyncClient, path: str, locale: str = "en", status: int = 200) -> str:
    """The page's text."""
    answer = await client.get(path, params={"shop": SHOP, "locale": locale, "id_token": id_token()})
    assert answer.status_code == status, path
    return answer.text


async def test_what_merchants_write_of_the_game_is_text_on_every_page(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    made = {}
    async with tenant_transaction(engine, shop.program_id) as connection:
        for kind, definition in GAMES.items():
            game = await create_game(connection, shop.program_id, kind, f"a-{kind}", definition, actor="staff:1")
            made[kind] = game.definition_id
        member = await member_of_customer(connection, shop.program_id, shop.shop_id, 4242)

    for path in (
        *LISTS[1:-1], "/game/levels", f"/game/badges/{made['badge']}",
        f"/game/badges/{made['badge']}/holders", f"/game/challenges/{made['challenge']}",
        f"/game/streaks/{made['streak']}", f"/game/leaderboards/{made['leaderboard']}",
        f"/game/leaderboards/{made['leaderboard']}/edit", f"/game/leagues/{made['league']}",
        f"/members/{member.member_id}",
    ):  # fmt: skip
        shown = await page(client, path)
        assert HOSTILE not in shown, path
        assert "onerror=alert(1)" in shown, path


async def test_a_shop_without_a_game_is_told_how_to_begin_and_forms_are_complete(
    client: httpx.AsyncClient, shop: ShopReference
) -> None:
    for path in (*LISTS, *NEW, "/game/levels"):
        await page(client, path)
    assert "还没有徽章" in await page(client, "/game/badges", "zh-CN")
    assert "没有需要您处理的内容" in await page(client, "/game/quarantine", "zh-CN")
    for path in (
        "/game/badges/1", "/game/challenges/1", "/game/streaks/1", "/game/leaderboards/1", "/game/leagues/1",
        "/game/leaderboards/1/edit", "/game/badges/previews/1",
        "/game/badges/1/holders", "/game/badges/99999999999999999999",
    ):  # fmt: skip
        await page(client, path, status=404)


async def test_the_lists_say_what_every_level_and_every_step_takes_and_how_often(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    levels = tuple(BadgeLevel(name=name, target=Decimal(target)) for name, target in (("Bronze", 3), ("Gold", 25)))
    steps = tuple(
        ChallengeStep(handle=name, title=name, counter=ORDERS, target=Decimal(2)) for name in ("one", "two", "three")
    )
    games: dict[GameKind, Any] = {
        "badge": BadgeDefinition(title="Regular", counter=ORDERS, levels=levels),
        "challenge": ChallengeDefinition(title="Monthly", steps=steps, period=Each(unit="month")),
        "streak": StreakDefinition(title="Weekly", counter=ORDERS, freezes_maximum=1),
        "leaderboard": LeaderboardDefinition(title="Ever", score=Counted(counter=ORDERS)),
    }
    monthly = LeaderboardDefinition(
        title="Monthly", score=Counted(counter=ORDERS), period="month", prizes=(Prize(first=1, last=3, points=200),)
    )
    async with tenant_transaction(engine, shop.program_id) as connection:
        for kind, definition in games.items():
            await create_game(connection, shop.program_id, kind, f"a-{kind}", definition, actor="staff:1")
        board = await create_game(connection, shop.program_id, "leaderboard", "monthly", monthly, actor="staff:1")

    assert "Bronze: Place 3 orders. Gold: Place 25 orders." in await page(client, "/game/badges")
    challenges = await page(client, "/game/challenges")
    assert "one: Place 2 orders. two: Place 2 orders. three: Place 2 orders." in challenges
    assert "Each month" in challenges
    assert "Up to 1 freeze forgives a missed one by itself." in await page(client, "/game/streaks")
    assert ">All time</s-badge>" in await page(client, "/game/leaderboards")
    prizes = "Places 1 to 3: 200 points each"
    assert prizes in await page(client, f"/game/leaderboards/{board.definition_id}")


async def test_a_week_is_told_by_the_monday_of_the_programs_zone_and_what_waits_on_the_first_page(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        made = {
            kind: await create_game(connection, shop.program_id, kind, f"a-{kind}", GAMES[kind], actor="staff:1")
            for kind in ("league", "leaderboard")
        }
        member = await member_of_customer(connection, shop.program_id, shop.shop_id, 4242)
        key = {"program_id": shop.program_id, "member_id": member.member_id}
        await connection.execute(_WEEK, key | {"definition_id": made["league"].definition_id})
        await connection.execute(_SUSPICION, key | {"definition_id": made["leaderboard"].definition_id})

    assert "Nov 16, 2026" in await page(client, "/game/leagues")
    assert "2026年11月16日" in await page(client, "/game/leagues", "zh-CN")
    board_page = f"/game/leaderboards/{made['leaderboard'].definition_id}"
    for path in ("/", "/game", "/game/leaderboards", board_page):
        assert "1 entry that looks like cheating waits for you" in await page(client, path)
    queue = await page(client, "/game/quarantine")
    assert f"Member {member.member_id}" in queue
    assert "I was buying &lt;b&gt;gifts&lt;/b&gt;" in queue

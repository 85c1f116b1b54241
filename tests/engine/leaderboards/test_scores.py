"""Scores by SQL are what the counters count: sums, largest, newest; caps, seasons, segments, merges, quarantine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.game.counters import Counter, changes
from engine.leaderboards.definitions import EVERYBODY, LeaderboardDefinition, Period, Season, Segment
from engine.leaderboards.periods import ALL_TIME, BoardGame, BoardPeriod
from engine.leaderboards.scores import scores_of
from engine.shops import ShopReference
from engine.tiers.activities import Activity, Step
from tests.support.boards import NEW_YORK, BoardWorld, board, points

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)


@pytest.fixture
def world(engine: AsyncEngine, shop: ShopReference) -> BoardWorld:
    return BoardWorld(engine, shop)


async def _scores(
    world: BoardWorld, game: BoardGame, segment: str = EVERYBODY, period: Period = ALL_TIME, **more: Any
) -> list[tuple[int, int, datetime]]:
    async with tenant_transaction(world.engine, world.program_id) as connection:
        one = BoardPeriod(game, game.newest, period, NEW_YORK)
        found = await scores_of(connection, world.program_id, one, segment, **more)
        return [(row.member_id, row.score, row.reached_at) for row in found]


async def test_the_sum_of_what_is_left_of_each_order_counts(world: BoardWorld) -> None:
    game = await world.open(board())
    ada, bob, eve, idle = await world.members(4)
    await world.join(game, [ada, bob, idle])
    hour = timedelta(hours=1)
    await world.did(
        (ada, points("1", NOON, 100)),
        (ada, points("2", NOON + hour, 50, 20)),
        (ada, points("3", NOON + 2 * hour, 70, 0)),  # sent back in full
        (bob, points("4", NOON - hour, 120)),
        (bob, points("5", NOON + 5 * hour, 9, source="test_order")),
        (eve, points("6", NOON, 9_999)),  # takes no part
    )
    # Ada's newest order with anything left is the second; Bob reached as much before her.
    assert await _scores(world, game) == [(bob, 120, NOON - hour), (ada, 120, NOON + hour)]
    assert await _scores(world, game, members=[ada, eve, idle]) == [(ada, 120, NOON + hour)]


@pytest.mark.parametrize(
    ("operator", "score", "hours"),
    [("increment", 130, 3), ("best", 50, 1), ("set", 30, 3)],
)
async def test_an_operator_says_which_of_several_activities_counts(
    world: BoardWorld, operator: Any, score: int, hours: int
) -> None:
    game = await world.open(board(operator=operator))
    (ada,) = await world.members(1)
    await world.join(game, [ada])
    for number, worth in enumerate([(50, 50), (50,), (30,), (80, 0)]):
        await world.did((ada, points(str(number), NOON + timedelta(hours=number + 1), *worth)))
    # The two of 50: who had it first had it then.
    assert await _scores(world, game) == [(ada, score, NOON + timedelta(hours=hours))]


async def test_no_more_than_the_cap_of_a_day_in_the_programs_zone_counts(world: BoardWorld) -> None:
    game = await world.open(board(daily_cap=100))
    (ada,) = await world.members(1)
    await world.join(game, [ada])
    before_midnight = datetime(2026, 3, 3, 4, 59, tzinfo=UTC)  # 23:59 in New York
    after_midnight = before_midnight + timedelta(minutes=2)
    await world.did(
        (ada, points("1", NOON, 70)),
        (ada, points("2", NOON + timedelta(hours=1), 70)),
        (ada, points("3", before_midnight, 70)),
        (ada, points("4", after_midnight, 15)),
        (ada, points("5", after_midnight + timedelta(hours=1), 5, 0)),
    )
    assert await _scores(world, game) == [(ada, 115, after_midnight)]


async def test_a_capped_score_was_reached_by_what_still_added_to_it(world: BoardWorld) -> None:
    game = await world.open(board(daily_cap=100))
    (ada,) = await world.members(1)
    await world.join(game, [ada])
    await world.did((ada, points("1", NOON, 100)), (ada, points("2", NOON + timedelta(hours=1), 30)))
    assert await _scores(world, game) == [(ada, 100, NOON)]


async def test_a_score_is_never_more_than_a_sorted_set_holds_exactly(world: BoardWorld) -> None:
    game = await world.open(board())
    ada, bob = await world.members(2)
    await world.join(game, [ada, bob])
    half = 2**52
    for member, first, second in ((ada, half, half), (bob, half, half - 2)):
        for number, worth in enumerate((first, second)):
            step = Step(NOON, points=worth)
            await world.did((member, Activity(1, "custom:x", f"{member}-{number}", NOON, None, (step,))))
    assert await _scores(world, game) == [(ada, 2**53 - 1, NOON), (bob, 2**53 - 2, NOON)]


async def test_a_period_holds_its_first_moment_and_not_its_last(world: BoardWorld) -> None:
    season = Season(handle="spring", starts_at=NOON, ends_at=NOON + timedelta(days=1))
    game = await world.open(board(period="custom", seasons=(season,)))
    members = await world.members(4)
    await world.join(game, members)
    moments = (NOON - timedelta(microseconds=1), NOON, season.ends_at - timedelta(microseconds=1), season.ends_at)
    for number, (member, at) in enumerate(zip(members, moments, strict=True)):
        await world.did((member, points(str(number), at, 10)))
    period = Period("spring", season.starts_at, season.ends_at)
    found = await _scores(world, game, period=period)
    assert [one[0] for one in found] == [members[1], members[2]]
    assert found[1][2] == season.ends_at - timedelta(milliseconds=1)  # in whole milliseconds, as Redis orders them


async def test_segments_hold_who_has_the_tier_or_the_tag(world: BoardWorld) -> None:
    game = await world.open(board(segments=(Segment(kind="tier", value="gold"), Segment(kind="tag", value="vip: a'b"))))
    ada, bob, eve = await world.members(3)
    await world.join(game, [ada, bob, eve])
    for number, member in enumerate((ada, bob, eve)):
        await world.did((member, points(str(number), NOON, 10 + number)))
    await world.run(
        "INSERT INTO member_tiers (program_id, member_id, version, tier, since) VALUES (:program_id, :ada, 1, 'gold', "
        "now()), (:program_id, :bob, 1, 'silver', now())", ada=ada, bob=bob,
    )  # fmt: skip
    tags = ["other", "vip: a'b"]
    await world.run("UPDATE customers SET tags = :tags WHERE program_id = :program_id AND member_id = :bob",
                    tags=tags, bob=bob)  # fmt: skip
    assert [one[0] for one in await _scores(world, game)] == [eve, bob, ada]
    assert [one[0] for one in await _scores(world, game, "tier:gold")] == [ada]
    assert [one[0] for one in await _scores(world, game, "tag:vip: a'b")] == [bob]


async def test_what_a_merged_member_did_counts_for_the_one_who_stayed(world: BoardWorld) -> None:
    game = await world.open(board())
    ada, bob = await world.members(2)
    await world.join(game, [ada, bob])
    await world.did((ada, points("1", NOON, 10)), (bob, points("2", NOON + timedelta(hours=1), 5)))
    await world.run("UPDATE members SET merged_into = :ada WHERE program_id = :program_id AND member_id = :bob",
                    ada=ada, bob=bob)  # fmt: skip
    assert await _scores(world, game) == [(ada, 15, NOON + timedelta(hours=1))]


@pytest.mark.parametrize(
    ("lifted", "decision", "shown"),
    [(False, None, False), (False, "upheld", False), (False, "cleared", True), (True, None, True)],
)
async def test_an_open_quarantine_takes_an_entry_off_that_board_alone(
    world: BoardWorld, lifted: bool, decision: str | None, shown: bool
) -> None:
    game, other = await world.open(board()), await world.open(board(), "another")
    (ada,) = await world.members(1)
    await world.join(game, [ada])
    await world.join(other, [ada])
    await world.did((ada, points("1", NOON, 10)))
    await world.run(
        "INSERT INTO board_quarantines (program_id, quarantine_id, definition_id, member_id, reason, since, decision, "
        "lifted_at) VALUES (:program_id, 1, :game, :ada, 'MANY_ORDERS', now(), :decision, "
        "CASE WHEN :lifted THEN now() END)", game=game.definition_id, ada=ada, decision=decision, lifted=lifted,
    )  # fmt: skip
    assert bool(await _scores(world, game)) is shown
    assert len(await _scores(world, other)) == 1


async def test_challenges_that_were_finished_score_while_they_are_not_revoked(world: BoardWorld) -> None:
    definition = LeaderboardDefinition(title="Quests", score={"kind": "challenge_score", "handles": ["run", "jump"]})  # type: ignore[arg-type]
    game = await world.open(definition)
    ada, bob = await world.members(2)
    await world.join(game, [ada, bob])
    rows = [(ada, "run", 30, 1, False), (ada, "jump", 20, 2, False), (ada, "swim", 99, 3, False),
            (bob, "run", 30, 4, True), (bob, "jump", 60, 5, False)]  # fmt: skip
    for number, (member, handle, score, hours, revoked) in enumerate(rows):
        await world.run(
            "INSERT INTO achievements (program_id, achievement_id, member_id, definition_id, kind, handle, level, "
            "occasion, version, earned_at, revoked_at, score) VALUES (:program_id, :number, :member, :number, "
            "'challenge', :handle, 0, '', 1, :at, CASE WHEN :revoked THEN now() END, :score)",
            number=number, member=member, handle=handle, at=NOON + timedelta(hours=hours), revoked=revoked, score=score,
        )  # fmt: skip
    assert await _scores(world, game) == [(bob, 60, NOON + timedelta(hours=5)), (ada, 50, NOON + timedelta(hours=2))]


COUNTERS = [
    Counter(metric="points"),
    Counter(metric="points", sources=("order",)),
    Counter(metric="points", sources=("order",), test_orders=True),
    Counter(metric="points", test_orders=True),
    Counter(metric="spend", currency="USD"),
    Counter(metric="orders", currency="USD", minimum_spend=Decimal(20)),
    Counter(metric="points", currency="USD", minimum_spend=Decimal(20), sources=("review",)),
    Counter(metric="reviews"),
    Counter(metric="referrals"),
    Counter(metric="events"),
    Counter(metric="events", sources=("custom:visit", "order")),
    Counter(metric="days"),
    Counter(metric="days", sources=("custom:visit",)),
]


async def test_every_counter_counts_on_a_board_as_everywhere(world: BoardWorld) -> None:
    # given a member who did a bit of everything
    (ada,) = await world.members(1)
    hours = [NOON + timedelta(hours=7 * number) for number in range(12)]
    done = [
        points("1", hours[0], 30),
        points("2", hours[1], 15),
        points("3", hours[2], 40, 10),
        points("4", hours[3], 7, 0),
        points("5", hours[4], 25, source="test_order"),
        Activity(1, "order", "6", hours[5], "EUR", (Step(hours[5], 9_000, 90, 1),)),
        Activity(1, "review", "7", hours[6], None, (Step(hours[6], points=5, reviews=1),)),
        Activity(1, "referral", "8", hours[7], None, (Step(hours[7], points=50, referrals=1),)),
        Activity(1, "custom:visit", "9", hours[8], None, (Step(hours[8]),)),
        Activity(1, "custom:visit", "10", hours[8] + timedelta(minutes=5), None, (Step(hours[8]),)),
        Activity(1, "custom:visit", "11", hours[9], None, (Step(hours[9], points=3), Step(hours[10]))),
        Activity(1, "custom:nothing", "12", hours[10], None, ()),
        points("13", hours[11], 0),
    ]
    await world.did(*((ada, one) for one in done))
    # then each board says what its counter says elsewhere
    for number, counter in enumerate(COUNTERS):
        game = await world.open(board(counter=counter), f"board-{number}")
        await world.join(game, [ada])
        expected = sum(change.delta for change in changes(counter, done, NEW_YORK))
        found = [(member, score) for member, score, _ in await _scores(world, game)]
        assert found == ([(ada, expected)] if expected else []), counter

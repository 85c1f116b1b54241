"""What comes by time alone is a number that rises at that moment, and at no other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from engine.badges.definitions import BadgeDefinition
from engine.challenges.definitions import ChallengeDefinition, ChallengeStep, Once
from engine.game.counters import Counter
from engine.game.facts import Game, GameVersion
from engine.game.passing import chosen_zone, moments_of, passed
from engine.game.windows import Between
from engine.leaderboards.definitions import Counted, LeaderboardDefinition
from engine.rules.bounds import Frozen

INSTANT = timedelta(microseconds=1)
TOKYO = ZoneInfo("Asia/Tokyo")


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _game(kind: str, definition: Frozen, *effective_from: str, archived_at: str | None = None) -> Game[Frozen]:
    versions = tuple(GameVersion(number, _utc(at), definition) for number, at in enumerate(effective_from, 1))
    return Game(1, kind, "a-game", versions, _utc(archived_at) if archived_at else None)  # type: ignore[arg-type]


STEP = ChallengeStep(handle="orders", title="Orders", counter=Counter(metric="orders"), target=Decimal(1))
ONCE = Once(starts_at=_utc("2026-05-01T10:00"), ends_at=_utc("2026-05-09T10:00"))
JUNE = Between(starts_at=_utc("2026-06-01T08:00"), ends_at=_utc("2026-06-02T08:00"))


@pytest.mark.parametrize(
    "moment",
    ["2026-04-01T00:00", "2026-05-01T10:00", "2026-05-09T10:00", "2026-05-20T07:00", "2026-07-01T09:00"],
)
def test_given_a_challenge_when_it_opens_is_over_changes_or_goes_then_the_number_rises(moment: str) -> None:
    challenge = ChallengeDefinition(title="May", steps=(STEP,), period=ONCE)
    game = _game("challenge", challenge, "2026-04-01", "2026-05-20T07:00", archived_at="2026-07-01T09:00")
    moments = moments_of([game])
    assert passed(moments, (), _utc(moment)) > passed(moments, (), _utc(moment) - INSTANT)
    assert passed(moments, (), _utc(moment) + timedelta(hours=1)) == passed(moments, (), _utc(moment))


def test_given_a_badge_for_some_days_then_they_and_its_beginning_are_told() -> None:
    badge = BadgeDefinition(title="June", counter=Counter(metric="orders"), window=JUNE)
    moments = moments_of([_game("badge", badge, "2026-05-01")])
    assert moments == (_utc("2026-05-01"), JUNE.starts_at, JUNE.ends_at)


def test_given_zones_when_a_day_of_one_of_them_ends_then_the_number_rises() -> None:
    new_york = ZoneInfo("America/New_York")
    board = LeaderboardDefinition(title="A board", score=Counted(counter=Counter(metric="points")))
    moments = moments_of([_game("leaderboard", board, "2026-01-01")])
    zones = (new_york, *chosen_zone("Asia/Tokyo"))
    changes = [
        _utc("2026-11-01") + timedelta(hours=hour)
        for hour in range(48)
        if passed(moments, zones, _utc("2026-11-01") + timedelta(hours=hour))
        > passed(moments, zones, _utc("2026-11-01") + timedelta(hours=hour) - INSTANT)
    ]
    assert [f"{at:%dT%H}" for at in changes] == ["01T04", "01T15", "02T05", "02T15"]
    assert chosen_zone(None) == ()

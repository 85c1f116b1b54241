"""What a streak can say, and what makes no sense."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from engine.game.counters import Counter
from engine.streaks.definitions import Milestone, StreakDefinition, TierFreezes


def _daily(**more: Any) -> StreakDefinition:
    return StreakDefinition(**{"title": "Days", "counter": Counter(metric="orders"), "unit": "day", **more})


def test_the_next_milestone_is_on_the_ladder_or_on_the_plateau_after_it() -> None:
    # given
    ladder = _daily(milestones=(Milestone(length=3), Milestone(length=10)), plateau_every=5, plateau_points=9)
    # then
    following = [ladder.next_milestone(length) for length in (0, 3, 9, 10, 14, 15, 9_999)]
    assert [one and (one.length, one.points) for one in following] == [
        (3, 0), (10, 0), (10, 0), (15, 9), (15, 9), (20, 9), (10_000, 9),
    ]  # fmt: skip
    assert ladder.next_milestone(10_000) is None
    assert _daily(milestones=(Milestone(length=3),)).next_milestone(3) is None
    assert _daily(plateau_every=5).next_milestone(0) == Milestone(length=5)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"milestones": (Milestone(length=3), Milestone(length=3))}, "longer than the one before"),
        ({"plateau_points": 5}, "every so many units"),
        ({"unit": "month", "quiet_units_per_year": 4}, "at most 3 months a year"),
        (
            {"freezes_by_tier": (TierFreezes(tier="gold", freezes=1), TierFreezes(tier="gold", freezes=2))},
            "named twice",
        ),
        ({"freezes_maximum": 3}, "less than or equal to 2"),
        ({"repair_hours": 49}, "less than or equal to 48"),
        ({"per_unit": Decimal("1.5")}, "whole numbers"),
    ],
)
def test_a_streak_that_makes_no_sense_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        _daily(**changes)

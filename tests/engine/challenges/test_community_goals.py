"""Goals of the whole community, and challenges that make no sense."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from engine.challenges.definitions import ChallengeDefinition, Once
from engine.game.facts import CommunityPeriod
from engine.game.windows import Each
from tests.support.challenging import ORDERS, SPEND, at, folded, joined, left, order, published, shown, spring, step


def test_a_goal_of_the_community_is_open_until_it_is_settled() -> None:
    # given three orders by all together until day 10, of which each gives two
    goal = spring(scope="community", period=Once(ends_at=at(10)), minimum_contribution=Decimal(2))
    mine = order(1, 1), order(2, 2), order(3, 12)
    reached, missed = (CommunityPeriod(7, "", 1, total, moment) for total, moment in ((9, at(10)), (1, None)))
    # then
    waiting = folded(goal, *mine, now=10.5)
    assert (waiting.contributions, waiting.earned) == (((7, "", 2),), ())
    progress = shown(waiting)
    assert (progress.state, progress.contribution) == ("open", Decimal(2))
    done = folded(goal, *mine, settled=(reached,))
    assert [(one.earned_at, one.revoked_at) for one in done.earned] == [(at(10), None)]
    assert (done.contributions, shown(done).state) == ((), "completed")
    assert shown(folded(goal, *mine, settled=(missed,))).state == "missed"
    assert folded(goal, order(1, 1), settled=(reached,)).earned == ()
    # and a refund afterwards takes it back, unless it stays by the merchant's wish
    late = order(1, 1), order(2, 2, refunded=15)
    assert [one.revoked_at for one in folded(goal, *late, settled=(reached,)).earned] == [at(15)]
    kept = goal.model_copy(update={"rollback": False})
    assert [one.revoked_at for one in folded(kept, *late, settled=(reached,)).earned] == [None]
    early = order(1, 1), order(2, 2, refunded=9)
    assert folded(kept, *early, settled=(reached,)).earned == ()
    assert folded(kept, *early, now=9.5).contributions == ((7, "", 1),)


def test_all_times_of_taking_part_add_up_for_the_community() -> None:
    # given two orders before leaving, one in between, and one after coming back
    goal = spring(scope="community", period=Each(unit="month"), join="joined")
    history = order(1, 1), order(2, 2), order(3, 5), order(4, 7), order(5, 40)
    told = joined(1), left(4), joined(6)
    # then each month has its own
    assert folded(goal, *history, told=told).contributions == ((7, "2026-03-01", 3), (7, "2026-04-01", 1))
    # and what an edit asks for in a month is what is asked for at its end
    edited = published((0, goal), (20, spring(step("spend", SPEND), scope="community", period=Each(unit="month"))))
    assert folded(edited, *history, told=told).contributions == ((7, "2026-03-01", 10_000), (7, "2026-04-01", 2_500))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"steps": ()}, "at least 1 item"),
        ({"steps": (step("same", ORDERS), step("same", ORDERS))}, "same handle"),
        ({"period": {"kind": "once", "starts_at": at(2), "ends_at": at(2)}}, "ends after it begins"),
        ({"scope": "community"}, "has an end"),
        ({"scope": "community", "steps": (step("a", ORDERS), step("b", ORDERS))}, "one step"),
        ({"hidden": True, "join": "joined"}, "nobody can join"),
        ({"scope": "community", "period": Each(unit="week"), "minimum_contribution": Decimal("0.5")}, "whole numbers"),
        ({"points": -1}, "greater than or equal to 0"),
    ],
)  # fmt: skip
def test_a_challenge_that_makes_no_sense_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        ChallengeDefinition(**{"title": "Spring", "steps": (step("orders", ORDERS),), **changes})

"""The streak that a shop starts with. It gives no points: what a program promises is the merchant's word."""

from __future__ import annotations

from engine.game.counters import Counter
from engine.streaks.definitions import Milestone, StreakDefinition


def starter_streak(test_orders: bool = False) -> tuple[str, StreakDefinition]:
    """The first streak with its handle: an order or a review each week."""
    definition = StreakDefinition(
        title="Weekly visits",
        description="Order or write a review: once a week keeps it alive.",
        counter=Counter(metric="events", sources=("order", "review"), test_orders=test_orders),
        unit="week",
        freezes_maximum=2,
        freeze_every=4,
        quiet_units_per_year=4,
        milestones=(
            Milestone(length=4, title="A month of weeks", experience=50),
            Milestone(length=13, title="A quarter of weeks", experience=150),
            Milestone(length=52, title="A year of weeks", experience=500),
        ),
    )
    return "weekly", definition

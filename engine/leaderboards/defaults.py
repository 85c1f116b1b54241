"""The leaderboards that a program starts with: points earned from orders, of all time and of the running month."""

from __future__ import annotations

from engine.game.counters import Counter
from engine.leaderboards.definitions import Counted, LeaderboardDefinition


def starter_boards(*, test_orders: bool = False) -> tuple[tuple[str, LeaderboardDefinition], ...]:
    """Handles and definitions, in the order in which they are shown; highest first, first to reach wins a tie."""
    earned = Counted(counter=Counter(metric="points", sources=("order",), test_orders=test_orders))
    return (
        (
            "points-all-time",
            LeaderboardDefinition(title="All time", description="Points earned from orders, ever.", score=earned),
        ),
        (
            "points-this-month",
            LeaderboardDefinition(
                title="This month", description="Points earned from orders since the first.", score=earned,
                period="month",
            ),
        ),
    )  # fmt: skip

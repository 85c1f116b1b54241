"""The challenge that a shop starts with. It gives no points: what a program promises is the merchant's word."""

from __future__ import annotations

from decimal import Decimal

from engine.challenges.definitions import ChallengeDefinition, ChallengeStep
from engine.game.counters import Counter


def starter_challenges(test_orders: bool = False) -> tuple[tuple[str, ChallengeDefinition], ...]:
    """The first challenges with their handles: one that shows a newcomer around."""
    orders = Counter(metric="orders", test_orders=test_orders)
    first_steps = ChallengeDefinition(
        title="First steps",
        description="Three things that make you feel at home here.",
        artwork="builtin:compass",
        steps=(
            ChallengeStep(handle="order", title="Place your first order", counter=orders),
            ChallengeStep(handle="return", title="Come back for another one", counter=orders, target=Decimal(2)),
            ChallengeStep(
                handle="points", title="Earn 300 points", counter=Counter(metric="points"), target=Decimal(300)
            ),
        ),
        experience=100,
        score=100,
    )
    return (("first-steps", first_steps),)

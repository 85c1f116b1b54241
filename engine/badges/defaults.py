"""The badges that a program starts with; a merchant changes them like any others. None of them gives points."""

from __future__ import annotations

from decimal import Decimal

from engine.badges.definitions import BadgeDefinition, BadgeLevel
from engine.game.counters import Counter
from engine.game.windows import Last

METALS = ("Bronze", "Silver", "Gold")


def starter_badges(*, test_orders: bool = False) -> tuple[tuple[str, BadgeDefinition], ...]:
    """Handles and badges, in the order in which they are shown; they count all that was ever done."""
    orders = Counter(metric="orders", test_orders=test_orders)
    points = Counter(metric="points", test_orders=test_orders)
    days = Counter(metric="days", sources=("order",), test_orders=test_orders)
    return (
        ("welcome", _badge("Welcome", "You joined.", "laurel", Counter(metric="events", sources=("sign_up",)), 1)),
        ("first-order", _badge("First order", "Your first order is paid.", "parcel", orders, 1)),
        ("regular", _badge("Regular", "You keep coming back.", "medal", orders, 3, 10, 25)),
        (
            "reviewer",
            _badge("Reviewer", "Your opinion helps others.", "review", Counter(metric="reviews"), 1, 5, 15),
        ),
        ("collector", _badge("Collector", "So many points earned with us.", "gem", points, 500, 2_000, 10_000)),
        (
            "birthday",
            _badge("Birthday", "We celebrated together.", "cake", Counter(metric="events", sources=("birthday",)), 1),
        ),
        (
            "hat-trick",
            _badge("Hat trick", "Orders on three days within a week.", "bolt", days, 3).model_copy(
                update={"window": Last(days=7), "hidden": True}
            ),
        ),
        (
            "friend-of-the-house",
            BadgeDefinition(
                title="Friend of the house",
                description="Given by our team to those who did something special.",
                artwork="builtin:heart",
                given_by_hand=True,
                levels=(BadgeLevel(experience=100),),
            ),
        ),
    )


def _badge(title: str, description: str, artwork: str, counter: Counter, *targets: int) -> BadgeDefinition:
    """A badge of one level, or of three metals; refunds take it back, and what was done before counts."""
    names = METALS if len(targets) > 1 else ("",)
    levels = tuple(
        BadgeLevel(name=name, target=Decimal(target), experience=50 * place)
        for place, (name, target) in enumerate(zip(names, targets, strict=True), 1)
    )
    return BadgeDefinition(
        title=title, description=description, artwork=f"builtin:{artwork}", counter=counter, levels=levels,
        retroactive=True,
    )  # fmt: skip

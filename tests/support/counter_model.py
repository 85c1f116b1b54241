"""What one activity counts at an instant, and where calendar units begin, by the words of their definitions alone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache

from engine.game.counters import Counter
from engine.tiers.activities import Activity


def worth_of(counter: Counter, one: Activity, at: datetime) -> int:
    """What an activity counts at an instant, by the words of `Counter`."""
    known = [step for step in sorted(one.steps, key=lambda step: step.at) if max(step.at, one.occurred_at) <= at]
    is_order = one.source in ("order", "test_order")
    name = "order" if is_order else one.source
    if not known or (one.source == "test_order" and not counter.test_orders):
        return 0
    if (counter.sources and name not in counter.sources) or counter.currency not in (None, one.currency):
        return 0
    step = known[-1]
    if counter.minimum_spend is not None:
        least = counter.model_copy(update={"metric": "spend"}).units(counter.minimum_spend)
        if not is_order or step.spend_minor < least:
            return 0
    if counter.metric not in ("events", "days"):
        return int(getattr(step, "spend_minor" if counter.metric == "spend" else counter.metric))
    worths = [(s.spend_minor, s.points, s.orders, s.reviews, s.referrals) != (0, 0, 0, 0, 0) for s in one.steps]
    now = (step.spend_minor, step.points, step.orders, step.reviews, step.referrals) != (0, 0, 0, 0, 0)
    return int(now or (bool(counter.sources) and not is_order and not any(worths)))


@cache
def first_day_of(unit: str, day: date) -> str:
    """The first day of the calendar unit that a day is in, found by going back day by day."""
    while not _begins(unit, day):
        day -= timedelta(days=1)
    return day.isoformat()


def _begins(unit: str, day: date) -> bool:
    begins = {
        "day": True, "week": day.weekday() == 0, "month": day.day == 1,
        "quarter": day.day == 1 and day.month in (1, 4, 7, 10), "year": (day.month, day.day) == (1, 1),
    }  # fmt: skip
    return begins[unit]

"""Activities as rows of changes: what each step of each of them adds to every metric, in the order of time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from operator import itemgetter
from typing import Any

from engine.tiers.activities import TEST_ORDER, Activity, Step

ORDER = "order"
Row = tuple[Any, ...]
"""at, occurred_at, day, source (test orders are orders), whether it is a test order, currency; then as `_COLUMNS`."""
SOURCE, IS_TEST, CURRENCY, _FIRST = 3, 4, 5, 6
_COLUMNS = ("spend", "points", "orders", "reviews", "referrals", "events", "events named")
_PLACES = {name: place for place, name in enumerate(_COLUMNS, _FIRST)}


def index_of(metric: str, *, named: bool) -> int:
    """Where a row has a metric; days are made out of events, of which more count where sources are named."""
    if metric in ("days", "events"):
        return _PLACES["events named" if named else "events"]
    return _PLACES[metric]


def rows_of(known: Iterable[tuple[Activity, date]]) -> list[Row]:
    """The changes of all metrics that activities, each with its day, make; those of one instant in the order given."""
    rows: list[Row] = []
    for one, day in known:
        is_test = one.source == TEST_ORDER
        source = ORDER if is_test else one.source
        steps = one.steps if len(one.steps) == 1 else tuple(sorted(one.steps, key=_step_at))
        worthless = source != ORDER and not any(_is_worth(step) for step in steps)
        before: tuple[int, ...] | None = None
        for step in steps:
            event = int(_is_worth(step))
            worth = (
                step.spend_minor, step.points, step.orders, step.reviews, step.referrals, event,
                1 if worthless else event,
            )  # fmt: skip
            change = worth if before is None else tuple(new - old for new, old in zip(worth, before, strict=True))
            at = step.at if step.at > one.occurred_at else one.occurred_at
            rows.append((at, one.occurred_at, day, source, is_test, one.currency, *change))
            before = worth
    rows.sort(key=itemgetter(0))
    return rows


def large_orders(known: Iterable[tuple[Activity, date]], least_minor: int) -> list[tuple[Activity, date]]:
    """Orders only, each worth nothing while its spend is less than that."""
    found: list[tuple[Activity, date]] = []
    for one, day in known:
        if one.source in (ORDER, TEST_ORDER):
            large = one
            if any(step.spend_minor < least_minor for step in one.steps):
                steps = tuple(step if step.spend_minor >= least_minor else Step(step.at) for step in one.steps)
                large = replace(one, steps=steps)
            found.append((large, day))
    return found


def _is_worth(step: Step) -> bool:
    return bool(step.spend_minor or step.points or step.orders or step.reviews or step.referrals)


def _step_at(step: Step) -> Any:
    return step.at

"""What looks like cheating: too much in too short a time, and too much sent back.

Pure: the same activities give the same signals, in whatever order they arrived. A signal proves nothing. It takes an
entry out of sight until a person has looked, so each says by which numbers it was found.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from engine.rules.bounds import Frozen
from engine.tiers.activities import ORDER, TEST_ORDER, Activity

Reason = Literal["MANY_ORDERS", "MANY_EVENTS", "MANY_RETURNS"]
REASONS: tuple[Reason, ...] = get_args(Reason)
HOUR = timedelta(hours=1)
_WHOLE = 10_000
"""A share of all of an order, in hundredths of a percent."""

Limit = Annotated[int, Field(ge=1, le=10_000)]


class QuarantineRules(Frozen):
    """From when on an entry looks like cheating; what is left out is not looked at.

    - `orders_per_hour`, `events_per_hour`: how many orders, or other events, are plausible within any 60 minutes;
    - `returns_percent`: how much of what was bought is sent back at least, once there are `minimum_orders` orders; an
      order of which half is refunded counts by half, whatever its currency.

    Only what happened in the last `look_back_days` counts, so that everything is over some day.
    """

    orders_per_hour: Limit | None = None
    events_per_hour: Limit | None = None
    returns_percent: Annotated[int, Field(ge=1, le=100)] | None = None
    minimum_orders: Limit = 5
    look_back_days: Annotated[int, Field(ge=1, le=366)] = 90
    test_orders: bool = False

    @model_validator(mode="after")
    def _looks_at_something(self) -> Self:
        if self.orders_per_hour is None and self.events_per_hour is None and self.returns_percent is None:
            raise ValueError("does not say what looks like cheating")
        return self


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that looks like cheating, from `since` on; the evidence are numbers and moments, nobody's name."""

    reason: Reason
    since: datetime
    evidence: dict[str, int | str] = field(default_factory=dict)


def signals(
    rules: QuarantineRules, activities: Iterable[Activity], now: datetime,
    cleared: Mapping[str, datetime] | None = None,
) -> tuple[Signal, ...]:  # fmt: skip
    """What looks like cheating at a moment, at most one signal for each reason.

    `cleared` says by reason until when a person has looked at everything and found nothing wrong.
    """
    since = now - timedelta(days=rules.look_back_days)
    recent = sorted(
        (one for one in activities if since < one.occurred_at <= now),
        key=lambda one: (one.occurred_at, one.shop_id, one.source, one.source_id),
    )
    orders = [one for one in recent if one.source == ORDER or (rules.test_orders and one.source == TEST_ORDER)]
    events = [one for one in recent if one.source not in (ORDER, TEST_ORDER)]
    seen = cleared or {}
    found = (
        _crowd("MANY_ORDERS", rules.orders_per_hour, _after(orders, seen.get("MANY_ORDERS"))),
        _crowd("MANY_EVENTS", rules.events_per_hour, _after(events, seen.get("MANY_EVENTS"))),
        _returns(rules, _after(orders, seen.get("MANY_RETURNS")), now),
    )
    return tuple(one for one in found if one is not None)


def _after(activities: list[Activity], looked_at: datetime | None) -> list[Activity]:
    return activities if looked_at is None else [one for one in activities if one.occurred_at > looked_at]


def _crowd(reason: Reason, limit: int | None, activities: list[Activity]) -> Signal | None:
    """More than so many within an hour; the evidence is the worst hour, `since` the first one over the limit."""
    if limit is None:
        return None
    hour: deque[datetime] = deque()
    since, most, began, ended = None, 0, None, None
    for one in activities:
        hour.append(one.occurred_at)
        while hour[0] <= one.occurred_at - HOUR:
            hour.popleft()
        if len(hour) > limit:
            since = since or one.occurred_at
        if len(hour) > most:
            most, began, ended = len(hour), hour[0], one.occurred_at
    if since is None or began is None or ended is None:
        return None
    return Signal(reason, since, {"count": most, "limit": limit, "from": _text(began), "to": _text(ended)})


def _returns(rules: QuarantineRules, orders: list[Activity], now: datetime) -> Signal | None:
    """So much sent back of so many orders; `since` is when it last became so much."""
    if rules.returns_percent is None:
        return None
    moves: list[tuple[datetime, int, int]] = []
    for one in orders:
        worth = [(max(step.at, one.occurred_at), step.spend_minor) for step in one.steps if step.at <= now]
        first = next((spend for _, spend in worth if spend > 0), 0)
        if first == 0:
            continue
        moves.append((one.occurred_at, 1, 0))
        known = 0
        for at, spend in worth:
            returned = max(0, first - spend) * _WHOLE // first
            if returned != known:
                moves.append((at, 0, returned - known))
                known = returned
    return _ratio(rules.returns_percent, rules.minimum_orders, sorted(moves))


def _ratio(percent: int, minimum: int, moves: list[tuple[datetime, int, int]]) -> Signal | None:
    since, count, returned = None, 0, 0
    for position, (at, more, share) in enumerate(moves):
        count, returned = count + more, returned + share
        if position + 1 < len(moves) and moves[position + 1][0] == at:
            continue  # what happens at one moment is one change
        too_much = count >= minimum and returned * 100 >= percent * _WHOLE * count
        since = (since or at) if too_much else None
    if since is None:
        return None
    return Signal(
        "MANY_RETURNS", since, {"orders": count, "percent": returned * 100 // (_WHOLE * count), "limit": percent}
    )


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()

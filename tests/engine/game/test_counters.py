"""What counts, and when: by example, and against every activity asked anew at every instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from engine.game.counters import Counter, CounterMetric, Counting, by_day, changes
from engine.tiers.activities import Activity, Step
from tests.support.counter_model import worth_of

NEW_YORK = ZoneInfo("America/New_York")
NOON = datetime(2026, 6, 1, 16, tzinfo=UTC)


def _at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def _order(number: int, hours: float, *spends: tuple[float, int], source: str = "order") -> Activity:
    """An order with its spend in cents from each of some moments on."""
    steps = tuple(Step(_at(at), spend, spend // 100, int(spend > 0)) for at, spend in spends)
    return Activity(1, source, str(number), _at(hours), "USD", steps)


def _told(counter: Counter, *activities: Activity) -> list[tuple[datetime, date, int]]:
    return [(one.at, one.day, one.delta) for one in changes(counter, activities, NEW_YORK)]


def test_a_refund_is_a_negative_change_on_the_day_of_its_order() -> None:
    order = _order(1, 0, (0, 2_500), (30, 1_000), (60, 0))
    first = date(2026, 6, 1)
    spend = Counter(metric="spend", currency="USD")
    assert _told(spend, order) == [(_at(0), first, 2_500), (_at(30), first, -1_500), (_at(60), first, -1_000)]
    assert _told(Counter(metric="orders"), order) == [(_at(0), first, 1), (_at(60), first, -1)]
    assert _told(Counter(metric="spend", currency="EUR"), order) == []


def test_an_order_counts_while_it_is_worth_at_least_so_much() -> None:
    counter = Counter(metric="orders", minimum_spend=Decimal("20.00"), currency="USD")
    large, small = _order(1, 0, (0, 2_500), (30, 1_999)), _order(2, 5, (5, 1_999))
    assert [(at, delta) for at, _, delta in _told(counter, large, small)] == [(_at(0), 1), (_at(30), -1)]


def test_orders_to_try_the_shop_out_are_orders_where_that_is_said() -> None:
    tried = _order(1, 0, (0, 2_500), source="test_order")
    assert _told(Counter(metric="orders", sources=("order",)), tried) == []
    assert len(_told(Counter(metric="orders", sources=("order",), test_orders=True), tried)) == 1


def test_an_event_that_is_worth_nothing_counts_where_it_is_named_and_one_that_lost_its_worth_does_not() -> None:
    visit = Activity(1, "custom:visit", "1", _at(0), None, (Step(_at(0)),))
    review = Activity(1, "review", "1", _at(0), None, (Step(_at(0), reviews=1), Step(_at(9))))
    refunded = _order(1, 1, (1, 500), (8, 0))
    assert _told(Counter(metric="events"), visit) == []
    named = Counter(metric="events", sources=("custom:visit", "review", "order"))
    assert [delta for _, _, delta in _told(named, visit, review, refunded)] == [1, 1, 1, -1, -1]


def test_days_are_those_of_the_zone_and_one_counts_while_anything_of_it_does() -> None:
    late, night, early = _order(1, 10, (10, 500), (99, 0)), _order(2, 11.5, (11.5, 500)), _order(3, 12, (12, 500))
    days = _told(Counter(metric="days"), late, night, early)  # hour 12 is midnight in New York
    assert days == [(_at(10), date(2026, 6, 1), 1), (_at(12), date(2026, 6, 2), 1)]
    both_refunded = _order(2, 11.5, (11.5, 500), (120, 0))
    assert _told(Counter(metric="days"), late, both_refunded)[-1] == (_at(120), date(2026, 6, 1), -1)


def test_given_only_a_part_of_a_day_then_what_was_done_in_it_makes_the_day() -> None:
    orders = [_order(number, hours, (hours, 500)) for number, hours in enumerate((0, 5, 6, 30))]
    counting = Counting(orders, NEW_YORK)
    days = Counter(metric="days")
    assert [change.at for change in counting.counted(days, _at(99), since=_at(1))] == [_at(5), _at(30)]
    assert [change.at for change in counting.counted(days, _at(99), _at(1), _at(30))] == [_at(5)]
    assert [change.at for change in counting.counted(days, _at(29))] == [_at(0)]
    assert [change.at for change in counting.counted(days, _at(99), before=_at(30))] == [_at(0)]
    assert [change.at for change in by_day(counting.events(days))] == [_at(0), _at(30)]


def test_what_is_known_to_come_later_is_told() -> None:
    counting = Counting([_order(1, 0, (0, 500), (50, 0)), _order(2, 80, (80, 500))], NEW_YORK)
    assert [counting.next_at(_at(hours)) for hours in (-1, 0, 50, 80)] == [_at(0), _at(50), _at(80), None]


@pytest.mark.parametrize(
    "wrong",
    [
        {"metric": "spend"},
        {"metric": "orders", "currency": "USD"},
        {"metric": "orders", "minimum_spend": "5"},
        {"metric": "orders", "minimum_spend": "5.001", "currency": "USD"},
        {"metric": "orders", "minimum_spend": "99999999999999999999", "currency": "USD"},
        {"metric": "orders", "minimum_spend": "1E+999999", "currency": "USD"},
        {"metric": "orders", "minimum_spend": "NaN", "currency": "USD"},
        {"metric": "orders", "sources": ["test_order"]},
        {"metric": "luck"},
    ],
)
def test_what_cannot_be_counted_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Counter.model_validate(wrong)


def test_amounts_are_counted_in_the_smallest_unit_of_the_currency() -> None:
    yen, dinar = Counter(metric="spend", currency="JPY"), Counter(metric="spend", currency="KWD")
    assert (yen.units(Decimal(500)), dinar.units(Decimal("1.005"))) == (500, 1_005)
    assert dinar.amount(1_005) == Decimal("1.005")
    with pytest.raises(ValueError, match="whole numbers"):
        Counter(metric="orders").units(Decimal("1.5"))


_hours = st.integers(0, 60)
_activities = st.builds(
    lambda number, source, hours, spends, currency: Activity(
        1, source, str(number), _at(hours), currency,
        tuple(Step(_at(at), spend, points, int(spend > 0), *rest) for at, spend, points, rest in spends),
    ),
    st.integers(1, 10**9), st.sampled_from(["order", "order", "test_order", "review", "custom:visit"]), _hours,
    st.lists(
        st.tuples(
            _hours, st.sampled_from([0, 0, 1_900, 2_500]), st.integers(0, 2),
            st.tuples(st.integers(0, 1), st.integers(0, 1)),
        ),
        min_size=1, max_size=3,
    ).map(lambda steps: sorted(steps, key=lambda step: step[0])),
    st.sampled_from(["USD", "EUR"]),
)  # fmt: skip
_metrics: list[CounterMetric] = ["spend", "points", "orders", "reviews", "referrals", "events", "days"]


@st.composite
def _counters(draw: st.DrawFn) -> Counter:
    metric, least = draw(st.sampled_from(_metrics)), draw(st.sampled_from([None, Decimal(20)]))
    return Counter(
        metric=metric,
        currency="USD" if metric == "spend" or least is not None else None,
        sources=draw(st.sampled_from([(), ("order",), ("custom:visit", "review")])),
        minimum_spend=least,
        test_orders=draw(st.booleans()),
    )


@settings(max_examples=100, deadline=None)
@given(_counters(), st.lists(_activities, max_size=6, unique_by=lambda one: one.source_id))
def test_at_every_instant_the_changes_so_far_are_what_counts_then(counter: Counter, did: list[Activity]) -> None:
    found = changes(counter, did, NEW_YORK)
    assert found == changes(counter, reversed(did), NEW_YORK)
    assert [one.at for one in found] == sorted(one.at for one in found)
    for hour in range(0, 62, 3):
        worths = [(one, worth_of(counter, one, _at(hour))) for one in did]
        days = {one.occurred_at.astimezone(NEW_YORK).date() for one, worth in worths if worth}
        expected = len(days) if counter.metric == "days" else sum(worth for _, worth in worths)
        assert sum(one.delta for one in found if one.at <= _at(hour)) == expected

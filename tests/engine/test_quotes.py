"""What a reward would give, worked out by hand: prices, sliders, caps, and everything that may be in the way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.rewards.definitions import (
    AmountOff,
    CombinesWith,
    FixedCost,
    FreeShipping,
    GiftCard,
    MemberLimit,
    RewardDefinition,
    SliderCost,
    StoreCredit,
)
from engine.rewards.quoting import Offer, Quote, Standing, fixed_value, quote_offer

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
FIVE_OFF: dict[str, Any] = {"cost": FixedCost(points=500), "value": AmountOff(amounts={"USD": 500, "EUR": 450})}


def offer(stock_left: int | None = None, archived: bool = False, had: int = 0, **given: Any) -> Offer:
    return Offer(RewardDefinition(title="A reward", **(FIVE_OFF | given)), stock_left, archived, had)


def slider(**given: Any) -> Offer:
    cost: dict[str, Any] = {"step": 100, "value_per_step": {"USD": 50}, "minimum_points": 200}
    return offer(cost=SliderCost(**(cost | given)), value=AmountOff())


def quoted(one: Offer, available: int | None = 1_000, currency: str = "USD", **asked: int) -> Quote:
    standing = None if available is None else Standing(available)
    return quote_offer(one, standing, currency, NOW, **asked)


def why(one: Quote) -> list[tuple[str, dict[str, object]]]:
    return [(str(reason.code), dict(reason.details)) for reason in one.reasons]


def test_a_fixed_price_that_can_be_paid() -> None:
    combines = CombinesWith(order=True)
    found = quoted(offer(combines_with=combines), 500)

    assert found == Quote(500, 500, "USD", True, (), None, combines, 500, 500, 500)
    assert quoted(offer(), 500, points=500).allowed
    assert quoted(offer(), 500, "EUR").value_minor == 450


def test_a_fixed_price_that_cannot_be_paid_says_how_much_is_missing() -> None:
    found = quoted(offer(), 499)

    assert (found.points, found.maximum_points, found.binding_cap, found.allowed) == (500, 0, "BALANCE", False)
    assert why(found) == [("NOT_ENOUGH_POINTS", {"needed": 500, "available": 499, "missing": 1})]


@pytest.mark.parametrize("asked", [499, 501, 0])
def test_a_fixed_price_is_paid_exactly(asked: int) -> None:
    found = quoted(offer(), points=asked)

    assert why(found) == [("INVALID_POINTS", {"minimum": 500, "maximum": 500, "step": 500})]
    assert (found.points, found.maximum_points, found.binding_cap) == (500, 500, None)
    assert [code for code, _ in why(quoted(offer(), 10, points=asked))] == ["INVALID_POINTS", "NOT_ENOUGH_POINTS"]


def test_who_is_signed_out_sees_the_price() -> None:
    found = quoted(offer(), None)

    assert (found.points, found.maximum_points, found.value_minor, found.binding_cap) == (500, 500, 500, None)
    assert (why(found), found.allowed) == ([("SIGNED_OUT", {})], False)
    assert [code for code, _ in why(quoted(offer(), None, points=3))] == ["SIGNED_OUT", "INVALID_POINTS"]


@pytest.mark.parametrize(
    ("value", "minor"),
    [
        (AmountOff(amounts={"USD": 500}), 500),
        (StoreCredit(amounts={"USD": 700}), 700),
        (GiftCard(amounts={"USD": 900}), 900),
        (AmountOff(amounts={"EUR": 500}), 0),
        (FreeShipping(), None),
    ],
)
def test_what_a_fixed_price_is_worth(value: Any, minor: int | None) -> None:
    assert fixed_value(offer(value=value).definition, "USD") == minor
    assert fixed_value(slider().definition, "USD") is None


@pytest.mark.parametrize(
    ("available", "asked", "points", "value", "most", "cap"),
    [
        (1_000, None, 1_000, 500, 1_000, "BALANCE"),
        (1_099, None, 1_000, 500, 1_000, "BALANCE"),
        (1_000, 300, 300, 150, 1_000, None),
        (1_000, 1_000, 1_000, 500, 1_000, None),
        (1_000, 1_100, 1_000, 500, 1_000, "BALANCE"),
        (200, 200, 200, 100, 200, None),
    ],
)
def test_a_slider_gives_as_much_as_is_asked_and_can_be_paid(
    available: int, asked: int | None, points: int, value: int, most: int, cap: str | None
) -> None:
    found = quote_offer(slider(), Standing(available), "USD", NOW, points=asked)

    assert (found.points, found.value_minor, found.maximum_points) == (points, value, most)
    assert (found.binding_cap, found.reasons, found.minimum_points, found.step) == (cap, (), 200, 100)


@pytest.mark.parametrize(
    ("given", "subtotal", "points", "cap"),
    [
        ({"maximum_points": 600}, None, 600, "MAXIMUM_POINTS"),
        ({"maximum_money": {"USD": 299}}, None, 500, "MAXIMUM_MONEY"),
        ({"maximum_money": {"USD": 300}}, None, 600, "MAXIMUM_MONEY"),
        ({"maximum_money": {"EUR": 300}}, None, 1_000, "BALANCE"),
        ({"maximum_subtotal_percent": 50}, 799, 700, "SUBTOTAL_SHARE"),
        ({"maximum_subtotal_percent": 50}, 800, 800, "SUBTOTAL_SHARE"),
        ({"maximum_subtotal_percent": 50}, None, 1_000, "BALANCE"),
        ({}, 349, 600, "SUBTOTAL"),
        ({"minimum_payable": {"USD": 100}}, 399, 500, "SUBTOTAL"),
        ({"minimum_payable": {"EUR": 100}}, 399, 700, "SUBTOTAL"),
        ({"maximum_points": 1_000}, 500, 1_000, "BALANCE"),
        ({"maximum_points": 700}, 10_000, 700, "MAXIMUM_POINTS"),
    ],
)
def test_a_slider_is_bounded_by_the_tightest_cap(
    given: dict[str, Any], subtotal: int | None, points: int, cap: str
) -> None:
    found = quote_offer(slider(**given), Standing(1_000), "USD", NOW, subtotal_minor=subtotal)

    assert (found.points, found.maximum_points, found.value_minor) == (points, points, points // 100 * 50)
    assert {type(found.points), type(found.maximum_points), type(found.value_minor)} == {int}
    assert (found.binding_cap, found.reasons) == (cap, ())


@pytest.mark.parametrize(("asked", "taken"), [(150, 100), (100, 100), (-50, 0), (250, 200), (1_950, 1_000)])
def test_what_is_no_whole_step_or_too_little_is_told(asked: int, taken: int) -> None:
    found = quoted(slider(), points=asked)

    assert why(found) == [("INVALID_POINTS", {"minimum": 200, "step": 100})]
    assert (found.points, found.maximum_points, found.binding_cap) == (taken, 1_000, None)
    bounded = quoted(slider(maximum_points=900), points=asked)
    assert why(bounded) == [("INVALID_POINTS", {"minimum": 200, "step": 100, "maximum": 900})]


def test_the_smallest_steps_are_counted_from_nothing() -> None:
    cents = slider(step=1, value_per_step={"USD": 1}, minimum_points=1)

    assert quoted(cents, points=0).points == 0
    empty = quoted(cents, subtotal_minor=0)
    assert (empty.points, empty.maximum_points, empty.binding_cap) == (1, 0, "SUBTOTAL")


def test_a_slider_for_nobody_tells_its_smallest_price_or_what_is_asked() -> None:
    assert (quoted(slider(), None).points, quoted(slider(), None).maximum_points) == (200, 200)
    asked = quoted(slider(), None, points=400)
    assert (asked.points, asked.value_minor, asked.maximum_points) == (400, 200, 400)
    odd = quoted(slider(), None, points=450)
    assert (odd.points, odd.maximum_points) == (400, 400)
    assert [code for code, _ in why(odd)] == ["SIGNED_OUT", "INVALID_POINTS"]


@pytest.mark.parametrize(
    ("given", "available", "subtotal", "most", "cap", "reason"),
    [
        ({}, 199, None, 100, "BALANCE", ("NOT_ENOUGH_POINTS", {"needed": 200, "available": 199, "missing": 1})),
        ({}, 900, 99, 100, "SUBTOTAL", ("BELOW_MINIMUM_SUBTOTAL", {"minimum_minor": 100, "currency": "USD"})),
        (
            {"minimum_payable": {"USD": 30}}, 900, 110, 100, "SUBTOTAL",
            ("BELOW_MINIMUM_SUBTOTAL", {"minimum_minor": 130, "currency": "USD"}),
        ),
        (
            {"minimum_payable": {"USD": 30}, "maximum_subtotal_percent": 100}, 900, 110, 100, "SUBTOTAL",
            ("BELOW_MINIMUM_SUBTOTAL", {"minimum_minor": 130, "currency": "USD"}),
        ),
        (
            {"minimum_payable": {"USD": 300}}, 900, 110, 0, "SUBTOTAL",
            ("BELOW_MINIMUM_SUBTOTAL", {"minimum_minor": 400, "currency": "USD"}),
        ),
        (
            {"maximum_subtotal_percent": 30}, 900, 200, 100, "SUBTOTAL_SHARE",
            ("BELOW_MINIMUM_SUBTOTAL", {"minimum_minor": 334, "currency": "USD"}),
        ),
        ({"maximum_money": {"USD": 50}}, 900, None, 100, "MAXIMUM_MONEY",
         ("INVALID_POINTS", {"minimum": 200, "step": 100})),
    ],
)  # fmt: skip
def test_a_slider_that_reaches_not_even_its_smallest_price_says_why(
    given: dict[str, Any], available: int, subtotal: int | None, most: int, cap: str, reason: tuple[str, object]
) -> None:
    found = quote_offer(slider(**given), Standing(available), "USD", NOW, subtotal_minor=subtotal)

    assert (found.points, found.value_minor, found.maximum_points) == (200, 100, most)
    assert {type(value) for reason in found.reasons for value in reason.details.values()} <= {int, str}
    assert (why(found), found.binding_cap, found.allowed) == ([reason], cap, False)


def test_a_currency_without_a_price_is_not_offered() -> None:
    assert why(quoted(offer(), currency="GBP")) == [("CURRENCY_NOT_OFFERED", {"currency": "GBP"})]
    assert why(quoted(slider(), currency="GBP", subtotal_minor=1)) == [("CURRENCY_NOT_OFFERED", {"currency": "GBP"})]
    assert quoted(slider(), currency="GBP").value_minor == 0
    assert why(quoted(offer(value=FreeShipping()), currency="GBP")) == []


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ({"starts_at": NOW}, []),
        ({"starts_at": NOW + timedelta(seconds=1)}, ["NOT_STARTED"]),
        ({"ends_at": NOW + timedelta(seconds=1)}, []),
        ({"ends_at": NOW}, ["ENDED"]),
        ({"archived": True}, ["ARCHIVED"]),
        ({"stock_left": 1}, []),
        ({"stock_left": 0}, ["OUT_OF_STOCK"]),
        ({"tiers": ("gold",)}, ["TIER_LOCKED"]),
        ({"customer_tags": ("vip",)}, ["SEGMENT_LOCKED"]),
        ({"limit": MemberLimit(count=2), "had": 1}, []),
        ({"limit": MemberLimit(count=2), "had": 2}, ["LIMIT_REACHED"]),
    ],
)
def test_what_locks_a_reward(given: dict[str, Any], codes: list[str]) -> None:
    assert [code for code, _ in why(quoted(offer(**given)))] == codes


def test_locks_tell_what_they_are_about_in_their_order() -> None:
    moment = NOW + timedelta(days=1)
    locked = offer(
        0, True, 3, starts_at=moment, tiers=("gold", "black"), customer_tags=("vip", "staff"),
        limit=MemberLimit(count=3, period="month"),
    )  # fmt: skip

    assert why(quoted(locked, currency="GBP")) == [
        ("ARCHIVED", {}),
        ("NOT_STARTED", {"starts_at": moment.isoformat()}),
        ("CURRENCY_NOT_OFFERED", {"currency": "GBP"}),
        ("TIER_LOCKED", {"tiers": "gold,black"}),
        ("SEGMENT_LOCKED", {"tags": "vip,staff"}),
        ("LIMIT_REACHED", {"limit": 3, "period": "month"}),
        ("OUT_OF_STOCK", {}),
    ]
    assert why(quoted(offer(ends_at=NOW)))[0][1] == {"ends_at": NOW.isoformat()}


def test_who_has_the_tier_or_one_of_the_tags_is_not_locked_out() -> None:
    locked = offer(tiers=("gold",), customer_tags=("vip", "staff"))

    assert quote_offer(locked, Standing(500, frozenset({"staff", "other"}), "gold"), "USD", NOW).allowed


@pytest.mark.parametrize(("subtotal", "codes"), [(None, []), (2_000, []), (1_999, ["BELOW_MINIMUM_SUBTOTAL"])])
def test_a_cart_must_reach_the_minimum(subtotal: int | None, codes: list[str]) -> None:
    asking = offer(minimum_subtotal={"USD": 2_000})
    found = quote_offer(asking, Standing(500), "USD", NOW, subtotal_minor=subtotal)

    assert [code for code, _ in why(found)] == codes
    assert not codes or why(found)[0][1] == {"minimum_minor": 2_000, "currency": "USD"}
    assert quote_offer(asking, Standing(500), "EUR", NOW, subtotal_minor=1).allowed

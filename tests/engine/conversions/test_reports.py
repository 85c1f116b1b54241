"""What is a report, what is none, and what it is worth: pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conversions.attribution import Touch, attribute
from engine.conversions.dues import CurrencyNotAccepted, Worth, after_refunds, minor_at_most, worth_of
from engine.conversions.reports import ReportInvalid, body_hash, body_of, parse_report, report_of_body
from engine.money import Money, MoneyError
from engine.offers.definitions import OfferDefinition
from engine.partners.definitions import AgreementDefinition, Attribution
from tests.support.trading import AGREED, TEN_A_DOLLAR

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
BOUGHT = {
    "kind": "purchase", "report_id": "p-1", "order": "#1001", "occurred_at": "2027-03-01T12:00:00Z", "amount": "20.00",
    "currency": "USD", "member": "ABCD-EFGH",
}  # fmt: skip
BACK = {"kind": "refund", "report_id": "r-1", "order": "#1001", "occurred_at": "2027-03-01T12:00:00Z"}


def test_two_spellings_of_one_report_are_the_same() -> None:
    plain = parse_report(BOUGHT)
    other = parse_report({
        **BOUGHT, "amount": "20.0", "occurred_at": "2027-03-01 07:00:00.000-05:00", "order": " #1001 ",
        "member": "ABCD- EFGH", "code": None, "click": "",
    })  # fmt: skip
    assert body_hash(plain) == body_hash(other)
    assert report_of_body(orjson.loads(orjson.dumps(body_of(plain)))) == plain
    assert body_hash(parse_report({**BACK, "amount": "5.50"})) == body_hash(parse_report({**BACK, "amount": "5.5"}))
    assert body_hash(parse_report(BACK)) != body_hash(parse_report({**BACK, "amount": "20"}))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"kind": "gift"}, "kind"), ({"kind": ["purchase"]}, "kind"), ({"report_id": ""}, "report_id"),
        ({"report_id": "a b"}, "report_id"), ({"report_id": "x" * 101}, "report_id"), ({"report_id": 7}, "report_id"),
        ({"order": " "}, "order"), ({"order": "a\u0000b"}, "order"), ({"order": "x" * 101}, "order"),
        ({"order": 1001}, "order"), ({"occurred_at": "2027-03-01T12:00:00"}, "occurred_at"),
        ({"occurred_at": "2027-02-30T12:00:00Z"}, "occurred_at"),
        ({"occurred_at": "1970-01-01T00:00:00Z"}, "occurred_at"),
        ({"occurred_at": "9999-12-31T23:59:59-01:00"}, "occurred_at"), ({"occurred_at": 1_800_000_000}, "occurred_at"),
        ({"amount": 20.0}, "amount"), ({"amount": "-1"}, "amount"), ({"amount": "1e3"}, "amount"),
        ({"amount": "NaN"}, "amount"), ({"amount": "20.001"}, "amount"), ({"amount": "٢٠"}, "amount"),
        ({"amount": "9" * 15 + ".00"}, "amount"), ({"amount": None}, "amount"), ({"currency": "XXQ"}, "currency"),
        ({"currency": "usd"}, "currency"), ({"currency": None}, "currency"), ({"member": None}, "member"),
        ({"member": "x" * 65}, "member"), ({"code": "naïve"}, "code"), ({"click": {"id": 1}}, "click"),
        ({"customer": "Ada"}, "report"), ({"id": 1}, "report"),
    ],
)  # fmt: skip
def test_what_is_no_report_names_the_field_to_blame(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(ReportInvalid) as invalid:
        parse_report({**BOUGHT, **changed})
    assert (invalid.value.code, invalid.value.field) == ("REPORT_INVALID", field)


@pytest.mark.parametrize("document", [None, [], "report", 7, {}, {**BACK, "amount": "0"}, {**BACK, "member": "A"}])
def test_other_documents_are_refused(document: object) -> None:
    with pytest.raises(ReportInvalid):
        parse_report(document)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)))
def test_anything_in_a_field_makes_a_report_that_reads_back_or_a_refusal(anything: object) -> None:
    for name in (*BOUGHT, "code", "click"):
        blamed, found = name, None
        try:
            found = parse_report({**BOUGHT, name: anything})
        except ReportInvalid as refusal:
            blamed = refusal.field
        assert blamed == name
        assert found is None or report_of_body(orjson.loads(orjson.dumps(body_of(found)))) == found


def test_a_code_goes_before_clicks_and_a_number_stands_behind_them() -> None:
    code, number = Touch("code", 1, NOON), Touch("number", 2, NOON - timedelta(days=400))
    clicks = [
        Touch("click", claim, NOON - timedelta(days=days), f"c{claim}") for claim, days in ((3, 30), (4, 2), (5, 31))
    ]

    def won(rule: Attribution, **given: Any) -> int | None:
        touch = attribute(rule, NOON, **{"code": None, "clicks": [], "numbers": [], **given})
        return None if touch is None else touch.claim_id

    everything: dict[str, Any] = {"code": code, "clicks": clicks, "numbers": [number]}
    assert won(Attribution(), **everything) == 1
    assert won(Attribution(code_wins=False), **everything) == 4
    assert won(Attribution(code_wins=False, click="first"), **everything) == 3
    assert won(Attribution(code_wins=False, window_days=1), **everything) == 1
    assert won(Attribution(), **{**everything, "code": None, "clicks": clicks[2:]}) == 2
    assert won(Attribution(), clicks=[Touch("click", 6, NOON + timedelta(minutes=5), "c6")]) == 6
    assert won(Attribution(), clicks=[Touch("click", 6, NOON + timedelta(minutes=6), "c6")]) is None
    # A click after the purchase takes nothing from one before it: clocks differ, but not for whoever clicks on.
    later = [Touch("click", 6, NOON + timedelta(minutes=4), "c6"), Touch("click", 9, NOON + timedelta(minutes=1), "c9")]
    assert won(Attribution(), clicks=[*later, Touch("click", 4, NOON - timedelta(minutes=1), "c4")]) == 4
    assert won(Attribution(), clicks=later) == 9
    # Of two numbers' claims the newest before the purchase, else the first one after it
    two = [Touch("number", 7, NOON - timedelta(days=2)), Touch("number", 8, NOON + timedelta(days=1))]
    assert won(Attribution(), numbers=two) == 7
    assert won(Attribution(), numbers=two[1:]) == 8


def offered(gives: dict[str, Any], currency: str | None = None) -> OfferDefinition:
    return OfferDefinition.model_validate({"title": "There", "gives": gives, "currency": currency})


def test_a_purchase_is_worth_what_the_offer_says_in_whole_points_and_exact_money() -> None:
    agreed = AgreementDefinition.model_validate(AGREED)
    accrual = offered({**TEN_A_DOLLAR, "points": {"kind": "per_unit", "rates": {"USD": "0.5", "JPY": "0.01"}}})
    link = {"kind": "link", "url": "https://harbor.example/{click}"}
    percent = offered({**link, "payment": {"payer": "shop", "percent": "7.25"}}, "USD")
    euros = offered({**link, "payment": {"payer": "partner", "fixed_minor": 150}}, "EUR")

    assert worth_of(accrual, agreed, Money(2_100, "USD")) == Worth(10, 0)  # 10.5 points: to the even neighbor
    assert worth_of(accrual, agreed, Money(2_300, "USD")) == Worth(12, 0)
    assert worth_of(accrual, agreed, Money(12_345, "JPY")) == Worth(123, 0)
    assert worth_of(percent, agreed, Money(3_333, "USD")) == Worth(0, -241_642_500)
    for offer, amount in ((accrual, Money(1, "EUR")), (percent, Money(1, "EUR")), (euros, Money(1, "USD"))):
        with pytest.raises(CurrencyNotAccepted):
            worth_of(offer, agreed, amount)
    with pytest.raises(MoneyError):
        worth_of(offered({"kind": "accrual", "points": {"kind": "per_unit", "rates": {"USD": "1000"}}}), agreed,
                 Money(10**15, "USD"))  # fmt: skip


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**9), st.data())
def test_refunds_take_their_share_to_the_nearest_whole(full: int, amount: int, data: st.DataObject) -> None:
    refunded = data.draw(st.integers(0, amount))
    taken = full - after_refunds(full, amount, refunded)
    assert abs(taken - Fraction(full * refunded, amount)) <= Fraction(1, 2)
    assert after_refunds(full, amount, amount) == 0
    assert abs(after_refunds(full, amount, refunded)) <= abs(full)
    assert minor_at_most(full) == -(-abs(full) // 10**6)


def test_halves_go_to_the_even_neighbor() -> None:
    assert [after_refunds(points, 2, 1) for points in (1, 3, 5, -3)] == [1, 1, 3, -1]
    assert Decimal(after_refunds(7, 0, 0)) == 7
    assert parse_report(BOUGHT).occurred_at == datetime(2027, 3, 1, 7, tzinfo=timezone(timedelta(hours=-5)))

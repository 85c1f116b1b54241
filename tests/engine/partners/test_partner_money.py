"""What points cost, exactly, and what of an agreement and a profile is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from engine.money import POINTS_MAXIMUM, MoneyError
from engine.partners.definitions import AgreementDefinition, PartnerProfile
from engine.partners.kinds import micros_for
from engine.partners.money import due_minor, exact_amount, micros_of, micros_of_minor
from tests.support.partners import agreement


@pytest.mark.parametrize(
    ("points", "rate", "currency", "micros"),
    [
        (3, "0.01", "USD", 3_000_000),
        (1, "0.008", "USD", 800_000),
        (1, "0.00000001", "USD", 1),
        (7, "1.5", "JPY", 10_500_000),
        (1, "0.001", "KWD", 1_000_000),
        (0, "0.01", "USD", 0),
        (100, "0", "USD", 0),
    ],
)
def test_points_cost_whole_millionths_of_a_minor_unit(points: int, rate: str, currency: str, micros: int) -> None:
    assert micros_of(points, Decimal(rate), currency) == micros


@pytest.mark.parametrize(
    ("points", "rate", "currency"),
    [
        (1, "0.000000001", "USD"),
        (1, "0.0000001", "JPY"),
        (1, "-0.01", "USD"),
        (1, "0.01", "XX"),
        (-1, "0.01", "USD"),
        (POINTS_MAXIMUM + 1, "0", "USD"),
        (POINTS_MAXIMUM, "0.01", "USD"),
    ],
)
def test_what_is_finer_than_a_millionth_below_zero_or_too_large_is_refused(
    points: int, rate: str, currency: str
) -> None:
    with pytest.raises(MoneyError):
        micros_of(points, Decimal(rate), currency)


@pytest.mark.parametrize(("currency", "most"), [("USD", 8), ("JPY", 6), ("KWD", 9)])
def test_a_rate_that_is_too_fine_is_told_how_fine_it_may_be(currency: str, most: int) -> None:
    with pytest.raises(MoneyError, match=f"^a rate in {currency} has at most {most} decimals$"):
        micros_of(1, Decimal(1).scaleb(-most - 1), currency)


@pytest.mark.parametrize(
    ("micros", "minor"),
    [
        (499_999, 0), (500_000, 0), (500_001, 1), (1_499_999, 1), (1_500_000, 2), (2_500_000, 2), (2_500_001, 3),
        (-499_999, 0), (-500_000, 0), (-500_001, -1), (-1_500_000, -2), (-2_500_000, -2), (0, 0),
    ],
)  # fmt: skip
def test_a_sum_is_rounded_half_to_even_either_way(micros: int, minor: int) -> None:
    assert due_minor(micros) == minor


@given(st.integers(-(10**24), 10**24))
def test_rounding_is_the_decimal_one_and_treats_both_sides_alike(micros: int) -> None:
    exact = Decimal(f"{micros}E-6")
    with_all_digits = exact.quantize(Decimal(1), rounding="ROUND_HALF_EVEN")
    assert due_minor(micros) == int(with_all_digits)
    assert due_minor(-micros) == -due_minor(micros)


@pytest.mark.parametrize(
    ("micros", "currency", "shown"),
    [
        (150_000_000, "USD", "1.50"), (1, "USD", "0.00000001"), (-1_234_567, "USD", "-0.01234567"), (0, "USD", "0.00"),
        (10**6, "JPY", "1"), (500_000, "JPY", "0.5"), (0, "JPY", "0"), (10**6, "KWD", "0.001"),
    ],
)  # fmt: skip
def test_an_amount_is_shown_exactly(micros: int, currency: str, shown: str) -> None:
    assert f"{exact_amount(micros, currency):f}" == shown


def test_each_kind_of_points_is_owed_by_one_of_the_two() -> None:
    agreed = agreement()
    amounts = {kind: micros_for(kind, 10, agreed) for kind in ("issued", "clawed_back", "redeemed", "exchanged")}
    assert amounts == {
        "issued": 10_000_000, "clawed_back": -10_000_000, "redeemed": -8_000_000, "exchanged": -8_000_000,
    }  # fmt: skip
    assert micros_for("redemption_reversed", 10, agreed) == 8_000_000
    with pytest.raises(KeyError):
        micros_for("payment", 10, agreed)


def test_an_amount_of_minor_units_has_a_bound() -> None:
    assert micros_of_minor(-(10**12)) == -(10**18)
    with pytest.raises(MoneyError):
        micros_of_minor(10**12 + 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"currency": "XYZ"},
        {"buy_rate": "-0.01"},
        {"buy_rate": "NaN"},
        {"buy_rate": "0.000000001"},
        {"redeem_rate": "10001"},
        {"hold_days": 366},
        {"hold_days": -1},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../../etc/passwd"},
        {"cycle": "year"},
        {"settle_days": 61},
        {"report_days": 0},
        {"tolerance_minor": -1},
        {"caps": [{"kind": "issued", "period": "day", "points": 0}]},
        {"caps": [{"kind": "issued", "period": "day", "points": 1}] * 2},
        {"attribution": {"window_days": 366}},
        {"attribution": {"click": "middle"}},
        {"unknown": 1},
    ],
)
def test_what_cannot_be_agreed_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        agreement(**changes)


def test_an_agreement_reads_as_it_was_written() -> None:
    agreed = agreement(
        caps=[{"kind": "issued", "period": "quarter", "points": 9}], attribution={"click": "first"}, billing="prepaid"
    )
    assert AgreementDefinition.model_validate_json(agreed.model_dump_json()) == agreed
    assert (agreed.hold_days, agreed.settle_days, agreed.report_days, agreed.cycle) == (0, 3, 90, "month")
    assert (agreed.attribution.window_days, agreed.attribution.code_wins) == (30, True)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "   "},
        {"name": "a\nb"},
        {"name": "a\x00b"},
        {"name": "x" * 81},
        {"website": "http://harbor.example"},
        {"website": "javascript:alert(1)"},
        {"website": "https://user:secret@harbor.example"},
        {"website": "https://"},
        {"website": "https://harbor.example/ x"},
        {"website": "https://[harbor"},
        {"website": "https://" + "x" * 300},
        {"about": "x" * 1_001},
        {"about": "\ud800"},
    ],
)
def test_a_profile_that_cannot_be_shown_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PartnerProfile.model_validate({"name": "Harbor Coffee", **changes})
    shown = PartnerProfile(name=" 海港咖啡 ", website="https://harbor.example/café?".replace("é", "e"), about="a\nb")
    assert (shown.name, shown.about) == ("海港咖啡", "a\nb")

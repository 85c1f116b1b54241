"""Exact amounts: rounding to a currency's units, and splitting that loses nothing."""

from __future__ import annotations

import itertools
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.devstore.amounts import Currencies, Pair, allocate, json_number, share_of_units, text


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [("10", "USD", "10.00"), ("2522.7", "JPY", "2523"), ("1.0005", "KWD", "1.001"), ("0.125", "USD", "0.13")],
)
def test_an_amount_is_written_in_the_precision_of_its_currency(amount: str, currency: str, expected: str) -> None:
    assert text(Decimal(amount), currency) == expected


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        (["1", "1", "1"], ["3.34", "3.33", "3.33"]),
        (["99", "100", "100"], ["3.31", "3.35", "3.34"]),
        (["37.00", "24.00"], ["6.07", "3.93"]),
        (["5", "0"], ["10.00", "0.00"]),
        (["0", "0"], ["0", "0"]),
    ],
)
def test_ten_dollars_are_split_by_largest_remainder(weights: list[str], expected: list[str]) -> None:
    parts = allocate(Decimal("10.00"), [Decimal(weight) for weight in weights], "USD")

    assert parts == [Decimal(part) for part in expected]


@given(
    st.decimals("0", "9999.99", places=2),
    st.lists(st.decimals("0.01", "9999.99", places=2), min_size=1, max_size=12),
    st.sampled_from(["USD", "JPY", "KWD"]),
)
def test_parts_sum_to_the_whole_and_none_is_negative(amount: Decimal, weights: list[Decimal], currency: str) -> None:
    parts = allocate(amount, weights, currency)

    assert text(sum(parts, Decimal(0)), currency) == text(amount, currency)
    assert min(parts) >= 0


@given(st.decimals("0", "999.99", places=2), st.integers(1, 30))
def test_shares_of_units_taken_one_after_another_sum_to_the_whole(amount: Decimal, units: int) -> None:
    currencies = Currencies("USD", "USD")
    shares = [share_of_units(Pair(amount, amount), count, units, currencies) for count in range(units + 1)]

    taken = [(after - before).shop for before, after in itertools.pairwise(shares)]

    assert sum(taken, Decimal(0)) == amount
    assert min(taken) >= 0


@given(st.decimals("0", "99999999.99", places=2))
def test_a_json_number_has_the_text_of_its_decimal(amount: Decimal) -> None:
    assert Decimal(json.dumps(json_number(amount))) == amount

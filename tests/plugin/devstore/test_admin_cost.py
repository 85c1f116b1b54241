"""Query costs by Shopify's rule, and the bucket that they are taken from."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import get_operation_ast, parse

from plugin.devstore.admin_cost import Bucket, CostMeter


def _meter(text: str, variables: dict[str, Any] | None = None) -> CostMeter:
    document = parse(text)
    operation = get_operation_ast(document)
    assert operation is not None
    return CostMeter(document, operation, variables or {})


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("{ __typename }", 0),
        ("{ shop { id name } }", 1),
        ("{ shop { id plan { publicDisplayName } } }", 2),
        ("{ orders(first: 10) { nodes { id } } }", 12),
        ("{ orders(first: 10) { edges { cursor node { id } } pageInfo { hasNextPage } } }", 12),
        ("{ orders(last: 5) { nodes { id customer { id } } } }", 12),
        ("{ orders(first: 3) { nodes { lineItems(first: 4) { nodes { id } } } } }", 2 + 3 * (1 + 2 + 4)),
        ("{ order(id: 1) { refunds(first: 5) { id } } }", 1 + 5),
        ("{ a: shop { id } b: shop { id } }", 2),
        ('mutation { tagsAdd(id: "x", tags: []) { userErrors { message } } }', 10),
        ("mutation { a: tagsAdd { node { id } userErrors { field } } b: tagsRemove { node { id } } }", 22),
        ("{ d { ... on A { x { id } } ... on B { x { id } y { id } } } }", 1 + 2),
        ("query { o { ...M } } fragment M on Order { total { shopMoney { amount } } }", 3),
    ],
)
def test_what_is_asked_for_is_counted_before_it_is_run(text: str, cost: int) -> None:
    assert _meter(text).requested() == cost


def test_page_sizes_come_from_variables_and_their_defaults() -> None:
    text = "query ($n: Int = 50) { orders(first: $n) { nodes { id } } }"

    assert _meter(text).requested() == 52
    assert _meter(text, {"n": 3}).requested() == 5


def test_what_was_found_costs_less() -> None:
    meter = _meter("{ orders(first: 50) { nodes { id customer { id } tags { x } } } shop { id } }")

    assert meter.requested() == 2 + 50 * 3 + 1
    assert meter.actual(None) == 0
    assert meter.actual({"orders": {"nodes": []}, "shop": {"id": "1"}}) == 3
    found = [{"id": "1", "customer": None, "tags": []}, {"id": "2", "customer": {"id": "3"}, "tags": [{}, {}]}]
    assert meter.actual({"orders": {"nodes": found}, "shop": None}) == 2 + 2 + 1 + 2


class TestBucket:
    def test_it_restores_with_time_and_never_above_its_rim(self) -> None:
        seconds = [0.0]
        bucket = Bucket(maximum=2000, restore_rate=100, seconds=lambda: seconds[0])

        assert bucket.spend(900)
        assert bucket.available() == 1100
        seconds[0] = 2.5
        assert bucket.status() == {"maximumAvailable": 2000.0, "currentlyAvailable": 1350, "restoreRate": 100.0}
        seconds[0] = 100.0
        assert bucket.available() == 2000

    def test_what_is_not_there_is_refused_and_costs_nothing(self) -> None:
        bucket = Bucket(maximum=100, restore_rate=1, seconds=lambda: 0.0)

        assert not bucket.spend(101)
        assert bucket.available() == 100
        assert bucket.spend(100)
        bucket.give_back(60)
        assert bucket.available() == 60
        bucket.give_back(60)
        assert bucket.available() == 100

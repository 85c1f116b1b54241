"""The cost of a request knows the size of its lists, from literals, variables and defaults."""

from __future__ import annotations

from typing import Any

import pytest

from laurel_graphql.cost import PLAIN_LIST_SIZE, operation_cost, page_sizes
from laurel_graphql.errors import ErrorCode, RequestError
from laurel_graphql.limits import LIMITS
from laurel_graphql.storefront import storefront_schema


def cost(document: str, variables: dict[str, Any] | None = None) -> int:
    """The cost of the one operation of a document."""
    checked = storefront_schema.read(document, development=True)
    operation = checked.operation(None)
    sizes = page_sizes(operation, checked.page_variables, variables or {}, LIMITS)
    return operation_cost(checked.schema, checked.document, operation, checked.fragments_leaves_first, sizes, LIMITS)


def test_a_field_costs_one() -> None:
    assert cost("{ me { id balance { available } } }") == 4


@pytest.mark.parametrize(
    ("arguments", "size"),
    [("(first: 7)", 7), ("", 20), ("(first: 100)", 100)],
)
def test_what_lies_below_a_connection_counts_for_each_of_its_objects(arguments: str, size: int) -> None:
    # `me`, `transactions`, and for each object `nodes` and its `id`.
    assert cost("{ me { transactions" + arguments + " { nodes { id } } } }") == 2 + 2 * size


def test_a_variable_sets_the_size_and_its_default_does_without_it() -> None:
    document = "query ($n: Int! = 3) { me { transactions(first: $n) { nodes { id } } } }"

    assert cost(document, {"n": 50}) == 102
    assert cost(document) == 8


@pytest.mark.parametrize(("arguments", "rows"), [("(span: 2)", 5), ("", 11), ("(span: 49)", 99)])
def test_what_lies_around_somebody_counts_on_both_sides(arguments: str, rows: int) -> None:
    assert cost('{ leaderboard(handle: "b") { around' + arguments + " { rank } } }") == 2 + rows


@pytest.mark.parametrize("size", [0, -1, 50, 10**9])
def test_a_span_out_of_bounds_is_an_error_that_names_it(size: int) -> None:
    literal = '{ leaderboard(handle: "b") { around(span: ' + str(size) + ") { rank } } }"
    with pytest.raises(RequestError, match="`span` must be from 1 to 49") as written:
        storefront_schema.read(literal, development=True)
    with pytest.raises(RequestError, match="`span` must be from 1 to 49") as given:
        cost('query ($n: Int!) { leaderboard(handle: "b") { around(span: $n) { rank } } }', {"n": size})

    assert (written.value.code, given.value.code) == (ErrorCode.INVALID_PAGE_SIZE, ErrorCode.INVALID_PAGE_SIZE)


def test_a_plain_list_counts_as_ten() -> None:
    assert cost("{ program { currencyRates { currencyCode pointsPerUnit } } }") == 2 + 2 * PLAIN_LIST_SIZE


def test_a_fragment_costs_as_often_as_it_is_spread() -> None:
    fragment = "fragment F on Member { transactions(first: 10) { nodes { id } } }"

    assert cost("{ a: me { ...F } b: me { ...F } } " + fragment) == 2 * cost("{ me { ...F } } " + fragment)


def test_a_request_that_costs_too_much_is_refused() -> None:
    fields = "id kind points occurredAt reason orderName rate base { amount currencyCode }"
    pages = " ".join(
        f"{name}: transactions(first: 100) {{ nodes {{ {fields} }} edges {{ node {{ {fields} }} }} }}" for name in "abc"
    )

    with pytest.raises(RequestError) as caught:
        storefront_schema.read("{ me { " + pages + " } }", development=True)

    assert caught.value.code == ErrorCode.COST_LIMIT_EXCEEDED


@pytest.mark.parametrize("size", [0, -1, 101, 10**9, 10**30])
def test_a_page_size_out_of_bounds_is_an_error_and_not_a_clamp(size: int) -> None:
    literal = "{ me { transactions(first: " + str(size) + ") { nodes { id } } } }"
    with pytest.raises(RequestError) as written:
        storefront_schema.read(literal, development=True)
    with pytest.raises(RequestError) as given:
        cost("query ($n: Int!) { me { transactions(first: $n) { nodes { id } } } }", {"n": size})

    assert (written.value.code, given.value.code) == (ErrorCode.INVALID_PAGE_SIZE, ErrorCode.INVALID_PAGE_SIZE)


def test_both_first_and_last_are_an_error() -> None:
    with pytest.raises(RequestError) as caught:
        storefront_schema.read("{ me { transactions(first: 1, last: 1) { nodes { id } } } }", development=True)

    assert caught.value.code == ErrorCode.INVALID_PAGE_SIZE

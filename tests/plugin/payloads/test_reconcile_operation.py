"""The operation that reads orders for reconciliation: its variables, and what a page of it may cost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from graphql import FragmentDefinitionNode, NoDeprecatedCustomRule, OperationDefinitionNode, parse, validate

from plugin.devstore.admin_schema import admin_schema
from plugin.payloads.order_nodes import MANY_ORDERS, ONE_ORDER, PageSizes

OPERATION = Path(__file__).parents[3] / "plugin" / "shopify" / "operations" / "orders_reconcile.graphql"


def test_page_sizes_are_the_operations_variables() -> None:
    assert MANY_ORDERS.variables("id:5", after="abc") == {
        "query": "id:5", "after": "abc", "orders": 3, "lines": 8, "refunds": 2, "refundLines": 3,
        "parts": 4,
    }  # fmt: skip
    (operation,) = (
        part for part in parse(OPERATION.read_text()).definitions if isinstance(part, OperationDefinitionNode)
    )
    assert {variable.variable.name.value for variable in operation.variable_definitions or ()} == set(
        ONE_ORDER.variables("id:5")
    )


@pytest.mark.parametrize("sizes", [MANY_ORDERS, ONE_ORDER])
def test_a_page_asks_for_fewer_cost_points_than_shopify_allows(sizes: PageSizes) -> None:
    document = parse(OPERATION.read_text())
    fragments = {part.name.value: part for part in document.definitions if isinstance(part, FragmentDefinitionNode)}
    (operation,) = (part for part in document.definitions if isinstance(part, OperationDefinitionNode))

    def cost(selection_set: Any) -> int:
        """Shopify's rule: an object 1, a list or connection as many as it is asked for, and 2 for itself."""
        points = 0
        for part in selection_set.selections:
            if part.kind == "inline_fragment":
                points += cost(part.selection_set)
            elif part.kind == "fragment_spread":
                points += cost(fragments[part.name.value].selection_set)
            elif part.selection_set is not None and part.name.value not in ("pageInfo", "nodes"):
                asked_for = _asked_for(part, sizes)
                points += (asked_for or 1) * (1 + cost(part.selection_set)) + (2 if asked_for else 0)
            elif part.name.value == "nodes":
                points += cost(part.selection_set)
        return points

    assert cost(operation.selection_set) < 1000


def _asked_for(field: Any, sizes: PageSizes) -> int:
    for argument in field.arguments or ():
        if argument.name.value == "first":
            value = argument.value
            return int(value.value) if value.kind == "int_value" else int(sizes.variables("")[value.name.value])
    return 0


def test_the_operation_is_valid_in_shopifys_schema_and_uses_nothing_deprecated() -> None:
    schema, document = admin_schema().graphql, parse(OPERATION.read_text())

    assert validate(schema, document) == []
    assert validate(schema, document, rules=[NoDeprecatedCustomRule]) == []

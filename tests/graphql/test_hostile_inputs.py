"""Every mutation and every root field with values that nobody means well by: typed refusals, never an accident.

The inputs are made from the schemas themselves, so that what is added later is tried from its first day on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, get_args

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLObjectType,
    get_named_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    is_required_input_field,
)
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.shops import ShopReference
from laurel_graphql.sdl import SCHEMAS
from tests.support.graphql_requests import Ask

DEPTH_MAXIMUM = 7
TEXTS = [
    "",
    " ",
    "\x00",
    "\ud800",
    "x" * 5_000,
    "'; DROP TABLE members; --",
    "__import__('os')",
    "%_\\!",
    "\u202e\u0007",
]
IDS = [
    "", "1", "gid://laurel/Reward/1", "gid://laurel/Member/" + "9" * 30, "gid://laurel/../1", "\x00", "-1", "\ud800",
    "gid://shopify/Customer/9223372036854775807", "gid://laurel/Redemption/9223372036854775807",
]  # fmt: skip
NUMBERS = [0, -1, 1, 2**31 - 1, -(2**31)]
POINTS = [0, -5, 1, 2**53 - 1, -(2**53 - 1)]
DECIMALS = ["0", "-1", "999999999999999.999999", "0.000001"]
MOMENTS = ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-11-22T09:00:00Z"]
ROUNDS = 10
Wanted = Literal["required", "one more", "everything"]
"""Of each input what is required, one optional field besides, or all that there is."""
FAILURES = {"INTERNAL_ERROR", "SERVICE_UNAVAILABLE"}


class Hostile:
    """Makes values of the schema's types; each round takes others."""

    def __init__(self, round_number: int, wanted: Wanted) -> None:
        self._round = round_number
        self._wanted = wanted

    def value(self, kind: GraphQLInputType, depth: int = 0) -> Any:
        """A value of a type."""
        if is_non_null_type(kind):
            return self.value(kind.of_type, depth)
        if is_list_type(kind):
            return [self.value(kind.of_type, depth)]
        if isinstance(kind, GraphQLInputObjectType):
            return {name: self.value(kind.fields[name].type, depth + 1) for name in self._fields(kind, depth)}
        if isinstance(kind, GraphQLEnumType):
            return self._pick(sorted(kind.values))
        return self._scalar(str(kind))

    def _fields(self, kind: GraphQLInputObjectType, depth: int) -> list[str]:
        required = [name for name, field in kind.fields.items() if is_required_input_field(field)]
        if self._wanted == "required" or depth >= DEPTH_MAXIMUM:
            return required
        if self._wanted == "everything":
            return list(kind.fields)
        optional = sorted(set(kind.fields) - set(required))
        return required if not optional else [*required, self._pick(optional)]

    def _scalar(self, name: str) -> Any:
        known: dict[str, list[Any]] = {
            "String": TEXTS, "ID": IDS, "Int": NUMBERS, "Points": POINTS, "Decimal": DECIMALS, "DateTime": MOMENTS,
            "Date": ["0001-01-01", "9999-12-31"], "LocalDateTime": ["0001-01-01T00:00:00", "9999-12-31T23:59:59"],
            "Boolean": [True, False], "CurrencyCode": ["USD", "JPY", "KWD"],
        }  # fmt: skip
        return self._pick(known[name])

    def _pick(self, values: list[Any]) -> Any:
        return values[self._round % len(values)]


def document_of(operation: str, name: str, field: GraphQLField) -> str:
    """A document that asks for one root field, with all its arguments as variables."""
    declared = ", ".join(f"${argument}: {given.type}" for argument, given in field.args.items())
    passed = ", ".join(f"{argument}: ${argument}" for argument in field.args)
    selected = " { __typename }" if isinstance(get_named_type(field.type), GraphQLObjectType) else ""
    arguments = f"({passed})" if passed else ""
    return f"{operation}{f' ({declared})' if declared else ''} {{ {name}{arguments}{selected} }}"


def variables_of(arguments: dict[str, GraphQLArgument], number: int, wanted: Wanted) -> dict[str, Any]:
    """Values for the arguments."""
    hostile = Hostile(number, wanted)
    return {
        name: hostile.value(given.type)
        for name, given in arguments.items()
        if wanted != "required" or is_required_argument(given)
    }


def requests(schema_name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every root field with its hostile variables, in several rounds."""
    core = SCHEMAS[schema_name].core
    for operation, root in (("query", core.query_type), ("mutation", core.mutation_type)):
        assert root is not None
        for name, field in root.fields.items():
            document = document_of(operation, name, field)
            for number in range(ROUNDS if field.args else 1):
                for wanted in get_args(Wanted):
                    yield document, variables_of(field.args, number, wanted)


async def books(engine: AsyncEngine, shop: ShopReference) -> tuple[Any, ...]:
    """What must not have changed: points, members and promises."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        rows = await connection.execute(
            text(
                "SELECT (SELECT count(*) FROM transactions), (SELECT count(*) FROM redemptions), "
                "(SELECT count(*) FROM member_merges), (SELECT count(*) FROM member_events), "
                "(SELECT count(*) FROM partners), (SELECT count(*) FROM offers), (SELECT count(*) FROM offer_claims), "
                "(SELECT count(*) FROM code_pools), (SELECT count(*) FROM partner_payments), "
                "(SELECT count(*) FROM partner_hosts)"
            )
        )
        return tuple(rows.one())


@pytest.mark.parametrize("schema_name", ["storefront", "merchant"])
async def test_no_value_makes_an_accident(
    engine: AsyncEngine, shop: ShopReference, ask_storefront: Ask, ask_merchant: Ask, schema_name: str
) -> None:
    ask = ask_storefront if schema_name == "storefront" else ask_merchant
    before = await books(engine, shop)
    answered = refused = 0

    for document, variables in requests(schema_name):
        reply = await ask(document, variables)
        codes = {error["extensions"]["code"] for error in reply.body.get("errors", [])}
        assert reply.status in (200, 400, 413), (document, variables, reply.body)
        assert not codes & FAILURES, (document, variables, reply.body)
        answered += reply.status == 200
        refused += reply.status != 200

    assert answered > 100
    assert refused > 10
    assert await books(engine, shop) == before

"""Conditions as callers write them: a typed tree over known fields. Nothing in it is ever evaluated as code."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry

from laurel_graphql.inputs.given import one_of
from laurel_graphql.inputs.texts import readable
from laurel_graphql.scalars import CurrencyCode


@strawberry.enum(description="How a field is compared.")
class ConditionOperator(Enum):
    EQ = strawberry.enum_value("EQ", description="Equal to the value.")
    NE = strawberry.enum_value("NE", description="Not equal to the value.")
    LT = strawberry.enum_value("LT", description="Less than the value.")
    LE = strawberry.enum_value("LE", description="Less than the value or equal to it.")
    GT = strawberry.enum_value("GT", description="Greater than the value.")
    GE = strawberry.enum_value("GE", description="Greater than the value or equal to it.")
    IN = strawberry.enum_value("IN", description="One of the values.")
    NOT_IN = strawberry.enum_value("NOT_IN", description="None of the values.")
    CONTAINS = strawberry.enum_value("CONTAINS", description="A text that contains the value, or a list that has it.")
    STARTS_WITH = strawberry.enum_value("STARTS_WITH", description="A text that starts with the value.")
    EXISTS = strawberry.enum_value("EXISTS", description="Known and not empty; with the value `false`, the opposite.")


@strawberry.input(description="An amount in one currency.")
class ConditionAmountInput:
    currency_code: CurrencyCode = strawberry.field(description="The currency.")
    amount: Decimal = strawberry.field(description="The amount in the currency's main unit.")


@strawberry.input(description="One question about one field.")
class ComparisonInput:
    field: str = strawberry.field(description="The field's name, such as `order.base`; see `conditionFields`.")
    operator: ConditionOperator = strawberry.field(description="How it is compared.")
    values: list[str] | None = strawberry.field(
        default=None,
        description="What it is compared with, written as text: one value, or for IN and NOT_IN up to 250. A number "
        'is written like `"12.5"`, a day like `"2026-11-22"`, a switch as `"true"` or `"false"`.',
    )
    amounts: list[ConditionAmountInput] | None = strawberry.field(
        default=None, description="In the place of a value, for fields of money: an amount for each currency."
    )

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it; the field's kind says what the texts mean."""
        found: dict[str, Any] = {
            "kind": "compare",
            "field": readable(self.field),
            "operator": self.operator.name.lower(),
        }
        if self.amounts is not None:
            found["amounts"] = {one.currency_code: one.amount for one in self.amounts}
        if self.values is not None:
            values = [readable(value) for value in self.values]
            many = self.operator in (ConditionOperator.IN, ConditionOperator.NOT_IN)
            found["value"] = values[0] if len(values) == 1 and not many else values
        return found


@strawberry.input(description="A condition: exactly one of the fields. At most 6 levels deep and 50 parts large.")
class ConditionInput:
    all: list[ConditionInput] | None = strawberry.field(default=None, description="Met when every part is.")
    any: list[ConditionInput] | None = strawberry.field(default=None, description="Met when at least one part is.")
    not_: ConditionInput | None = strawberry.field(default=None, name="not", description="Met when its part is not.")
    compare: ComparisonInput | None = strawberry.field(default=None, description="One question about one field.")

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it. Raises OneOfError for a part with no field or with several."""
        kind, given = one_of(self, "a condition")
        if kind == "compare":
            return self.compare.to_engine() if self.compare else {}
        if kind == "not_":
            return {"kind": "not", "condition": given.to_engine()}
        return {"kind": kind, "conditions": [part.to_engine() for part in given]}

"""Conditions as merchants read them: the tree's parts in the order in which they are written, each with its place."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum

import strawberry

from engine.rules.conditions import Compare, Node, Not
from engine.rules.fields import FIELDS, OPERATORS
from laurel_graphql.inputs.conditions import ConditionOperator
from laurel_graphql.scalars import CurrencyCode
from laurel_graphql.types.money import Money


@strawberry.enum(description="What a part of a condition is.")
class ConditionKind(Enum):
    ALL = strawberry.enum_value("ALL", description="Met when every part below it is.")
    ANY = strawberry.enum_value("ANY", description="Met when at least one part below it is.")
    NOT = strawberry.enum_value("NOT", description="Met when the part below it is not.")
    COMPARE = strawberry.enum_value("COMPARE", description="One question about one field.")


@strawberry.enum(description="What a field's answer is.")
class ConditionFieldKind(Enum):
    NUMBER = strawberry.enum_value("NUMBER", description="A number.")
    MONEY = strawberry.enum_value("MONEY", description="An amount of money in the order's own currency.")
    TEXT = strawberry.enum_value("TEXT", description="A text.")
    TEXTS = strawberry.enum_value("TEXTS", description="A list of texts, such as tags.")
    BOOLEAN = strawberry.enum_value("BOOLEAN", description="True or false.")
    DATE = strawberry.enum_value("DATE", description="A day of the program's zone.")
    ANY = strawberry.enum_value("ANY", description="Whatever an event's own field holds.")


@strawberry.type(description="A field that conditions can ask about.")
class ConditionField:
    name: str = strawberry.field(
        description="Its name. Besides these, `event.fields.<name>` asks for an event's own field."
    )
    kind: ConditionFieldKind = strawberry.field(description="What its answer is.")
    operators: list[ConditionOperator] = strawberry.field(description="How it can be compared.")


@strawberry.type(description="One part of a condition, with its place in the tree.")
class ConditionNode:
    position: int = strawberry.field(description="Its number in the list, from 0 on; a part comes before those below.")
    parent: int | None = strawberry.field(description="The position of the part that it is below, null for the root.")
    kind: ConditionKind = strawberry.field(description="What it is.")
    field: str | None = strawberry.field(description="The field that is asked about, null where parts are below it.")
    operator: ConditionOperator | None = strawberry.field(description="How the field is compared.")
    values: list[str] = strawberry.field(description="What it is compared with, as texts.")
    amounts: list[Money] = strawberry.field(description="What it is compared with, in each currency.")


def condition_fields() -> list[ConditionField]:
    """Every field, by name."""
    return [
        ConditionField(
            name=name,
            kind=ConditionFieldKind[kind.upper()],
            operators=[one for one in ConditionOperator if one.name.lower() in OPERATORS[kind]],
        )
        for name, kind in sorted(FIELDS.items())
    ]


def condition_nodes(root: Node | None) -> list[ConditionNode]:
    """The parts of a condition, each before those below it; empty for no condition."""
    found: list[ConditionNode] = []
    if root is not None:
        _append(found, root, None)
    return found


def _append(found: list[ConditionNode], node: Node, parent: int | None) -> None:
    position = len(found)
    found.append(_node(node, position, parent))
    if isinstance(node, Not):
        _append(found, node.condition, position)
    elif not isinstance(node, Compare):
        for part in node.conditions:
            _append(found, part, position)


def _node(node: Node, position: int, parent: int | None) -> ConditionNode:
    compare = node if isinstance(node, Compare) else None
    return ConditionNode(
        position=position,
        parent=parent,
        kind=ConditionKind[node.kind.upper()],
        field=compare.field if compare else None,
        operator=ConditionOperator[compare.operator.upper()] if compare else None,
        values=_values(compare),
        amounts=_amounts(compare),
    )


def _values(compare: Compare | None) -> list[str]:
    if compare is None or compare.value is None:
        return []
    values = compare.value if isinstance(compare.value, tuple) else (compare.value,)
    return [_text(value) for value in values]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _amounts(compare: Compare | None) -> list[Money]:
    amounts = compare.amounts if compare else None
    return [Money(amount=amount, currency_code=CurrencyCode(code)) for code, amount in (amounts or {}).items()]

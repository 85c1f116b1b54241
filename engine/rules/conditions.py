"""Conditions: a typed tree over known fields. It is data of bounded size; nothing in it is ever run as code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from engine.rules.bounds import Currency, Frozen
from engine.rules.fields import OPERATORS, Kind, kind_of

DEPTH_MAXIMUM = 6
NODES_MAXIMUM = 50
VALUES_MAXIMUM = 250
_NUMBER_DIGITS = 18

Operator = Literal["eq", "ne", "lt", "le", "gt", "ge", "in", "not_in", "contains", "starts_with", "exists"]
Scalar = bool | Decimal | str


def _scalar(value: object, kind: Kind) -> Scalar:
    """A value in the form that its field's kind is compared in. Raises ValueError for one that is not of the kind."""
    if kind == "boolean":
        if value in (True, False, "true", "false"):
            return value in (True, "true")
        raise ValueError("the value must be true or false")
    if kind in ("number", "money"):
        return _number(value)
    if kind == "date":
        return date.fromisoformat(str(value)).isoformat()
    if kind == "any" and isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if not 0 < len(text) <= 255:
        raise ValueError("a text must have 1 to 255 characters")
    return text


def _number(value: object) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise ValueError("the value must be a number") from None
    if isinstance(value, bool) or not number.is_finite() or number.adjusted() >= _NUMBER_DIGITS:
        raise ValueError("the value must be a number")
    if int(number.as_tuple().exponent) < -_NUMBER_DIGITS:
        raise ValueError("the value has too many decimals")
    return number


class Compare(Frozen):
    """One question about one field.

    `value` is a list for `in` and `not_in`, true or false for `exists`. Amounts of money may be given per currency
    instead; an order in another one does not meet the condition then.
    """

    kind: Literal["compare"] = "compare"
    field: str
    operator: Operator
    value: Scalar | tuple[Scalar, ...] | None = None
    amounts: Annotated[dict[Currency, Decimal], Field(min_length=1, max_length=200)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _typed(cls, given: Any) -> Any:
        if not isinstance(given, dict) or not isinstance(given.get("field"), str):
            return given
        kind, operator = kind_of(given["field"]), given.get("operator")
        if operator not in OPERATORS[kind]:
            raise ValueError(f"{given['field']} cannot be asked with {str(operator)[:20]!r}")
        if given.get("amounts") is not None:
            return _with_amounts(given, kind)
        value = given.get("value")
        if operator == "exists":
            return {**given, "value": _scalar(True if value is None else value, "boolean")}
        if operator in ("in", "not_in"):
            if not isinstance(value, list | tuple) or not 0 < len(value) <= VALUES_MAXIMUM:
                raise ValueError(f"the value must be a list of 1 to {VALUES_MAXIMUM}")
            return {**given, "value": tuple(_scalar(one, kind) for one in value)}
        if value is None or isinstance(value, list | tuple | dict):
            raise ValueError("the value is missing or of the wrong kind")
        return {**given, "value": _scalar(value, kind)}


def _with_amounts(given: dict[str, Any], kind: Kind) -> dict[str, Any]:
    if kind != "money" or given.get("value") is not None or given.get("operator") == "exists":
        raise ValueError("amounts per currency are for money, in the place of a value")
    return {**given, "amounts": {code: _number(amount) for code, amount in dict(given["amounts"]).items()}}


class AllOf(Frozen):
    """Met when every part is."""

    kind: Literal["all"] = "all"
    conditions: Annotated[tuple[Tree, ...], Field(min_length=1, max_length=NODES_MAXIMUM)]


class AnyOf(Frozen):
    """Met when at least one part is."""

    kind: Literal["any"] = "any"
    conditions: Annotated[tuple[Tree, ...], Field(min_length=1, max_length=NODES_MAXIMUM)]


class Not(Frozen):
    """Met when its part is not."""

    kind: Literal["not"] = "not"
    condition: Tree


Tree = Annotated[AllOf | AnyOf | Not | Compare, Field(discriminator="kind")]
Node = AllOf | AnyOf | Not | Compare


def _children(node: object) -> list[object]:
    """The parts of a node, of one that is checked already as of one that is still plain data."""
    given = node if isinstance(node, dict) else node.__dict__ if isinstance(node, Frozen) else {}
    parts = given.get("conditions", ())
    return [
        *(parts if isinstance(parts, list | tuple) else ()),
        *([given["condition"]] if "condition" in given else ()),
    ]


def _bounded(root: object) -> object:
    """Refuse trees that are too large, before anything walks them to their end; a circular one is infinitely deep."""
    level, nodes = [root], 1
    for _ in range(DEPTH_MAXIMUM):
        level = [child for node in level for child in _children(node)]
        nodes += len(level)
        if nodes > NODES_MAXIMUM:
            raise ValueError(f"a condition has at most {NODES_MAXIMUM} parts")
        if not level:
            return root
    raise ValueError(f"conditions are nested at most {DEPTH_MAXIMUM} deep")


Condition = Annotated[Tree, BeforeValidator(_bounded), AfterValidator(_bounded)]


def fields_of(node: Node | None) -> Iterator[str]:
    """Every field that a condition asks about."""
    if isinstance(node, Compare):
        yield node.field
    elif isinstance(node, Not):
        yield from fields_of(node.condition)
    elif node is not None:
        for part in node.conditions:
            yield from fields_of(part)


def currencies_of(node: Node | None) -> Iterator[frozenset[str]]:
    """The currencies of every comparison with an amount."""
    if isinstance(node, Compare):
        if node.amounts is not None:
            yield frozenset(node.amounts)
    elif isinstance(node, Not):
        yield from currencies_of(node.condition)
    elif node is not None:
        for one in node.conditions:
            yield from currencies_of(one)

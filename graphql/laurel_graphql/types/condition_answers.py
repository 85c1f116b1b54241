"""What was asked, what was seen and whether it was met: conditions with their answers, part by part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry

from laurel_graphql.inputs.conditions import ConditionOperator
from laurel_graphql.scalars import CurrencyCode
from laurel_graphql.types.conditions import ConditionKind
from laurel_graphql.types.money import Money

Json = Mapping[str, Any]


@strawberry.enum(description="What a field was found to be.")
class SeenKind(Enum):
    NOTHING = strawberry.enum_value("NOTHING", description="Nothing is known of it.")
    ERASED = strawberry.enum_value("ERASED", description="It was about a person and is erased.")
    BOOLEAN = strawberry.enum_value("BOOLEAN", description="True or false.")
    NUMBER = strawberry.enum_value("NUMBER", description="A number.")
    TEXT = strawberry.enum_value("TEXT", description="A text.")
    TEXTS = strawberry.enum_value("TEXTS", description="A list of texts.")
    DATE = strawberry.enum_value("DATE", description="A day.")


@strawberry.type(description="One part of a condition with its answer and its place in the tree.")
class ConditionAnswer:
    position: int = strawberry.field(description="Its number in the list, from 0 on; a part comes before those below.")
    parent: int | None = strawberry.field(description="The position of the part that it is below, null for the root.")
    kind: ConditionKind = strawberry.field(description="What it is.")
    met: bool = strawberry.field(description="Whether it was met.")
    unwanted: bool = strawberry.field(
        description="Whether it is being met that was wrong, in a list of what was missed."
    )
    field: str | None = strawberry.field(description="The field that was asked about.")
    operator: ConditionOperator | None = strawberry.field(description="How it was compared.")
    values: list[str] = strawberry.field(description="What it was compared with, as texts.")
    amounts: list[Money] = strawberry.field(description="What it was compared with, in each currency.")
    seen: list[str] = strawberry.field(description="What was found, as texts; empty for nothing.")
    seen_kind: SeenKind | None = strawberry.field(description="What that is.")


def answers_of(root: Json | None) -> list[ConditionAnswer]:
    """The parts of a condition with their answers, each before those below it; empty for no condition."""
    found: list[ConditionAnswer] = []
    if root is not None:
        _append(found, root, None)
    return found


def missed_of(leaves: Iterable[Json]) -> list[ConditionAnswer]:
    """Comparisons that kept a rule from giving, the nearest to being met first."""
    return [_answer(leaf, position, None) for position, leaf in enumerate(leaves)]


def _append(found: list[ConditionAnswer], given: Json, parent: int | None) -> None:
    position = len(found)
    found.append(_answer(given, position, parent))
    for part in given.get("parts", ()):
        _append(found, part, position)


def _answer(given: Json, position: int, parent: int | None) -> ConditionAnswer:
    amounts = given.get("amounts") or {}
    seen_kind = given.get("seen_kind")
    return ConditionAnswer(
        position=position,
        parent=parent,
        kind=ConditionKind[given["kind"].upper()],
        met=given["met"],
        unwanted=given.get("unwanted", False),
        field=given.get("field"),
        operator=ConditionOperator[given["operator"].upper()] if "operator" in given else None,
        values=_texts(given.get("value")),
        amounts=[Money(amount=Decimal(one), currency_code=CurrencyCode(code)) for code, one in amounts.items()],
        seen=_texts(given.get("seen")),
        seen_kind=None if seen_kind is None else SeenKind[seen_kind.upper()],
    )


def _texts(value: object) -> list[str]:
    if value is None:
        return []
    if isinstance(value, list | tuple):
        return [text for one in value for text in _texts(one)]
    return [str(value).lower() if isinstance(value, bool) else str(value)]

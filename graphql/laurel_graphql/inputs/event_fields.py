"""Fields of an event, each a name with exactly one value."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import strawberry

from engine.events import FieldValue
from laurel_graphql.errors import ErrorCode, RequestError
from laurel_graphql.inputs.texts import readable

_READ_MAXIMUM = 100
"""No more fields than these are looked at; the engine takes fewer."""


@strawberry.input(description="A field of an event: its name and exactly one value.")
class EventFieldInput:
    name: str = strawberry.field(description="Its name: a–z, 0–9 and `_`, at most 40 characters.")
    text: str | None = strawberry.field(default=None, description="A text, at most 200 characters.")
    number: Decimal | None = strawberry.field(default=None, description="A number.")
    flag: bool | None = strawberry.field(default=None, description="True or false.")


def fields_of(given: Sequence[EventFieldInput]) -> dict[str, FieldValue]:
    """The values by name. Raises RequestError for a field without exactly one value."""
    return {readable(one.name): _value(one) for one in given[:_READ_MAXIMUM]}


def _value(given: EventFieldInput) -> FieldValue:
    found: list[FieldValue] = [one for one in (given.text, given.number, given.flag) if one is not None]
    if len(found) != 1:
        raise RequestError(ErrorCode.BAD_USER_INPUT, "Give exactly one value of a field.")
    return readable(found[0]) if isinstance(found[0], str) else found[0]

"""Perks as merchants write them: a handle, and exactly one thing that is done for members."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import strawberry

from laurel_graphql.inputs.given import OneOfError, plain
from laurel_graphql.inputs.rewards import amounts
from laurel_graphql.scalars import Points
from laurel_graphql.types.money import MoneyInput
from laurel_graphql.types.perks import EarlyAccessKind, PerkRhythm


@strawberry.input(description="A code that takes a percentage off one order.")
class PercentCodePerkInput:
    percentage: Decimal = strawberry.field(description="The percentage, above 0 and at most 100.")
    code_days: int | None = strawberry.field(
        default=None, description="For how many days it can be used; by default 90."
    )
    rhythm: PerkRhythm | None = strawberry.field(default=None, description="How often; by default TERM.")

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it."""
        return {"percentage": self.percentage, **_code(self.code_days, self.rhythm)}


@strawberry.input(description="A code for delivery of one order without charge.")
class FreeShippingPerkInput:
    maximum_price: list[MoneyInput] | None = strawberry.field(
        default=None, description="The dearest delivery that it makes free, in each currency; null: any."
    )
    code_days: int | None = strawberry.field(
        default=None, description="For how many days it can be used; by default 90."
    )
    rhythm: PerkRhythm | None = strawberry.field(default=None, description="How often; by default MONTH.")

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it. Raises OneOfError and RequestError for amounts that are none."""
        found = _code(self.code_days, self.rhythm)
        return found if self.maximum_price is None else {**found, "maximum_price": amounts(self.maximum_price)}


@strawberry.input(description="A collection or product that opens earlier for members.")
class EarlyAccessPerkInput:
    title: str = strawberry.field(description="What shoppers read, 1 to 80 characters.")
    kind: EarlyAccessKind = strawberry.field(description="What opens.")
    target_handle: str = strawberry.field(description="Its handle in the shop.")
    members_from: datetime = strawberry.field(description="From when on it is open to members.")
    opens_at: datetime = strawberry.field(description="From when on it is open to everybody; later than that.")

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it."""
        return {
            "title": plain(self.title), "target_kind": self.kind.name.lower(), "target": plain(self.target_handle),
            "members_from": self.members_from, "opens_at": self.opens_at,
        }  # fmt: skip


@strawberry.input(description="A page or a text for members only: an address, a text, or both.")
class ContentPerkInput:
    title: str = strawberry.field(description="What shoppers read, 1 to 80 characters.")
    url: str | None = strawberry.field(default=None, description="An https address.")
    text: str | None = strawberry.field(default=None, description="A text, at most 5,000 characters.")


@strawberry.input(description="A perk: a handle and exactly one of the other fields.")
class PerkInput:
    handle: str = strawberry.field(
        description="Its handle, unique in its tier or plan. What was delivered is remembered under it."
    )
    earn_multiplier: Decimal | None = strawberry.field(
        default=None, description="How many times the points, from 1 to 100. Of several the best one counts."
    )
    customer_tag: str | None = strawberry.field(default=None, description="A tag on the customer in the shop.")
    percent_code: PercentCodePerkInput | None = strawberry.field(default=None, description="A percentage off.")
    free_shipping_code: FreeShippingPerkInput | None = strawberry.field(default=None, description="Free delivery.")
    early_access: EarlyAccessPerkInput | None = strawberry.field(default=None, description="Something opens earlier.")
    birthday_points: Points | None = strawberry.field(default=None, description="Points on the birthday.")
    content: ContentPerkInput | None = strawberry.field(default=None, description="Something to read.")

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it. Raises OneOfError and RequestError."""
        given = [(kind, value) for kind, value in self.__dict__.items() if kind != "handle" and value is not None]
        if len(given) != 1:
            raise OneOfError("Give a perk's handle and exactly one thing that it does.")
        kind, value = given[0]
        inner = plain(value)
        named = {"earn_multiplier": "factor", "customer_tag": "tag", "birthday_points": "points"}
        body = {named[kind]: inner} if kind in named else inner
        return {"kind": kind, "handle": plain(self.handle), **body}


def _code(code_days: int | None, rhythm: PerkRhythm | None) -> dict[str, Any]:
    found: dict[str, Any] = {} if code_days is None else {"code_days": code_days}
    return found if rhythm is None else {**found, "each": rhythm.name.lower()}

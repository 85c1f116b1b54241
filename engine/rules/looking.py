"""What conditions see: the fields of an order, one of its lines, an event and a member, by their names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from engine.events import MemberEvent, Order, OrderLine
from engine.money import exponent
from engine.rules.facts import DecidedFrom, ProductTraits
from engine.rules.order_state import Money, side
from engine.rules.verdicts import Seen

_UNKNOWN_PRODUCT = ProductTraits()


class FactsLook:
    """Looks at the moment and the member."""

    __slots__ = ("event", "facts", "zone")

    def __init__(self, facts: DecidedFrom, zone: ZoneInfo, event: MemberEvent | None = None) -> None:
        self.facts, self.zone, self.event = facts, zone, event

    def __call__(self, field: str) -> Seen:
        """What a field is, None where that is not known."""
        if field.startswith("event.fields."):
            return self.event.fields.get(field.removeprefix("event.fields.")) if self.event else None
        look = _OF_FACTS.get(field)
        return look(self) if look is not None else None

    @property
    def day(self) -> date:
        """The day, in the program's zone, that the decision goes by."""
        return self.facts.decided_at.astimezone(self.zone).date()

    @property
    def joined_on(self) -> date | None:
        """The day on which the member joined."""
        joined_at = self.facts.member.joined_at
        return joined_at.astimezone(self.zone).date() if joined_at else None

    @property
    def days_since_joining(self) -> int | None:
        """Whole days that they have been a member."""
        joined_on = self.joined_on
        return (self.day - joined_on).days if joined_on else None


_OF_FACTS: Final[dict[str, Callable[[FactsLook], Seen]]] = {
    "event.source": lambda look: look.event.source if look.event else "order",
    "event.date": lambda look: look.day,
    "event.weekday": lambda look: look.day.isoweekday(),
    "event.hour": lambda look: look.facts.decided_at.astimezone(look.zone).hour,
    "member.tags": lambda look: look.facts.member.tags,
    "member.tier": lambda look: look.facts.member.tier,
    "member.plans": lambda look: look.facts.member.plans,
    "member.order_number": lambda look: look.facts.member.order_number or None,
    "member.joined_on": lambda look: look.joined_on,
    "member.days_since_joining": lambda look: look.days_since_joining,
    "member.subscribed": lambda look: look.facts.member.subscribed,
}


class OrderLook:
    """Looks at an order, in one of its moneys, and at one of its lines where it is about one."""

    __slots__ = ("base", "currency", "facts", "line", "money", "order", "units")

    def __init__(self, order: Order, money: Money, base: int, units: dict[int, int], facts: FactsLook) -> None:
        self.order, self.money, self.base, self.units, self.facts = order, money, base, units, facts
        self.currency = order.presentment_currency if money == "presentment" else order.currency
        self.line: OrderLine | None = None

    def at(self, line: OrderLine | None) -> OrderLook:
        """The same look, at another line; None for delivery, of which no line's field is known."""
        self.line = line
        return self

    def __call__(self, field: str) -> Seen:
        """What a field is, None where that is not known."""
        if field in _OF_ORDER:
            return _OF_ORDER[field](self)
        if field in _OF_LINE:
            return _OF_LINE[field](self, self.line) if self.line is not None else None
        return self.facts(field)

    def amount(self, minor: int) -> Decimal:
        """An amount of the money used, in whole units."""
        return Decimal(minor).scaleb(-exponent(self.currency))

    def traits(self, line: OrderLine) -> ProductTraits:
        """What is known of a line's product."""
        return self.facts.facts.products.get(line.product_id or 0, _UNKNOWN_PRODUCT)


def _each(texts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


_OF_ORDER: Final[dict[str, Callable[[OrderLook], Seen]]] = {
    "order.base": lambda look: look.amount(look.base),
    "order.total": lambda look: look.amount(side(look.order.total, look.money)),
    "order.currency": lambda look: look.order.presentment_currency,
    "order.shop_currency": lambda look: look.order.currency,
    "order.source": lambda look: look.order.source_name or None,
    "order.tags": lambda look: look.order.tags,
    "order.discount_codes": lambda look: _each([one.code for one in look.order.discounts]),
    "order.units": lambda look: sum(look.units.values()),
    "order.skus": lambda look: _each([line.sku for line in look.order.lines]),
    "order.vendors": lambda look: _each([line.vendor for line in look.order.lines]),
    "order.product_ids": lambda look: _each([str(line.product_id or "") for line in look.order.lines]),
    "order.product_tags": lambda look: _each([tag for line in look.order.lines for tag in look.traits(line).tags]),
    "order.collection_ids": lambda look: _each(
        [str(one) for line in look.order.lines for one in look.traits(line).collection_ids]
    ),
}
_OF_LINE: Final[dict[str, Callable[[OrderLook, OrderLine], Seen]]] = {
    "line.price": lambda look, line: look.amount(side(line.unit_price, look.money)),
    "line.units": lambda look, line: look.units[line.line_id],
    "line.sku": lambda look, line: line.sku or None,
    "line.vendor": lambda look, line: line.vendor or None,
    "line.product_id": lambda look, line: str(line.product_id) if line.product_id else None,
    "line.variant_id": lambda look, line: str(line.variant_id) if line.variant_id else None,
    "line.discounted": lambda look, line: side(line.discount, look.money) > 0,
    "product.tags": lambda look, line: look.traits(line).tags,
    "product.collection_ids": lambda look, line: tuple(str(one) for one in look.traits(line).collection_ids),
    "product.type": lambda look, line: look.traits(line).product_type or None,
    "product.vendor": lambda look, line: look.traits(line).vendor or line.vendor or None,
}

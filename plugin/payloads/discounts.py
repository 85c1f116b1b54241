"""Which discount codes an order used and what each took off, from the parts that lines and shipping carry.

A shop sends one entry for each discount that it applied, codes among them, and with every line the parts that fell on
it, each with the entry's index. Parts are summed as sent: they are rounded unevenly and cannot be worked out again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.events import AmountPair, OrderDiscount
from plugin.payloads.amounts import ZERO, Codes, minor, pair, total
from plugin.payloads.fields import Source, Unreadable, objects, whole_number, word

DiscountKind = Literal["amount", "percent", "shipping"]

_APPLICATIONS_MAXIMUM = 250
_KINDS: Mapping[str, DiscountKind] = {"percentage": "percent", "shipping": "shipping"}


@dataclass(slots=True)
class _Code:
    code: str
    kind: DiscountKind
    plain: AmountPair = ZERO
    parts: list[AmountPair] = field(default_factory=list)


class CodesUsed:
    """The codes of one order, in their order, with the parts that were found of each."""

    def __init__(self) -> None:
        self._codes: list[_Code] = []
        self._by_code: dict[str, int] = {}
        self._by_index: dict[int, int] = {}

    def entry(self, index: int, code: str, kind: DiscountKind) -> None:
        """The entry of a code, whatever its case. One with two entries is called by what it does to lines."""
        known = self._known(code, kind)
        if known.kind == "shipping":
            known.kind = kind
        self._by_index[index] = self._by_code[code.casefold()]

    def amount(self, code: str, kind: DiscountKind, plain: AmountPair) -> None:
        """What a code took off in all, as the order says; it counts where no part of it is found."""
        self._known(code, kind).plain = plain

    def _known(self, code: str, kind: DiscountKind) -> _Code:
        position = self._by_code.setdefault(code.casefold(), len(self._codes))
        if position == len(self._codes):
            self._codes.append(_Code(code, kind))
        return self._codes[position]

    def took(self, parts: Iterable[tuple[int | None, AmountPair]]) -> tuple[tuple[int, AmountPair], ...]:
        """Note parts by the index of their entry; returns those of codes, summed, by the code's position."""
        sums: dict[int, AmountPair] = {}
        for index, amount in parts:
            position = None if index is None else self._by_index.get(index)
            if position is not None:
                self._codes[position].parts.append(amount)
                sums[position] = total([sums.get(position, ZERO), amount], "discount_allocations")
        return tuple(sorted(sums.items()))

    def discounts(self) -> tuple[OrderDiscount, ...]:
        """All codes with what they took off."""
        return tuple(
            OrderDiscount(one.code, one.kind, total(one.parts, "discount_allocations") if one.parts else one.plain)
            for one in self._codes
        )


def codes_used(body: Source, codes: Codes) -> CodesUsed:
    """The codes in the body of an order. What the merchant took off by hand or a rule of theirs is none."""
    used = CodesUsed()
    applications = _bounded(body, "discount_applications")
    for index, application in enumerate(applications):
        if application.get("type") == "discount_code":
            code = word(application.get("code"), f"discount_applications[{index}].code")
            if code:
                used.entry(index, code, _kind(application))
    by_hand = {word(one.get("title"), "title").casefold() for one in applications if one.get("type") != "discount_code"}
    for index, given in enumerate(_bounded(body, "discount_codes")):
        code = word(given.get("code"), f"discount_codes[{index}].code")
        if code and code.casefold() not in by_hand:
            used.amount(code, _KINDS.get(str(given.get("type")), "amount"), _plain(given, codes, index))
    return used


def allocated(source: Source, codes: Codes) -> list[tuple[int | None, AmountPair]]:
    """The discounts that fell on a line or on shipping: the index of each one's entry, and its amount."""
    parts = objects(source, "discount_allocations")
    try:
        return [(_index(part), pair(part, "amount", codes)) for part in parts]
    except Unreadable as error:
        raise error.inside("discount_allocations") from None


def _plain(given: Source, codes: Codes, index: int) -> AmountPair:
    """An amount without a set: in shop currency, and in the shopper's only where it is the same one."""
    if given.get("amount") is None:
        return ZERO
    amount = minor(given["amount"], codes.shop_exponent, f"discount_codes[{index}].amount")
    return AmountPair(amount, amount if codes.same else 0)


def _bounded(body: Source, name: str) -> list[dict[str, Any]]:
    items = objects(body, name)
    if len(items) > _APPLICATIONS_MAXIMUM:
        raise Unreadable(f"{name}: has more than {_APPLICATIONS_MAXIMUM} entries")
    return items


def _kind(application: Source) -> DiscountKind:
    if application.get("target_type") == "shipping_line":
        return "shipping"
    return "percent" if application.get("value_type") == "percentage" else "amount"


def _index(part: Source) -> int | None:
    index = part.get("discount_application_index")
    return None if index is None else whole_number(index, "discount_application_index", 0)

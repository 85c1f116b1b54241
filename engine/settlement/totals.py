"""What the events of a statement come to: sums by kind and currency, and per currency what is due, rounded once.

Pure. Amounts of events are millionths of a minor unit (`micros`), above zero where the partner owes the program.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.partners.money import due_minor


@dataclass(frozen=True, slots=True)
class KindTotal:
    """The sum of the events of one kind in one currency."""

    kind: str
    currency: str
    events: int
    points: int
    micros: int
    prepaid_micros: int


@dataclass(frozen=True, slots=True)
class Due:
    """What a statement comes to in one currency, in minor units: above zero the partner pays, below zero the program.

    `covered_minor` was taken from what the partner paid beforehand (below zero: went back there), `to_pay_minor` is
    left; the two add up to `due_minor`.
    """

    currency: str
    micros: int
    due_minor: int
    covered_minor: int
    to_pay_minor: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of a statement, in the order of currency and kind."""

    kinds: tuple[KindTotal, ...]
    dues: tuple[Due, ...]


def totals_of(events: Iterable[KindTotal]) -> Totals:
    """The sums of events, or of sums of events: however they are cut into parts, the result is the same."""
    sums: dict[tuple[str, str], list[int]] = {}
    for one in events:
        parts = sums.setdefault((one.currency, one.kind), [0, 0, 0, 0])
        for place, part in enumerate((one.events, one.points, one.micros, one.prepaid_micros)):
            parts[place] += part
    kinds = tuple(KindTotal(kind, currency, *parts) for (currency, kind), parts in sorted(sums.items()))
    currencies = sorted({one.currency for one in kinds})
    return Totals(kinds, tuple(_due(currency, kinds) for currency in currencies))


def _due(currency: str, kinds: Iterable[KindTotal]) -> Due:
    mine = [one for one in kinds if one.currency == currency]
    micros = sum(one.micros for one in mine)
    due = due_minor(micros)
    to_pay = due_minor(micros - sum(one.prepaid_micros for one in mine))
    return Due(currency, micros, due, due - to_pay, to_pay)

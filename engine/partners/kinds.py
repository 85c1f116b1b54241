"""The kinds of partner events: which rate prices their points, for whom, and which cap counts them."""

from __future__ import annotations

from typing import Literal, NamedTuple

from engine.partners.definitions import AgreementDefinition, CapKind
from engine.partners.money import micros_of

EventKind = Literal[
    "issued", "clawed_back", "payment", "payment_reversed", "redeemed", "redemption_reversed", "exchanged", "adjusted"
]


class PointsRule(NamedTuple):
    """How a kind of event counts its points."""

    rate: Literal["buy", "redeem"]
    sign: Literal[1, -1]
    """Above zero: the partner owes the program."""
    cap: CapKind
    cap_sign: Literal[1, -1]


POINTS_RULES: dict[EventKind, PointsRule] = {
    "issued": PointsRule("buy", 1, "issued", 1),
    "clawed_back": PointsRule("buy", -1, "issued", -1),
    "redeemed": PointsRule("redeem", -1, "redeemed", 1),
    "exchanged": PointsRule("redeem", -1, "redeemed", 1),
    "redemption_reversed": PointsRule("redeem", 1, "redeemed", -1),
}
"""Kinds that are priced by their points. The others name an amount; points of an adjustment are for the record only."""

LIMITED: frozenset[EventKind] = frozenset({"issued", "payment", "redeemed", "exchanged"})
"""Kinds that give something new: a cap or prepaid money that is used up refuses them. All others always go through."""


def micros_for(kind: EventKind, points: int, definition: AgreementDefinition) -> int:
    """What an event of a kind that is priced by its points comes to, signed. Raises KeyError for the other kinds."""
    rule = POINTS_RULES[kind]
    rate = definition.buy_rate if rule.rate == "buy" else definition.redeem_rate
    return rule.sign * micros_of(points, rate, definition.currency)

"""How an order was paid, as far as a body tells: with gift cards and store credit, or with anything else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from engine.events import AmountPair, Tender
from plugin.payloads.amounts import ZERO, total
from plugin.payloads.fields import Source, Unreadable

TenderKind = Literal["gift_card", "store_credit", "other"]

_GATEWAYS_MAXIMUM = 100


def kind_of_gateway(gateway: object, field: str) -> TenderKind:
    """What a gateway's name stands for: "gift_card", "shopify_store_credit", or any other one."""
    if gateway is None:
        return "other"
    if type(gateway) is not str:
        raise Unreadable(f"{field}: is not a text")
    name = gateway.lower().replace(" ", "_").replace("-", "_")
    if "gift_card" in name:
        return "gift_card"
    return "store_credit" if "store_credit" in name else "other"


def gateways_of(body: Source) -> frozenset[TenderKind] | None:
    """What the gateways of an order stand for; None where its body does not name them."""
    names = body.get("payment_gateway_names")
    if names is None:
        return None
    if type(names) is not list or len(names) > _GATEWAYS_MAXIMUM:
        raise Unreadable("payment_gateway_names: is not a short list")
    return frozenset(kind_of_gateway(name, "payment_gateway_names") for name in names)


def tenders_by_gateway(gateways: frozenset[TenderKind] | None, whole: AmountPair) -> tuple[Tender, ...] | None:
    """A webhook names gateways but no amounts: known only when all was paid in one way."""
    if gateways is None or len(gateways) > 1:
        return None
    kind: TenderKind = next(iter(gateways), "other")
    return (Tender(kind, whole),) if whole != ZERO else ()


def summed(parts: Iterable[tuple[TenderKind, AmountPair]], change: AmountPair = ZERO) -> tuple[Tender, ...]:
    """The parts of a payment by their kind, less the change that was given back."""
    sums: dict[TenderKind, AmountPair] = {"gift_card": ZERO, "store_credit": ZERO, "other": ZERO}
    for kind, amount in parts:
        sums[kind] = total([sums[kind], amount], "transactions")
    left = sums["other"]
    sums["other"] = AmountPair(max(left.shop - change.shop, 0), max(left.presentment - change.presentment, 0))
    return tuple(Tender(kind, amount) for kind, amount in sums.items() if amount != ZERO)

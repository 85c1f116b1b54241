"""Reading the Admin GraphQL API's way of writing things: connections, money in both currencies, ids."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.events import AmountPair
from plugin.payloads.amounts import NODE_NAMES, Codes, pair_of_set, total
from plugin.payloads.fields import Source, mapping, objects


def amount_of(source: Source, field: str, codes: Codes) -> AmountPair:
    """Both amounts of a MoneyBag, each 0 or more."""
    return pair_of_set(source.get(field), codes, field, NODE_NAMES)


def sum_of(items: Iterable[Source], field: str, codes: Codes) -> AmountPair:
    """The sum of a MoneyBag over items."""
    return total([amount_of(item, field, codes) for item in items], field)


def nodes_of(source: Source, connection: str) -> list[dict[str, Any]]:
    """The nodes of a connection that was asked for."""
    return objects(mapping(source.get(connection), connection), "nodes")


def is_whole(source: Source, connection: str) -> bool:
    """Whether a connection has no further page."""
    page = mapping(source.get(connection), connection).get("pageInfo")
    return mapping(page, "pageInfo").get("hasNextPage") is False

"""Values as the Admin API writes them: decimals, money, connections with cursors."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from graphql import GraphQLError

Node = dict[str, Any]


def decimal_text(amount: Decimal | str) -> str:
    """E.g. "57.0" for 57.00 and "6.07" for 6.07: no zeros at the end beyond the first decimal."""
    text = format(Decimal(amount).normalize(), "f")
    return text if "." in text else f"{text}.0"


def money(amount: Decimal | str, currency: str) -> Node:
    """A MoneyV2."""
    return {"amount": decimal_text(amount), "currencyCode": currency}


def money_bag(money_set: Mapping[str, Any]) -> Node:
    """A MoneyBag from a payload's money set."""
    shop, presentment = money_set["shop_money"], money_set["presentment_money"]
    return {
        "shopMoney": money(shop["amount"], shop["currency_code"]),
        "presentmentMoney": money(presentment["amount"], presentment["currency_code"]),
    }


def user_error(path: Sequence[str] | None, message: str, code: str | None = None, **more: Any) -> Node:
    """An entry of userErrors."""
    return {"field": list(path) if path is not None else None, "message": message, "code": code, **more}


def paginate(items: Sequence[Node], arguments: Mapping[str, Any]) -> Node:
    """A connection over items in their order. An item may say where it stands by `__position`, else its index does.

    With positions a cursor stays good although items move: it is what was read, not how many.
    """
    ordered = list(reversed(items)) if arguments.get("reverse") else list(items)
    placed = [(item.get("__position", [index]), item) for index, item in enumerate(ordered)]
    after, before = arguments.get("after"), arguments.get("before")
    if after is not None:
        placed = [one for one in placed if _is_after(one[0], _read(after), bool(arguments.get("reverse")))]
    if before is not None:
        placed = [one for one in placed if _is_after(_read(before), one[0], bool(arguments.get("reverse")))]
    first, last = arguments.get("first"), arguments.get("last")
    if first is None and last is None:
        raise GraphQLError("you must provide one of first or last", extensions={"code": "BAD_REQUEST"})
    size = first if first is not None else last
    if not isinstance(size, int) or not 0 <= size <= 250:
        raise GraphQLError("first and last must be between 0 and 250", extensions={"code": "BAD_REQUEST"})
    page = placed[:size] if first is not None else placed[len(placed) - min(size, len(placed)) :]
    cursors = [_cursor(position) for position, _ in page]
    return {
        "nodes": [item for _, item in page],
        "edges": [{"cursor": cursor, "node": item} for cursor, (_, item) in zip(cursors, page, strict=True)],
        "pageInfo": {
            "hasNextPage": len(placed) > len(page) if first is not None else before is not None,
            "hasPreviousPage": after is not None if first is not None else len(placed) > len(page),
            "startCursor": cursors[0] if cursors else None,
            "endCursor": cursors[-1] if cursors else None,
        },
    }


def _is_after(position: Sequence[Any], other: Sequence[Any], reverse: bool) -> bool:
    mine, theirs = [str(part).zfill(20) for part in position], [str(part).zfill(20) for part in other]
    # Items without a position are counted in the order in which they are shown, reversed or not.
    return mine < theirs if reverse and len(mine) > 1 else mine > theirs


def _cursor(position: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode("\n".join(str(part) for part in position).encode()).decode()


def _read(cursor: str) -> list[str]:
    try:
        return base64.b64decode(cursor, altchars=b"-_", validate=True).decode().split("\n")
    except (binascii.Error, ValueError):
        raise GraphQLError("Invalid cursor for current pagination sort.", extensions={"code": "BAD_REQUEST"}) from None

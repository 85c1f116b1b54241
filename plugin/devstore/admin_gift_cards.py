"""Gift cards as the Admin API makes, finds and ends them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from plugin.devstore.admin_values import Node, money, user_error
from plugin.devstore.customer_payloads import gid, gid_number
from plugin.devstore.documents import Document
from plugin.devstore.gift_cards import CODE_LENGTHS, new_code, normalized
from plugin.devstore.seed import SHOP
from plugin.devstore.store import Store

Input = dict[str, Any]


class GiftCardRoots:
    """`giftCards`, `giftCard`, `giftCardCreate` and `giftCardDeactivate`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, input: Input) -> Node:  # noqa: A002  # the schema's own name
        """Issue a gift card; its whole code is told this once. A code of the app's own is refused as TAKEN later."""
        given = input.get("initialAmount") or {"amount": input.get("initialValue"), "currencyCode": SHOP.currency}
        code = normalized(input.get("code") or new_code())
        error = self._problem(given.get("amount"), code)
        if error is not None:
            return {"giftCard": None, "giftCardCode": None, "userErrors": [error]}
        card = self._store.gift_cards.create(
            Decimal(str(given["amount"])),
            given["currencyCode"],
            code=code,
            expires_on=input.get("expiresOn"),
            note=input.get("note"),
            customer_gid=input.get("customerId"),
        )
        return {"giftCard": _node(card), "giftCardCode": code, "userErrors": []}

    def deactivate(self, id: str) -> Node:  # noqa: A002  # the schema's own name
        """End a gift card for good; one that has ended stays as it is."""
        card = self._store.gift_cards.by_number(gid_number(id, "GiftCard") or 0)
        if card is None:
            return {"giftCard": None, "userErrors": [user_error(["id"], "Gift card not found", "GIFT_CARD_NOT_FOUND")]}
        return {"giftCard": _node(self._store.gift_cards.deactivate(card)), "userErrors": []}

    def found(self, query: str | None = None, **_page: Any) -> list[Node]:
        """Gift cards; `query` may be a code or its last characters."""
        return [_node(card) for card in self._store.gift_cards.found(query or "")]

    def by_id(self, id: str) -> Node | None:  # noqa: A002  # the schema's own name
        """The gift card with that id, or null."""
        card = self._store.gift_cards.by_number(gid_number(id, "GiftCard") or 0)
        return None if card is None else _node(card)

    def _problem(self, amount: Any, code: str) -> Node | None:
        try:
            positive = Decimal(str(amount)) > 0
        except InvalidOperation:
            positive = False
        if not positive:
            return user_error(["input", "initialAmount"], "Initial value must be greater than 0", "GREATER_THAN")
        if len(code) not in CODE_LENGTHS or not code.isalnum():
            return user_error(["input", "code"], "Code must have 8 to 20 letters and digits", "INVALID")
        if self._store.gift_cards.by_code(code) is not None:
            return user_error(["input", "code"], "Code has already been taken", "TAKEN")
        return None


def _node(card: Document) -> Node:
    last = card["code"][-4:]
    return {
        "__typename": "GiftCard",
        "id": gid("GiftCard", card["number"]),
        "lastCharacters": last,
        "maskedCode": f"•••• •••• •••• {last}",
        "enabled": card["enabled"],
        "deactivatedAt": card["ended_at"],
        "expiresOn": card["expires_on"],
        "note": card["note"],
        "balance": money(card["balance"], card["currency"]),
        "initialValue": money(card["initial"], card["currency"]),
        "createdAt": card["at"],
        "updatedAt": card["ended_at"] or card["at"],
        "customer": {"__typename": "Customer", "id": card["customer"]} if card["customer"] else None,
    }

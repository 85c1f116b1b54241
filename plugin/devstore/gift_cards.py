"""Gift cards of the shop: made by the app or the merchant, spent at the checkout, given back by refunds."""

from __future__ import annotations

import secrets
import string
from decimal import Decimal
from typing import Any

from plugin.devstore.amounts import text
from plugin.devstore.documents import Document, Documents
from plugin.devstore.errors import StoreError
from plugin.devstore.times import Clock, graphql_time

CODE_LENGTHS = range(8, 21)


class GiftCards:
    """Gift cards by their code, which is kept in small letters. Amounts are decimals of the card's currency."""

    def __init__(self, documents: Documents, clock: Clock) -> None:
        self._documents, self._clock = documents, clock

    def create(
        self, amount: Decimal, currency: str, *, code: str | None = None, expires_on: str | None = None,
        note: str | None = None, customer_gid: str | None = None,
    ) -> Document:  # fmt: skip
        """A new card. Raises StoreError for a code that another one has."""
        code = normalized(code) if code else new_code()
        with self._documents.together():
            if self.by_code(code) is not None:
                raise StoreError("Code has already been taken")
            card: dict[str, Any] = {
                "number": self._documents.next_id("gift_card"),
                "code": code,
                "currency": currency,
                "initial": text(amount, currency),
                "balance": text(amount, currency),
                "enabled": True,
                "expires_on": expires_on,
                "note": note,
                "customer": customer_gid,
                "at": graphql_time(self._clock()),
                "ended_at": None,
            }
            self._documents.put("gift_card", code, card)
        return card

    def all(self) -> list[Document]:
        """Every card."""
        return [card for card in self._documents.all("gift_card") if "number" in card]

    def by_code(self, code: str) -> Document | None:
        """The card with that code, however it is written, or None."""
        card = self._documents.get("gift_card", normalized(code))
        return card if card is not None and "number" in card else None

    def by_number(self, number: int) -> Document | None:
        """The card with that number in its id, or None."""
        return next((card for card in self.all() if card["number"] == number), None)

    def found(self, search: str) -> list[Document]:
        """Cards whose code, or the end of it, is searched for; all of them for nothing."""
        wanted = normalized(search.strip("'\""))
        return [card for card in self.all() if card["code"].endswith(wanted[-4:] if len(wanted) < 8 else wanted)]

    def usable(self, code: str) -> Document | None:
        """The card with that code if it can pay today."""
        card = self.by_code(code)
        if card is None or not card["enabled"]:
            return None
        today = self._clock().date().isoformat()
        return None if card["expires_on"] is not None and card["expires_on"] < today else card

    def deactivate(self, card: Document) -> Document:
        """End a card for good."""
        if card["enabled"]:
            card |= {"enabled": False, "ended_at": graphql_time(self._clock())}
            self._documents.put("gift_card", card["code"], card)
        return card

    def change(self, card: Document, amount: Decimal) -> None:
        """Spend (below zero) or give back."""
        card["balance"] = text(Decimal(card["balance"]) + amount, card["currency"])
        self._documents.put("gift_card", card["code"], card)


def normalized(code: str) -> str:
    """A code as it is kept, without what people put between its parts."""
    return code.lower().replace(" ", "").replace("-", "")


def new_code() -> str:
    """16 letters and digits."""
    return "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(16))

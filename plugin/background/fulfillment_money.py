"""Store credit and gift cards: money that is handed over when it is made, so that nothing can take it back later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.database import tenant_transaction
from engine.rewards.redemptions import handed_over
from plugin.background.fulfillment_place import Made, Place, made_of
from plugin.shopify.admin_client import AdminRefusedError

_CLOCKS_APART = timedelta(minutes=2)
"""How far the shop's clock may be behind the database's."""


@dataclass(frozen=True, slots=True)
class StoreCredits:
    """Store credit. It has no name of ours: it is known by customer, amount, time and, where it has one, its end.

    A customer's credits are made one after another, and one that is known to be another redemption's is left out.
    """

    place: Place

    async def find(self) -> Made | None:
        """The oldest credit since the redemption that is this amount and nobody else's."""
        made, _ = await self._look()
        return Made(made[0]["id"]) if made else None

    async def make(self) -> Made:
        """Credit the customer."""
        given = {"creditAmount": self.place.money, "notify": False}
        end = self._end()
        if end is not None:
            given["expiresAt"] = _time(end)
        answer = await self.place.run("store_credit_credit", {"id": self.place.customer, "input": given})
        return made_of(answer, "storeCreditAccountCredit", "storeCreditAccountTransaction")

    async def take_back(self) -> bool:
        """Money that was handed over counts as used."""
        return True

    async def undo(self) -> bool:
        """Debit what turned up, unless as much was debited since: an attempt may have died right after it did so.

        Spent meanwhile: the shop refuses, and that is told.
        """
        settled_at = self.place.one.settled_at
        turned_up, debits = await self._look(None if settled_at is None else settled_at + _CLOCKS_APART)
        if not turned_up or debits >= len(turned_up):
            return bool(turned_up)
        answer = await self.place.run(
            "store_credit_debit", {"id": turned_up[0]["account"], "input": {"debitAmount": self.place.money}}
        )
        made_of(answer, "storeCreditAccountDebit", "storeCreditAccountTransaction")
        return True

    async def _look(self, until: datetime | None = None) -> tuple[list[dict[str, Any]], int]:
        """The fitting credits, oldest first, made before `until` where given; how often as much was debited since."""
        one = self.place.one
        answer = await self.place.run("store_credit_transactions", {"customerId": self.place.customer})
        customer = answer.data.get("customer")
        if not isinstance(customer, dict):
            raise AdminRefusedError(("OWNER_NOT_FOUND",))
        entries = [
            {**entry, "account": account["id"], "at": datetime.fromisoformat(entry["createdAt"])}
            for account in customer["storeCreditAccounts"]["nodes"]
            for entry in account["transactions"]["nodes"]
        ]
        async with tenant_transaction(self.place.services.engine, one.program_id) as connection:
            others = await handed_over(connection, one)
        of_amount = [entry for entry in entries if self._is_of_amount(entry)]
        made = [
            entry
            for entry in sorted(of_amount, key=lambda entry: (entry["at"], entry.get("id", "")))
            if self._fits(entry) and entry["id"] not in others and (until is None or entry["at"] <= until)
        ]
        debits = [entry for entry in of_amount if entry["__typename"] == "StoreCreditAccountDebitTransaction"]
        return made, sum(entry["at"] >= made[0]["at"] for entry in debits) if made else 0

    def _is_of_amount(self, entry: dict[str, Any]) -> bool:
        money, wanted = entry["amount"], self.place.money
        return bool(
            money["currencyCode"] == wanted["currencyCode"]
            and abs(Decimal(money["amount"])) == Decimal(wanted["amount"])
            and entry["at"] >= self.place.one.created_at - _CLOCKS_APART
        )

    def _fits(self, entry: dict[str, Any]) -> bool:
        ends_at, end = entry.get("expiresAt"), self._end()
        return entry["__typename"] == "StoreCreditAccountCreditTransaction" and (
            end == (None if ends_at is None else datetime.fromisoformat(ends_at))
        )

    def _end(self) -> datetime | None:
        """When the credit ends: a moment that hardly any other credit ends at, which makes it known by that."""
        days = self.place.one.promise.lasts_days
        if days is None:
            return None
        return self.place.one.created_at.replace(microsecond=0) + timedelta(days=days)


@dataclass(frozen=True, slots=True)
class GiftCards:
    """A gift card with the redemption's own code. Its note, for the staff only, names the redemption."""

    place: Place

    async def find(self) -> Made | None:
        """The card with this code."""
        answer = await self.place.run("gift_cards_by_code", {"code": self.place.code.lower()})
        nodes = (answer.data.get("giftCards") or {}).get("nodes") or []
        return next((Made(node["id"]) for node in nodes if node.get("note") == self._note()), None)

    async def make(self) -> Made:
        """Issue the card."""
        one = self.place.one
        given: dict[str, Any] = {"initialAmount": self.place.money, "code": self.place.code, "note": self._note()}
        if one.promise.lasts_days is not None:
            given["expiresOn"] = (one.created_at + timedelta(days=one.promise.lasts_days)).date().isoformat()
        answer = await self.place.run("gift_card_create", {"input": given})
        return made_of(answer, "giftCardCreate", "giftCard")

    async def take_back(self) -> bool:
        """Money that was handed over counts as used."""
        return True

    async def undo(self) -> bool:
        """Deactivate a card that turned up; its code was never shown to anybody."""
        found = await self.find()
        if found is None:
            return False
        answer = await self.place.run("gift_card_deactivate", {"id": found.external_id})
        made_of(answer, "giftCardDeactivate", "giftCard")
        return True

    def _note(self) -> str:
        return f"Laurel redemption {self.place.one.redemption_id}"


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

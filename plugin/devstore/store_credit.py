"""Store credit: accounts of customers, one for each currency, with every entry that was made in them."""

from __future__ import annotations

from decimal import Decimal

from plugin.devstore.customer_payloads import gid, gid_number
from plugin.devstore.documents import Document, Documents
from plugin.devstore.times import Clock, graphql_time


class StoreCredit:
    """Accounts by their gid. Nothing here is idempotent, as on the platform."""

    def __init__(self, documents: Documents, clock: Clock) -> None:
        self._documents, self._clock = documents, clock

    def accounts(self, owner: str) -> list[Document]:
        """The accounts of a customer (their gid), one for each currency."""
        return [account for account in self._documents.all("store_credit") if account["owner"] == owner]

    def account(self, owner_or_account: str, currency: str) -> Document | None:
        """The account meant; a customer's is made when something is entered in it. None when there is no such one."""
        if gid_number(owner_or_account, "StoreCreditAccount") is not None:
            return self._documents.get("store_credit", owner_or_account)
        if gid_number(owner_or_account, "Customer") is None:
            return None
        known = next((one for one in self.accounts(owner_or_account) if one["currency"] == currency), None)
        return known or {"id": None, "owner": owner_or_account, "currency": currency, "transactions": []}

    def enter(self, account: Document, amount: Decimal, expires_at: str | None, event: str = "ADJUSTMENT") -> None:
        """Enter an amount, below zero to take it; it becomes the last of the account's `transactions`."""
        with self._documents.together():
            account["id"] = account["id"] or gid("StoreCreditAccount", self._documents.next_id("store_credit_account"))
            kind = "Credit" if amount > 0 else "Debit"
            number = self._documents.next_id("store_credit_transaction")
            account["transactions"].append(
                {
                    "id": gid(f"StoreCreditAccount{kind}Transaction", number),
                    "amount": str(amount),
                    "at": graphql_time(self._clock()),
                    "expires_at": expires_at,
                    "event": event,
                }
            )
            self._documents.put("store_credit", account["id"], account)

    def hand_over(self, from_owner: str, to_owner: str) -> None:
        """What one customer has becomes another one's, say when the shop merges them."""
        for account in self.accounts(from_owner):
            other = self.account(to_owner, account["currency"])
            if other is not None and balance(account) > 0:
                self.enter(other, balance(account), None)
            self._documents.delete("store_credit", account["id"])


def balance(account: Document) -> Decimal:
    """What an account holds."""
    return sum((Decimal(entry["amount"]) for entry in account["transactions"]), Decimal(0))

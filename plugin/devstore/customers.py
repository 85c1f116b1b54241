"""The shop's customers, as webhook bodies; changes tell the app."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from plugin.devstore.customer_payloads import Payload, address_payload, as_webhook, gid, new_customer, seeded_customer
from plugin.devstore.deliveries import DeliveryLog
from plugin.devstore.documents import Documents
from plugin.devstore.errors import NotThereError, StoreError
from plugin.devstore.seed import CUSTOMERS
from plugin.devstore.times import Clock, after, graphql_time, payload_time

_CHANGEABLE = frozenset({"first_name", "last_name", "email", "phone", "note", "verified_email", "state"})


class Customers:
    """Customers by id; the seeded ones are there from the start."""

    def __init__(self, documents: Documents, deliveries: DeliveryLog, clock: Clock) -> None:
        self._documents, self._deliveries, self._clock = documents, deliveries, clock
        for customer in CUSTOMERS:
            if documents.get("customer", customer.id) is None:
                address_id = documents.next_id("address")
                documents.put("customer", customer.id, seeded_customer(customer, address_id, payload_time(clock())))

    def all(self) -> list[Payload]:
        """Every customer, oldest first."""
        return self._documents.all("customer")

    def get(self, customer_id: int) -> Payload | None:
        """The customer's body, or None."""
        return self._documents.get("customer", customer_id)

    def required(self, customer_id: int) -> Payload:
        """The customer's body. Raises NotThereError."""
        customer = self.get(customer_id)
        if customer is None:
            raise NotThereError(f"There is no customer {customer_id}.")
        return customer

    def by_email(self, email: str) -> Payload | None:
        """The customer with that address, or None."""
        return next((one for one in self.all() if (one["email"] or "").lower() == email.lower()), None)

    def create(
        self, *, email: str | None, first_name: str, last_name: str, account: bool = True, event_id: str | None = None
    ) -> Payload:
        """A new customer; tells customers/create. Raises StoreError when the address is taken."""
        if email and self.by_email(email):
            raise StoreError("That e-mail address has an account already.")
        customer_id = self._documents.next_id("customer")
        body = new_customer(
            customer_id,
            email=email,
            first_name=first_name,
            last_name=last_name,
            at=payload_time(self._clock()),
            account=account,
        )
        body["default_address"] = address_payload(
            self._documents.next_id("address"),
            customer_id=customer_id,
            first_name=first_name,
            last_name=last_name,
            city="New York",
            country="United States",
            country_code="US",
        )
        body["addresses"] = [body["default_address"]]
        with self._documents.together():
            self._documents.put("customer", customer_id, body)
            self._deliveries.emit("customers/create", as_webhook(body), event_id=event_id)
        return body

    def update(self, customer_id: int, changes: Mapping[str, Any]) -> Payload:
        """Change fields of a customer; tells customers/update. Raises NotThereError, StoreError for other fields."""
        unknown = set(changes) - _CHANGEABLE
        if unknown:
            raise StoreError(f"Cannot change {', '.join(sorted(unknown))}.")
        body = self.required(customer_id)
        body |= changes
        body["updated_at"] = after(body["updated_at"], self._clock())
        with self._documents.together():
            self._documents.put("customer", customer_id, body)
            self._deliveries.emit("customers/update", as_webhook(body))
        return body

    def delete(self, customer_id: int) -> None:
        """Delete a customer; tells customers/delete. Raises NotThereError."""
        self.required(customer_id)
        with self._documents.together():
            self._documents.delete("customer", customer_id)
            self._deliveries.emit(
                "customers/delete",
                {"id": customer_id, "tax_exemptions": [], "admin_graphql_api_id": gid("Customer", customer_id)},
            )

    def consent(self, customer_id: int, *, subscribed: bool) -> Payload:
        """Take the newsletter or leave it; tells customers_email_marketing_consent/update and customers/update."""
        body = self.required(customer_id)
        at = after(body["updated_at"], self._clock())
        news = {
            "state": "subscribed" if subscribed else "unsubscribed",
            "opt_in_level": "single_opt_in",
            "consent_updated_at": at,
        }
        body |= {"email_marketing_consent": news, "updated_at": at}
        told = {"customer_id": customer_id, "email_address": body["email"], "email_marketing_consent": news}
        with self._documents.together():
            self._documents.put("customer", customer_id, body)
            self._deliveries.emit("customers_email_marketing_consent/update", told)
            self._deliveries.emit("customers/update", as_webhook(body))
        return body

    def absorb(self, kept_id: int, removed_id: int) -> None:
        """Make one customer of two: tags are joined, the removed one is gone; tells customers/merge."""
        tags = sorted({*self.tags(kept_id), *self.tags(removed_id)})
        with self._documents.together():
            self._documents.put("tags", kept_id, {"tags": tags})
            for kind in ("tags", "customer"):
                self._documents.delete(kind, removed_id)
            self._deliveries.emit(
                "customers/merge",
                {
                    "admin_graphql_api_customer_kept_id": gid("Customer", kept_id),
                    "admin_graphql_api_customer_deleted_id": gid("Customer", removed_id),
                    "admin_graphql_api_job_id": None,
                    "status": "completed",
                    "errors": [],
                },
            )

    def tags(self, customer_id: int) -> list[str]:
        """The tags of a customer, also of one whom this shop has never seen."""
        return list((self._documents.get("tags", customer_id) or {"tags": []})["tags"])

    def change_tags(self, customer_id: int, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> list[str]:
        """Add and remove tags (case does not matter); tells customer.tags_added and customer.tags_removed."""
        have = self.tags(customer_id)
        gone = {tag.lower() for tag in remove}
        removed = [tag for tag in have if tag.lower() in gone]
        kept = [tag for tag in have if tag.lower() not in gone]
        known = {tag.lower() for tag in kept}
        added = [tag for tag in dict.fromkeys(add) if tag.lower() not in known]
        tags = sorted(kept + added)
        at = graphql_time(self._clock())
        with self._documents.together():
            self._documents.put("tags", customer_id, {"tags": tags})
            customer = self.get(customer_id)
            if customer is not None:
                self._documents.put("customer", customer_id, customer | {"tags": ", ".join(tags)})
            for topic, changed in (("customer.tags_added", added), ("customer.tags_removed", removed)):
                if changed:
                    body = {"customerId": gid("Customer", customer_id), "tags": changed, "occurredAt": at}
                    self._deliveries.emit(topic, body)
        return tags

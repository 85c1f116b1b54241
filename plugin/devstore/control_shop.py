"""What scripts and tests ask of parcels, customers, products, codes and money, and what they read of the store."""

from __future__ import annotations

from decimal import Decimal

from starlette.routing import Route

from plugin.devstore.control_bodies import (
    ConsentBody,
    FulfillBody,
    GiftCardBody,
    MergeBody,
    OrderBody,
    ProductBody,
    StoreCreditBody,
    TagsBody,
)
from plugin.devstore.control_routes import Answer, control_route, reading_route
from plugin.devstore.customer_payloads import gid
from plugin.devstore.discounts import Discount
from plugin.devstore.errors import NotThereError
from plugin.devstore.misbehavior import fields_of
from plugin.devstore.seed import SHOP
from plugin.devstore.store import Store
from plugin.devstore.store_credit import balance


class ShopControl:
    """The routes, all below /devstore."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        """All of them."""
        orders = self._store.order_book
        return [
            control_route("fulfill", FulfillBody, lambda body: {"order": orders.fulfill(body.order_id, body.lines)}),
            control_route("deliver", OrderBody, lambda body: {"order": orders.deliver(body.order_id)}),
            control_route("customers/merge", MergeBody, self._merge),
            control_route("customers/tags", TagsBody, self._tags),
            control_route("customers/consent", ConsentBody, self._consent),
            control_route("products", ProductBody, self._product),
            control_route("gift-cards", GiftCardBody, self._gift_card),
            control_route("store-credit", StoreCreditBody, self._store_credit),
            reading_route(
                "discounts", lambda: {"discounts": [self._discount(one) for one in self._store.discounts.all()]}
            ),
            reading_route("gift-cards", lambda: {"gift_cards": self._store.gift_cards.all()}),
            reading_route("store-credit", self._accounts),
            reading_route("state", self._state),
        ]

    def _merge(self, body: MergeBody) -> Answer:
        return {"orders": self._store.merge_customers(body.kept_id, body.removed_id)}

    def _tags(self, body: TagsBody) -> Answer:
        return {"tags": self._store.people.change_tags(body.customer_id, add=body.add, remove=body.remove)}

    def _consent(self, body: ConsentBody) -> Answer:
        return {"customer": self._store.people.consent(body.customer_id, subscribed=body.subscribed)}

    def _product(self, body: ProductBody) -> Answer:
        product = self._store.product(body.handle)
        if product is None:
            raise NotThereError(f"There is no product {body.handle!r}.")
        return {"product": self._store.product_book.change(product, tags=body.tags, collections=body.collections)}

    def _gift_card(self, body: GiftCardBody) -> Answer:
        return {"gift_card": self._store.gift_cards.create(body.amount, SHOP.currency, code=body.code)}

    def _store_credit(self, body: StoreCreditBody) -> Answer:
        account = self._store.credit.account(gid("Customer", body.customer_id), SHOP.currency)
        if account is None:
            raise NotThereError(f"There is no customer {body.customer_id}.")
        self._store.credit.enter(account, body.amount, None)
        return {"balance": str(balance(account))}

    def _accounts(self) -> Answer:
        accounts = self._store.documents.all("store_credit")
        return {"accounts": [account | {"balance": str(balance(account))} for account in accounts]}

    def _discounts(self) -> Answer:
        return {"discounts": [self._discount(one) for one in self._store.discounts.all()]}

    def _discount(self, one: Discount) -> Answer:
        return {
            "id": one.id,
            "code": one.code,
            "title": one.title,
            "kind": one.kind,
            "class": one.discount_class,
            "value": one.value,
            "status": self._store.discounts.status(one),
            "starts_at": one.starts_at,
            "ends_at": one.ends_at,
            "usage_limit": one.usage_limit,
            "once_per_customer": one.once_per_customer,
            "minimum_subtotal": one.minimum_subtotal,
            "shipping_maximum": one.shipping_maximum,
            "customers": one.customer_ids,
            "variants": one.variant_ids,
            "combines_with": one.combines_with,
            "uses": len(one.used_by),
            "used_by": one.used_by,
            "orders": one.used_in,
        }

    def _state(self) -> Answer:
        """How much there is of everything, what is misbehaving, and how often it did."""
        store, misbehavior = self._store, self._store.misbehavior
        return {
            "shop": SHOP.domain,
            "installation": store.installation.read().status,
            "customers": len(store.customers()),
            "orders": len(store.orders()),
            "discounts": len(store.discounts.all()),
            "gift_cards": len(store.gift_cards.all()),
            "store_credit": str(sum((balance(one) for one in store.documents.all("store_credit")), Decimal(0))),
            "deliveries": store.deliveries.counts(),
            "admin_requests": misbehavior.requests,
            "spoiled": dict(misbehavior.spoiled),
            "misbehavior": fields_of(misbehavior),
        }

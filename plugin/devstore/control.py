"""What scripts and tests ask of the store without a browser: POST /devstore/… and GET /devstore/deliveries."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from plugin.devstore.checkouts import Checkout, RequestedLine
from plugin.devstore.control_bodies import (
    CheckoutBody,
    CustomerBody,
    EditBody,
    EmbedBody,
    LineBody,
    Nothing,
    OrderBody,
    PrivacyBody,
    RedeliverBody,
    RefundBody,
    ScopesBody,
)
from plugin.devstore.control_contracts import ContractControl
from plugin.devstore.control_routes import Answer, control_route
from plugin.devstore.control_shop import ShopControl
from plugin.devstore.errors import NotThereError, StoreError
from plugin.devstore.misbehavior import MisbehaviorChange, fields_of
from plugin.devstore.privacy_requests import ask_for_privacy
from plugin.devstore.store import Store


class Control:
    """The routes. Refusals are 400 (404 for what is not there) with `{"error": text}`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        """All of them."""
        store = self._store
        return [
            control_route("checkout", CheckoutBody, self._checkout),
            control_route("refund", RefundBody, self._refund),
            control_route("cancel", OrderBody, lambda body: {"order": store.cancel(body.order_id)}),
            control_route("mark-paid", OrderBody, lambda body: {"order": store.order_book.mark_paid(body.order_id)}),
            control_route(
                "edit", EditBody, lambda body: {"order": self._store.edit_order(body.order_id, body.removals)}
            ),
            control_route("customers", CustomerBody, self._customer),
            control_route("privacy", PrivacyBody, self._privacy),
            control_route("uninstall", Nothing, lambda _: self._installation(store.uninstall_app)),
            control_route("reinstall", Nothing, lambda _: self._installation(store.reinstall_app)),
            control_route("expire-tokens", Nothing, lambda _: self._installation(store.installation.expire_tokens)),
            control_route("scopes", ScopesBody, self._scopes),
            control_route("embed", EmbedBody, self._embed),
            control_route("misbehave", MisbehaviorChange, self._misbehave),
            control_route("redeliver", RedeliverBody, self._redeliver),
            *ShopControl(store).routes(),
            *ContractControl(store).routes(),
            Route("/devstore/deliveries", self._deliveries, methods=["GET"]),
            Route("/devstore/orders", self._orders, methods=["GET"]),
            Route("/devstore/id-token", self._id_token, methods=["GET"]),
        ]

    def _checkout(self, body: CheckoutBody) -> Answer:
        customer_id = body.customer_id
        if body.new_customer:
            name = (body.email or "new shopper").partition("@")[0].title()
            made = self._store.create_customer(email=body.email, first_name=name, last_name="Shopper", account=False)
            customer_id = made["id"]
        order = self._store.place_order(
            Checkout(
                lines=tuple(self._line(line) for line in body.lines),
                customer_id=customer_id,
                email=body.email,
                discount_codes=(*([body.discount] if body.discount else []), *body.discounts),
                currency=body.currency,
                tax_rate=body.tax_rate,
                taxes_included=body.taxes_included,
                test=body.test,
                paid=body.paid,
                locale=body.locale,
                gift_cards=tuple(body.gift_cards),
                store_credit=body.store_credit,
                source_name=body.source_name,
                tags=tuple(body.tags),
            )
        )
        return {"order": order, "deliveries": self._owed(order["id"])}

    def _line(self, line: LineBody) -> RequestedLine:
        variant_id = line.variant_id
        if variant_id is None:
            product = self._store.product(line.handle or "")
            if product is None:
                raise NotThereError(f"There is no product {line.handle!r}.")
            variant_id = product.variant_id
        return RequestedLine(variant_id, line.quantity, tuple(line.properties.items()), line.selling_plan)

    def _refund(self, body: RefundBody) -> Answer:
        lines = dict(body.lines)
        if body.all:
            record = self._store.order_book.record(body.order_id)
            lines = {line["id"]: record.refundable(line) for line in record.body["line_items"]}
            lines = {line_id: count for line_id, count in lines.items() if count}
        refund = self._store.refund(body.order_id, lines, shipping=body.shipping or body.all, amount_only=body.amount)
        return {"refund": refund, "deliveries": self._owed(body.order_id)}

    def _customer(self, body: CustomerBody) -> Answer:
        given = body.model_dump(include={"email", "first_name", "last_name"}, exclude_none=True)
        if body.id is None:
            values = {"email": None, "first_name": "New", "last_name": "Shopper"} | given
            return {"customer": self._store.create_customer(**values)}
        if body.delete:
            self._store.people.delete(body.id)
            return {"customer": None}
        return {"customer": self._store.update_customer(body.id, given)}

    def _privacy(self, body: PrivacyBody) -> Answer:
        if body.topic == "shop/redact":
            self._store.redact_shop()
        elif body.customer_id is not None:
            ask_for_privacy(self._store, body.topic, body.customer_id)
        else:
            raise StoreError("Say which customer.")
        return {"topic": body.topic}

    def _installation(self, act: Callable[[], None]) -> Answer:
        act()
        return {"status": self._store.installation.read().status}

    def _scopes(self, body: ScopesBody) -> Answer:
        self._store.change_scopes(body.scopes)
        return {"scopes": self._store.installation.read().scopes}

    def _embed(self, body: EmbedBody) -> Answer:
        self._store.set_embed_enabled(body.enabled)
        return {"enabled": self._store.embed_enabled()}

    def _misbehave(self, body: MisbehaviorChange) -> Answer:
        self._store.misbehavior.change(body)
        return fields_of(self._store.misbehavior)

    def _redeliver(self, body: RedeliverBody) -> Answer:
        if not self._store.deliveries.redeliver(body.webhook_id):
            raise NotThereError("There is no such webhook.")
        return {"webhook_id": body.webhook_id}

    def _owed(self, order_id: int) -> list[Answer]:
        owed = self._store.deliveries.all(order_id)
        return [{"webhook_id": one.webhook_id, "topic": one.topic, "state": one.state} for one in owed]

    async def _deliveries(self, request: Request) -> JSONResponse:
        order = request.query_params.get("order", "")
        found = self._store.deliveries.all(int(order) if order.isdecimal() else None)
        return JSONResponse({"deliveries": [delivery.as_json() for delivery in found]})

    async def _orders(self, _request: Request) -> JSONResponse:
        return JSONResponse({"orders": self._store.orders()})

    async def _id_token(self, _request: Request) -> JSONResponse:
        return JSONResponse({"id_token": self._store.id_token()})

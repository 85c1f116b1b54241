"""What scripts and tests ask of the store without a browser: POST /devstore/… and GET /devstore/deliveries."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
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
from plugin.devstore.errors import NotThereError, StoreError
from plugin.devstore.misbehavior import MisbehaviorChange, fields_of
from plugin.devstore.store import Store

Answer = dict[str, Any]
BodyT = TypeVar("BodyT", bound=BaseModel)


class Control:
    """The routes. Refusals are 400 (404 for what is not there) with `{"error": text}`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            self._route("checkout", CheckoutBody, self._checkout),
            self._route("refund", RefundBody, self._refund),
            self._route("cancel", OrderBody, lambda body: {"order": self._store.cancel(body.order_id)}),
            self._route(
                "mark-paid", OrderBody, lambda body: {"order": self._store.order_book.mark_paid(body.order_id)}
            ),
            self._route("edit", EditBody, lambda body: {"order": self._store.edit_order(body.order_id, body.removals)}),
            self._route("customers", CustomerBody, self._customer),
            self._route("privacy", PrivacyBody, self._privacy),
            self._route("uninstall", Nothing, lambda _: self._installation(self._store.uninstall_app)),
            self._route("reinstall", Nothing, lambda _: self._installation(self._store.reinstall_app)),
            self._route("expire-tokens", Nothing, lambda _: self._installation(self._store.installation.expire_tokens)),
            self._route("scopes", ScopesBody, self._scopes),
            self._route("embed", EmbedBody, self._embed),
            self._route("misbehave", MisbehaviorChange, self._misbehave),
            self._route("redeliver", RedeliverBody, self._redeliver),
            Route("/devstore/deliveries", self._deliveries, methods=["GET"]),
            Route("/devstore/orders", self._orders, methods=["GET"]),
            Route("/devstore/id-token", self._id_token, methods=["GET"]),
        ]

    def _route(self, name: str, model: type[BodyT], act: Callable[[BodyT], Answer]) -> Route:
        async def endpoint(request: Request) -> JSONResponse:
            try:
                body = model.model_validate_json(await request.body() or b"{}")
                return JSONResponse(act(body))
            except ValidationError as error:
                return JSONResponse({"error": json.loads(error.json(include_url=False))}, status_code=400)
            except NotThereError as error:
                return JSONResponse({"error": str(error)}, status_code=404)
            except StoreError as error:
                return JSONResponse({"error": str(error)}, status_code=400)

        return Route(f"/devstore/{name}", endpoint, methods=["POST"])

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
        return RequestedLine(variant_id, line.quantity, tuple(line.properties.items()))

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
            self._store.ask_for_privacy(body.topic, body.customer_id)
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

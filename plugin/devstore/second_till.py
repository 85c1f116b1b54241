"""The counter of the demo's second shop, Harbor Coffee: a page on which somebody buys there and brings it back.

The second shop has nothing else of a store: what is bought becomes an order whose webhook is signed and sent as
Shopify would, with what names the first shop's member in its notes, or a code of theirs among its discounts.
"""

from __future__ import annotations

import json
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import jinja2
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from plugin.devstore.seed import SHOP
from plugin.devstore.store import Store
from plugin.devstore.times import header_time, payload_time
from plugin.devstore.webhooks_out import signature

DOMAIN = "harbor-coffee.myshopify.com"
NAME = "Harbor Coffee"
PATH = "/harbor-coffee"
BOARD = {
    "beans": ("A bag of beans", "18.50"),
    "cold-brew": ("Cold brew", "6.00"),
    "course": ("Barista course", "95.00"),
}
"""What is sold: title and price in the shop's currency."""
UNITS_MAXIMUM = 20
SALES_SHOWN = 20
_FIRST_ORDER = 5_200_000_000_001
_FILES = Path(__file__).resolve().parent / "second_till_files"
_POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_HEADERS = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"}
_NOTES = ("member", "click")


def routes(store: Store, client: httpx.AsyncClient) -> list[BaseRoute]:
    """The counter, all below /harbor-coffee."""
    till = SecondTill(store, client)
    return [
        Route(PATH, till.page, methods=["GET"]),
        Route(f"{PATH}/till.css", till.styles, methods=["GET"]),
        Route(f"{PATH}/buy", till.buy, methods=["POST"]),
        Route(f"{PATH}/return", till.bring_back, methods=["POST"]),
    ]


class SecondTill:
    """The pages. Sales are kept in the store's file, so that they can be brought back later."""

    def __init__(self, store: Store, client: httpx.AsyncClient) -> None:
        self._store = store
        self._client = client
        self._template = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_FILES), autoescape=True, trim_blocks=True, lstrip_blocks=True,
            undefined=jinja2.StrictUndefined,
        ).get_template("till.html")  # fmt: skip

    async def page(self, request: Request) -> Response:
        """The counter; whoever comes by a link of the first shop's brings the click in the address."""
        sales = sorted(self._store.documents.all("harbor_sale"), key=lambda sale: -int(sale["id"]))[:SALES_SHOWN]
        query = request.query_params
        content = self._template.render(
            shop=NAME, first_shop=SHOP.name, path=PATH, board=BOARD, currency=SHOP.currency, sales=sales,
            click=query.get("laurel_click", "")[:64], said=query.get("said", ""), units=UNITS_MAXIMUM,
        )  # fmt: skip
        return Response(content, 200, _HEADERS, "text/html; charset=utf-8")

    async def styles(self, _request: Request) -> Response:
        """The page's looks."""
        return Response((_FILES / "till.css").read_text(encoding="utf-8"), 200, None, "text/css; charset=utf-8")

    async def buy(self, request: Request) -> Response:
        """Sell something: one line, paid at once."""
        form = await request.form()
        sold, units = _text(form, "what"), _text(form, "units")
        if sold not in BOARD or not units.isdigit() or not 1 <= int(units) <= UNITS_MAXIMUM:
            return _back("wrong")
        notes = [{"name": f"laurel_{name}", "value": _text(form, name)} for name in _NOTES if _text(form, name)]
        order_id = self._store.documents.next_number("harbor_order", _FIRST_ORDER)
        order = self._order(order_id, *BOARD[sold], int(units), notes, _text(form, "code"))
        self._store.documents.put("harbor_sale", order_id, {**order, "returned": False})
        return _back("sold" if await self._tell("orders/paid", order) else "unheard")

    async def bring_back(self, request: Request) -> Response:
        """Take all of a sale back."""
        given = _text(await request.form(), "sale")
        sale = self._store.documents.get("harbor_sale", int(given)) if given.isdigit() and len(given) < 19 else None
        if sale is None or sale["returned"]:
            return _back("wrong")
        self._store.documents.put("harbor_sale", sale["id"], {**sale, "returned": True})
        return _back("returned" if await self._tell("refunds/create", self._refund(sale)) else "unheard")

    async def _tell(self, topic: str, body: dict[str, Any]) -> bool:
        """Send one webhook of the second shop; whether the app took it."""
        app, raw = self._store.app, json.dumps(body).encode()
        headers = {
            "Content-Type": "application/json", "X-Shopify-Topic": topic, "X-Shopify-Shop-Domain": DOMAIN,
            "X-Shopify-Hmac-Sha256": signature(app.api_secret, raw), "X-Shopify-API-Version": app.api_version,
            "X-Shopify-Webhook-Id": str(uuid.uuid4()), "X-Shopify-Event-Id": str(uuid.uuid4()),
            "X-Shopify-Triggered-At": header_time(self._store.clock()),
        }  # fmt: skip
        try:
            answer = await self._client.post(f"{app.url}{app.webhook_path}", content=raw, headers=headers, timeout=5.0)
        except httpx.HTTPError:
            return False
        return answer.is_success

    def _order(
        self, order_id: int, title: str, price: str, units: int, notes: list[dict[str, str]], code: str
    ) -> dict[str, Any]:
        at, total = payload_time(self._store.clock()), str(Decimal(price) * units)
        line = {
            "id": order_id * 10, "title": title, "quantity": units, "current_quantity": units, "price": price,
            "price_set": _money(price), "discount_allocations": [], "tax_lines": [], "gift_card": False,
        }  # fmt: skip
        return {
            "id": order_id, "name": f"HC{order_id - _FIRST_ORDER + 1001}", "currency": SHOP.currency,
            "presentment_currency": SHOP.currency, "taxes_included": False, "test": False, "financial_status": "paid",
            "created_at": at, "processed_at": at, "updated_at": at, "total_price": total,
            "total_price_set": _money(total), "line_items": [line], "refunds": [], "shipping_lines": [],
            "note_attributes": notes, "customer": None, "email": None,
            "discount_codes": [{"code": code, "amount": "0.00", "type": "fixed_amount"}] if code else [],
        }  # fmt: skip

    def _refund(self, sale: dict[str, Any]) -> dict[str, Any]:
        at, line = payload_time(self._store.clock()), sale["line_items"][0]
        total = sale["total_price"]
        taken = {
            "id": sale["id"] * 10 + 1, "line_item_id": line["id"], "quantity": line["quantity"], "line_item": line,
            "subtotal": total, "subtotal_set": _money(total), "total_tax": "0.00", "total_tax_set": _money("0.00"),
        }  # fmt: skip
        return {
            "id": sale["id"] * 10 + 2, "order_id": sale["id"], "created_at": at, "processed_at": at,
            "refund_line_items": [taken], "transactions": [], "order_adjustments": [],
        }  # fmt: skip


def _money(amount: str) -> dict[str, dict[str, str]]:
    one = {"amount": amount, "currency_code": SHOP.currency}
    return {"shop_money": one, "presentment_money": one}


def _text(form: FormData, name: str) -> str:
    """A short text of a form."""
    value = form.get(name)
    return value.strip()[:64] if isinstance(value, str) else ""


def _back(said: str) -> Response:
    return RedirectResponse(f"{PATH}?said={said}", 303)

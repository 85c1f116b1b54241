"""Builds the storefront's pages: what Liquid sees for a visit, the theme, and the app's blocks in their places."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from plugin.devstore.customer_payloads import gid
from plugin.devstore.liquid_blocks import ThemeExtension
from plugin.devstore.liquid_theme import Theme
from plugin.devstore.sessions import SESSION_COOKIE
from plugin.devstore.store import Store
from plugin.devstore.storefront_objects import (
    LANGUAGES,
    Liquid,
    cart_object,
    customer_object,
    full_name,
    order_object,
    product_object,
    routes_object,
    shop_object,
)

APP_EMBED = "launcher"
PRODUCT_BLOCK = "product-points"
GATE_BLOCK = "early-access"
GATED_PRODUCT = "first-harvest"
GATE_DAYS = (-3, 11)
"""From which day on members may have the gated product, and from which everybody; counted from today."""
EMBED_SETTINGS: Mapping[str, object] = {"accent": "#1d4a3c"}


class Pages:
    """Renders pages of one store. Templates are read once."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.theme = Theme()
        self.extension = ThemeExtension()

    def page(
        self, request: Request, language: str, template: str, *, status: int = 200, **extra: object
    ) -> HTMLResponse:
        """A page for this visit. `extra` are further Liquid objects, such as the product that the page is about."""
        objects = {**self.objects(request, language), **extra, "template": {"name": template}}
        blocks = self._blocks(template)
        if PRODUCT_BLOCK in blocks:
            objects["content_for_app_blocks"] = self.extension.render(PRODUCT_BLOCK, objects, EMBED_SETTINGS)
            product = extra.get("product")
            if isinstance(product, Mapping) and product.get("handle") == GATED_PRODUCT:
                blocks = [*blocks, GATE_BLOCK]
                objects["content_for_app_blocks"] += self.extension.render(GATE_BLOCK, objects, _gate())
        objects["content_for_header"] = self.extension.header(blocks)
        content = self.theme.render(template, objects)
        if APP_EMBED in blocks:
            embed = self.extension.render(APP_EMBED, objects, EMBED_SETTINGS)
            content = content.replace("</body>", f"{embed}\n</body>")
        return HTMLResponse(content, status, {"Cache-Control": "private, no-store"})

    def objects(self, request: Request, language: str) -> Liquid:
        """Liquid's global objects for this visit."""
        prefix = LANGUAGES[language][1]
        session = self.store.session(request.cookies.get(SESSION_COOKIE, ""))
        products = self.products(language)
        path = request.url.path.removeprefix(prefix) or "/"
        return {
            "shop": shop_object(self.store.shop),
            "app": {"metafields": _values(self.store.app_metafields())},
            "request": {"locale": {"iso_code": language}, "path": request.url.path, "design_mode": False},
            "routes": routes_object(prefix),
            "localization": {
                "available_languages": [
                    {"iso_code": code, "endonym_name": name, "url": (code_prefix + path).rstrip("/") or "/"}
                    for code, (name, code_prefix) in LANGUAGES.items()
                ]
            },
            "products": list(products.values()),
            "cart": cart_object(session.cart, self.store.shop.currency, products),
            "customer": self._customer(session.customer_id, prefix, products),
        }

    def products(self, language: str) -> dict[int, Liquid]:
        """Every product object by id, with its words in that language."""
        found = {}
        for product in self.store.products():
            words = {
                field: text
                for field in ("title", "description")
                if (text := self.theme.texts.find(f"products.{product.handle}.{field}", language)) is not None
            }
            metafields = _values(self.store.metafields(gid("Product", product.id)))
            found[product.id] = product_object(product, LANGUAGES[language][1], metafields, words)
        return found

    def people(self) -> list[Liquid]:
        """The shop's customers, for the log-in page."""
        return [
            {"id": one["id"], "name": full_name(one), "email": one["email"], "initial": full_name(one)[:1]}
            for one in self.store.customers()
        ]

    def order(self, token: str, language: str) -> Liquid | None:
        """The order object of an order's secret token, or None."""
        order = next((one for one in self.store.orders() if one["token"] == token), None)
        return order_object(order, LANGUAGES[language][1], self.products(language)) if order else None

    def _blocks(self, template: str) -> list[str]:
        """The app's blocks on this page: none at the checkout, none without the app, the embed while it is on."""
        if template == "checkout" or not self.store.installation.installed():
            return []
        embed = [APP_EMBED] if self.store.embed_enabled() else []
        return embed + ([PRODUCT_BLOCK] if template == "product" else [])

    def _customer(self, customer_id: int | None, prefix: str, products: dict[int, Liquid]) -> Liquid | None:
        customer = self.store.customer(customer_id) if customer_id is not None else None
        if customer is None:
            return None
        theirs = [
            order_object(order, prefix, products)
            for order in reversed(self.store.orders())
            if (order["customer"] or {}).get("id") == customer_id
        ]
        return customer_object(customer, theirs, _values(self.store.metafields(gid("Customer", customer["id"]))))


def _gate() -> Liquid:
    """What the merchant chose for the early access of a product: Gold and Laurel Plus first."""
    today = datetime.now(UTC).date()
    members_from, opens_at = (str(today + timedelta(days=days)) for days in GATE_DAYS)
    audience = "Gold, Laurel Plus"
    chosen = {"tiers": "gold", "plans": "laurel-plus", "audience": audience, "learn_url": "/products/laurel-plus"}
    return {**chosen, "members_from": members_from, "opens_at": opens_at, "hide_buying": True}


def _values(metafields: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Liquid:
    """Metafields as Liquid sees them: `namespace.key.value`, typed."""
    return {
        namespace: {key: {"value": _typed(field), "type": field["type"]} for key, field in fields.items()}
        for namespace, fields in metafields.items()
    }


def _typed(metafield: Mapping[str, Any]) -> object:
    kind, value = str(metafield["type"]), metafield["value"]
    readable = kind in ("json", "boolean", "number_integer") or kind.startswith("list.")
    return json.loads(value) if readable else value

"""A stand-in for Shopify's admin: the merchant's orders, customers and theme, and the frame that holds the app."""

from __future__ import annotations

import base64
from pathlib import Path
from urllib.parse import urlencode

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from plugin.devstore.errors import StoreError
from plugin.devstore.id_tokens import issue_id_token
from plugin.devstore.liquid_blocks import ThemeExtension
from plugin.devstore.payments import GIFT_CARD, STORE_CREDIT, payments_of
from plugin.devstore.store import Store
from plugin.devstore.storefront_objects import full_name

_FOLDER = Path(__file__).resolve().parent
_LOCALES = ("en", "zh-CN")
EXTENSION_HANDLE = "laurel-widgets"
_GATEWAYS = {GIFT_CARD: "Gift card", STORE_CREDIT: "Store credit", "manual": "Payment by hand"}


def routes(store: Store) -> list[BaseRoute]:
    """The admin, all below /admin."""
    admin = AdminFrame(store)
    return [
        Mount("/admin/assets", StaticFiles(directory=_FOLDER / "admin_frame_assets")),
        Route("/admin", admin.app, methods=["GET"]),
        Route("/admin/apps/{handle}", admin.app, methods=["GET"]),
        Route("/admin/apps/{handle}/{path:path}", admin.app, methods=["GET"]),
        Route("/admin/id-token", admin.id_token, methods=["POST"]),
        Route("/admin/extensions", admin.extensions, methods=["GET"]),
        Route("/admin/orders", admin.orders, methods=["GET"]),
        Route("/admin/orders/{order_id:int}", admin.order, methods=["GET"]),
        Route("/admin/orders/{order_id:int}/refund", admin.refund, methods=["POST"]),
        Route("/admin/orders/{order_id:int}/{action:str}", admin.act, methods=["POST"]),
        Route("/admin/customers", admin.customers, methods=["GET"]),
        Route("/admin/themes", admin.theme, methods=["GET", "POST"]),
        Route("/admin/themes/current/editor", admin.editor, methods=["GET"]),
    ]


class AdminFrame:
    """The pages. Nobody logs in: whoever sits at this machine is the merchant."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._extension = ThemeExtension()
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_FOLDER / "admin_frame_templates"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=jinja2.StrictUndefined,
        )
        self._templates.globals["full_name"] = full_name

    async def app(self, request: Request) -> Response:
        """The app in its frame, opened as the admin opens it: with a fresh ID token in the address."""
        app = self.store.app
        if not self.store.installation.installed():
            self.store.reinstall_app()
        host = f"admin.shopify.com/store/{self.store.shop.domain.removesuffix('.myshopify.com')}"
        query = {
            "embedded": "1",
            "host": base64.b64encode(host.encode()).decode().rstrip("="),
            "id_token": self._token(),
            "locale": _locale(request),
            "shop": self.store.shop.domain,
        }
        source = f"{app.url}/{request.path_params.get('path', '')}?{urlencode(query)}"
        return self._page(request, "app", source=source)

    async def id_token(self, request: Request) -> Response:
        """A fresh ID token for the frame, which asks by a message. Only for this origin: no page may read across."""
        return JSONResponse({"token": self._token()}, headers={"Cache-Control": "no-store"})

    async def extensions(self, request: Request) -> Response:
        """What `shopify.app.extensions()` says: the blocks of the theme app extension and whether they are in use."""
        status = {"body": "active" if self.store.embed_enabled() else "available", "section": "active"}
        activations = [
            {"handle": block.handle, "name": block.handle, "target": block.target, "status": status[block.target]}
            for block in self._extension.blocks.values()
        ]
        extension = {"handle": EXTENSION_HANDLE, "type": "theme_app_extension", "activations": activations}
        return JSONResponse({"extensions": [extension]}, headers={"Cache-Control": "no-store"})

    async def orders(self, request: Request) -> Response:
        """All orders, newest first."""
        return self._orders(request, None)

    def _orders(self, request: Request, error: str | None) -> Response:
        orders = list(reversed(self.store.orders()))
        return self._page(request, "orders", status=422 if error else 200, orders=orders, error=error)

    async def order(self, request: Request, error: str | None = None) -> Response:
        """One order, with what the merchant can do about it."""
        order_id = request.path_params["order_id"]
        if self.store.order(order_id) is None:
            return RedirectResponse("/admin/orders", 303)
        record = self.store.order_book.record(order_id)
        values = {"order": record.body, "payments": payments_of(record), "gateways": _GATEWAYS, "error": error}
        return self._page(request, "order", status=422 if error else 200, **values)

    async def refund(self, request: Request) -> Response:
        """Refund the chosen units, with or without shipping."""
        order_id = request.path_params["order_id"]
        form = await request.form()
        quantities = {
            int(name.removeprefix("line-")): int(str(value))
            for name, value in form.items()
            if name.startswith("line-") and str(value).isdigit() and int(str(value)) > 0
        }
        try:
            self.store.refund(order_id, quantities, shipping="shipping" in form)
        except StoreError as error:
            return await self.order(request, str(error))
        return RedirectResponse(f"/admin/orders/{order_id}", 303)

    async def act(self, request: Request) -> Response:
        """Send all that is left of an order, say that it arrived, or cancel it; then back to where that was asked."""
        order_id, action = request.path_params["order_id"], request.path_params["action"]
        back = "/admin/orders" if (await request.form()).get("return_to") == "/admin/orders" else None
        book = self.store.order_book
        acts = {"fulfill": book.fulfill, "deliver": book.deliver, "cancel": self.store.cancel}
        if action not in acts:
            return RedirectResponse("/admin/orders", 303)
        try:
            acts[action](order_id)
        except StoreError as error:
            return self._orders(request, str(error)) if back else await self.order(request, str(error))
        return RedirectResponse(back or f"/admin/orders/{order_id}", 303)

    async def customers(self, request: Request) -> Response:
        """All customers, with how many orders they placed."""
        buyers = [(order["customer"] or {}).get("id") for order in self.store.orders()]
        people = [(customer, buyers.count(customer["id"])) for customer in self.store.customers()]
        return self._page(request, "customers", people=people)

    async def theme(self, request: Request) -> Response:
        """The theme's app embeds, to switch on and off."""
        if request.method == "POST":
            self.store.set_embed_enabled("enabled" in await request.form())
            return RedirectResponse("/admin/themes", 303)
        return self._page(request, "theme", enabled=self.store.embed_enabled())

    async def editor(self, request: Request) -> Response:
        """Deep links into the theme editor end at the page with its switch."""
        return RedirectResponse("/admin/themes", 303)

    def _token(self) -> str:
        return issue_id_token(self.store.app, now=self.store.clock())

    def _page(self, request: Request, name: str, *, status: int = 200, **values: object) -> HTMLResponse:
        app = self.store.app
        content = self._templates.get_template(f"{name}.html").render(
            section=name, shop=self.store.shop, app=app, locale=_locale(request), **values
        )
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
            f"frame-src {app.url}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        return HTMLResponse(content, status, {"Content-Security-Policy": policy, "Cache-Control": "no-store"})


def _locale(request: Request) -> str:
    wanted = request.query_params.get("locale", "en")
    return wanted if wanted in _LOCALES else "en"

"""The demo store's storefront: the shop that a buyer walks through, in every language of the theme."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from plugin.devstore import liquid_blocks, liquid_theme
from plugin.devstore.errors import StoreError
from plugin.devstore.sessions import SESSION_COOKIE
from plugin.devstore.store import Store
from plugin.devstore.storefront_objects import LANGUAGES
from plugin.devstore.storefront_pages import Pages

Handler = Callable[[Request, str], Awaitable[Response]]

# What a browser runs: the theme's and the extension's own files only, so the demo proves that the widgets need no more.
SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def routes(store: Store) -> list[BaseRoute]:
    """Every address of the storefront, and its page for all that nothing else answers: put these routes last."""
    storefront = Storefront(store)
    found: list[BaseRoute] = [
        Mount(liquid_theme.ASSETS_PATH, StaticFiles(directory=storefront.pages.theme.assets)),
        Mount(liquid_blocks.ASSETS_PATH, StaticFiles(directory=storefront.pages.extension.assets)),
    ]
    # Longest prefix first, because each language ends with a route for every path that is left.
    for language, (_, prefix) in sorted(LANGUAGES.items(), key=lambda item: -len(item[1][1])):
        for path, (methods, handler) in storefront.handlers().items():
            endpoint = partial(_answer, handler, language)
            found.append(Route((prefix + path).rstrip("/") or "/", endpoint, methods=methods))
    return found


class Storefront:
    """Handlers take the request and the page's language."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.pages = Pages(store)

    def handlers(self) -> Mapping[str, tuple[list[str], Handler]]:
        """Path → methods and handler."""
        return {
            "/": (["GET"], self.home),
            "/collections/all": (["GET"], self.home),
            "/products/{handle}": (["GET"], self.product),
            "/cart": (["GET"], self.cart),
            "/cart/add": (["POST"], self.add_to_cart),
            "/cart/change": (["POST"], self.change_cart),
            "/checkout": (["POST"], self.checkout),
            "/account": (["GET"], self.account),
            "/account/login": (["GET", "POST"], self.log_in),
            "/account/logout": (["POST"], self.log_out),
            "/account/register": (["GET", "POST"], self.register),
            "/account/orders/{token}": (["GET"], self.order),
            "/{rest:path}": (["GET"], self.not_found),
        }

    async def home(self, request: Request, language: str) -> Response:
        """What is sold."""
        return self.pages.page(request, language, "index")

    async def product(self, request: Request, language: str) -> Response:
        """One product, with the app's block."""
        product = self.store.product(request.path_params["handle"])
        if product is None:
            return await self.not_found(request, language)
        return self.pages.page(request, language, "product", product=self.pages.products(language)[product.id])

    async def cart(self, request: Request, language: str, error: str | None = None) -> Response:
        """The cart, with the way to the checkout."""
        return self.pages.page(request, language, "cart", status=422 if error else 200, error=error)

    async def add_to_cart(self, request: Request, language: str) -> Response:
        """Add units, then show the cart."""
        form = await request.form()
        session = _session(request)
        try:
            self.store.add_to_cart(session, _whole(form.get("id")), _whole(form.get("quantity") or "1"))
        except StoreError as error:
            return await self.cart(request, language, str(error))
        return _go(language, "/cart", session)

    async def change_cart(self, request: Request, language: str) -> Response:
        """Set the units of a line, or enter a discount code."""
        form = await request.form()
        session = _session(request)
        try:
            if "discount" in form:
                code = str(form["discount"]).strip()
                self.store.set_discount_codes(session, [code] if code else [])
            else:
                self.store.change_cart(session, _whole(form.get("id")), _whole(form.get("quantity")))
        except StoreError as error:
            return await self.cart(request, language, str(error))
        return _go(language, "/cart", session)

    async def checkout(self, request: Request, language: str) -> Response:
        """Buy the cart; no payment is taken. Shows the new order."""
        form = await request.form()
        email = str(form.get("email") or "").strip() or None
        try:
            order = self.store.checkout(_session(request), email=email, locale=language)
        except StoreError as error:
            return await self.cart(request, language, str(error))
        return _go(language, f"/account/orders/{order['token']}?thanks=1", _session(request))

    async def order(self, request: Request, language: str) -> Response:
        """An order, for who knows its token; straight after the checkout with thanks."""
        order = self.pages.order(request.path_params["token"], language)
        if order is None:
            return await self.not_found(request, language)
        return self.pages.page(request, language, "order", order=order, thanks="thanks" in request.query_params)

    async def account(self, request: Request, language: str) -> Response:
        """The customer's orders; who is not logged in is asked to."""
        if self.store.session(_session(request)).customer_id is None:
            return _go(language, "/account/login", _session(request))
        return self.pages.page(request, language, "account")

    async def log_in(self, request: Request, language: str) -> Response:
        """Choose one of the shop's customers; there are no passwords here."""
        if request.method == "GET":
            return self.pages.page(request, language, "login", customers=self.pages.people())
        form = await request.form()
        session = _session(request)
        try:
            self.store.log_in(session, _whole(form.get("customer_id")))
        except StoreError as error:
            people = self.pages.people()
            return self.pages.page(request, language, "login", status=422, customers=people, error=str(error))
        return _go(language, "/", session)

    async def log_out(self, request: Request, language: str) -> Response:
        """Log out; the cart stays."""
        self.store.log_out(_session(request))
        return _go(language, "/", _session(request))

    async def register(self, request: Request, language: str) -> Response:
        """Make an account and log in."""
        if request.method == "GET":
            return self.pages.page(request, language, "register")
        form = await request.form()
        first, last, email = (str(form.get(name) or "").strip() for name in ("first_name", "last_name", "email"))
        session = _session(request)
        try:
            customer = self.store.create_customer(email=email, first_name=first, last_name=last)
            self.store.log_in(session, int(customer["id"]))
        except StoreError as error:
            return self.pages.page(request, language, "register", status=422, error=str(error))
        return _go(language, "/account", session)

    async def not_found(self, request: Request, language: str) -> Response:
        """No such page."""
        return self.pages.page(request, language, "404", status=404)


async def _answer(handler: Handler, language: str, request: Request) -> Response:
    response = await handler(request, language)
    response.headers["Content-Security-Policy"] = SECURITY_POLICY
    return response


def _session(request: Request) -> str:
    """The visit's id: from the cookie, else a new one for this request."""
    known = request.cookies.get(SESSION_COOKIE) or getattr(request.state, "session", None)
    request.state.session = known or secrets.token_urlsafe(24)
    return str(request.state.session)


def _go(language: str, path: str, session: str) -> Response:
    response = RedirectResponse((LANGUAGES[language][1] + path) or "/", 303)
    response.set_cookie(SESSION_COOKIE, session, max_age=30 * 86_400, httponly=True, samesite="lax")
    return response


def _whole(value: object) -> int:
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise StoreError("Please give a whole number.")
    return int(text)

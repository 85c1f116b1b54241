"""The demo store's storefront: the shop that a buyer walks through, in every language of the theme."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from plugin.devstore import liquid_blocks, liquid_theme
from plugin.devstore.errors import StoreError
from plugin.devstore.store import Store
from plugin.devstore.storefront_cart import CartPages
from plugin.devstore.storefront_objects import LANGUAGES
from plugin.devstore.storefront_pages import Pages
from plugin.devstore.storefront_visits import Handler, go, session_of, whole


def security_policy(app_url: str) -> str:
    """What a browser runs: the theme's and the extension's own files only; the demo proves that widgets need no more.

    Pictures of badges come from the app itself, as they do in a real shop.
    """
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: {app_url}; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def routes(store: Store) -> list[BaseRoute]:
    """Every address of the storefront, and its page for all that nothing else answers: put these routes last."""
    storefront = Storefront(store)
    policy = security_policy(store.app.url)
    found: list[BaseRoute] = [
        Mount(liquid_theme.ASSETS_PATH, StaticFiles(directory=storefront.pages.theme.assets)),
        Mount(liquid_blocks.ASSETS_PATH, StaticFiles(directory=storefront.pages.extension.assets)),
    ]
    # Longest prefix first, because each language ends with a route for every path that is left.
    for language, (_, prefix) in sorted(LANGUAGES.items(), key=lambda item: -len(item[1][1])):
        for path, (methods, handler) in storefront.handlers().items():
            endpoint = partial(_answer, handler, language, policy)
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
            **CartPages(self.pages).handlers(),
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
        plan = request.query_params.get("selling_plan", "")
        shown = self.pages.products(language)[product.id]
        return self.pages.page(request, language, "product", product=shown, chosen_plan=plan)

    async def order(self, request: Request, language: str) -> Response:
        """An order, for who knows its token; straight after the checkout with thanks."""
        order = self.pages.order(request.path_params["token"], language)
        if order is None:
            return await self.not_found(request, language)
        return self.pages.page(request, language, "order", order=order, thanks="thanks" in request.query_params)

    async def account(self, request: Request, language: str) -> Response:
        """The customer's orders; who is not logged in is asked to."""
        if self.store.session(session_of(request)).customer_id is None:
            return go(language, "/account/login", session_of(request))
        return self.pages.page(request, language, "account")

    async def log_in(self, request: Request, language: str) -> Response:
        """Choose one of the shop's customers; there are no passwords here."""
        if request.method == "GET":
            return self.pages.page(request, language, "login", customers=self.pages.people())
        form = await request.form()
        session = session_of(request)
        try:
            self.store.log_in(session, whole(form.get("customer_id")))
        except StoreError as error:
            people = self.pages.people()
            return self.pages.page(request, language, "login", status=422, customers=people, error=str(error))
        return go(language, "/", session)

    async def log_out(self, request: Request, language: str) -> Response:
        """Log out; the cart stays."""
        self.store.log_out(session_of(request))
        return go(language, "/", session_of(request))

    async def register(self, request: Request, language: str) -> Response:
        """Make an account and log in."""
        if request.method == "GET":
            return self.pages.page(request, language, "register")
        form = await request.form()
        first, last, email = (str(form.get(name) or "").strip() for name in ("first_name", "last_name", "email"))
        session = session_of(request)
        try:
            customer = self.store.create_customer(email=email, first_name=first, last_name=last)
            self.store.log_in(session, int(customer["id"]))
        except StoreError as error:
            return self.pages.page(request, language, "register", status=422, error=str(error))
        return go(language, "/account", session)

    async def not_found(self, request: Request, language: str) -> Response:
        """No such page."""
        return self.pages.page(request, language, "404", status=404)


async def _answer(handler: Handler, language: str, policy: str, request: Request) -> Response:
    response = await handler(request, language)
    response.headers["Content-Security-Policy"] = policy
    return response

"""The cart and the checkout: pages for shoppers, `/discount/…` links, and the cart's AJAX routes for widgets."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from plugin.devstore.carts import Carts, QuotedCart
from plugin.devstore.errors import StoreError
from plugin.devstore.storefront_objects import LANGUAGES, cart_json, hundredths
from plugin.devstore.storefront_pages import Pages
from plugin.devstore.storefront_visits import Handler, go, remember, session_of, whole

_BODY_MAXIMUM = 64 * 1024
_LINES_MAXIMUM = 50
_ATTRIBUTE = re.compile(r"attributes\[([a-z_]{1,40})\]", re.ASCII)
_NOTE_MAXIMUM = 100


class CartPages:
    """Handlers of everything between the shelf and the order."""

    def __init__(self, pages: Pages) -> None:
        self._pages, self._store = pages, pages.store
        self._carts = Carts(pages.store)

    def handlers(self) -> Mapping[str, tuple[list[str], Handler]]:
        """Path → methods and handler."""
        return {
            "/cart": (["GET"], self.cart),
            "/cart/add": (["POST"], self.add),
            "/cart/change": (["POST"], self.change),
            "/cart.js": (["GET"], self.read_json),
            "/cart/add.js": (["POST"], self.add_json),
            "/cart/update.js": (["POST"], self.update_json),
            "/cart/{items}": (["GET"], self.link),
            "/discount/{code}": (["GET"], self.follow),
            "/checkout": (["GET", "POST"], self.checkout),
        }

    async def cart(self, request: Request, language: str, error: str | None = None) -> Response:
        """The cart, with its codes and the way to the checkout."""
        return self._page(request, language, "cart", error)

    async def add(self, request: Request, language: str) -> Response:
        """Add units, then show the cart."""
        form = await request.form()
        session = session_of(request)
        try:
            plan = _plan(form.get("selling_plan"))
            self._store.add_to_cart(session, whole(form.get("id")), whole(form.get("quantity") or "1"), plan)
        except StoreError as error:
            return self._page(request, language, "cart", str(error))
        return go(language, "/cart", session)

    async def link(self, request: Request, language: str) -> Response:
        """A link that fills the cart with `variant:units,…` (`selling_plan`: by subscription) and goes on to pay."""
        session = session_of(request)
        try:
            plan = _plan(request.query_params.get("selling_plan"))
            wanted = [item.partition(":") for item in request.path_params["items"].split(",")]
            asked = [(whole(variant), whole(units or "1")) for variant, _, units in wanted[:_LINES_MAXIMUM]]
            self._store.sessions.empty_cart(session)
            for variant, units in asked:
                self._store.add_to_cart(session, variant, units, plan)
        except StoreError as error:
            return self._page(request, language, "cart", str(error))
        return go(language, "/checkout", session)

    async def change(self, request: Request, language: str) -> Response:
        """Set the units of a line, or enter (`discount`) or take out (`remove_discount`) a code."""
        form = await request.form()
        session = session_of(request)
        back = "/checkout" if form.get("return_to") == "/checkout" else "/cart"
        try:
            if "remove_discount" in form:
                self._carts.remove(session, str(form["remove_discount"]))
            elif "discount" in form:
                self._enter(session, str(form["discount"]).strip())
            else:
                self._store.change_cart(session, whole(form.get("id")), whole(form.get("quantity")))
        except StoreError as error:
            return self._page(request, language, back.strip("/"), str(error))
        return go(language, back, session)

    def _enter(self, session: str, code: str) -> None:
        if code:
            self._carts.enter(session, code)

    async def follow(self, request: Request, language: str) -> Response:
        """A link that applies a code; `redirect` says where to go on, on this storefront."""
        session = session_of(request)
        self._carts.follow(session, request.path_params["code"])
        target = request.query_params.get("redirect", "/")
        inside = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
        return remember(RedirectResponse(target if inside else "/", 302), session)

    async def checkout(self, request: Request, language: str) -> Response:
        """What is to be paid; sent as a form, it is paid with play money, and the new order is shown."""
        session = session_of(request)
        if request.method == "GET":
            if not self._store.cart(session).lines:
                return go(language, "/cart", session)
            return self._page(request, language, "checkout", None)
        form = await request.form()
        card = str(form.get("gift_card") or "").strip()
        try:
            order = self._store.checkout(
                session,
                email=str(form.get("email") or "").strip() or None,
                locale=language,
                gift_cards=(card,) if card else (),
                store_credit="store_credit" in form,
                notes=_notes(form),
            )
        except StoreError as error:
            page = "checkout" if self._store.cart(session).lines else "cart"
            return self._page(request, language, page, str(error))
        return go(language, f"/account/orders/{order['token']}?thanks=1", session)

    async def read_json(self, request: Request, language: str) -> Response:
        """The cart as widgets read it."""
        return self._json(session_of(request), language)

    async def add_json(self, request: Request, language: str) -> Response:
        """Add `{items: [{id, quantity}]}`, or one `{id, quantity}`."""
        session, given = session_of(request), await _given(request)
        items = given.get("items") if isinstance(given.get("items"), list) else [given]
        try:
            for item in items if isinstance(items, list) else []:
                if not isinstance(item, dict):
                    raise StoreError("An item is an object with an id.")
                plan = _plan(item.get("selling_plan"))
                self._store.add_to_cart(session, whole(item.get("id")), whole(item.get("quantity") or 1), plan)
        except StoreError as error:
            return _refused(str(error))
        return self._json(session, language)

    async def update_json(self, request: Request, language: str) -> Response:
        """Set codes by `{discount: "CODE1,CODE2"}` ("" for none), units by `{updates: {variant id: units}}`."""
        session, given = session_of(request), await _given(request)
        try:
            if isinstance(given.get("discount"), str):
                self._carts.keep(session, given["discount"].split(","))
            updates = given.get("updates")
            for variant, units in updates.items() if isinstance(updates, dict) else ():
                self._store.change_cart(session, whole(variant), whole(units))
        except StoreError as error:
            return _refused(str(error))
        return self._json(session, language)

    def _json(self, session: str, language: str) -> Response:
        body = cart_json(self._carts.quote(session), self._store.shop.currency, LANGUAGES[language][1])
        return remember(JSONResponse(body, headers={"Cache-Control": "no-store"}), session)

    def _page(self, request: Request, language: str, template: str, error: str | None) -> Response:
        quote = self._carts.quote(session_of(request))
        status = 422 if error else 200
        return self._pages.page(request, language, template, status=status, error=error, quote=_quote_object(quote))


def _plan(value: object) -> int | None:
    """A selling plan that somebody chose; nothing and an empty text are none. Raises StoreError."""
    return None if value in (None, "") else whole(value)


def _quote_object(quote: QuotedCart) -> dict[str, Any] | None:
    """What the cart costs, for Liquid; None while it is empty."""
    if quote.quoted is None:
        return None
    priced = quote.quoted.priced
    return {
        "discounts": [
            {"code": discount.code, "amount": hundredths(priced.discount_total(index).shop)}
            for index, discount in enumerate(priced.discounts)
        ],
        "refused": [{"code": one.code, "reason": one.reason, "detail": one.detail} for one in quote.refused],
        "full": hundredths(quote.cart.subtotal),
        "shipping": hundredths(priced.shipping.shop),
        "total": hundredths(priced.total.shop),
        "store_credit": hundredths(quote.store_credit),
        "lines": {str(line.product.variant_id): hundredths(line.net.shop) for line in priced.lines},
    }


async def _given(request: Request) -> dict[str, Any]:
    """The body of an AJAX call, JSON or a form; whatever else it is means nothing."""
    if "json" not in request.headers.get("content-type", ""):
        return {str(name): str(value) for name, value in (await request.form()).items()}
    body = await request.body()
    try:
        found = json.loads(body) if len(body) <= _BODY_MAXIMUM else None
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}


def _notes(form: FormData) -> tuple[tuple[str, str], ...]:
    """The cart's attributes that were filled in, by the names that themes give their fields: `attributes[name]`."""
    return tuple(
        (match[1], str(value).strip()[:_NOTE_MAXIMUM])
        for name, value in form.items()
        if (match := _ATTRIBUTE.fullmatch(name)) and str(value).strip()
    )


def _refused(message: str) -> Response:
    return JSONResponse({"status": 422, "message": "Cart Error", "description": message}, status_code=422)

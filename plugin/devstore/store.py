"""The demo shop as one object: what the storefront, the admin, the Admin API and the scripts act on.

Its state is one SQLite file; every method is synchronous, quick and complete by itself. Webhooks are owed to the app by
the same transaction that changes the shop, and sent by `webhooks_out`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from plugin.devstore.application import App
from plugin.devstore.checkouts import Checkout
from plugin.devstore.contract_book import Contracts
from plugin.devstore.customer_payloads import Payload, gid, shop_payload
from plugin.devstore.customers import Customers
from plugin.devstore.deliveries import DeliveryLog
from plugin.devstore.discounts import Discounts
from plugin.devstore.documents import Documents
from plugin.devstore.errors import NotInstalledError, StoreError
from plugin.devstore.gift_cards import GiftCards
from plugin.devstore.id_tokens import issue_id_token
from plugin.devstore.installation import Installation
from plugin.devstore.metafields import Metafields
from plugin.devstore.misbehavior import Misbehavior
from plugin.devstore.orders import Orders
from plugin.devstore.payments import Payments
from plugin.devstore.product_book import ProductBook
from plugin.devstore.seed import PRODUCTS, SHOP, Product, Shop, product_by_handle
from plugin.devstore.sessions import Cart, Session, Sessions
from plugin.devstore.store_credit import StoreCredit
from plugin.devstore.times import Clock, graphql_time, payload_time, utc_now

INSTALLATION_GID = gid("AppInstallation", 510_118_504_705)


class Store:
    """The shop, with one app. Its file is `devstore.sqlite3` in `home`."""

    def __init__(self, home: Path, app: App, *, clock: Clock = utc_now) -> None:
        self.app = app
        self.clock = clock
        self.misbehavior = Misbehavior()
        self.documents = Documents(home / "devstore.sqlite3")
        self.deliveries = DeliveryLog(self.documents, clock, app.topics, self.misbehavior)
        self.installation = Installation(self.documents, clock, app.scopes)
        self.deliveries.installed = self.installation.installed
        self.sessions = Sessions(self.documents)
        self.people = Customers(self.documents, self.deliveries, clock)
        self.discounts = Discounts(self.documents, clock)
        self.product_book = ProductBook(self.documents, self.deliveries, clock)
        self.gift_cards = GiftCards(self.documents, clock)
        self.credit = StoreCredit(self.documents, clock)
        self.payments = Payments(self.gift_cards, self.credit)
        self.order_book = Orders(self.documents, self.deliveries, self.people, self.discounts, self.payments, clock)
        self.metafield_book = Metafields(self.documents, clock)
        self.contract_book = Contracts(self.documents, self.deliveries, clock, self.order_book.place)

    def close(self) -> None:
        """Close the file."""
        self.documents.close()

    # -- What is sold, and to whom ------------------------------------------------------------------------------------

    @property
    def shop(self) -> Shop:
        """The facts of the shop."""
        return SHOP

    def products(self) -> tuple[Product, ...]:
        """Everything that is sold, in the order in which the storefront shows it."""
        return PRODUCTS

    def product(self, handle: str) -> Product | None:
        """The product with that handle, or None."""
        return product_by_handle(handle)

    def customers(self) -> list[Payload]:
        """Every customer as a webhook body (`id, email, first_name, last_name, tags, state, …`), oldest first."""
        return self.people.all()

    def customer(self, customer_id: int) -> Payload | None:
        """One customer's body, or None."""
        return self.people.get(customer_id)

    def create_customer(self, *, email: str | None, first_name: str, last_name: str, account: bool = True) -> Payload:
        """A new customer; tells customers/create. Raises StoreError when the address is taken."""
        return self.people.create(email=email, first_name=first_name, last_name=last_name, account=account)

    def update_customer(self, customer_id: int, changes: Mapping[str, Any]) -> Payload:
        """Change fields of a customer; tells customers/update. Raises NotThereError, StoreError."""
        return self.people.update(customer_id, changes)

    def merge_customers(self, kept_id: int, removed_id: int) -> int:
        """Make one customer of two: orders, tags and store credit go to the kept one; tells customers/merge.

        Returns how many orders moved. Either may be one whom this store has never seen. Raises StoreError.
        """
        if kept_id == removed_id:
            raise StoreError("Those are one customer.")
        with self.documents.together():
            kept = self.customer(kept_id)
            moved = self.order_book.reassign(removed_id, kept) if kept is not None else 0
            self.credit.hand_over(gid("Customer", removed_id), gid("Customer", kept_id))
            self.people.absorb(kept_id, removed_id)
        return moved

    # -- A visit -------------------------------------------------------------------------------------------------------

    def session(self, session_id: str) -> Session:
        """Who is logged in (`customer_id` or None) and the `cart`. An unknown session is an empty one."""
        return self.sessions.get(session_id)

    def cart(self, session_id: str) -> Cart:
        """The cart: `lines` (`product`, `quantity`, `amount`), `subtotal`, `item_count`, `discount_codes`."""
        return self.sessions.get(session_id).cart

    def add_to_cart(self, session_id: str, variant_id: int, quantity: int = 1, selling_plan: int | None = None) -> Cart:
        """Add units, by subscription if so. Raises NotThereError for an unknown variant or plan, StoreError."""
        return self.sessions.add(session_id, variant_id, quantity, selling_plan)

    def change_cart(self, session_id: str, variant_id: int, quantity: int) -> Cart:
        """Set the units of a variant, 0 to take it out. Raises NotThereError, StoreError."""
        return self.sessions.change(session_id, variant_id, quantity)

    def set_discount_codes(self, session_id: str, codes: list[str]) -> Cart:
        """Enter discount codes in the cart; the checkout judges them."""
        return self.sessions.set_codes(session_id, codes)

    def log_in(self, session_id: str, customer_id: int) -> Payload:
        """Log a customer in; returns their body. Raises NotThereError."""
        customer = self.people.required(customer_id)
        self.sessions.set_customer(session_id, customer_id)
        return customer

    def log_out(self, session_id: str) -> None:
        """Log out; the cart stays."""
        self.sessions.set_customer(session_id, None)

    def checkout(
        self, session_id: str, *, discount_codes: tuple[str, ...] = (), email: str | None = None, locale: str = "en",
        gift_cards: tuple[str, ...] = (), store_credit: bool = False, notes: tuple[tuple[str, str], ...] = (),
    ) -> Payload:  # fmt: skip
        """Buy what is in the cart, as paid; returns the order's body and empties the cart.

        Codes in the cart count too; a guest may give an address. Raises CheckoutError with a text for the shopper.
        """
        session = self.sessions.get(session_id)
        order = self.place_order(
            Checkout(
                lines=session.cart.requested(),
                customer_id=session.customer_id,
                email=email,
                discount_codes=(*session.cart.discount_codes, *discount_codes),
                locale=locale,
                gift_cards=gift_cards,
                store_credit=store_credit,
                notes=notes,
            )
        )
        self.sessions.empty_cart(session_id)
        return order

    # -- Orders --------------------------------------------------------------------------------------------------------

    def orders(self) -> list[Payload]:
        """The bodies of all orders, oldest first."""
        return self.order_book.all()

    def order(self, order_id: int) -> Payload | None:
        """One order's body, or None."""
        return self.order_book.get(order_id)

    def place_order(self, checkout: Checkout) -> Payload:
        """An order without a browser, with the contracts of its selling plans; see Orders.place, Contracts.open."""
        with self.documents.together():
            order = self.order_book.place(checkout)
            self.contract_book.open(order, checkout)
        return order

    def refund(
        self, order_id: int, quantities: Mapping[int, int], *, shipping: bool = False, amount_only: str | None = None
    ) -> Payload:
        """Refund units by line id, shipping, or a sum alone; returns the refund's body. See Orders.refund."""
        return self.order_book.refund(order_id, quantities, shipping=shipping, amount_only=amount_only)

    def cancel(self, order_id: int) -> Payload:
        """Cancel an order and refund what is left; returns the order's body. See Orders.cancel."""
        return self.order_book.cancel(order_id)

    def edit_order(self, order_id: int, removals: Mapping[int, int]) -> Payload:
        """Remove units by line id; returns the order's body. See Orders.edit."""
        return self.order_book.edit(order_id, removals)

    # -- The app -------------------------------------------------------------------------------------------------------

    def metafields(self, owner: str) -> dict[str, dict[str, dict[str, Any]]]:
        """The metafields of an owner (its gid): namespace → key → `{type, value, …}`; values are texts."""
        return self.metafield_book.of(owner)

    def app_metafields(self) -> dict[str, dict[str, dict[str, Any]]]:
        """The metafields of the app's installation: what Liquid calls `app.metafields`."""
        return self.metafield_book.of(INSTALLATION_GID)

    def embed_enabled(self) -> bool:
        """Whether the merchant has switched the app embed on in the theme; on from the start."""
        return bool((self.documents.get("setting", "embed") or {"on": True})["on"])

    def set_embed_enabled(self, enabled: bool) -> None:
        """Switch the app embed on or off."""
        self.documents.put("setting", "embed", {"on": enabled})

    def id_token(self) -> str:
        """A fresh ID token for the app's frame in the admin; good for 60 seconds."""
        return issue_id_token(self.app, now=self.clock())

    def uninstall_app(self) -> None:
        """The merchant removes the app: its tokens die; tells app/uninstalled. Raises NotInstalledError."""
        if self.installation.read().status == "uninstalled":
            raise NotInstalledError("The app is not installed.")
        with self.documents.together():
            self.installation.uninstall()
            self.deliveries.emit("app/uninstalled", shop_payload(payload_time(self.clock())))

    def reinstall_app(self) -> None:
        """The merchant grants the app again."""
        self.installation.grant()

    def redact_shop(self) -> None:
        """Tell shop/redact, as Shopify does 48 hours after an uninstall."""
        self.deliveries.emit("shop/redact", {"shop_id": SHOP.id, "shop_domain": SHOP.domain})

    def change_scopes(self, scopes: list[str]) -> None:
        """The merchant grants other scopes; tells app/scopes_update."""
        previous, current = self.installation.set_scopes(scopes)
        body = {"id": 1, "shop_id": gid("Shop", SHOP.id), "previous": previous, "current": current}
        body |= {"updated_at": graphql_time(self.clock())}
        self.deliveries.emit("app/scopes_update", body, event_id=str(uuid.uuid4()))

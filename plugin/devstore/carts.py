"""A visit's cart as the checkout would take it now: its price, its codes, and what can pay it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from plugin.devstore.amounts import ZERO
from plugin.devstore.checkouts import Checkout, QuotedCheckout, quote_checkout
from plugin.devstore.codes import JudgedCode
from plugin.devstore.errors import CheckoutError
from plugin.devstore.sessions import Cart
from plugin.devstore.store import Store

CODE_LENGTH_MAXIMUM = 255
CODES_MAXIMUM = 12


@dataclass(frozen=True, slots=True)
class QuotedCart:
    """A cart with its price; `quoted` is None while nothing is in it, its codes are then only kept."""

    cart: Cart
    quoted: QuotedCheckout | None
    store_credit: Decimal

    @property
    def refused(self) -> list[JudgedCode]:
        """The codes that the checkout would not take."""
        return [] if self.quoted is None else [one for one in self.quoted.codes if one.reason is not None]


class Carts:
    """Carts of the store's visits, by the session's id."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def quote(self, session_id: str, email: str | None = None) -> QuotedCart:
        """The cart as it stands."""
        session = self._store.session(session_id)
        credit = self._store.payments.available_credit(session.customer_id)
        if not session.cart.lines:
            return QuotedCart(session.cart, None, credit)
        checkout = Checkout(
            lines=session.cart.requested(),
            customer_id=session.customer_id,
            email=email,
            discount_codes=session.cart.discount_codes,
        )
        return QuotedCart(session.cart, quote_checkout(checkout, self._store.discounts), max(credit, ZERO))

    def enter(self, session_id: str, code: str) -> None:
        """Enter a code in the cart. Raises CheckoutError when it cannot be used, and keeps the cart as it was."""
        before = self._store.cart(session_id).discount_codes
        self.keep(session_id, [*before, code])
        refused = [one for one in self.quote(session_id).refused if one.code.upper() == code.upper()]
        if refused:
            self._store.set_discount_codes(session_id, list(before))
            raise CheckoutError(str(refused[0].refusal))

    def follow(self, session_id: str, code: str) -> None:
        """Take a code from a link: kept even if it cannot be used yet. Where it cannot be combined, the link wins."""
        before = self._store.cart(session_id).discount_codes
        self.keep(session_id, [*before, code])
        if any(one.reason in ("combination", "too_many") for one in self.quote(session_id).refused):
            self.keep(session_id, [code])

    def remove(self, session_id: str, code: str) -> None:
        """Take a code out of the cart; one that is not in it is out of it."""
        before = self._store.cart(session_id).discount_codes
        self._store.set_discount_codes(session_id, [one for one in before if one.upper() != code.upper()])

    def keep(self, session_id: str, codes: list[str]) -> None:
        """Keep just these codes, each once, whatever their case; the checkout judges them."""
        cleaned: dict[str, str] = {}
        for code in codes:
            text = "".join(letter for letter in code if letter.isprintable()).strip()[:CODE_LENGTH_MAXIMUM]
            if text:
                cleaned.setdefault(text.upper(), text)
        self._store.set_discount_codes(session_id, list(cleaned.values())[:CODES_MAXIMUM])

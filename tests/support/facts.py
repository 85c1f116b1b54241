"""Facts for the engine's tests, in US dollars unless told otherwise; amounts are decimal texts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from engine.events import AmountPair, Customer, CustomerSeen, Event, Fact, Order, OrderLine, Refund, RefundLine
from engine.money import minor_units
from engine.shops import ShopReference

PAID_AT = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
"""Yesterday: the database's clock is the real one, so a fixed date would one day be past every point's end."""


def amount(text: str, currency: str = "USD") -> AmountPair:
    """The same amount in shop and presentment money."""
    return AmountPair(minor_units(text, currency), minor_units(text, currency))


def line(
    price: str,
    quantity: int = 1,
    *,
    line_id: int = 1,
    current_quantity: int | None = None,
    discount: str = "0",
    tax: str = "0",
    gift_card: bool = False,
    currency: str = "USD",
) -> OrderLine:
    """A line of an order."""
    return OrderLine(
        line_id=line_id,
        quantity=quantity,
        current_quantity=current_quantity,
        unit_price=amount(price, currency),
        discount=amount(discount, currency),
        tax=amount(tax, currency),
        gift_card=gift_card,
    )


def order(
    order_id: int,
    lines: Sequence[OrderLine],
    *,
    customer: int | None = 1,
    paid: bool = True,
    test: bool = False,
    updated_at: datetime = PAID_AT,
    occurred_at: datetime = PAID_AT,
    currency: str = "USD",
    taxes_included: bool = False,
    refunds: Sequence[Refund] = (),
    email_key: bytes | None = None,
    guest_email_key: bytes | None = None,
) -> Order:
    """An order of a customer, or of a guest where `customer` is None."""
    total = sum(one.unit_price.shop * one.quantity for one in lines)
    return Order(
        order_id=order_id,
        name=f"#{order_id}",
        updated_at=updated_at,
        occurred_at=occurred_at,
        currency=currency,
        presentment_currency=currency,
        taxes_included=taxes_included,
        test=test,
        paid=paid,
        cancelled=False,
        total=AmountPair(total, total),
        lines=tuple(lines),
        refunds=tuple(refunds),
        customer=Customer(customer, email_key) if customer is not None else None,
        guest_email_key=guest_email_key,
    )


def refund(
    refund_id: int,
    order_id: int,
    subtotal: str | None,
    *,
    line_id: int = 1,
    quantity: int = 1,
    moved: Sequence[tuple[int, str]] = (),
    shipping: str = "0",
    created_at: datetime = PAID_AT + timedelta(hours=1),
    tax: str = "0",
    currency: str = "USD",
) -> Refund:
    """A refund of some units of one line, or of money only where `subtotal` is None."""
    lines: tuple[RefundLine, ...] = ()
    if subtotal is not None:
        lines = (RefundLine(line_id, quantity, amount(subtotal, currency), amount(tax, currency), None),)
    return Refund(refund_id, order_id, created_at, lines, tuple(moved), amount(shipping, currency))


def created(customer_id: int, *, email_key: bytes | None = None, occurred_at: datetime = PAID_AT) -> CustomerSeen:
    """A new account."""
    return CustomerSeen(Customer(customer_id, email_key), created=True, occurred_at=occurred_at)


def events(shop: ShopReference, *facts: Fact, received_at: datetime = PAID_AT + timedelta(days=1)) -> list[Event]:
    """The facts as events of a shop."""
    return [Event(shop.program_id, shop.shop_id, received_at, fact) for fact in facts]

"""Orders and events that nobody placed or did, to try a program on."""

from __future__ import annotations

from datetime import datetime

import strawberry

from engine.events import AmountPair, MemberEvent, Order, OrderLine
from engine.rules.facts import DecidedFrom, MemberFacts, ProductTraits
from engine.rules.order_state import OrderState
from laurel_graphql.errors import ErrorCode, RequestError
from laurel_graphql.gids import shopify_number_of
from laurel_graphql.inputs.event_fields import EventFieldInput, fields_of
from laurel_graphql.inputs.texts import readable
from laurel_graphql.types.money import MoneyInput

LINES_MAXIMUM = 50
UNITS_MAXIMUM = 10_000
_NOTHING = AmountPair(0, 0)


@strawberry.input(description="What is supposed of the member.")
class PreviewMemberInput:
    tags: list[str] | None = strawberry.field(default=None, description="The customer's tags.")
    tier: str | None = strawberry.field(default=None, description="The tier's handle.")
    order_number: int = strawberry.field(default=1, description="Which of their paid orders it is, from 1 on.")
    joined_at: datetime | None = strawberry.field(default=None, description="When they joined.")
    subscribed: bool | None = strawberry.field(default=None, description="Whether they receive the newsletter.")

    def facts(self) -> MemberFacts:
        """As the engine decides from."""
        tags = tuple(readable(tag) for tag in self.tags or ())
        return MemberFacts(tags, self.tier, self.order_number, self.joined_at, self.subscribed)


@strawberry.input(description="A line of an order that nobody placed.")
class PreviewLineInput:
    price: MoneyInput = strawberry.field(description="The price of a unit; all lines have one currency.")
    quantity: int = strawberry.field(default=1, description="How many units, 1 to 10,000.")
    discount: MoneyInput | None = strawberry.field(default=None, description="What is taken off the whole line.")
    gift_card: bool = strawberry.field(default=False, description="Whether it is a gift card.")
    product_id: strawberry.ID | None = strawberry.field(default=None, description="The shop's product.")
    sku: str = strawberry.field(default="", description="Its SKU.")
    vendor: str = strawberry.field(default="", description="Its vendor.")
    product_type: str = strawberry.field(default="", description="Its product's type.")
    product_tags: list[str] | None = strawberry.field(default=None, description="Its product's tags.")
    collection_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="The collections that its product is in."
    )


@strawberry.input(description="A paid order that nobody placed.")
class PreviewOrderInput:
    lines: list[PreviewLineInput] = strawberry.field(description="Its lines, 1 to 50.")
    paid_at: datetime | None = strawberry.field(default=None, description="When it was paid; null: now.")
    tags: list[str] | None = strawberry.field(default=None, description="Its tags.")
    source_name: str = strawberry.field(default="web", description="Where it came from.")
    fulfilled: bool = strawberry.field(default=True, description="Whether all of it was sent.")
    test: bool = strawberry.field(default=False, description="Whether it is a test order.")
    member: PreviewMemberInput | None = strawberry.field(default=None, description="What is supposed of the member.")


@strawberry.input(description="Something that nobody did.")
class PreviewEventInput:
    source: str = strawberry.field(
        description="What was done: `sign_up`, `review`, `birthday`, `newsletter`, `visit`, `manual`, or `custom:` and "
        "the name of a custom event."
    )
    fields: list[EventFieldInput] | None = strawberry.field(default=None, description="What else rules may ask of it.")
    occurred_at: datetime | None = strawberry.field(default=None, description="When; null: now.")
    member: PreviewMemberInput | None = strawberry.field(default=None, description="What is supposed of the member.")


def order_of(given: PreviewOrderInput, now: datetime) -> tuple[OrderState, DecidedFrom]:
    """The order as the engine decides it. Raises RequestError for one that cannot be."""
    currencies = {str(line.price.currency_code) for line in given.lines}
    if not 1 <= len(given.lines) <= LINES_MAXIMUM or len(currencies) != 1:
        raise RequestError(ErrorCode.BAD_USER_INPUT, f"An order has 1 to {LINES_MAXIMUM} lines, in one currency.")
    (currency,) = currencies
    paid_at = given.paid_at or now
    lines = [_line(line, number) for number, line in enumerate(given.lines, start=1)]
    total = sum(line.unit_price.shop * line.quantity - line.discount.shop for line in lines)
    order = Order(
        order_id=1, name="", updated_at=paid_at, occurred_at=paid_at, currency=currency, presentment_currency=currency,
        taxes_included=False, test=given.test, paid=True, cancelled=False, total=AmountPair(total, total),
        lines=tuple(lines), tags=tuple(readable(tag) for tag in given.tags or ()),
        source_name=readable(given.source_name), tenders=(), fulfilled_at=paid_at if given.fulfilled else None,
    )  # fmt: skip
    member = (given.member or PreviewMemberInput()).facts()
    products = {
        line.product_id: _traits(asked) for asked, line in zip(given.lines, lines, strict=True) if line.product_id
    }
    return OrderState(order, ()), DecidedFrom(paid_at, member, products)


def event_of(given: PreviewEventInput, now: datetime) -> tuple[MemberEvent, DecidedFrom]:
    """The event as the engine decides it. Raises RequestError for one that cannot be."""
    occurred_at = given.occurred_at or now
    event = MemberEvent(0, readable(given.source)[:100], "preview", occurred_at, fields_of(given.fields or []))
    return event, DecidedFrom(occurred_at, (given.member or PreviewMemberInput()).facts())


def _line(given: PreviewLineInput, number: int) -> OrderLine:
    if not 1 <= given.quantity <= UNITS_MAXIMUM:
        raise RequestError(ErrorCode.BAD_USER_INPUT, f"A line has 1 to {UNITS_MAXIMUM} units.")
    price, discount = given.price.minor(), given.discount.minor() if given.discount else 0
    return OrderLine(
        line_id=number, quantity=given.quantity, current_quantity=None, unit_price=AmountPair(price, price),
        discount=AmountPair(discount, discount), tax=_NOTHING, gift_card=given.gift_card,
        # A line without a product of the shop stands for one of its own, so that traits can be supposed of it.
        product_id=number if given.product_id is None else shopify_number_of(given.product_id, "Product"),
        sku=readable(given.sku), vendor=readable(given.vendor),
    )  # fmt: skip


def _traits(given: PreviewLineInput) -> ProductTraits:
    return ProductTraits(
        tags=tuple(readable(tag) for tag in given.product_tags or ()),
        collection_ids=tuple(shopify_number_of(one, "Collection") for one in given.collection_ids or ()),
        product_type=readable(given.product_type),
        vendor=readable(given.vendor),
    )

"""The bodies of POST /devstore/…, checked; an unknown key is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LineBody(_Body):
    """A line by variant or by the handle of its product."""

    variant_id: int | None = None
    handle: str | None = None
    quantity: int = Field(default=1, ge=1, le=10_000)
    properties: dict[str, str] = {}
    selling_plan: bool = False


class CheckoutBody(_Body):
    """POST /devstore/checkout. `new_customer` makes a customer as a checkout does for a first purchase."""

    lines: list[LineBody] = Field(min_length=1, max_length=100)
    customer_id: int | None = None
    email: str | None = None
    new_customer: bool = False
    discount: str | None = None
    discounts: list[str] = []
    currency: str | None = None
    tax_rate: Decimal = Field(default=Decimal(0), ge=0, lt=1)
    taxes_included: bool = False
    test: bool = False
    paid: bool = True
    locale: str = "en"
    gift_cards: list[str] = Field(default=[], max_length=10)
    store_credit: bool = False
    source_name: str = "web"
    tags: list[str] = Field(default=[], max_length=250)


class RefundBody(_Body):
    """POST /devstore/refund: units by line id, shipping, everything that is left (`all`), or a sum alone (`amount`)."""

    order_id: int
    lines: dict[int, Annotated[int, Field(ge=1)]] = {}
    all: bool = False
    shipping: bool = False
    amount: str | None = None


class OrderBody(_Body):
    """POST /devstore/cancel, /devstore/mark-paid."""

    order_id: int


class FulfillBody(_Body):
    """POST /devstore/fulfill: units by line id; all that is left to send when not given."""

    order_id: int
    lines: dict[int, Annotated[int, Field(ge=1)]] | None = None


class EditBody(_Body):
    """POST /devstore/edit: units to remove by line id."""

    order_id: int
    removals: dict[int, Annotated[int, Field(ge=1)]] = Field(min_length=1)


class CustomerBody(_Body):
    """POST /devstore/customers: without an id a new customer, with one changes to theirs."""

    id: int | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    delete: bool = False


class MergeBody(_Body):
    """POST /devstore/customers/merge."""

    kept_id: int = Field(gt=0, lt=2**63)
    removed_id: int = Field(gt=0, lt=2**63)


class TagsBody(_Body):
    """POST /devstore/customers/tags."""

    customer_id: int = Field(gt=0, lt=2**63)
    add: list[str] = Field(default=[], max_length=250)
    remove: list[str] = Field(default=[], max_length=250)


class ConsentBody(_Body):
    """POST /devstore/customers/consent: whether they receive the newsletter."""

    customer_id: int = Field(gt=0, lt=2**63)
    subscribed: bool


class ProductBody(_Body):
    """POST /devstore/products: what is given replaces what was."""

    handle: str
    tags: list[str] | None = None
    collections: list[str] | None = None


class GiftCardBody(_Body):
    """POST /devstore/gift-cards: a card that the merchant made, in the shop's currency."""

    amount: Decimal = Field(gt=0, le=10_000, max_digits=10, decimal_places=2)
    code: str | None = Field(default=None, pattern=r"^[A-Za-z0-9]{8,20}$")


class StoreCreditBody(_Body):
    """POST /devstore/store-credit: credit that the merchant gives, in the shop's currency."""

    customer_id: int = Field(gt=0, lt=2**63)
    amount: Decimal = Field(gt=0, le=10_000, max_digits=10, decimal_places=2)


class OutcomeBody(_Body):
    """How one of the next charges ends."""

    outcome: Literal["success", "failure", "challenge"]
    error_code: str | None = Field(default=None, pattern=r"^[A-Z_]{1,100}$")


class OutcomesBody(_Body):
    """POST /devstore/contracts/outcomes: how the next charges end, in their order; those after them succeed."""

    outcomes: list[OutcomeBody] = Field(max_length=1_000)


class ContractBody(_Body):
    """POST /devstore/contracts/pause, activate and cancel: what the merchant does."""

    contract_id: int = Field(gt=0, lt=2**63)


class CardBody(ContractBody):
    """POST /devstore/contracts/card: the shopper's new card, good until the end of that month."""

    month: int = Field(ge=1, le=12)
    year: int = Field(ge=2000, le=2100)


class ConfirmBody(_Body):
    """POST /devstore/contracts/confirm: the shopper confirms a challenged charge, or fails to."""

    attempt_id: int = Field(gt=0, lt=2**63)
    passed: bool = True


class PrivacyBody(_Body):
    """POST /devstore/privacy."""

    topic: Literal["customers/data_request", "customers/redact", "shop/redact"]
    customer_id: int | None = None


class EmbedBody(_Body):
    """POST /devstore/embed."""

    enabled: bool


class ScopesBody(_Body):
    """POST /devstore/scopes."""

    scopes: list[str]


class RedeliverBody(_Body):
    """POST /devstore/redeliver."""

    webhook_id: str


class Nothing(_Body):
    """A request without a body."""

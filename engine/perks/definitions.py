"""What a tier or a plan can do for its members: immutable data, part of a tier's or a plan's definition.

A handle names a perk within the tier or plan that grants it. What was delivered is remembered under it, so that a perk
keeps its handle for as long as it means the same.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from engine.rewards.definitions import Amounts
from engine.rules.bounds import Frozen, Handle, Points

PERKS_MAXIMUM = 30

Each = Literal["once", "term", "month"]
"""How often a code is given: once for good, each time that the tier or membership begins anew, each calendar month."""


def _plain(text: str) -> str:
    if any(ord(character) < 32 and character != "\n" for character in text):
        raise ValueError("holds a control character")
    return text.strip()


def _one_tag(tag: str) -> str:
    if "," in tag or "\n" in tag or not tag.strip():
        raise ValueError("is not one tag: commas part tags in a shop")
    return tag


def _https(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError("is no address") from error
    if parts.scheme != "https" or not host or parts.username is not None or parts.password is not None:
        raise ValueError("is no https address")
    if any(ord(character) <= 32 or ord(character) == 127 or character in '<>"\\^`{|}' for character in url):
        raise ValueError("holds a character that no address has")
    return url


PerkTitle = Annotated[str, AfterValidator(_plain), Field(min_length=1, max_length=80)]
CodeDays = Annotated[int, Field(ge=1, le=3_650)]


class EarnMultiplier(Frozen):
    """Points earned are multiplied; of several the best one counts, never their product."""

    kind: Literal["earn_multiplier"] = "earn_multiplier"
    handle: Handle
    factor: Annotated[Decimal, Field(ge=1, le=100, decimal_places=4)]


class CustomerTag(Frozen):
    """A tag on the customer in the shop, for segments, discounts and Liquid."""

    kind: Literal["customer_tag"] = "customer_tag"
    handle: Handle
    tag: Annotated[str, AfterValidator(_plain), AfterValidator(_one_tag), Field(min_length=1, max_length=255)]


class PercentCode(Frozen):
    """A code for a percentage off one order, such as `10` or `12.5`, good for `code_days` from when it was given."""

    kind: Literal["percent_code"] = "percent_code"
    handle: Handle
    percentage: Annotated[Decimal, Field(gt=0, le=100, max_digits=5, decimal_places=2)]
    code_days: CodeDays = 90
    each: Each = "term"


class FreeShippingCode(Frozen):
    """A code for delivery of one order without charge, up to a price of the delivery where one is given."""

    kind: Literal["free_shipping_code"] = "free_shipping_code"
    handle: Handle
    maximum_price: Amounts | None = None
    code_days: CodeDays = 90
    each: Each = "month"


class EarlyAccess(Frozen):
    """A collection or product that members may enter from `members_from`, everybody from `opens_at`."""

    kind: Literal["early_access"] = "early_access"
    handle: Handle
    title: PerkTitle
    target_kind: Literal["collection", "product"]
    target: Annotated[str, Field(pattern=r"^[^\s/?#<>\"'&,]{1,255}$")]
    """The handle of the collection or product in the shop."""
    members_from: AwareDatetime
    opens_at: AwareDatetime

    @model_validator(mode="after")
    def _members_first(self) -> Self:
        if self.members_from >= self.opens_at:
            raise ValueError("opens for everybody before it opens for members")
        return self


class BirthdayPoints(Frozen):
    """Points on the member's birthday, once a year."""

    kind: Literal["birthday_points"] = "birthday_points"
    handle: Handle
    points: Points


class Content(Frozen):
    """A page or a text for members only."""

    kind: Literal["content"] = "content"
    handle: Handle
    title: PerkTitle
    url: Annotated[str, AfterValidator(_https), Field(max_length=2_000)] | None = None
    text: Annotated[str, AfterValidator(_plain), Field(max_length=5_000)] = ""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.url is None and not self.text:
            raise ValueError("has neither an address nor a text")
        return self


CodePerk = PercentCode | FreeShippingCode
Perk = Annotated[
    EarnMultiplier | CustomerTag | PercentCode | FreeShippingCode | EarlyAccess | BirthdayPoints | Content,
    Field(discriminator="kind"),
]


def _handles_differ(perks: tuple[Perk, ...]) -> tuple[Perk, ...]:
    twice = [handle for handle, count in Counter(perk.handle for perk in perks).items() if count > 1]
    if twice:
        raise ValueError(f"the handle {twice[0]} stands twice")
    return perks


Perks = Annotated[tuple[Perk, ...], Field(max_length=PERKS_MAXIMUM), AfterValidator(_handles_differ)]
"""The perks of one tier or plan."""

"""A redemption's place in the shop, and what every kind of reward has to be able to do there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from engine.money import Money
from engine.rewards.redemptions import Redemption
from engine.shops import ShopReference
from plugin.services import Services
from plugin.shopify.admin_client import AdminRefusedError, AdminUnreachableError, Answer

_NOT_DONE = frozenset({"ACCESS_DENIED", "MAX_COST_EXCEEDED"})
"""Errors that come before anything is done."""


class TakenError(Exception):
    """The code exists already."""


@dataclass(frozen=True, slots=True)
class Made:
    """Something that exists in the shop, by its id there."""

    external_id: str


class Maker(Protocol):
    """One redemption's thing in its shop. Each method raises what the Admin client raises."""

    async def find(self) -> Made | None:
        """What an earlier attempt made, or None."""

    async def make(self) -> Made:
        """Make it. Raises TakenError when it exists, AdminRefusedError when the shop will not."""

    async def take_back(self) -> bool:
        """Make it unusable; True when it had been used."""

    async def undo(self) -> bool:
        """Make it worthless if it exists; False when there is nothing to be found."""


@dataclass(frozen=True, slots=True)
class Place:
    """A redemption and the shop that it is made in."""

    services: Services
    shop: ShopReference
    one: Redemption

    async def run(self, name: str, variables: Mapping[str, Any]) -> Answer:
        """Run one stored operation in the shop."""
        return await self.services.admin.run(self.shop, name, variables)

    @property
    def code(self) -> str:
        """The redemption's code, for kinds that have one."""
        assert self.one.made_code is not None, "kinds with a code have it from the start"
        return self.one.made_code

    @property
    def customer(self) -> str:
        """The customer's id in the shop. One who was erased cannot be given anything."""
        if self.one.customer_id is None:
            raise AdminRefusedError(("CUSTOMER_ERASED",))
        return f"gid://shopify/Customer/{self.one.customer_id}"

    def decimal(self, minor: int) -> str:
        """An amount as the API takes it."""
        return f"{Money(minor, self.one.promise.currency).decimal():f}"

    @property
    def money(self) -> dict[str, str]:
        """The promised amount, as a MoneyInput."""
        amount = self.one.promise.amount_minor
        assert amount is not None, "kinds that are money have an amount"
        return {"amount": self.decimal(amount), "currencyCode": self.one.promise.currency}


def made_of(answer: Answer, mutation: str, node: str) -> Made:
    """What a mutation made. Raises TakenError, AdminRefusedError, and AdminUnreachableError when it does not tell."""
    if answer.user_errors:
        codes = {error.code for error in answer.user_errors}
        if codes == {"TAKEN"}:
            raise TakenError
        if codes == {"INTERNAL_ERROR"}:
            raise AdminUnreachableError("the shop had trouble of its own", may_have_happened=False)
        raise AdminRefusedError(tuple(sorted(code or "UNNAMED" for code in codes)))
    codes_without_effect = {str((error.get("extensions") or {}).get("code")) for error in answer.errors}
    if codes_without_effect & _NOT_DONE:
        raise AdminRefusedError(tuple(sorted(codes_without_effect)))
    made = (answer.data.get(mutation) or {}).get(node)
    if not isinstance(made, dict) or not isinstance(made.get("id"), str):
        raise AdminUnreachableError("an answer without what was made", may_have_happened=True)
    return Made(made["id"])

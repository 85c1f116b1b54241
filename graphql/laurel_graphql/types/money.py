"""Money as the API shows and takes it: an exact amount in the currency's main unit, with the currency."""

from __future__ import annotations

from decimal import Decimal

import strawberry

from engine.money import MoneyError, exponent, minor_units
from laurel_graphql.errors import ErrorCode, RequestError
from laurel_graphql.scalars import CurrencyCode


@strawberry.type(name="MoneyV2", description="An amount of money with its currency.")
class Money:
    amount: Decimal = strawberry.field(description="The amount in the currency's main unit, such as dollars.")
    currency_code: CurrencyCode = strawberry.field(description="The currency.")


@strawberry.input(description="An amount of money with its currency.")
class MoneyInput:
    amount: Decimal = strawberry.field(
        description="The amount in the currency's main unit, 0 or more, with no more decimals than the currency has."
    )
    currency_code: CurrencyCode = strawberry.field(description="The currency.")

    def minor(self) -> int:
        """The amount in minor units. Raises RequestError for one that is no amount of this currency."""
        try:
            return minor_units(self.amount, self.currency_code)
        except MoneyError as error:
            raise RequestError(ErrorCode.BAD_USER_INPUT, f"This is not an amount of money: {error}.") from None


def money_of(minor: int, currency: str) -> Money:
    """The money of an amount in minor units."""
    return Money(amount=Decimal(minor).scaleb(-exponent(currency)), currency_code=CurrencyCode(currency))

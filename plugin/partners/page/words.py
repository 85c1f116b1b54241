"""What the partner's page says, in one locale and by the days of one zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal

from engine.money import Money, exponent
from engine.partners.money import exact_amount
from plugin.partners.page.texts import TEXTS, text_of

_BABEL_LOCALES = {"en": "en", "zh-CN": "zh_Hans_CN"}


class PageWords:
    """Texts, days, numbers and money."""

    def __init__(self, locale: str, zone: ZoneInfo) -> None:
        self.locale = locale
        self._locale = _BABEL_LOCALES[locale]
        self._zone = zone
        self.text = partial(text_of, locale)

    def day(self, at: datetime | date) -> str:
        """The day of a moment, or a day."""
        day = at.astimezone(self._zone) if isinstance(at, datetime) else at
        return format_date(day, format="medium", locale=self._locale)

    def moment(self, at: datetime) -> str:
        """A moment to the second."""
        return format_datetime(at.astimezone(self._zone), format="medium", locale=self._locale)

    def number(self, number: int | Decimal) -> str:
        """A number, with the decimals that it has."""
        return format_decimal(number, format="#,##0.############", locale=self._locale)

    def points(self, points: int) -> str:
        """So many points."""
        return self.text("points.one" if points == 1 else "points.count", count=self.number(points))

    def days(self, count: int) -> str:
        """So many days."""
        return self.text("days.one") if count == 1 else self.text("days.other", days=self.number(count))

    def money(self, minor: int, currency: str) -> str:
        """Whole minor units as money."""
        return format_currency(Money(minor, currency).decimal(), currency, locale=self._locale)

    def exact(self, micros: int, currency: str) -> str:
        """Millionths of a minor unit as money, with every decimal that counts."""
        return self.rate(exact_amount(micros, currency), currency)

    def rate(self, amount: Decimal, currency: str) -> str:
        """An amount in the main unit, such as the price of a point: nothing is rounded."""
        pattern = f"¤#,##0.{'0' * exponent(currency)}{'#' * 12}"
        return format_currency(amount, currency, format=pattern, locale=self._locale, currency_digits=False)

    def owed(self, minor: int, currency: str) -> str:
        """Who owes whom how much, as the partner reads it."""
        if minor == 0:
            return self.text("home.even")
        return self.text("home.you.owe" if minor > 0 else "home.they.owe", amount=self.money(abs(minor), currency))

    def budget(self, amount: int, unit: str) -> str:
        """A part of a budget in its unit."""
        if unit in ("claims", "points"):
            return self.text(f"offer.budget.{unit}", count=self.number(amount))
        return self.money(amount, unit)

    def reason(self, reason: str) -> str:
        """Why a purchase was declined: one of ours in words, else what the shop's staff wrote."""
        key = f"reason.{reason}"
        return self.text(key) if key in TEXTS["en"] else reason

    def evidence(self, said: Mapping[str, Any]) -> str:
        """What one side says of what does not match: points and money, as far as it says any."""
        currency, parts = said.get("currency"), []
        if "points" in said:
            parts.append(self.points(int(said["points"])))
        if currency and "micros" in said:
            parts.append(self.exact(int(said["micros"]), str(currency)))
        if currency and "minor" in said:
            parts.append(self.money(int(said["minor"]), str(currency)))
        return " · ".join(parts) or "–"

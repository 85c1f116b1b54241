"""What the partner's page says, in one locale and by the days of one zone."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal

from engine.money import Money
from engine.partners.money import exact_amount
from plugin.partners.page.texts import ENGLISH, text_of

_BABEL_LOCALES = {"en": "en", "zh-CN": "zh_Hans_CN"}


class PageWords:
    """Texts, days, numbers and money."""

    def __init__(self, locale: str, zone: ZoneInfo) -> None:
        self.locale = locale
        self._locale = _BABEL_LOCALES[locale]
        self._zone = zone
        self.text = partial(text_of, locale)

    def day(self, at: datetime) -> str:
        """The day of a moment."""
        return format_date(at.astimezone(self._zone), format="medium", locale=self._locale)

    def moment(self, at: datetime) -> str:
        """A moment to the minute."""
        return format_datetime(at.astimezone(self._zone), format="medium", locale=self._locale)

    def number(self, number: int) -> str:
        """A whole number."""
        return format_decimal(number, locale=self._locale)

    def money(self, minor: int, currency: str) -> str:
        """Whole minor units as money."""
        return format_currency(Money(minor, currency).decimal(), currency, locale=self._locale)

    def exact(self, micros: int, currency: str) -> str:
        """Millionths of a minor unit as money, with every decimal that counts."""
        amount = exact_amount(micros, currency)
        return format_currency(amount, currency, locale=self._locale, decimal_quantization=False)

    def owed(self, minor: int, currency: str) -> str:
        """Who owes whom how much, as the partner reads it."""
        if minor == 0:
            return self.text("home.even")
        return self.text("home.you.owe" if minor > 0 else "home.they.owe", amount=self.money(abs(minor), currency))

    def reason(self, reason: str) -> str:
        """Why a purchase was declined: one of ours in words, else what the shop's staff wrote."""
        key = f"reason.{reason}"
        return self.text(key) if key in ENGLISH else reason

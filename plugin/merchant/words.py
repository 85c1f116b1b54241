"""Texts, numbers, money and times in one locale and the shop's own time zone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from babel.numbers import format_currency, format_decimal, format_percent

from engine.money import exponent
from plugin.merchant.texts import text_of

_BABEL_LOCALES = {"en": "en", "zh-CN": "zh_Hans_CN"}


class Words:
    """What a page says things with."""

    def __init__(self, locale: str, time_zone: str) -> None:
        self.locale = locale
        self._locale = _BABEL_LOCALES[locale]
        self.text = partial(text_of, locale)
        try:
            self.zone = ZoneInfo(time_zone)
        except (KeyError, ValueError, OSError):
            self.zone = ZoneInfo("UTC")

    def number(self, value: int | Decimal | str) -> str:
        """A number with its groups."""
        return format_decimal(Decimal(value), format="#,##0.######", locale=self._locale)

    def signed(self, value: int) -> str:
        """A change, with a plus or a minus."""
        return f"{'+' if value > 0 else '−' if value < 0 else ''}{self.number(abs(value))}"

    def points(self, value: int | Decimal | str) -> str:
        """So many points, with the word for them."""
        amount = Decimal(value)
        return self.text("points.one") if amount == 1 else self.text("points.other", points=self.number(amount))

    def days(self, count: int) -> str:
        """So many days."""
        return self.text("days.one") if count == 1 else self.text("days.other", days=self.number(count))

    def months(self, count: int) -> str:
        """So many months."""
        return self.text("months.one") if count == 1 else self.text("months.other", months=self.number(count))

    def money(self, amount: Decimal | str, currency: str) -> str:
        """An amount of money, `amount` in the currency's main unit; its cents only where there are any."""
        value = Decimal(amount)
        shown = "¤#,##0" if value == value.to_integral_value() else None
        return format_currency(value, currency, format=shown, locale=self._locale, currency_digits=shown is None)

    def exact_money(self, amount: Decimal | str, currency: str) -> str:
        """An amount of money with all its decimals, such as the price of one point: nothing is rounded."""
        value, zeros = Decimal(amount), "0" * exponent(currency)
        pattern = f"¤#,##0.{zeros}{'#' * 12}"
        return format_currency(value, currency, format=pattern, locale=self._locale, currency_digits=False)

    def percent(self, part: Decimal | str) -> str:
        """A part of a whole, to a tenth of a percent."""
        return format_percent(Decimal(part), format="#,##0.#%", locale=self._locale)

    def listing(self, items: Sequence[str], last: str = "list.and") -> str:
        """A, B and C; `last` is the key of what stands before the last one."""
        if len(items) < 2:
            return "".join(items)
        return self.text("list.comma").join(items[:-1]) + self.text(last) + items[-1]

    def quoted(self, text: str) -> str:
        """What a merchant wrote, marked as such."""
        return self.text("quote", text=text)

    def day(self, value: date | str) -> str:
        """A day of this year or so, short."""
        return self._formatted("MMMd", value)

    def full_date(self, value: date | str) -> str:
        """A day with its year."""
        return self._formatted("yMMMd", value)

    def moment(self, value: datetime | str) -> str:
        """A day and a time of day in the shop's zone; with the year where it is not this one."""
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        local = moment.astimezone(self.zone)
        skeleton = "MMMd" if local.year == datetime.now(self.zone).year else "yMMMd"
        return f"{format_skeleton(skeleton, local, locale=self._locale)}, {local:%H:%M}"

    def local(self, moment: str | None) -> str | None:
        """The wall-clock time of an instant in the shop's zone, as a form's fields have it."""
        return moment and datetime.fromisoformat(moment).astimezone(self.zone).strftime("%Y-%m-%dT%H:%M")

    def _formatted(self, skeleton: str, value: date | str) -> str:
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        if isinstance(value, datetime):
            value = value.astimezone(self.zone).date() if value.tzinfo else value.date()
        return format_skeleton(skeleton, datetime(value.year, value.month, value.day, tzinfo=UTC), locale=self._locale)

"""What badges say to people outside of the shop's own pages, in each of our languages."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal

from engine.badges.definitions import BadgeDefinition
from engine.game.counters import Counter
from engine.game.windows import Between, Each, Last, Window
from plugin.badges.texts import text_of

_BABEL_LOCALES = {"en": "en", "zh-CN": "zh_Hans_CN"}


class BadgeWords:
    """Texts and sentences in one locale, days in one zone."""

    def __init__(self, locale: str, zone: ZoneInfo) -> None:
        self.locale = locale
        self._locale = _BABEL_LOCALES[locale]
        self._zone = zone
        self.text = partial(text_of, locale)

    def day(self, at: datetime) -> str:
        """The day of a moment, written out."""
        return format_date(at.astimezone(self._zone), format="long", locale=self._locale)

    def moment(self, at: datetime) -> str:
        """A moment, written out."""
        return format_datetime(at.astimezone(self._zone), format="long", locale=self._locale)

    def criteria(self, definition: BadgeDefinition, level: int) -> str:
        """What it takes to earn a level, as one sentence."""
        counter = definition.counter
        if counter is None:
            return self.text("criteria.by_hand")
        target = definition.levels[level - 1].target
        parts = [self._counted(counter, target)]
        if counter.minimum_spend is not None and counter.currency is not None:
            parts.append(self.text("criteria.minimum", amount=self._money(counter.minimum_spend, counter.currency)))
        parts.append(self._window(definition.window))
        return self.text("criteria.sentence", what=self.text("criteria.join").join(part for part in parts if part))

    def _counted(self, counter: Counter, target: Decimal) -> str:
        if counter.metric == "spend" and counter.currency is not None:
            return self.text("criteria.spend", amount=self._money(target, counter.currency))
        key = f"criteria.{counter.metric}.{'one' if target == 1 else 'other'}"
        return self.text(key, count=format_decimal(target, locale=self._locale))

    def _money(self, amount: Decimal, currency: str) -> str:
        whole = "¤#,##0" if amount == amount.to_integral_value() else None
        return format_currency(amount, currency, format=whole, locale=self._locale, currency_digits=whole is None)

    def _window(self, window: Window) -> str:
        if isinstance(window, Each):
            return self.text(f"criteria.each.{window.unit}")
        if isinstance(window, Last):
            return self.text("criteria.last", days=window.days)
        if isinstance(window, Between):
            return self.text("criteria.between", starts=self.day(window.starts_at), ends=self.day(window.ends_at))
        return ""

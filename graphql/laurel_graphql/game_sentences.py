"""What games count, in words: "Place 3 orders within a calendar month.", "2 of 3 orders", "1 more order"."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from babel.numbers import format_decimal

from engine.game.counters import Counter
from engine.game.windows import Always, Between, Each, Last, Window
from laurel_graphql.refusals import Words
from laurel_graphql.texts import BABEL_LOCALES, TEXTS, day_text, days_text, money_text, points_text
from laurel_graphql.tier_sentences import capital

_CUSTOM = "custom:"
_OWN_SOURCES = {"orders": "order", "reviews": "review", "referrals": "referral"}
"""What is counted anyway: "Orders from orders" says nothing more."""


def number_text(number: Decimal | int, language: str) -> str:
    """A number as people of that language write it."""
    return format_decimal(number, locale=BABEL_LOCALES[language])


def counted_text(counter: Counter, amount: Decimal, language: str) -> str:
    """So much of what is counted: `3 orders`, `$20.00`, `100 points`."""
    return _noun("game.counted", counter, amount, language)


def missing_text(counter: Counter, target: Decimal, missing: Decimal, language: str) -> str:
    """How much is still to be done: `1 more order`; what is done only once is called by its name; empty for nothing."""
    if missing > 0 and is_once(counter, target):
        return capital(do_text(counter, target, language))
    return _noun("game.more", counter, missing, language) if missing > 0 else ""


def is_once(counter: Counter, target: Decimal) -> bool:
    """Whether one thing is to be done a single time, such as to have a birthday: "1 more time" would say nothing."""
    return counter.metric == "events" and bool(counter.sources) and target == 1


def progress_text(counter: Counter, value: Decimal, target: Decimal, language: str) -> str:
    """How much there is of how much it takes: `2 of 3 orders`, `$120.00 of $500.00`."""
    shown = _bare(counter, value, language)
    return TEXTS[language]["game.progress"].format(value=shown, target=counted_text(counter, target, language))


def do_text(counter: Counter, amount: Decimal, language: str) -> str:
    """What is to be done, as a phrase: `place 3 orders, each of at least $20.00`."""
    texts = TEXTS[language]
    what = _sources_text("game.what", counter, language) if counter.metric in ("events", "days") else ""
    key = f"game.do.{counter.metric}{'.of' if what else ''}"
    amount_text = counted_text(counter, amount, language)
    phrase = what if is_once(counter, amount) else texts[key].format(amount=amount_text, what=what)
    return _with_minimum("game.do.minimum", phrase, counter, language)


def counts_text(counter: Counter, language: str) -> str:
    """What a counter counts, as a title: `Orders, orders of at least $20.00`."""
    texts, key = TEXTS[language], f"game.counts.{counter.metric}"
    found = texts[key]
    if counter.sources and _OWN_SOURCES.get(counter.metric) not in counter.sources:
        what = _sources_text("game.from", counter, language)
        found = texts.get(f"{key}.of", texts["game.counts.of"]).format(inner=found, what=what)
    return _with_minimum("game.counts.minimum", found, counter, language)


def window_text(window: Window, words: Words) -> str:
    """A window as a title: `Each month`, `The last 30 days`."""
    return _windowed("game.window.name", window, "", words)


def how_text(counter: Counter, target: Decimal, window: Window, words: Words) -> str:
    """How something is earned, as a sentence: `Place 3 orders within a calendar month.`"""
    return capital(_windowed("game.window", window, do_text(counter, target, words.language), words))


def unit_how_text(counter: Counter, per_unit: Decimal, unit: str, language: str) -> str:
    """How a streak is kept, as a sentence: `Place 1 order each week.`"""
    return capital(TEXTS[language][f"streak.how.{unit}"].format(do=do_text(counter, per_unit, language)))


def _windowed(key: str, window: Window, inner: str, words: Words) -> str:
    texts, language = TEXTS[words.language], words.language
    match window:
        case Always():
            return texts[f"{key}.always"].format(inner=inner)
        case Each():
            return texts[f"{key}.each.{window.unit}"].format(inner=inner)
        case Last():
            return texts[f"{key}.last"].format(inner=inner, days=days_text(window.days, language))
        case Between():
            # It ends before `ends_at`: one that ends at midnight has the day before as its last.
            last = (window.ends_at - timedelta(microseconds=1)).astimezone(words.zone).date()
            first = window.starts_at.astimezone(words.zone).date()
            return texts[f"{key}.between"].format(
                inner=inner, first=day_text(first, language), last=day_text(last, language)
            )


def _sources_text(key: str, counter: Counter, language: str) -> str:
    """What is done, in words; events that the merchant reports are called by their names."""
    texts = TEXTS[language]
    custom = texts[f"{key}.custom"]
    named = [texts.get(f"{key}.{one}") or custom.format(name=one.removeprefix(_CUSTOM)) for one in counter.sources]
    found = named[-1] if named else ""
    for one in reversed(named[:-1]):
        found = texts[f"{key}.joined"].format(first=one, rest=found)
    return found


def _noun(key: str, counter: Counter, amount: Decimal, language: str) -> str:
    if counter.metric == "spend":
        return TEXTS[language][f"{key}.spend"].format(amount=_bare(counter, amount, language))
    if counter.metric == "points":
        return TEXTS[language][f"{key}.points"].format(amount=points_text(amount, language))
    form = "one" if amount == 1 else "other"
    return TEXTS[language][f"{key}.{counter.metric}.{form}"].format(amount=number_text(amount, language))


def _bare(counter: Counter, amount: Decimal, language: str) -> str:
    if counter.metric == "spend" and counter.currency is not None:
        return money_text(amount, counter.currency, language)
    return number_text(amount, language)


def _with_minimum(key: str, phrase: str, counter: Counter, language: str) -> str:
    if counter.minimum_spend is None or counter.currency is None:
        return phrase
    money = money_text(counter.minimum_spend, counter.currency, language)
    return TEXTS[language][key].format(inner=phrase, money=money)

"""A rule as one plain sentence, in either language: what it gives, for what, within which bounds, for how long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from babel.dates import format_skeleton

from plugin.merchant.condition_words import condition_text
from plugin.merchant.words import Words

Rule = dict[str, Any]
"""A rule in the form that `definitions.rule_of` gives."""


def sentence_of(rule: Rule, words: Words) -> str:
    """The whole sentence."""
    clauses = [gives_text(rule, words), *_bounds(rule, words), *_times(rule, words)]
    text = words.text("sentence.comma").join(clauses)
    return words.text("sentence.end", sentence=text[:1].upper() + text[1:])


def gives_text(rule: Rule, words: Words) -> str:
    """What a rule gives and for what, without its bounds."""
    formula, trigger = rule["formula"], rule["trigger"]
    event = words.quoted(rule["event_name"] or "")
    if formula["kind"] == "per_money":
        rates = rates_text(formula["rates"], words)
        if trigger == "order_paid" or not formula["rates"]:
            return rates
        return f"{rates} {words.text(f'sentence.on.{trigger}', event=event)}"
    if formula["kind"] == "fixed":
        key = "line" if rule["scope"] == "line" else trigger
        return words.text(f"sentence.fixed.{key}", points=words.points(formula["points"]), event=event)
    on = words.text(f"sentence.on.{trigger}", event=event)
    if formula["kind"] == "per_unit":
        given = words.text("sentence.unit", points=words.points(formula["points"]))
    else:
        given = words.text("sentence.multiply", factor=words.number(formula["factor"]))
    return given if trigger == "order_paid" and formula["kind"] == "per_unit" else f"{given} {on}"


def rates_text(rates: dict[str, str], words: Words) -> str:
    """Points per unit of money; currencies of one rate together, the best rate first."""
    grouped: dict[Decimal, list[str]] = {}
    for currency, rate in rates.items():
        grouped.setdefault(Decimal(rate), []).append(currency)
    if not grouped:
        return words.text("sentence.no_rates")
    return words.text("sentence.comma").join(
        words.text("sentence.rate", points=words.points(rate), currencies=words.listing(sorted(codes), "list.or"))
        for rate, codes in sorted(grouped.items(), reverse=True)
    )


def _bounds(rule: Rule, words: Words) -> Iterator[str]:
    if rule["audience"]:
        yield words.text("sentence.audience", condition=condition_text(rule["audience"], words))
    if rule["condition"]:
        yield words.text("sentence.condition", condition=condition_text(rule["condition"], words))
    for multiplier in rule["multipliers"]:
        yield _multiplier_text(multiplier, words)
    yield from _exclusions(rule, words)
    if rule["test_orders"]:
        yield words.text("sentence.test_orders")
    if not rule["counts_for_tier"]:
        yield words.text("sentence.no_tier")
    for cap in rule["caps"]:
        points = words.number(cap["points"]) if words.locale == "en" else words.points(cap["points"])
        yield words.text(f"sentence.cap.{cap['per']}.{cap['period']}", points=points)
    if rule["group"]:
        yield words.text("sentence.group", group=words.quoted(rule["group"]))


def _multiplier_text(multiplier: dict[str, Any], words: Words) -> str:
    condition = condition_text(multiplier["condition"], words) if multiplier["condition"] else ""
    window = window_text(multiplier["window"], words)
    key = {(False, False): "", (True, False): ".when", (False, True): ".during", (True, True): ".both"}
    return words.text(
        f"sentence.multiplier{key[bool(condition), bool(window)]}",
        factor=words.number(multiplier["factor"]),
        condition=condition,
        window=window,
    )


def _exclusions(rule: Rule, words: Words) -> Iterator[str]:
    """Only what differs from the usual: no gift cards, no delivery, no tax."""
    exclude = rule["exclude"]
    if rule["trigger"] in ("order_paid", "order_fulfilled"):
        for name in ("tax", "shipping", "gift_cards"):
            if not exclude[name]:
                yield words.text(f"sentence.exclude.no_{name}")
        for name in ("gift_card_paid", "store_credit_paid"):
            if exclude[name]:
                yield words.text(f"sentence.exclude.{name}")
    for name in ("product_tags", "customer_tags"):
        if exclude[name]:
            tags = words.listing([words.quoted(tag) for tag in exclude[name]], "list.or")
            yield words.text(f"sentence.exclude.{name}", tags=tags)
    for name in ("product_ids", "collection_ids"):
        if exclude[name]:
            count = len(exclude[name])
            yield words.text(f"sentence.exclude.{name}.{'one' if count == 1 else 'other'}", count=words.number(count))


def window_text(window: dict[str, Any] | None, words: Words) -> str:
    """From when until when, in the program's own time; empty for always."""
    if not window or not (window["starts_at"] or window["ends_at"]):
        return ""
    start, end = (_local(window[name], words) if window[name] else "" for name in ("starts_at", "ends_at"))
    if start and end:
        return words.text("sentence.window", start=start, end=end)
    return words.text("sentence.window.from", start=start) if start else words.text("sentence.window.until", end=end)


def _local(written: str, words: Words) -> str:
    moment = datetime.fromisoformat(written)
    day = words.full_date(moment)
    return day if (moment.hour, moment.minute) == (0, 0) else f"{day}, {moment:%H:%M}"


def _times(rule: Rule, words: Words) -> Iterator[str]:
    window = window_text(rule["window"], words)
    if window:
        yield window
    hold = rule["hold"]
    if hold["kind"] == "days":
        yield words.text("sentence.hold.days", days=words.days(hold["days"]))
    elif hold["kind"] == "until":
        yield words.text(f"sentence.hold.{hold['event']}", days=words.days(hold["days"]))
    yield expiry_text(rule["expiry"], words)


def expiry_text(expiry: dict[str, Any], words: Words) -> str:
    """When points are gone."""
    kind = expiry["kind"]
    if kind == "after":
        length = words.days(expiry["days"]) if expiry["days"] else words.months(expiry["months"])
        return words.text(f"sentence.expiry.after{_rounded(expiry)}", length=length)
    if kind == "calendar":
        day = datetime(2024, expiry["month"], expiry["day"])  # noqa: DTZ001  # a day of every year, of no zone
        date = format_skeleton("MMMd", day, locale="en" if words.locale == "en" else "zh_Hans_CN")
        key = "sentence.expiry.calendar.grace" if expiry["grace_days"] else "sentence.expiry.calendar"
        return words.text(key, date=date, grace=words.days(expiry["grace_days"]))
    if kind == "inactivity":
        return words.text("sentence.expiry.inactivity", days=words.days(expiry["days"]))
    return words.text("sentence.expiry.never")


def _rounded(expiry: dict[str, Any]) -> str:
    return "" if expiry["round"] == "none" else f".{expiry['round']}"

"""Requirements of tiers in words: "Spend $500.00 or place 3 orders", and what is missing to the next one."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from babel.numbers import format_decimal

from engine.tiers.requirements import AtLeast, Metric, Node
from laurel_graphql.texts import BABEL_LOCALES, TEXTS, money_text, points_text


def amount_text(metric: Metric, amount: Decimal, currency: str, language: str) -> str:
    """An amount of a metric: money for spend, points for points, a bare number for all else."""
    if metric == "spend":
        return money_text(amount, currency, language)
    if metric == "points":
        return points_text(amount, language)
    return format_decimal(amount.normalize(), locale=BABEL_LOCALES[language])


def requirement_text(requirement: Node | None, currency: str, language: str) -> str:
    """A requirement as a sentence without its full stop, empty for none."""
    return "" if requirement is None else _sentence(_phrase(requirement, currency, language, outermost=True), language)


def missing_text(parts: Sequence[tuple[Metric, Decimal]], currency: str, language: str, *, together: bool) -> str:
    """What is still missing, as a sentence without its full stop: all of it, or any one part of it."""
    texts = TEXTS[language]
    phrases = [
        _do(metric, texts["tier.amount.further"].format(amount=amount_text(metric, amount, currency, language)),
            amount, language)
        for metric, amount in parts
    ]  # fmt: skip
    return _sentence(_joined(phrases, "tier.and" if together else "tier.or", language), language)


def _phrase(requirement: Node, currency: str, language: str, *, outermost: bool) -> str:
    if isinstance(requirement, AtLeast):
        amount = amount_text(requirement.metric, requirement.amount, currency, language)
        if requirement.more_than:
            amount = TEXTS[language]["tier.amount.more_than"].format(amount=amount)
        return _do(requirement.metric, amount, requirement.amount, language)
    phrases = [_phrase(part, currency, language, outermost=False) for part in requirement.requirements]
    joined = _joined(phrases, "tier.and" if requirement.kind == "all" else "tier.or", language)
    return joined if outermost or len(phrases) == 1 else TEXTS[language]["tier.group"].format(inner=joined)


def _do(metric: Metric, amount: str, count: Decimal, language: str) -> str:
    key = f"tier.do.{metric}"
    if metric not in ("spend", "points"):
        key += ".one" if count == 1 else ".other"
    return TEXTS[language][key].format(amount=amount)


def _joined(phrases: Sequence[str], key: str, language: str) -> str:
    found = phrases[-1] if phrases else ""
    for phrase in reversed(phrases[:-1]):
        found = TEXTS[language][key].format(first=phrase, rest=found)
    return found


def _sentence(phrase: str, language: str) -> str:
    phrase = TEXTS[language]["tier.sentence"].format(inner=phrase)
    return phrase[:1].upper() + phrase[1:]

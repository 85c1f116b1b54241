"""Tiers in words: "Spend $500.00 or place 3 orders", what is missing to the next one, and how long one lasts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from babel.numbers import format_decimal

from engine.tiers.definitions import TierProgram
from engine.tiers.periods import Calendar, Lasts, NeverEnds, Term, UntilAnniversary, UntilCalendar, Window
from engine.tiers.requirements import AtLeast, Metric, Node
from laurel_graphql.texts import BABEL_LOCALES, TEXTS, days_text, money_text, points_text


def amount_text(metric: Metric, amount: Decimal, currency: str, language: str) -> str:
    """An amount of a metric: money for spend, points for points, a bare number for all else."""
    if metric == "spend":
        return money_text(amount, currency, language)
    if metric == "points":
        return points_text(amount, language)
    return format_decimal(amount.normalize(), locale=BABEL_LOCALES[language])


def requirement_text(requirement: Node | None, currency: str, language: str) -> str:
    """A requirement as a sentence without its full stop, empty for none."""
    return "" if requirement is None else capital(_phrase(requirement, currency, language, outermost=True))


def missing_text(parts: Sequence[tuple[Metric, Decimal]], currency: str, language: str, *, together: bool) -> str:
    """What is still missing, as a sentence without its full stop: all of it, or any one part of it."""
    phrases = [
        _do("further", metric, amount_text(metric, amount, currency, language), amount, language)
        for metric, amount in parts
    ]
    return capital(_joined(phrases, "tier.and" if together else "tier.or", language))


def capital(sentence: str) -> str:
    """A sentence as it begins."""
    return sentence[:1].upper() + sentence[1:]


def _phrase(requirement: Node, currency: str, language: str, *, outermost: bool) -> str:
    if isinstance(requirement, AtLeast):
        amount = amount_text(requirement.metric, requirement.amount, currency, language)
        if requirement.more_than:
            amount = TEXTS[language]["tier.amount.more_than"].format(amount=amount)
        elif requirement.metric == "spend":
            amount = TEXTS[language]["tier.amount.money"].format(amount=amount)
        return _do("do", requirement.metric, amount, requirement.amount, language)
    phrases = [_phrase(part, currency, language, outermost=False) for part in requirement.requirements]
    joined = _joined(phrases, "tier.and" if requirement.kind == "all" else "tier.or", language)
    return joined if outermost or len(phrases) == 1 else TEXTS[language]["tier.group"].format(inner=joined)


def _do(verb: str, metric: Metric, amount: str, count: Decimal, language: str) -> str:
    key = f"tier.{verb}.{metric}"
    if metric not in ("spend", "points"):
        key += ".one" if count == 1 else ".other"
    return TEXTS[language][key].format(amount=amount)


def _joined(phrases: Sequence[str], key: str, language: str) -> str:
    found = phrases[-1] if phrases else ""
    for phrase in reversed(phrases[:-1]):
        found = TEXTS[language][key].format(first=phrase, rest=found)
    return found


def rules_text(program: TierProgram, language: str) -> list[str]:
    """How the tiers are reached, kept and lost, in sentences."""
    texts, window, term = TEXTS[language], program.window, program.term
    sentences = [texts[_by_unit("tier.window", window)].format(span=_span(window, language))]
    sentences.append(
        texts["tier.term.after" if isinstance(term, Lasts) else _by_unit("tier.term", term)].format(
            span=_span(term, language)
        )
    )
    extra = term.extra_periods if isinstance(term, UntilCalendar | UntilAnniversary) else 0
    if extra:
        sentences.append(texts[f"tier.term.extra.{'one' if extra == 1 else 'other'}"].format(count=extra))
    if not isinstance(term, NeverEnds):
        sentences.append(texts[f"tier.down.{program.downgrade}"])
        if program.grace_days:
            sentences.append(texts["tier.grace"].format(days=days_text(program.grace_days, language)))
    hold = "hold" if program.hold_days else "keep"
    refund = texts[f"tier.refund.{'recompute' if program.after_hold == 'recompute' else hold}"]
    return [*sentences, refund.format(days=days_text(program.hold_days, language))]


def _by_unit(key: str, period: Window | Term) -> str:
    unit = f".{period.unit}" if isinstance(period, Calendar | UntilCalendar) else ""
    return f"{key}.{period.kind}{unit}"


def _span(period: Window | Term, language: str) -> str:
    months: int | None = getattr(period, "months", None)
    if months is not None:
        return TEXTS[language]["months.one" if months == 1 else "months.other"].format(count=months)
    days: int | None = getattr(period, "days", None)
    return "" if days is None else days_text(days, language)

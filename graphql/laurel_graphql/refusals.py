"""Why something was refused, in words with numbers. The engine tells codes and details; here they become sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from engine.money import exponent
from laurel_graphql.texts import TEXTS, day_text, language_of, money_text, points_text

NAMING_A_DAY = frozenset({"NOT_STARTED"})
"""The codes whose sentences name a day of the program's zone."""


@dataclass(frozen=True, slots=True)
class Words:
    """Whom a sentence is for: the caller's locale, and the zone of the program's days."""

    locale: str
    zone: ZoneInfo

    @property
    def language(self) -> str:
        """The language of ours that serves the locale."""
        return language_of(self.locale)


def refusal_text(code: str, details: Mapping[str, str | int], words: Words) -> str:
    """The sentence for a code of `engine.rewards.reasons`, in the caller's language and with the numbers of it."""
    language = words.language
    texts = TEXTS[language]
    match code:
        case "NOT_ENOUGH_POINTS":
            return texts["refused.not_enough_points"].format(points=points_text(int(details["missing"]), language))
        case "INVALID_POINTS":
            return _invalid_points(details, language)
        case "LIMIT_REACHED":
            return texts[f"refused.limit_reached.{details['period']}"].format(limit=details["limit"])
        case "NOT_STARTED":
            day = datetime.fromisoformat(str(details["starts_at"])).astimezone(words.zone).date()
            return texts["refused.not_started"].format(day=day_text(day, language))
        case "BELOW_MINIMUM_SUBTOTAL":
            currency = str(details["currency"])
            money = Decimal(details["minimum_minor"]).scaleb(-exponent(currency))
            return texts["refused.below_minimum_subtotal"].format(money=money_text(money, currency, language))
        case "TIER_LOCKED":
            return texts["refused.tier_locked"].format(tiers=str(details["tiers"]).replace(",", ", "))
        case "PLAN_LOCKED":
            return texts["refused.plan_locked"].format(plans=str(details["plans"]).replace(",", ", "))
        case "CURRENCY_NOT_OFFERED":
            return texts["refused.currency_not_offered"].format(currency=details["currency"])
        case "NOTE_TOO_LONG":
            return texts["refused.note_too_long"].format(maximum=details["maximum"])
    return texts[f"refused.{code.lower()}"]


def _invalid_points(details: Mapping[str, str | int], language: str) -> str:
    texts = TEXTS[language]
    minimum = points_text(int(details.get("minimum", 1)), language)
    step = points_text(int(details.get("step", 1)), language)
    if "maximum" not in details:
        return texts["refused.invalid_points"].format(minimum=minimum, step=step)
    if details["maximum"] == details.get("minimum"):
        return texts["refused.invalid_points.fixed"].format(minimum=minimum)
    maximum = points_text(int(details["maximum"]), language)
    return texts["refused.invalid_points.range"].format(minimum=minimum, maximum=maximum, step=step)

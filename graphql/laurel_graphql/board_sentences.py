"""Leaderboards and leagues in words: periods by their names, scores in their unit, places and prizes."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date

from engine.game.counters import Counter
from engine.leaderboards.definitions import CALENDAR_KEY, Counted, LeaderboardDefinition, Period, Prize, Segment
from laurel_graphql.game_sentences import counted_text, number_text
from laurel_graphql.refusals import Words
from laurel_graphql.texts import BABEL_LOCALES, TEXTS, day_text, days_text, points_text


def score_text(definition: LeaderboardDefinition, score: int, language: str) -> str:
    """A score in the unit of its board: `$120.00`, `1,245 points`, `3 orders`."""
    if isinstance(definition.score, Counted):
        return counter_score_text(definition.score.counter, score, language)
    return number_text(score, language)


def counter_score_text(counter: Counter, score: int, language: str) -> str:
    """A number of what is counted, in its unit."""
    return counted_text(counter, counter.amount(score), language)


def segment_title(segment: Segment | None, language: str) -> str:
    """What people call a segment; None is everybody. Tiers are called by their handle, tags as they are."""
    return TEXTS[language]["board.everybody"] if segment is None else segment.value


def places_text(prize: Prize, language: str) -> str:
    """Which places a prize is for: `Places 1 to 3: 500 points`."""
    key = "board.prize.one" if prize.first == prize.last else "board.prize.other"
    first, last = number_text(prize.first, language), number_text(prize.last, language)
    return TEXTS[language][key].format(first=first, last=last, points=points_text(prize.points, language))


def prizes_text(hold_days: int, language: str) -> str:
    """When prizes are given: `Prizes are given 14 days after that.`"""
    texts = TEXTS[language]
    if hold_days == 0:
        return texts["board.rules.prizes.none"]
    return texts["board.rules.prizes"].format(days=days_text(hold_days, language))


def period_title(period: Period, words: Words) -> str:
    """What people call a period: `November 2026`, `Week from November 16, 2026`, a season by its handle."""
    language = words.language
    if period.starts_at is None or period.ends_at is None:
        return TEXTS[language]["board.period.all"]
    if not CALENDAR_KEY.fullmatch(period.key):
        return period.key.replace("-", " ").title()
    return _calendar_title(period.key, language)


def _calendar_title(key: str, language: str) -> str:
    """By the key alone: it is the same in whichever zone the program's days are counted since."""
    texts, locale = TEXTS[language], BABEL_LOCALES[language]
    year, _, rest = key.partition("-")
    if rest.startswith("W"):
        monday = date.fromisocalendar(int(year), int(rest[1:]), 1)
        return texts["board.period.week"].format(day=day_text(monday, language))
    if rest.startswith("Q"):
        first, unit = date(int(year), 3 * int(rest[1:]) - 2, 1), "quarter"
    else:
        parts = [int(part) for part in key.split("-")]
        if len(parts) == 3:
            return day_text(date(*parts), language)
        first, unit = date(parts[0], parts[1] if rest else 1, 1), "month" if rest else "year"
    return format_date(first, texts[f"board.period.{unit}"], locale=locale)

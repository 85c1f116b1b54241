"""Periods and scores of boards in words."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from engine.game.counters import Counter
from engine.game.windows import Between, Last
from engine.leaderboards.definitions import Period
from laurel_graphql.board_sentences import counter_score_text, period_title
from laurel_graphql.game_sentences import how_text
from laurel_graphql.refusals import Words

BEGIN, END = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("key", "english", "chinese"),
    [
        ("2026-11-01", "November 1, 2026", "2026年11月1日"),
        ("2026-W53", "Week from December 28, 2026", "2026年12月28日起的一周"),
        ("2026-11", "November 2026", "2026年11月"),
        ("2026-Q4", "Q4 2026", "2026年第4季度"),
        ("2026", "2026", "2026年"),
        ("black-friday", "Black Friday", "Black Friday"),
    ],
)
def test_periods_are_called_by_their_names_in_whichever_zone(key: str, english: str, chinese: str) -> None:
    period = Period(key, BEGIN, END)

    for zone in ("Pacific/Kiritimati", "Pacific/Honolulu"):
        assert period_title(period, Words("en", ZoneInfo(zone))) == english
        assert period_title(period, Words("zh-CN", ZoneInfo(zone))) == chinese


def test_all_time_is_called_so() -> None:
    assert period_title(Period("all", None, None), Words("en", ZoneInfo("UTC"))) == "All time"


def test_scores_are_told_in_their_unit() -> None:
    spend = Counter.model_validate({"metric": "spend", "currency": "JPY"})

    assert counter_score_text(spend, 12_345, "en") == "¥12,345"
    assert counter_score_text(Counter(metric="points"), 1, "en") == "1 point"
    assert counter_score_text(Counter(metric="orders"), 2**53 - 1, "en") == "9,007,199,254,740,991 orders"


def test_how_something_is_earned_is_a_sentence() -> None:
    words = Words("en", ZoneInfo("Asia/Shanghai"))
    orders = Counter.model_validate({"metric": "orders", "minimum_spend": Decimal(20), "currency": "USD"})
    quiz = Counter.model_validate({"metric": "events", "sources": ("custom:quiz", "review")})
    november = Between(starts_at=datetime(2026, 10, 31, 16, tzinfo=UTC), ends_at=datetime(2026, 11, 30, 16, tzinfo=UTC))

    assert how_text(orders, Decimal(3), Last(days=30), words) == ("Place 3 orders of $20.00 or more within 30 days.")
    assert how_text(quiz, Decimal(1), november, words) == (
        "Be active 1 time (quiz or review) from November 1, 2026 to November 30, 2026."
    )

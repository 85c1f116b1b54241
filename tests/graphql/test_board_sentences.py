"""Periods and scores of boards in words."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from engine.game.counters import Counter
from engine.game.windows import Always, Between, Last
from engine.leaderboards.definitions import Period
from laurel_graphql.board_sentences import counter_score_text, period_title, prizes_text
from laurel_graphql.game_sentences import counts_text, how_text, missing_text
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


def test_prizes_without_a_wait_are_given_with_the_result() -> None:
    assert prizes_text(0, "en") == "Prizes are given as soon as the result is settled."
    assert prizes_text(1, "en") == "Prizes are given 1 day after that."


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
        "Do “quiz” or write a review from November 1, 2026 to November 30, 2026."
    )


@pytest.mark.parametrize(
    ("metric", "sources", "target", "english", "chinese", "counted"),
    [
        ("events", ("birthday",), 1, "Celebrate your birthday with us.", "与我们一起庆祝生日。", "Number of birthdays"),
        ("events", ("order",), 5, "Order 5 times.", "下单 5 次。", "Number of orders"),
        ("days", ("order",), 3, "Order on 3 days.", "下单 3 天。", "Days with orders"),
        ("points", ("order",), 100, "Earn 100 points.", "获得 100 积分。", "Points earned from orders"),
        ("orders", ("order",), 1, "Place 1 order.", "完成 1 笔订单。", "Orders"),
    ],
)  # fmt: skip
def test_what_is_done_is_called_by_its_name(
    metric: str, sources: tuple[str, ...], target: int, english: str, chinese: str, counted: str
) -> None:
    counter = Counter.model_validate({"metric": metric, "sources": sources})

    assert how_text(counter, Decimal(target), Always(), Words("en", ZoneInfo("UTC"))) == english
    assert how_text(counter, Decimal(target), Always(), Words("zh-CN", ZoneInfo("UTC"))) == chinese
    assert counts_text(counter, "en") == counted


def test_what_is_done_once_is_not_told_as_one_more_time() -> None:
    birthday = Counter(metric="events", sources=("birthday",))

    assert missing_text(birthday, Decimal(1), Decimal(1), "en") == "Celebrate your birthday with us"
    assert missing_text(birthday, Decimal(2), Decimal(1), "en") == "1 more time"
    assert missing_text(birthday, Decimal(1), Decimal(0), "en") == ""

"""What the pages of the game make of the schema's answers, and what they say when the engine objects."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from engine.game.definitions import DEFINITIONS
from engine.game.facts import GameKind
from plugin.merchant.game.fields import counter_fields, new_counter, parted, with_chosen
from plugin.merchant.game.overview import bars, waiting_text
from plugin.merchant.game.quarantines import state_of
from plugin.merchant.problems import problem_patterns
from plugin.merchant.words import Words

ENGLISH, CHINESE = Words("en", "America/New_York"), Words("zh-CN", "America/New_York")
ORDERS = {"metric": "orders"}
STEP = {"handle": "one", "title": "One", "counter": ORDERS}
DAY = {"handle": "s", "starts_at": "2026-12-01T00:00:00Z", "ends_at": "2026-11-01T00:00:00Z"}


def queue(count: int, *, more: bool = False) -> dict[str, Any]:
    """A page of entries in quarantine."""
    return {"nodes": [{"id": str(number)} for number in range(count)], "pageInfo": {"hasNextPage": more}}


def test_bars_keep_the_merchants_order_until_there_are_too_many_of_them() -> None:
    few = bars([("Rare", 1, None), ("Common", 1_000, "/game/badges/2"), ("Nobody's", 0, None)])
    many = bars([(f"Badge {number}", number, None) for number in range(12)])

    assert [(one["name"], one["width"]) for one in few] == [("Rare", 3), ("Common", 600), ("Nobody's", 0)]
    assert few[1]["href"] == "/game/badges/2"
    assert [one["count"] for one in many] == [11, 10, 9, 8, 7, 6, 5, 4]


@pytest.mark.parametrize(
    ("page", "english", "chinese"),
    [
        (queue(0), None, None),
        (queue(1), "1 entry that looks like cheating waits for you", "1 个疑似作弊的条目等待您处理"),
        (queue(7), "7 entries that look like cheating wait for you", "7 个疑似作弊的条目等待您处理"),
        (
            queue(100, more=True),
            "More than 100 entries that look like cheating wait for you",
            "超过 100 个疑似作弊的条目等待您处理",
        ),
    ],
)
def test_the_queue_is_told_only_while_something_is_in_it(
    page: dict[str, Any], english: str | None, chinese: str | None
) -> None:
    assert (waiting_text(page, ENGLISH), waiting_text(page, CHINESE)) == (english, chinese)


def test_an_entry_is_open_until_it_is_decided_or_over_by_itself() -> None:
    entry = {"decision": None, "liftedAt": None}

    assert state_of(entry) == "open"
    assert state_of(entry | {"liftedAt": "2026-11-02T00:00:00Z"}) == "lifted"
    assert state_of(entry | {"decision": "UPHELD", "liftedAt": "2026-11-02T00:00:00Z"}) == "UPHELD"


def test_the_fields_of_a_counter_propose_the_shops_currency_where_none_is_named() -> None:
    counted = {"metric": "SPEND", "currency": "EUR", "sources": [], "minimumSpend": "20.5000", "testOrders": True}

    assert counter_fields(counted, "USD") == counted | {"minimumSpend": "20.5"}
    assert counter_fields(counted | {"currency": None}, "USD")["currency"] == "USD"
    assert counter_fields(None, "USD") == new_counter("USD")


def test_what_is_archived_is_listed_apart() -> None:
    live = {"id": "gid://laurel/Badge/7", "archivedAt": None}
    old = {"id": "gid://laurel/Badge/8", "archivedAt": "2026-11-02T00:00:00Z"}

    assert parted([live, old]) == {"live": [live | {"number": "7"}], "archived": [old | {"number": "8"}]}


def test_what_was_chosen_and_is_gone_is_still_offered() -> None:
    assert with_chosen([("gold", "Gold")], ["gold", "old"]) == [("gold", "Gold"), ("old", "old")]


@pytest.mark.parametrize(
    ("kind", "given", "english"),
    [
        ("badge", {"counter": {"metric": "spend"}}, "Name a currency for money, and only for money."),
        ("badge", {"counter": ORDERS, "levels": [{"target": Decimal("1.5")}]}, "Enter a whole number: only money has"),
        ("badge", {"counter": ORDERS, "window": {"kind": "between"}}, "Fill this in."),
        ("badge", {"counter": ORDERS, "recurrence": "each_window"}, "“Once in each such time” needs a time"),
        (
            "badge",
            {"counter": ORDERS, "recurrence": "on_completion", "window": {"kind": "last", "days": 3}},
            "What can",
        ),
        ("badge", {"counter": ORDERS, "levels": [{"target": 3}, {"target": 2}]}, "Each takes more than the one before"),
        ("challenge", {"steps": [STEP, STEP]}, "Two steps have the same handle."),
        ("challenge", {"steps": [STEP, {**STEP, "handle": "two"}], "scope": "community"}, "A goal of all members"),
        ("challenge", {"steps": [STEP], "scope": "community"}, "A goal of all members together needs an end."),
        ("challenge", {"steps": []}, "Add at least one."),
        ("streak", {"counter": ORDERS, "milestones": [{"length": 3}, {"length": 3}]}, "Each takes more than the one"),
        ("streak", {"counter": ORDERS, "plateau_points": 5}, "Say after how many more these points are given."),
        ("streak", {"counter": ORDERS, "quiet_units_per_year": 20}, "At most 13 in a year."),
        ("levels", {"levels": [{"title": "A", "threshold": 0, "points": 5}]}, "Everybody has a level that takes no"),
        ("leaderboard", {"period": "custom"}, "Add at least one season."),
        ("leaderboard", {"period": "custom", "seasons": [DAY]}, "The end must lie after the start."),
        ("leaderboard", {"prizes": [{"first": 1, "last": 1, "points": 5}]}, "A board that never begins anew has no"),
        ("leaderboard", {"period": "day", "prizes": [{"first": 3, "last": 1, "points": 5}]}, "The last place must not"),
        ("leaderboard", {"quarantine": {}}, "Fill in at least one thing to look for."),
        ("league", {"leagues": [{"title": "A", "promote": 1}]}, "Nobody moves up from the highest league"),
        ("league", {"leagues": [{"title": "A", "demote": 1}]}, "Nobody moves down from the lowest league"),
        ("league", {"leagues": [{"title": "A"}], "cohort_maximum": 10}, "The most must not be less than the fewest."),
    ],
)
def test_what_a_definition_objects_to_is_said_in_the_merchants_words(
    kind: GameKind, given: dict[str, Any], english: str
) -> None:
    score = {"score": {"kind": "counted", "counter": ORDERS}} if kind == "leaderboard" else {}
    titled = {} if kind == "levels" else {"title": "Something"}

    with pytest.raises(ValidationError) as refused:
        DEFINITIONS[kind].model_validate({**titled, **score, **given})

    messages = [fault["msg"].removeprefix("Value error, ") for fault in refused.value.errors()]
    for words in (ENGLISH, CHINESE):
        patterns = problem_patterns(words)
        told = [next((text for pattern, text in patterns if re.search(pattern, one)), one) for one in messages]
        assert not set(told) & set(messages), (words.locale, messages)
    assert any(_said(one).startswith(english) for one in messages), messages


def _said(message: str) -> str:
    """A message as the browser shows it in English."""
    for pattern, text in problem_patterns(ENGLISH):
        if found := re.search(pattern, message):
            return text.replace("{0}", next((group for group in found.groups() if group), ""))
    return message

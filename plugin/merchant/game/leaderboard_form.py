"""The form for a leaderboard."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from plugin.merchant.game.fields import (
    counter_choices,
    counter_fields,
    form_values,
    moments,
    named,
    new_counter,
    number_of,
    with_chosen,
)
from plugin.merchant.game.streaks import tier_options
from plugin.merchant.pages import PageMissingError, PageRequest

NEW_PRIZE: Final[dict[str, Any]] = {"first": 1, "last": 1, "points": 100, "pointsDays": 365}
NEW_SEASON: Final[dict[str, Any]] = {"handle": "", "startsAt": None, "endsAt": None}
WATCHED: Final[dict[str, Any]] = {
    "ordersPerHour": 10, "eventsPerHour": 60, "returnsPercent": 50, "minimumOrders": 5, "lookBackDays": 90,
    "testOrders": False,
}  # fmt: skip
_NEW: Final[dict[str, Any]] = {
    "id": None, "version": 0, "archivedAt": None, "handle": "", "position": None, "title": "", "description": "",
    "scoreKind": "COUNTED", "challenges": [], "operator": "INCREMENT", "periodKind": "MONTH", "plannedSeasons": [],
    "ranking": "ORDINAL", "segments": [], "dailyCap": None, "settleHours": 24, "prizeHoldDays": 14, "prizes": [],
    "quarantine": WATCHED, "summary": [],
}  # fmt: skip


async def edit_leaderboard(opened: PageRequest) -> Response:
    """Draw the form for a board."""
    data = await opened.ask("leaderboard_form", id=f"gid://laurel/Leaderboard/{opened.number('board')}")
    board = data["leaderboard"]
    if board is None:
        raise PageMissingError
    seasons = [moments(one, opened.words) for one in board["plannedSeasons"]]
    return _form(opened, data, {**board, "plannedSeasons": seasons}, board["counter"])


async def new_leaderboard(opened: PageRequest) -> Response:
    """Draw the form for a board that does not exist yet."""
    return _form(opened, await opened.ask("leaderboard_new"), _NEW, new_counter(opened.shop.currency, "POINTS"))


def _form(opened: PageRequest, data: dict[str, Any], board: dict[str, Any], counter: dict[str, Any] | None) -> Response:
    words = opened.words
    challenges = [(one["handle"], one["title"]) for one in data["challenges"]]
    tiers = [one["value"] for one in board["segments"] if one["kind"] == "TIER"]
    return opened.render(
        "game/leaderboard_form.html",
        **form_values(opened, {**board, "counter": counter_fields(counter, opened.shop.currency)}),
        board_number=number_of(board["id"]) if board["id"] else None,
        watched=board["quarantine"] or WATCHED,
        tiers=tiers,
        tags=[one["value"] for one in board["segments"] if one["kind"] == "TAG"],
        new_prize=NEW_PRIZE,
        new_season=NEW_SEASON,
        choices=counter_choices(words) | {
            "scores": named(words, "score", ("COUNTED", "CHALLENGES")),
            "operators": named(words, "operator", ("INCREMENT", "BEST", "SET")),
            "periods": named(words, "board_period", ("ALL", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR", "CUSTOM")),
            "rankings": named(words, "ranking", ("ORDINAL", "COMPETITION", "DENSE")),
            "challenges": with_chosen(challenges, board["challenges"]),
            "tiers": with_chosen(tier_options(data), tiers),
        },
    )  # fmt: skip

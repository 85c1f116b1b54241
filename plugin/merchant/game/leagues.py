"""Leagues: the list with their last weeks, and the form."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from plugin.merchant.game.fields import counter_choices, counter_fields, form_values, new_counter, parted
from plugin.merchant.game.leaderboard_form import NEW_PRIZE, WATCHED
from plugin.merchant.game.leaderboards import playing_text
from plugin.merchant.pages import PageMissingError, PageRequest
from plugin.merchant.words import Words

_PROPOSED: Final = (("bronze", 7, 0), ("silver", 7, 7), ("gold", 0, 7))
"""The ladder that a new league begins with: how many rise and fall in each of its leagues."""


async def leagues(opened: PageRequest) -> Response:
    """Draw the list."""
    words = opened.words
    nodes = (await opened.ask("leagues"))["leagues"]
    shown = [
        {
            **one,
            "playing": playing_text(one["participants"], words),
            "weeks": [_week(season, words) for season in one["seasons"]],
        }
        for one in nodes
    ]
    return opened.render("game/leagues.html", **parted(shown))


def _week(season: dict[str, Any], words: Words) -> dict[str, Any]:
    closed = season["closedAt"]
    state = words.text("league.closed", when=words.moment(closed)) if closed else words.text("league.running")
    return {**season, "state": state, "running": closed is None}


async def edit_league(opened: PageRequest) -> Response:
    """Draw the form for a league."""
    found = (await opened.ask("league", id=f"gid://laurel/League/{opened.number('league')}"))["league"]
    if found is None:
        raise PageMissingError
    return _form(opened, {**found, "counter": counter_fields(found["counter"], opened.shop.currency)})


async def new_league(opened: PageRequest) -> Response:
    """Draw the form for a league that does not exist yet."""
    words = opened.words
    steps = [
        {"title": words.text(f"league.proposed.{name}"), "promote": up, "demote": down, "prizes": []}
        for name, up, down in _PROPOSED
    ]
    proposed = {
        "id": None, "version": 0, "archivedAt": None, "handle": "", "position": None, "description": "",
        "title": words.text("league.proposed"), "leagues": steps,
        "counter": new_counter(opened.shop.currency, "POINTS"),
        "cohortMinimum": 20, "cohortMaximum": 30, "dailyCap": None, "settleHours": 2, "prizeHoldDays": 14,
        "quarantine": WATCHED, "summary": [],
    }  # fmt: skip
    return _form(opened, proposed)


def _form(opened: PageRequest, league: dict[str, Any]) -> Response:
    return opened.render(
        "game/league_form.html",
        **form_values(opened, league),
        new_step={"title": "", "promote": 5, "demote": 5, "prizes": []},
        new_prize=NEW_PRIZE,
        watched=league["quarantine"] or WATCHED,
        choices=counter_choices(opened.words),
    )

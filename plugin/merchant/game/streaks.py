"""Streaks and levels of experience: one page for both, and a form for each."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from plugin.merchant.game.fields import (
    counter_choices,
    counter_fields,
    form_values,
    named,
    new_counter,
    parted,
    plain,
    with_chosen,
)
from plugin.merchant.game.overview import BARS_WIDTH, bars
from plugin.merchant.pages import PageMissingError, PageRequest

NEW_MILESTONE: Final[dict[str, Any]] = {"length": 7, "title": "", "points": 0, "experience": 0}
_NEW: Final[dict[str, Any]] = {
    "id": None, "version": 0, "archivedAt": None, "handle": "", "position": None, "title": "", "description": "",
    "artwork": {"id": "builtin:flame"}, "perUnit": "1", "unit": "WEEK",
    "freezesMaximum": 1, "freezeEvery": 10, "freezesByTier": [], "repairHours": 0,
    "repairsPerYear": 2, "quietUnitsPerYear": 2, "milestones": [NEW_MILESTONE], "plateauEvery": None,
    "plateauPoints": 0, "recurrence": "ONCE", "pointsDays": 365, "summary": [],
}  # fmt: skip
_NEW_LEVELS: Final[dict[str, Any]] = {
    "id": None, "version": 0, "archivedAt": None, "handle": "levels", "summary": [],
    "levels": [{"title": "", "threshold": 100, "points": 0, "pointsDays": 365}],
}  # fmt: skip


async def streaks(opened: PageRequest) -> Response:
    """Draw the page of both."""
    data = await opened.ask("streaks")
    levels = data["levels"] if data["levels"] and data["levels"]["archivedAt"] is None else None
    steps = levels["levels"] if levels else []
    return opened.render(
        "game/streaks.html",
        levels=levels,
        bars=bars([(one["title"], one["members"], None) for one in reversed(steps)], most=len(steps)),
        bars_width=BARS_WIDTH,
        **parted(data["streaks"]),
    )


async def edit_streak(opened: PageRequest) -> Response:
    """Draw the form for a streak."""
    data = await opened.ask("streak", id=f"gid://laurel/Streak/{opened.number('streak')}")
    if data["streak"] is None:
        raise PageMissingError
    return _form(opened, data, data["streak"], data["streak"]["counter"])


async def new_streak(opened: PageRequest) -> Response:
    """Draw the form for a streak that does not exist yet."""
    return _form(opened, await opened.ask("streak_new"), _NEW, None)


def _form(
    opened: PageRequest, data: dict[str, Any], streak: dict[str, Any], counter: dict[str, Any] | None
) -> Response:
    words = opened.words
    counter = counter_fields(counter, opened.shop.currency)
    return opened.render(
        "game/streak_form.html",
        **form_values(opened, {**streak, "counter": counter, "perUnit": plain(streak["perUnit"])}),
        artworks=data["artworks"],
        new_milestone=NEW_MILESTONE,
        choices=counter_choices(words) | {
            "units": named(words, "streak_unit", ("DAY", "WEEK", "MONTH")),
            "tiers": with_chosen(tier_options(data), [one["tier"] for one in streak["freezesByTier"]]),
            "recurrences": named(words, "milestones", ("ONCE", "EACH_RUN")),
        },
    )  # fmt: skip


def tier_options(data: dict[str, Any]) -> list[tuple[str, str]]:
    """The live tiers that a form can name."""
    live = data["tierProgram"]
    return [(one["handle"], one["name"]) for one in live["definition"]["tiers"]] if live else []


async def edit_levels(opened: PageRequest) -> Response:
    """Draw the form for the levels, whether there are any or not."""
    words, currency = opened.words, opened.shop.currency
    rule = {"factor": "1", "counter": new_counter(currency, "POINTS")}
    found = (await opened.ask("levels"))["levels"]
    levels = _NEW_LEVELS | {"experience": [rule]} if found is None else found
    rules = [
        {**one, "factor": plain(one["factor"]), "counter": counter_fields(one["counter"], currency)}
        for one in levels["experience"]
    ]
    return opened.render(
        "game/levels_form.html",
        **form_values(opened, {**levels, "experience": rules}),
        new_rule=rule,
        new_step={"title": "", "threshold": None, "points": 0, "pointsDays": 365},
        choices=counter_choices(words),
    )

"""Challenges: the list with how many finished each, and the form."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from plugin.merchant.game.fields import (
    ARTWORK,
    UNITS,
    counter_choices,
    counter_fields,
    form_values,
    moments,
    named,
    new_counter,
    parted,
    plain,
)
from plugin.merchant.game.overview import BARS_WIDTH, bars
from plugin.merchant.pages import PageMissingError, PageRequest

_NEW: Final[dict[str, Any]] = {
    "id": None, "version": 0, "archivedAt": None, "handle": "", "position": None, "title": "", "description": "",
    "hidden": False, "artwork": ARTWORK, "order": "ANY", "join": "AUTOMATIC", "scope": "INDIVIDUAL",
    "period": {"kind": "ONCE", "unit": None, "startsAt": None, "endsAt": None}, "points": 0, "pointsDays": 365,
    "experience": 0, "score": 0, "minimumContribution": "1", "settleHours": 24, "rollback": True, "summary": [],
    "members": 0,
}  # fmt: skip


async def challenges(opened: PageRequest) -> Response:
    """Draw the list."""
    found = parted((await opened.ask("challenges"))["challenges"])
    finished = [(one["title"], one["members"], f"/game/challenges/{one['number']}") for one in found["live"]]
    return opened.render("game/challenges.html", bars=bars(finished), bars_width=BARS_WIDTH, **found)


async def edit_challenge(opened: PageRequest) -> Response:
    """Draw the form for a challenge."""
    data = await opened.ask("challenge", id=f"gid://laurel/Challenge/{opened.number('challenge')}")
    challenge = data["challenge"]
    if challenge is None:
        raise PageMissingError
    found = {
        **challenge,
        "period": moments(challenge["period"], opened.words),
        "minimumContribution": plain(challenge["minimumContribution"]),
        "steps": [
            {**one, "target": plain(one["target"]), "counter": counter_fields(one["counter"], opened.shop.currency)}
            for one in challenge["steps"]
        ],
    }
    return _form(opened, data, found)


async def new_challenge(opened: PageRequest) -> Response:
    """Draw the form for a challenge that does not exist yet."""
    data = await opened.ask("badge_new")
    return _form(opened, data, {**_NEW, "steps": [_new_step(opened)]})


def _new_step(opened: PageRequest) -> dict[str, Any]:
    return {"handle": "", "title": "", "target": "1", "counter": new_counter(opened.shop.currency)}


def _form(opened: PageRequest, data: dict[str, Any], challenge: dict[str, Any]) -> Response:
    words = opened.words
    return opened.render(
        "game/challenge_form.html",
        **form_values(opened, challenge),
        artworks=data["artworks"],
        new_step=_new_step(opened),
        choices=counter_choices(words) | {
            "scopes": named(words, "scope", ("INDIVIDUAL", "COMMUNITY")),
            "orders": named(words, "order", ("ANY", "SEQUENCE")),
            "joins": named(words, "join", ("AUTOMATIC", "JOINED")),
            "periods": named(words, "period", ("ONCE", "EACH")),
            "units": named(words, "unit", UNITS),
        },
    )  # fmt: skip

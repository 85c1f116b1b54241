"""The game on a member's page: badges, what is left to do, streaks, level, boards, and badges by hand."""

from __future__ import annotations

from typing import Any, Final

from plugin.merchant.game.badges import level_name
from plugin.merchant.game.quarantines import TONES, state_of
from plugin.merchant.pages import PageMissingError, PageRequest
from plugin.merchant.words import Words

_CHALLENGE_TONES: Final = {
    "UPCOMING": "neutral", "OPEN": "info", "JOINED": "info", "COMPLETED": "success", "MISSED": "neutral"
}  # fmt: skip
_UNITS_SHOWN: Final = 14


async def game_values(opened: PageRequest, gid: str) -> dict[str, Any]:
    """What the section draws. Raises PageMissingError for a member who is gone meanwhile."""
    data, words = await opened.ask("member_game", id=gid), opened.words
    found = data["member"]
    if found is None:
        raise PageMissingError
    return {
        "game": {
            "badges": [_badge(one, words) for one in found["badges"]],
            "progress": [{**one, "title": _goal(one)} for one in found["badgeProgress"]],
            "challenges": [_challenge(one, words) for one in found["challenges"]],
            "streaks": [_streak(one, words) for one in found["streaks"]],
            "level": found["level"],
            "boards": found["boards"],
            "quarantines": [_quarantine(one, words) for one in found["quarantines"]],
        },
        "badge_choices": [(one["id"], one["title"]) for one in data["badges"]],
        "badge_levels": {one["id"]: [level_name(level, words) for level in one["levels"]] for one in data["badges"]},
    }


def _badge(one: dict[str, Any], words: Words) -> dict[str, Any]:
    times = words.text("member_game.times", count=words.number(one["times"])) if one["times"] > 1 else None
    parts = [one["level"]["name"], words.full_date(one["earnedAt"]), times]
    return {**one, "said": " · ".join(part for part in parts if part)}


def _goal(one: dict[str, Any]) -> str:
    """What is still to be earned: the badge, and which level of it."""
    return " · ".join(part for part in (one["badge"]["title"], one["level"]["name"]) if part)


def _challenge(one: dict[str, Any], words: Words) -> dict[str, Any]:
    state = words.text(f"member_game.challenge.{one['state']}")
    return {**one, "tone": _CHALLENGE_TONES[one["state"]], "state_text": state}


def _streak(one: dict[str, Any], words: Words) -> dict[str, Any]:
    """A streak with its last units, oldest first."""
    units = [
        {**unit, "text": words.text(f"member_game.unit.{unit['state']}"), "day": words.full_date(unit["startsOn"])}
        for unit in one["history"][-_UNITS_SHOWN:]
    ]
    best = words.text("member_game.best", count=words.number(one["best"]))
    return {**one, "units": units, "best_text": best}


def _quarantine(one: dict[str, Any], words: Words) -> dict[str, Any]:
    state = state_of(one)
    return {
        **one,
        "tone": TONES[state],
        "state_text": words.text(f"quarantine.state.{state}"),
        "href": "/game/quarantine" if state == "open" else "/game/quarantine?all=1",
    }

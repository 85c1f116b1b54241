"""Badges: the list with how many hold each level, the form, and who would have a new one at once."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from plugin.merchant.chart import widths_of
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
    with_chosen,
)
from plugin.merchant.game.overview import BARS_WIDTH
from plugin.merchant.pages import PageMissingError, PageRequest
from plugin.merchant.tiers import members_text
from plugin.merchant.words import Words

NEW_LEVEL: Final[dict[str, Any]] = {
    "name": "", "target": "1", "points": 0, "pointsDays": 365, "experience": 0, "score": 0
}  # fmt: skip
_NEW: Final[dict[str, Any]] = {
    "id": None, "version": 0, "archivedAt": None, "handle": "", "position": None, "title": "", "description": "",
    "hidden": False, "artwork": ARTWORK, "window": {"kind": "ALWAYS", "unit": None, "days": None, "startsAt": None,
    "endsAt": None}, "recurrence": "ONCE", "levels": [NEW_LEVEL], "after": [], "retroactive": True, "rollback": True,
    "givenByHand": False, "summary": [], "members": 0,
}  # fmt: skip


async def badges(opened: PageRequest) -> Response:
    """Draw the list."""
    nodes = (await opened.ask("badges"))["badges"]
    widths = iter(widths_of([level["members"] for one in nodes for level in one["levels"]], BARS_WIDTH))
    shown = [
        {
            **one,
            "members_text": members_text(one["members"], opened.words),
            "bars": [
                (level_name(level, opened.words), level["members"], next(widths), level["artworkUrl"])
                for level in one["levels"]
            ],
        }
        for one in nodes
    ]
    return opened.render("game/badges.html", bars_width=BARS_WIDTH, **parted(shown))


def level_name(level: dict[str, Any], words: Words) -> str:
    """What a level of a badge is called; one without a name by its number."""
    return level["name"] or words.text("badge.level.number", number=words.number(level["number"]))


async def edit_badge(opened: PageRequest) -> Response:
    """Draw the form for a badge."""
    data = await opened.ask("badge", id=f"gid://laurel/Badge/{opened.number('badge')}")
    badge = data["badge"]
    if badge is None:
        raise PageMissingError
    levels = [{**one, "target": plain(one["target"])} for one in badge["levels"]]
    badge = {**badge, "levels": levels, "window": moments(badge["window"], opened.words)}
    return _form(opened, data, badge, badge["counter"])


async def new_badge(opened: PageRequest) -> Response:
    """Draw the form for a badge that does not exist yet."""
    return _form(opened, await opened.ask("badge_new"), _NEW, new_counter(opened.shop.currency))


def _form(opened: PageRequest, data: dict[str, Any], badge: dict[str, Any], counter: dict[str, Any] | None) -> Response:
    words = opened.words
    others = [(one["handle"], one["title"]) for one in data["badges"] if one["handle"] != badge["handle"]]
    return opened.render(
        "game/badge_form.html",
        **form_values(opened, {**badge, "counter": counter_fields(counter, opened.shop.currency)}),
        artworks=data["artworks"],
        new_level=NEW_LEVEL,
        members_text=members_text(badge["members"], words),
        choices=counter_choices(words) | {
            "ways": [("false", words.text("badge.way.counted")), ("true", words.text("badge.way.hand"))],
            "windows": named(words, "window", ("ALWAYS", "EACH", "LAST", "BETWEEN")),
            "units": named(words, "unit", UNITS),
            "recurrences": named(words, "recurrence", ("ONCE", "EACH_WINDOW", "ON_COMPLETION")),
            "badges": with_chosen(others, badge["after"]),
            "levels": [(str(place), level_name({**one, "number": place}, words))
                       for place, one in enumerate(badge["levels"], 1)],
        },
    )  # fmt: skip


async def badge_preview(opened: PageRequest) -> Response:
    """Draw how far a preview is counted, or who would have the badge at once: asked for again and again."""
    found = await opened.ask("badge_preview", id=f"gid://laurel/BadgePreview/{opened.number('preview')}")
    preview, words = found["badgePreview"], opened.words
    if preview is None:
        raise PageMissingError
    widths = widths_of([one["members"] for one in preview["levels"]], BARS_WIDTH)
    return opened.render(
        "game/badge_preview.html",
        preview=preview,
        members=members_text(preview["members"], words),
        progress=words.text(
            "tiers.plan.progress",
            done=words.number(preview["membersDone"]),
            total=words.number(preview["membersTotal"]),
        ),
        bars=[
            (level_name(one, words), one["members"], width, None)
            for one, width in zip(preview["levels"], widths, strict=True)
        ],
        bars_width=BARS_WIDTH,
    )

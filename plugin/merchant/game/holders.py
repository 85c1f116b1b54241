"""Who has a badge: all of them, or those who have one of its levels, with the way to each member's page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from plugin.merchant.game.badges import level_name
from plugin.merchant.member_names import member_link
from plugin.merchant.pages import PageMissingError, PageRequest
from plugin.merchant.words import Words


async def badge_holders(opened: PageRequest) -> Response:
    """Draw a page of them, newest first."""
    given, words, number = opened.request.query_params, opened.words, opened.number("badge")
    level = int(given["level"]) if given.get("level", "") in {str(one) for one in range(1, 6)} else None
    asked: dict[str, object] = {} if level is None else {"level": level}
    after = given.get("after")
    found = await opened.ask(
        "badge_holders", id=f"gid://laurel/Badge/{number}", **asked, **({"after": after} if after else {})
    )
    badge = found["badge"]
    if badge is None:
        raise PageMissingError
    page, path = badge["holders"], opened.request.url.path
    names = {one["number"]: level_name(one, words) for one in badge["levels"]}
    following = urlencode({**asked, "after": page["pageInfo"]["endCursor"] or ""})
    return opened.render(
        "game/badge_holders.html",
        badge=badge,
        badge_href=f"/game/badges/{number}",
        leveled=len(names) > 1,
        chosen="" if level is None else str(level),
        filters=[
            ("", path, words.text("badge.holders.all", count=words.number(badge["members"]))),
            *((str(one["number"]), f"{path}?level={one['number']}",
               words.text("badge.holders.of", level=names[one["number"]], count=words.number(one["members"])))
              for one in badge["levels"]),
        ],
        holders=[_row(one, names, words) for one in page["nodes"]],
        next_href=f"{path}?{following}" if page["pageInfo"]["hasNextPage"] else None,
    )  # fmt: skip


def _row(one: dict[str, Any], names: dict[int, str], words: Words) -> dict[str, Any]:
    """A holder; a level that the badge has no more is known by its number."""
    level = names.get(one["level"]) or words.text("badge.level.number", number=words.number(one["level"]))
    return {**member_link(one["memberId"], one["customerId"], words), "level": level, "earnedAt": one["earnedAt"]}

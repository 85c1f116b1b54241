"""The first page of the game: what there is to play for, how many play, and what waits for a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from starlette.responses import Response

from plugin.merchant.chart import widths_of
from plugin.merchant.game.fields import number_of
from plugin.merchant.pages import PageRequest
from plugin.merchant.words import Words

BARS_WIDTH: Final = 600
_BARS_MOST: Final = 8
QUEUE_MOST: Final = 100
"""As many waiting entries as are counted."""


async def game(opened: PageRequest) -> Response:
    """Draw the page."""
    data, words = await opened.ask("game"), opened.words
    badges = data["badges"]
    levels = data["levels"]["levels"] if data["levels"] else []
    counts = {
        "badges": len(badges),
        "challenges": len(data["challenges"]),
        "streaks": len(data["streaks"]) + bool(levels),
        "leaderboards": len(data["leaderboards"]),
        "leagues": len(data["leagues"]),
    }
    return opened.render(
        "game/overview.html",
        kinds=[(kind, f"/game/{kind}", words.text(f"game.count.{kind}", count=words.number(count)) if count else None)
               for kind, count in counts.items()],
        nothing=not any(counts.values()),
        waiting=waiting_text(data["quarantines"], words),
        holders=bars([(one["title"], one["members"], _holders_href(one["id"])) for one in badges]),
        levels=bars([(one["title"], one["members"], None) for one in levels], most=100),
        bars_width=BARS_WIDTH,
    )  # fmt: skip


def _holders_href(badge: str) -> str:
    return f"/game/badges/{number_of(badge)}/holders"


def bars(counts: Sequence[tuple[str, int, str | None]], most: int = _BARS_MOST) -> list[dict[str, Any]]:
    """The bars of a chart in one scale, in the order given, or, of more than `most`, the largest ones."""
    if len(counts) > most:
        counts = sorted(counts, key=lambda one: -one[1])[:most]
    widths = widths_of([count for _, count, _ in counts], BARS_WIDTH)
    return [
        {"name": name, "count": count, "href": href, "width": width}
        for (name, count, href), width in zip(counts, widths, strict=True)
    ]


def waiting_text(quarantines: dict[str, Any], words: Words) -> str | None:
    """How many entries wait in quarantine; None for none."""
    count = len(quarantines["nodes"])
    if count == 0:
        return None
    if quarantines["pageInfo"]["hasNextPage"]:
        return words.text("quarantine.waiting.many", count=words.number(QUEUE_MOST))
    return words.text(f"quarantine.waiting.{'one' if count == 1 else 'other'}", count=words.number(count))

"""Leaderboards: the list, one board as it is played now, and its closed seasons."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from plugin.merchant.game.fields import number_of, parted
from plugin.merchant.game.overview import waiting_text
from plugin.merchant.game.streaks import tier_options
from plugin.merchant.pages import PageMissingError, PageRequest
from plugin.merchant.words import Words

_SEGMENT_MAXIMUM = 300
"""Longer ones are no segment of any board."""


async def leaderboards(opened: PageRequest) -> Response:
    """Draw the list."""
    data, words = await opened.ask("leaderboards"), opened.words
    nodes = [{**one, "playing": playing_text(one["participants"], words)} for one in data["leaderboards"]]
    return opened.render("game/leaderboards.html", waiting=waiting_text(data["quarantines"], words), **parted(nodes))


def playing_text(count: int, words: Words, key: str = "playing") -> str:
    """So many take part; with the key `played`, took part."""
    return words.text(f"board.{key}.{'one' if count == 1 else 'other'}", count=words.number(count))


async def leaderboard(opened: PageRequest) -> Response:
    """Draw one board: its first places now, its rules, what closed before."""
    gid, words = _gid(opened), opened.words
    data = await opened.ask("leaderboard", id=gid)
    found = data["leaderboard"]
    if found is None:
        raise PageMissingError
    path = opened.request.url.path
    tiers = dict(tier_options(data))
    segments = [
        ("", path, words.text("board.everybody")),
        *((one["key"], f"{path}?{urlencode({'segment': one['key']})}", tiers.get(one["value"], one["value"]))
          for one in found["segments"]),
    ]  # fmt: skip
    segment = _segment(opened)
    chosen = segment if segment in {key for key, _, _ in segments} else ""
    return opened.render(
        "game/leaderboard.html",
        board={**found, "number": number_of(found["id"]), "playing": playing_text(found["participants"], words)},
        segments=segments,
        chosen=chosen,
        live=await _live(opened, gid, chosen) if found["archivedAt"] is None else None,
        waiting=waiting_text(_of_board(data["quarantines"], gid), words),
        seasons=[_season(one, words) for one in await _closed(opened, gid, chosen)],
    )


async def live_board(opened: PageRequest) -> Response:
    """Draw the first places alone: asked for again and again while somebody looks."""
    return opened.render("game/live_board.html", live=await _live(opened, _gid(opened), _segment(opened)))


def _of_board(quarantines: dict[str, Any], gid: str) -> dict[str, Any]:
    """What waits in quarantine because of one board, of as many as are read."""
    nodes = [one for one in quarantines["nodes"] if one["leaderboardId"] == gid]
    more = quarantines["pageInfo"]["hasNextPage"] and len(nodes) == len(quarantines["nodes"])
    return {"nodes": nodes, "pageInfo": {"hasNextPage": more}}


def _gid(opened: PageRequest) -> str:
    return f"gid://laurel/Leaderboard/{opened.number('board')}"


def _segment(opened: PageRequest) -> str:
    return opened.request.query_params.get("segment", "")[:_SEGMENT_MAXIMUM]


def _of(gid: str, segment: str) -> dict[str, str]:
    return {"id": gid, "segment": segment} if segment else {"id": gid}


async def _closed(opened: PageRequest, gid: str, segment: str) -> list[dict[str, Any]]:
    board = (await opened.ask("leaderboard_seasons", **_of(gid, segment)))["leaderboard"]
    closed: list[dict[str, Any]] = board["seasons"] if board else []
    return closed


async def _live(opened: PageRequest, gid: str, segment: str) -> dict[str, Any]:
    board, words = (await opened.ask("leaderboard_live", **_of(gid, segment)))["leaderboard"], opened.words
    if board is None or board["live"] is None:
        raise PageMissingError
    live = board["live"]
    ends = live["period"]["endsAt"]
    return {
        **live,
        "title": live["period"]["title"],
        "ends": words.text("board.ends", when=words.moment(ends)) if ends else None,
        "of": words.text("board.of", shown=words.number(len(live["rows"])), total=words.number(live["total"] or 0)),
        "rows": rows(live["rows"], words),
    }


def rows(found: list[dict[str, Any]], words: Words) -> list[dict[str, Any]]:
    """Rows of a board with the addresses of their members; who was erased has no name any more."""
    return [
        {**one, "handle": one["handle"] or words.text("board.erased"), "href": f"/members/{number_of(one['memberId'])}"}
        for one in found
    ]


def _season(season: dict[str, Any], words: Words) -> dict[str, Any]:
    """A closed season with how its prizes stand."""
    due, given = season["prizesDueAt"], season["prizesGivenAt"]
    late = due is not None and datetime.fromisoformat(due) <= datetime.now(UTC)
    if given:
        prizes = words.text("board.prizes.given", when=words.moment(given))
    elif due:
        prizes = words.text("board.prizes.now") if late else words.text("board.prizes.due", when=words.moment(due))
    else:
        prizes = words.text("board.prizes.none")
    return {
        **season,
        "closed": words.text("board.closed", when=words.moment(season["closedAt"])),
        "entries_text": playing_text(season["entries"], words, "played"),
        "prizes": prizes,
        "results": rows(season["results"], words),
    }

"""Entries of boards that look like cheating: those that wait for a decision, and what was decided before."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import Response

from plugin.merchant.game.fields import number_of
from plugin.merchant.pages import PageRequest
from plugin.merchant.program import actor_text
from plugin.merchant.words import Words

TONES: Final = {"open": "warning", "lifted": "neutral", "CLEARED": "success", "UPHELD": "critical"}


async def quarantines(opened: PageRequest) -> Response:
    """Draw the queue, or with `all` everything that was ever in it."""
    given, words = opened.request.query_params, opened.words
    everything = given.get("all") == "1"
    after = given.get("after")
    found = await opened.ask("quarantines", open=not everything, **({"after": after} if after else {}))
    page = found["quarantines"]
    following = urlencode({**({"all": "1"} if everything else {}), "after": page["pageInfo"]["endCursor"] or ""})
    path = opened.request.url.path
    return opened.render(
        "game/quarantines.html",
        everything=everything,
        filters=[("", path, words.text("quarantine.open")), ("1", f"{path}?all=1", words.text("quarantine.all"))],
        entries=[_shown(one, words) for one in page["nodes"]],
        next_href=f"{path}?{following}" if page["pageInfo"]["hasNextPage"] else None,
    )


def state_of(one: dict[str, Any]) -> str:
    """How an entry stands: decided, lifted by itself, or open."""
    return str(one["decision"] or ("lifted" if one["liftedAt"] else "open"))


def _shown(one: dict[str, Any], words: Words) -> dict[str, Any]:
    state, member = state_of(one), number_of(one["memberId"])
    decided = one["decidedAt"] and words.text(
        "quarantine.decided", when=words.moment(one["decidedAt"]), actor=actor_text(one["decidedBy"] or "", words)
    )
    return {
        **one,
        "state_text": words.text(f"quarantine.state.{state}"),
        "tone": TONES[state],
        "member_href": f"/members/{member}",
        "member_name": words.text("member.heading.none", id=member),
        "since_text": words.text("quarantine.since", when=words.moment(one["since"])),
        "decided": decided,
        "undecided": one["decision"] is None and one["liftedAt"] is None,
    }

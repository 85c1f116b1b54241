"""Purchases of memberships that need a person: those that wait, and those that were settled."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import Response

from plugin.merchant.pages import PageRequest
from plugin.merchant.program import actor_text
from plugin.merchant.words import Words

_RESOLUTIONS: Final = ("GRANTED", "REFUNDED", "CONTRACT_MADE", "NOT_OURS", "NOTHING_TO_DO")


async def repairs(opened: PageRequest) -> Response:
    """Draw the purchases that need a person, or those that were settled."""
    given, words = opened.request.query_params, opened.words
    settled = given.get("settled") == "1"
    after = given.get("after")
    found = (await opened.ask("membership_repairs", settled=settled, **({"after": after} if after else {})))[
        "membershipRepairs"
    ]
    following = urlencode({**({"settled": "1"} if settled else {}), "after": found["pageInfo"]["endCursor"] or ""})
    return opened.render(
        "repairs.html",
        settled=settled,
        resolutions=[(name, words.text(f"repairs.resolution.{name}")) for name in _RESOLUTIONS],
        repairs=[_shown(one, words) for one in found["nodes"]],
        next_href=f"{opened.request.url.path}?{following}" if found["pageInfo"]["hasNextPage"] else None,
    )


def _shown(one: dict[str, Any], words: Words) -> dict[str, Any]:
    kind, gid = ("order", one["orderId"]) if one["orderId"] else ("contract", one["contractId"])
    number = (gid or one["id"]).rpartition("/")[2]
    settled = one["settledAt"] and words.text(
        "repairs.settled_by",
        when=words.moment(one["settledAt"]),
        actor=actor_text(one["settledBy"] or "", words),
        text=words.text(f"repairs.resolution.{one['resolution']}") if one["resolution"] else "–",
    )
    return {**one, "title": words.text(f"repairs.{kind}", id=number), "settled": settled}

"""The search for members, and one member's page: what they have, what came and went, and what the staff can do."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response

from plugin.merchant.game.member import game_values
from plugin.merchant.pages import PageMissingError, PageRequest
from plugin.merchant.redemptions import TONES
from plugin.merchant.standings import standing_values
from plugin.merchant.words import Words
from plugin.web.responses import NEVER_CACHED

_QUERY_MAXIMUM: Final = 100
"""As much as the schema takes."""


async def members(opened: PageRequest) -> Response:
    """Draw the search and what it found; without a question the newest members."""
    given = opened.request.query_params
    query = "".join(filter(str.isprintable, given.get("query", ""))).strip()[:_QUERY_MAXIMUM]
    tier = given.get("tier", "")[:_QUERY_MAXIMUM]
    asked = {name: value for name, value in (("query", query), ("tier", tier)) if value}
    after = given.get("after")
    found = (await opened.ask("members", **asked, **({"after": after} if after else {})))["members"]
    following = urlencode({**asked, "after": found["pageInfo"]["endCursor"] or ""})
    return opened.render(
        "members.html",
        query=query,
        tier=tier,
        members=[{**one, "number": _number(one["id"]), "name": name_of(one, opened.words)} for one in found["nodes"]],
        next_href=f"/members?{following}" if found["pageInfo"]["hasNextPage"] else None,
    )


async def member_of_customer(opened: PageRequest) -> Response:
    """Which member a customer of the shop is, for a merge; null for none."""
    number = opened.request.path_params["customer"]
    found = (await opened.ask("members", query=str(number)[:_QUERY_MAXIMUM]))["members"]["nodes"]
    gid = f"gid://shopify/Customer/{number}"
    ids = [one["id"] for one in found if any(customer["id"] == gid for customer in one["customers"])]
    return JSONResponse({"id": ids[0] if ids else None}, headers=NEVER_CACHED)


async def member(opened: PageRequest) -> Response:
    """Draw one member's page."""
    words = opened.words
    gid = f"gid://laurel/Member/{opened.number('member')}"
    after = opened.request.query_params.get("after")
    found = (await opened.ask("member", id=gid, **({"after": after} if after else {})))["member"]
    if found is None:
        raise PageMissingError
    merged_into, history = found["mergedIntoId"], found["transactions"]
    return opened.render(
        "member.html",
        member={
            "id": found["id"],
            "name": name_of(found, words),
            "tags": sorted({tag for customer in found["customers"] for tag in customer["tags"]}),
            "joined_at": found["joinedAt"],
            "paid_orders": found["paidOrders"],
            "closed": found["closedAt"] is not None,
            "open": found["closedAt"] is None and merged_into is None,
            "merged_href": f"/members/{_number(merged_into)}" if merged_into else None,
        },
        balance=_balance(found["balance"]),
        lots=found["lots"],
        transactions=[{**one, "number": _number(one["id"])} for one in history["nodes"]],
        older_href=_older(opened, history["pageInfo"]),
        redemptions=[{**one, "tone": TONES[one["status"]]} for one in found["redemptions"]["nodes"]],
        merges=_merges(found, words),
        **await standing_values(opened, gid),
        **await game_values(opened, gid),
    )


def name_of(found: dict[str, Any], words: Words) -> str:
    """What a member is called here: by the number of their customer, for the program keeps no names."""
    customers = [one["id"] for one in found["customers"] if not one["deleted"]]
    if not customers:
        return words.text("member.heading.none", id=_number(found["id"]))
    return words.text("members.customer", id=words.listing([_number(gid) for gid in customers]))


def _number(gid: str) -> str:
    return gid.rpartition("/")[2]


def _balance(balance: dict[str, int]) -> list[tuple[str, int]]:
    """Debt is shown where there is any."""
    names = ("available", "pending", "reserved", "lifetime")
    return [*((name, balance[name]) for name in names), *([("debt", balance["debt"])] if balance["debt"] else [])]


def _older(opened: PageRequest, page: dict[str, Any]) -> str | None:
    if not page["hasNextPage"]:
        return None
    return f"{opened.request.url.path}?{urlencode({'after': page['endCursor']})}"


def _merges(found: dict[str, Any], words: Words) -> list[dict[str, Any]]:
    """Who was merged into this member and can be parted again."""
    return [
        {**merge, "name": words.text("member.heading.none", id=_number(merge["mergedMemberId"]))}
        for merge in found["merges"]
        if merge["unmergedAt"] is None and merge["keptMemberId"] == found["id"]
    ]

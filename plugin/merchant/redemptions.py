"""Redemptions: what waits for a person, what is not certain yet, what failed, and the newest ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from starlette.responses import Response

from plugin.merchant.member_names import member_link
from plugin.merchant.pages import PageRequest
from plugin.merchant.words import Words

TONES: Final = {
    "PENDING": "info", "READY": "info", "USED": "success", "CANCELED": "neutral", "EXPIRED": "neutral",
    "FAILED": "critical", "UNKNOWN": "caution",
}  # fmt: skip
_UNITS: Final = (("days", 86_400), ("hours", 3_600), ("minutes", 60))


async def redemptions(opened: PageRequest) -> Response:
    """Draw the page."""
    data = await opened.ask("redemptions")
    words = opened.words
    instructions = {reward["id"]: reward["instructions"] for reward in data["rewards"]}
    found = {
        name: [shown(one, words) for one in data[name]["nodes"]] for name in ("waiting", "unknown", "failed", "recent")
    }
    manual = [
        {**one, "instructions": instructions.get(one["reward"]["id"])} for one in found["waiting"] if one["canFulfill"]
    ]
    return opened.render(
        "redemptions.html", manual=manual, unknown=found["unknown"], failed=found["failed"], recent=found["recent"]
    )


def shown(one: dict[str, Any], words: Words) -> dict[str, Any]:
    """A redemption with what is drawn of it: whose it is, in which color, for how long nothing is known."""
    member = member_link(one["memberId"], one["customerId"], words)
    since = datetime.fromisoformat(one["unknownSince"] or one["createdAt"])
    return {
        **one,
        "member_href": member["href"],
        "member_name": member["name"],
        "tone": TONES[one["status"]],
        "age": age_text(datetime.now(UTC) - since, words),
        "failure": failure_text(one["failure"], words),
    }


def age_text(age: timedelta, words: Words) -> str:
    """How long something lasts already, in its largest unit."""
    seconds = max(0, int(age.total_seconds()))
    for unit, length in _UNITS:
        count = seconds // length
        if count:
            key = f"redemptions.age.{unit}.{'one' if count == 1 else 'other'}"
            return words.text(key, count=words.number(count))
    return words.text("redemptions.age.seconds")


def failure_text(failure: str | None, words: Words) -> str | None:
    """Why a redemption failed, for people; a code that has no words of its own is shown as it is."""
    if failure is None:
        return None
    code = failure.partition(":")[0]
    try:
        return words.text(f"redemptions.failure.{code}")
    except KeyError:
        return failure

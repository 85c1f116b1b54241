"""The list of a partner's offers: what each gives, whether it is out, and what its budget has left."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from starlette.responses import Response

from plugin.merchant.pages import PageMissingError, PageRequest
from plugin.merchant.words import Words

_TONES: Final = {"DRAFT": "info", "PUBLISHED": "success", "EXHAUSTED": "warning", "CLOSED": "neutral"}


async def offers(opened: PageRequest) -> Response:
    """Draw the list."""
    number = opened.number("partner")
    data = await opened.ask("offers", partnerId=f"gid://laurel/Partner/{number}")
    if data["partner"] is None:
        raise PageMissingError
    found = [_listed(one, opened.words) for one in data["offers"]]
    return opened.render(
        "partners/offers.html",
        partner=data["partner"],
        back=f"/partners/{number}",
        place=f"/partners/{number}/offers",
        live=[one for one in found if not one["archivedAt"]],
        archived=[one for one in found if one["archivedAt"]],
    )


def _listed(offer: dict[str, Any], words: Words) -> dict[str, Any]:
    status, tone = status_of(offer, words)
    left = offer["claimsLeft"]
    return {
        **offer,
        "number": offer["id"].rpartition("/")[2],
        "status": status,
        "tone": tone,
        "claimed": words.number(offer["claimsMade"]),
        "left": None if left is None else words.number(left),
        "budget_parts": budget_parts(offer["budget"], words),
    }


def status_of(offer: dict[str, Any], words: Words) -> tuple[str, str]:
    """How an offer stands, and the tone to say it in."""
    now = datetime.now(UTC)
    if offer["archivedAt"]:
        return words.text("offers.state.archived"), "neutral"
    if offer["state"] == "PUBLISHED":
        if offer["endsAt"] and datetime.fromisoformat(offer["endsAt"]) <= now:
            return words.text("offers.state.ended"), "neutral"
        if offer["startsAt"] and datetime.fromisoformat(offer["startsAt"]) > now:
            return words.text("offers.state.planned", date=words.full_date(offer["startsAt"])), "info"
    return words.text(f"offers.state.{offer['state']}"), _TONES[offer["state"]]


def budget_parts(budget: dict[str, Any] | None, words: Words) -> list[tuple[str, str]]:
    """Where a budget is: what it has in all, free, held and spent, each with its label; nothing without a budget."""
    if budget is None:
        return []
    shown = ["total", "free", *(["held"] if Decimal(budget["held"]) else []), "spent"]
    return [(words.text(f"offers.budget.{name}"), _amount(budget, budget[name], words)) for name in shown]


def _amount(budget: dict[str, Any], amount: str, words: Words) -> str:
    if budget["unit"] == "MONEY":
        return words.money(amount, budget["currencyCode"])
    return words.points(amount) if budget["unit"] == "POINTS" else words.number(amount)

"""What a member has become: their tier and what is missing, their memberships, the perks that were given to them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from plugin.merchant.pages import PageMissingError, PageRequest
from plugin.merchant.perks import delivery_shown
from plugin.merchant.plans import STATUS_TONES
from plugin.merchant.program import actor_text
from plugin.merchant.words import Words


async def standing_values(opened: PageRequest, gid: str) -> dict[str, Any]:
    """What the sections of the member's page draw. Raises PageMissingError for a member who is gone meanwhile."""
    data = await opened.ask("member_standing", id=gid)
    found, words = data["member"], opened.words
    if found is None:
        raise PageMissingError
    live = data["tierProgram"]
    ladder = live["definition"]["tiers"] if live else []
    names = {f"tier:{one['handle']}": one["name"] for one in ladder}
    names |= {f"plan:{one['handle']}": one["title"] for one in data["plans"]}
    return {
        "tier": _tier(found["tier"], words),
        "tier_choices": [(one["handle"], one["name"]) for one in ladder],
        "overrides": [_override(one, words) for one in found["tierOverrides"]],
        "memberships": [_membership(one, words) for one in found["memberships"]],
        "plan_choices": [(one["id"], one["title"]) for one in data["plans"] if not one["archivedAt"]],
        "deliveries": [delivery_shown(one, names, words) for one in found["perkDeliveries"]],
        "benefits": [_benefit(one, words) for one in found["benefits"]["nodes"]],
        "zone": words.zone.key,
    }


def _tier(tier: dict[str, Any] | None, words: Words) -> dict[str, Any] | None:
    if tier is None:
        return None
    grace, until = tier["graceUntil"], tier["validUntil"]
    risk = words.text("standing.risk.until", date=words.full_date(grace)) if grace else words.text("standing.risk")
    term = [words.text("standing.since", date=words.full_date(tier["since"]))]
    if until:
        term.append(words.text("standing.until", date=words.full_date(until)))
    return {**tier, "risk": risk if tier["atRisk"] else None, "term": words.text("list.comma").join(term)}


def _override(one: dict[str, Any], words: Words) -> dict[str, Any]:
    """A tier given by hand, with how long it holds; `open` while it can be withdrawn."""
    ends, withdrawn = one["endsAt"], one["withdrawnAt"]
    over = ends is not None and datetime.fromisoformat(ends) <= datetime.now(UTC)
    if withdrawn:
        key, when = "withdrawn", withdrawn
    else:
        key, when = ("ended", ends) if over else ("until", ends) if ends else ("open", None)
    state = words.text(f"standing.override.state.{key}", **({"when": words.moment(when)} if when else {}))
    return {**one, "open": not withdrawn and not over, "state": state, "by": actor_text(one["createdBy"], words)}


def _membership(one: dict[str, Any], words: Words) -> dict[str, Any]:
    refund = one["refundIfCanceled"]
    return {
        **one,
        "tone": STATUS_TONES[one["status"]],
        "dates": " · ".join(_dates(one, words)),
        "refund": words.text("membership.refund", amount=words.money(refund["amount"], refund["currencyCode"]))
        if refund
        else words.text("membership.refund.none"),
        "refunds": refund is not None,
    }


def _dates(one: dict[str, Any], words: Words) -> list[str]:
    """What is known of its times, oldest first."""
    found = [words.text("membership.since", date=words.full_date(one["startedAt"]))]
    if one["trialEndsAt"]:
        found.append(words.text("membership.trial", date=words.full_date(one["trialEndsAt"])))
    if one["status"] == "PAUSED":
        found.append(_dated("membership.paused_until", one["pausedUntil"], words, "membership.paused_open"))
    elif one["nextBillingAt"] and not one["cancelAt"]:
        found.append(_dated("membership.renews", one["nextBillingAt"], words))
    elif one["endsAt"]:
        ended = one["status"] == "ENDED"
        found.append(_dated("membership.ended" if ended else "membership.ends", one["endsAt"], words))
    if one["entitled"] and one["entitledUntil"] and one["entitledUntil"] != one["endsAt"]:
        found.append(_dated("membership.entitled", one["entitledUntil"], words))
    return found


def _dated(key: str, moment: str | None, words: Words, without: str = "") -> str:
    return words.text(key, date=words.full_date(moment)) if moment else words.text(without)


def _benefit(one: dict[str, Any], words: Words) -> dict[str, Any]:
    value = words.money(one["value"]["amount"], one["value"]["currencyCode"])
    return {**one, "worth": words.points(one["points"]) if one["points"] else value}

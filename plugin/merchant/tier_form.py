"""The form for the tiers: what is live, or a ready-made ladder, as fields; saving it plans a change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from starlette.responses import Response

from plugin.merchant.pages import PageRequest
from plugin.merchant.perks import perk_choices, perk_fields
from plugin.merchant.tiers import OPEN
from plugin.merchant.words import Words

METRICS: Final = ("SPEND", "POINTS", "ORDERS", "REVIEWS", "REFERRALS", "MEMBERSHIP_MONTHS")
_REQUIREMENT: Final = (
    "mode", "ALL", "ANY", "metric", "compare", "at_least", "more_than", "amount", "add", "group", "empty", "wrong"
)  # fmt: skip
NEW_TIER: Final[dict[str, Any]] = {
    "handle": "", "name": "", "enterText": "", "color": "#7a7a7a", "description": "", "enter": None,
    "retain": None, "reenter": None, "entryPoints": 0, "entryDays": 365, "perks": [],
}  # fmt: skip


async def edit_tiers(opened: PageRequest) -> Response:
    """Draw the form: of the live tiers, or of the ready-made ones that the address names."""
    data = await opened.ask("tier_form")
    words, live = opened.words, data["tierProgram"]
    suggestions = {one["handle"]: one["definition"] for one in data["tierSuggestions"]}
    wanted = opened.request.query_params.get("from", "")
    definition = suggestions.get(wanted) or (live["definition"] if live else next(iter(suggestions.values())))
    return opened.render(
        "tier_form.html",
        live=live,
        waiting=any(one["state"] in OPEN for one in data["tierPlans"]),
        ready_made_links=[
            (one["handle"], f"/tiers/edit?from={one['handle']}", one["title"]) for one in data["tierSuggestions"]
        ],
        chosen=wanted if wanted in suggestions else "",
        definition=definition,
        tiers=[_tier_fields(one, words) for one in definition["tiers"]],
        new_tier=NEW_TIER,
        zone=words.zone.key,
        choices=_choices(words) | perk_choices(words),
        requirement_texts=requirement_texts(words),
    )


def _tier_fields(tier: dict[str, Any], words: Words) -> dict[str, Any]:
    requirements = {name: requirement_of(tier[name]) for name in ("enter", "retain", "reenter")}
    return {**tier, **requirements, "perks": [perk_fields(one, words) for one in tier["perks"]]}


def requirement_of(parts: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The tree of a requirement from the schema's flat list of its parts; None where nothing is asked."""
    made: list[dict[str, Any]] = []
    for part in parts:
        made.append({"kind": part["kind"], "metric": part["metric"], "amount": _plain(part["amount"]),
                     "moreThan": part["moreThan"], "parts": []})  # fmt: skip
        if part["parent"] is not None:
            made[part["parent"]]["parts"].append(made[-1])
    return made[0] if made else None


def _plain(amount: str | None) -> str | None:
    """An amount without the zeros that say nothing."""
    return amount.rstrip("0").rstrip(".") if amount and "." in amount else amount


def requirement_texts(words: Words) -> dict[str, Any]:
    """What the editor of requirements says."""
    texts: dict[str, Any] = {name: words.text(f"tier.requirement.{name}") for name in _REQUIREMENT}
    texts["metrics"] = [{"name": name, "text": words.text(f"metric.{name}")} for name in METRICS]
    return texts | {"remove": words.text("remove"), "number": words.text("form.number")}


def _choices(words: Words) -> dict[str, list[tuple[str, str]]]:
    """What each list of the form offers, in the schema's own words."""
    return {
        "windows": _named(words, "window", ("LIFETIME", "ROLLING", "CALENDAR", "ANNIVERSARY")),
        "terms": _named(words, "term", ("NEVER", "AFTER", "CALENDAR", "ANNIVERSARY")),
        "units": _named(words, "unit", ("days", "months")),
        "periods": _named(words, "unit", ("MONTH", "QUARTER", "YEAR")),
        "downgrades": _named(words, "downgrade", ("ONE_DOWN", "RECOMPUTE", "TO_BASE")),
        "after_holds": _named(words, "after_hold", ("KEEP", "RECOMPUTE")),
        "when_changed": _named(words, "when_changed", ("KEEP", "RECOMPUTE")),
        "entry_rewards": _named(words, "entry_rewards", ("ONCE", "EACH_TIME")),
    }


def _named(words: Words, group: str, names: Iterable[str]) -> list[tuple[str, str]]:
    return [(name, words.text(f"tier.{group}.{name}")) for name in names]

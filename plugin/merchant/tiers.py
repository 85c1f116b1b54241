"""The tiers: the ladder with its members, a planned change and what it would do to whom, what was planned before."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from starlette.responses import Response

from plugin.merchant.chart import widths_of
from plugin.merchant.home import BEGINNING_YEAR
from plugin.merchant.pages import PageMissingError, PageRequest
from plugin.merchant.program import actor_text
from plugin.merchant.words import Words

OPEN: Final = ("COUNTING", "READY")
"""The states in which a planned change still waits for somebody."""
CHART_WIDTH: Final = 600
_TONES: Final = {"COUNTING": "info", "READY": "caution", "APPLIED": "success", "DROPPED": "neutral"}


async def tiers(opened: PageRequest) -> Response:
    """Draw the page."""
    data = await opened.ask("tiers")
    words, live, planned = opened.words, data["tierProgram"], data["tierPlans"]
    waiting = next((one for one in planned if one["state"] in OPEN), None)
    ladder = _ladder(live["definition"]["tiers"] if live else [], words)
    return opened.render(
        "tiers.html",
        live=live,
        standing=_standing(live, words) if live else "",
        ladder=ladder,
        summary=_summary(ladder, words),
        chart_width=CHART_WIDTH,
        templates=data["tierSuggestions"],
        planned=await _planned(opened, waiting["id"]) if waiting else None,
        history=[_settled(one, words) for one in planned if one["state"] not in OPEN],
    )


async def tier_plan(opened: PageRequest) -> Response:
    """Draw one planned change as a part of the page: asked for again and again while its members are counted."""
    planned = await _planned(opened, f"gid://laurel/TierPlan/{opened.number('plan')}")
    return opened.render("tier_plan.html", planned=planned, chart_width=CHART_WIDTH)


def _standing(live: dict[str, Any], words: Words) -> str:
    always = datetime.fromisoformat(live["effectiveFrom"]).year <= BEGINNING_YEAR
    since = None if always else words.moment(live["effectiveFrom"])
    return words.text(f"tiers.{'always' if always else 'live'}", version=words.number(live["version"]), since=since)


def _ladder(tiers: list[dict[str, Any]], words: Words) -> list[dict[str, Any]]:
    """Each tier with the width of its bar, highest first, as people read a ladder."""
    widths = widths_of([one["members"] for one in tiers], CHART_WIDTH)
    found = [
        {
            **one,
            "width": width,
            "first": place == 0,
            "members_text": members_text(one["members"], words),
            "entry": words.text("tiers.entry", points=words.points(one["entryPoints"])) if one["entryPoints"] else None,
        }
        for place, (one, width) in enumerate(zip(tiers, widths, strict=True))
    ]
    return found[::-1]


def members_text(count: int, words: Words) -> str:
    """So many members."""
    return words.text(f"tiers.members.{'one' if count == 1 else 'other'}", count=words.number(count))


def _summary(ladder: list[dict[str, Any]], words: Words) -> str:
    """The chart in a sentence, for who does not see it."""
    parts = [words.text("tiers.chart.part", name=one["name"], count=words.number(one["members"])) for one in ladder]
    total = sum(one["members"] for one in ladder)
    return words.text("tiers.chart.summary", total=words.number(total), parts=words.listing(parts))


async def _planned(opened: PageRequest, gid: str) -> dict[str, Any]:
    """A planned change with the geometry of its picture. Raises PageMissingError where there is none."""
    data = await opened.ask("tier_plan", id=gid)
    plan, live, words = data["tierPlan"], data["tierProgram"], opened.words
    if plan is None:
        raise PageMissingError
    before = {tier["handle"] for tier in live["definition"]["tiers"]} if live else set()
    kept = [tier["handle"] for tier in plan["definition"]["tiers"]]
    return {
        **plan,
        "number": plan["id"].rpartition("/")[2],
        "rows": compared(plan["counts"], kept),
        "known": before,
        "kept": kept,
        "first": live is None,
        "stale": plan["baseVersion"] != (live["version"] if live else 0),
        "cost": words.points(plan["entryPointsCost"]),
        "counted": words.text("tiers.plan.counted", when=words.moment(plan["createdAt"])),
        "progress": words.text(
            "tiers.plan.progress", done=words.number(plan["membersDone"]), total=words.number(plan["membersTotal"])
        ),
    }


def compared(counts: list[dict[str, Any]], ladder: list[str]) -> list[dict[str, Any]]:
    """Both bars of each tier in one scale: the new ladder, highest tier first, then what it leaves out."""
    places = {handle: place for place, handle in enumerate(ladder)}
    counts = sorted(counts, key=lambda one: -places.get(one["tier"]["handle"], -1))
    widths = widths_of([number for one in counts for number in (one["before"], one["after"])], CHART_WIDTH)
    return [
        {**one, "before_width": widths[2 * place], "after_width": widths[2 * place + 1]}
        for place, one in enumerate(counts)
    ]


def _said(tier: dict[str, Any], words: Words) -> str:
    return (
        words.text("tiers.history.tier", name=tier["name"], text=tier["enterText"])
        if tier["enterText"]
        else tier["name"]
    )


def _settled(plan: dict[str, Any], words: Words) -> dict[str, Any]:
    return {
        **plan,
        "tone": _TONES[plan["state"]],
        "status": words.text(f"tiers.history.{plan['state']}"),
        "version": words.text("tiers.history.version", version=words.number(plan["baseVersion"] + 1)),
        "tiers": words.listing([_said(one, words) for one in plan["definition"]["tiers"]], "list.comma"),
        "when": words.moment(plan["settledAt"] or plan["createdAt"]),
        "by": actor_text(plan["createdBy"], words),
        "cost": words.points(plan["entryPointsCost"]),
    }

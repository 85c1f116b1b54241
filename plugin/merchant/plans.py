"""Paid memberships: the plans with what each brought and cost, the form for one, and who is a member by it."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import Response

from plugin.merchant.billing import billing_values
from plugin.merchant.member_names import member_link
from plugin.merchant.pages import PageMissingError, PageRequest
from plugin.merchant.perks import perk_choices, perk_fields
from plugin.merchant.words import Words

STATUSES: Final = ("TRIALING", "ACTIVE", "PAST_DUE", "PAUSED", "CANCEL_SCHEDULED", "ENDED")
STATUS_TONES: Final = {
    "TRIALING": "info", "ACTIVE": "success", "PAST_DUE": "warning", "PAUSED": "caution", "CANCEL_SCHEDULED": "caution",
    "ENDED": "neutral",
}  # fmt: skip
_NEW: Final[dict[str, Any]] = {
    "id": None, "version": 0, "archivedAt": None, "handle": "", "title": "", "description": "", "color": "#1c4a37",
    "terms": "", "productIds": [], "prices": [], "interval": {"unit": "MONTH", "count": 1}, "daysPerUnit": 30,
    "trialDays": 0, "graceDays": 3, "minimumCycles": None, "maximumCycles": None, "dunning": [0, 3, 5, 7],
    "finalAction": "PAUSE", "fixedDay": None, "sellingPlanId": None, "unusedRefund": "LESS_BENEFITS", "benefits": [],
    "productHandle": None, "variantIds": [], "testOrders": False,
}  # fmt: skip


async def plans(opened: PageRequest) -> Response:
    """Draw the list."""
    data = await opened.ask("plans")
    found = [_listed(one, opened.words) for one in data["plans"]]
    return opened.render(
        "plans.html",
        live=[one for one in found if not one["archivedAt"]],
        archived=[one for one in found if one["archivedAt"]],
        repairs=bool(data["membershipRepairs"]["nodes"]),
        billing=billing_values(data["billing"], opened.words),
    )


def _listed(plan: dict[str, Any], words: Words) -> dict[str, Any]:
    figures = plan["figures"]
    notes = [
        words.text(f"plans.{key}", count=words.number(figures[name]))
        for key, name in (("trialing", "trialing"), ("past_due", "pastDue"), ("ended", "ended"))
        if figures[name]
    ]
    cost = [money_text(figures["benefitCost"], words)] if figures["benefitCost"] else []
    if figures["benefitPoints"]:
        cost.append(words.points(figures["benefitPoints"]))
    return {
        **plan,
        "number": plan["id"].rpartition("/")[2],
        "price": price_text(plan, words),
        "trial": words.text("plans.trial", days=words.days(plan["trialDays"])) if plan["trialDays"] else None,
        "members": words.number(figures["members"]),
        "notes": notes,
        "revenue": money_text(figures["revenue"], words) or words.text("plans.nothing"),
        "cost": words.listing(cost) or words.text("plans.nothing"),
    }


def price_text(plan: dict[str, Any], words: Words) -> str:
    """What a plan costs and how long that lasts."""
    prices = money_text(plan["prices"], words, "list.or")
    if plan["daysPerUnit"]:
        lasts = words.text("plans.days", days=words.days(plan["daysPerUnit"]))
        return f"{prices}{words.text('list.comma')}{lasts}" if prices else lasts
    if not prices:
        return words.text("plans.no_price")
    return words.text("plans.price", price=prices, interval=plan["interval"]["text"])


def money_text(amounts: list[dict[str, Any]], words: Words, last: str = "list.and") -> str:
    """Amounts in several currencies; of many the first ones."""
    return words.listing([words.money(one["amount"], one["currencyCode"]) for one in amounts[:3]], last)


async def edit_plan(opened: PageRequest) -> Response:
    """Draw the form for a plan."""
    plan = (await opened.ask("plan", id=_gid(opened)))["plan"]
    if plan is None:
        raise PageMissingError
    return _form(opened, plan)


async def new_plan(opened: PageRequest) -> Response:
    """Draw the form for a plan that does not exist yet."""
    return _form(opened, _NEW)


def _form(opened: PageRequest, plan: dict[str, Any]) -> Response:
    words = opened.words
    selling = plan["sellingPlanId"]
    return opened.render(
        "plan_form.html",
        plan={
            **plan,
            "products": [gid.rpartition("/")[2] for gid in plan["productIds"]],
            "benefits": [perk_fields(one, words) for one in plan["benefits"]],
            "sellingPlan": selling.rpartition("/")[2] if selling else None,
        },
        existing=plan["id"] is not None,
        currency=opened.shop.currency,
        zone=words.zone.key,
        choices=perk_choices(words) | {
            "lengths": [(one, words.text(f"plan.length.{one}")) for one in ("days", "interval")],
            "units": [(one, words.text(f"plan.unit.{one}")) for one in ("DAY", "WEEK", "MONTH", "YEAR")],
            "refunds": [(one, words.text(f"plan.refund.{one}")) for one in ("FULL", "LESS_BENEFITS", "NONE")],
            "finals": [(one, words.text(f"plan.final.{one}")) for one in ("SKIP", "PAUSE", "CANCEL")],
        },
        product_texts={name: words.text(f"plan.product.{name}") for name in ("add_first", "taken", "none")}
        | {"remove": words.text("remove"), "number": words.text("plan.product.number", id="{0}"),
           "found": words.text("plan.product.found", title="{0}")},
    )  # fmt: skip


async def plan_members(opened: PageRequest) -> Response:
    """Draw who is a member by a plan, all or those of one status."""
    given, words = opened.request.query_params, opened.words
    status = given.get("status", "")
    asked: dict[str, object] = {"statuses": [status]} if status in STATUSES else {}
    after = given.get("after")
    data = await opened.ask("plan_members", id=_gid(opened), **asked, **({"after": after} if after else {}))
    if data["plan"] is None:
        raise PageMissingError
    found, path = data["memberships"], opened.request.url.path
    kept = {"status": status} if asked else {}
    following = urlencode({**kept, "after": found["pageInfo"]["endCursor"] or ""})
    return opened.render(
        "plan_members.html",
        plan=data["plan"],
        chosen=status if asked else "",
        filters=[
            ("", path, words.text("plan.members.all")),
            *((one, f"{path}?status={one}", words.text(f"membership.status.{one}")) for one in STATUSES),
        ],
        members=[_member_row(one, words) for one in found["nodes"]],
        next_href=f"{path}?{following}" if found["pageInfo"]["hasNextPage"] else None,
    )


def _member_row(one: dict[str, Any], words: Words) -> dict[str, Any]:
    return {
        **one,
        **member_link(one["memberId"], one["customerId"], words),
        "tone": STATUS_TONES[one["status"]],
        "ends": words.full_date(one["endsAt"]) if one["endsAt"] else words.text("plan.members.open"),
    }


def _gid(opened: PageRequest) -> str:
    return f"gid://laurel/Plan/{opened.number('plan')}"

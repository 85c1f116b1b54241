"""What the app could answer about tiers and memberships: states that a demo reaches only by waiting for weeks."""

from __future__ import annotations

from typing import Any

from tests.support.reward_answers import in_days

Answer = dict[str, Any]
TERMS = ["What you spend counts for good.", "A tier that you reached is yours."]
PLUS, CIRCLE = "gid://laurel/MembershipPlan/1", "gid://laurel/MembershipPlan/2"


def usd(amount: str) -> Answer:
    """An amount of dollars."""
    return {"amount": amount, "currencyCode": "USD"}


def perk(kind: str, title: str, **changes: object) -> Answer:
    """A privilege as anybody may read it."""
    usual = {"handle": kind.lower(), "kind": kind, "title": title, "description": ""}
    return {**usual, "url": None, "text": None, "opensAt": None, **changes}


DOUBLE = perk("EARN_MULTIPLIER", "2 times the points")
TEN = perk("PERCENT_CODE", "10% off", description="A code each month, good for 30 days.")
DELIVERY = perk("FREE_SHIPPING_CODE", "Free delivery")
EARLY = perk("EARLY_ACCESS", "Winter collection", url="/collections/winter")
NOTEBOOK = perk("CONTENT", "The notebook", text="Our brew ratios,\nseason by season.")


def tier(handle: str, color: str, requirement: str, perks: list[Answer]) -> Answer:
    """A step of the ladder."""
    words = {"description": "", "requirementText": requirement, "retainText": ""}
    return {"handle": handle, "name": handle.title(), "color": color, **words, "entryPoints": 0, "perks": perks}


BRONZE = tier("bronze", "#a97142", "", [])
SILVER = tier("silver", "#b4b8bf", "Spend $500.00", [DOUBLE])
GOLD = tier("gold", "#d4af37", "Spend $2,000.00", [DOUBLE, TEN, EARLY, NOTEBOOK])


def measure(metric: str, percent: int, missing: str, text: str) -> Answer:
    """How far somebody has come in one thing that is asked for."""
    return {"metric": metric, "percent": percent, "missing": missing, "text": text}


def my_tier(**changes: object) -> Answer:
    """Silver, on the way to gold, with an end in sight."""
    spent = measure("SPEND", 31, "1379.50", "$620.50 of $2,000.00")
    ordered = measure("ORDERS", 45, "11", "9 of 20")
    ahead = {
        "match": "ANY",
        "message": "Spend $1,379.50 more to reach Gold.",
        "progress": [spent, ordered],
        "perks": [TEN, EARLY],
    }
    stay = {
        "by": in_days(39),
        "match": "ALL",
        "met": False,
        "message": "Spend $84.00 more to stay Silver.",
        "progress": [measure("SPEND", 72, "84", "$216.00 of $300.00"), measure("REVIEWS", 100, "0", "2 of 2")],
    }
    drop = {"date": in_days(10)[:10], "metric": "SPEND", "amount": "129.00", "currencyCode": "USD"}
    usual = {
        **{name: SILVER[name] for name in ("handle", "name", "color", "description")},
        "since": in_days(-200),
        "validUntil": in_days(39),
        "atRisk": False,
        "graceUntil": None,
        "overridden": False,
        "next": {**{name: GOLD[name] for name in ("handle", "name", "color", "requirementText")}, **ahead},
        "stay": stay,
        "projected": {"at": in_days(39), "message": "As things stand, you will be Bronze.", "dropping": [drop]},
    }
    return {**usual, **changes}


def plan(**changes: object) -> Answer:
    """A plan that can be joined."""
    usual = {
        "id": PLUS,
        "handle": "laurel-plus",
        "title": "Laurel Plus",
        "description": "Everything we make, a little closer.",
        "color": "#1d4a3c",
        "price": usd("4.99"),
        "interval": {"text": "30 days"},
        "trialDays": 0,
        "graceDays": 3,
        "minimumCycles": None,
        "benefits": [TEN, DELIVERY],
        "terms": "Thirty days for each unit.",
        "products": [{"url": "/products/laurel-plus"}],
        "joinUrl": "/products/laurel-plus",
        "joined": False,
    }
    return {**usual, **changes}


def membership(status: str = "ACTIVE", **changes: object) -> Answer:
    """A membership that the app bills, of a hundred days."""
    gift = {"id": "1", "occurredAt": in_days(-2), "title": "10% off #1042", "value": usd("12.90"), "points": 0}
    usual = {
        "plan": plan(joined=status != "ENDED"),
        "status": status,
        "way": "CONTRACT",
        "startedAt": in_days(-100),
        "endsAt": in_days(20),
        "entitled": status not in ("ENDED", "PAUSED"),
        "entitledUntil": in_days(23),
        "cancelAt": None,
        "pausedUntil": None,
        "nextBillingAt": in_days(20),
        "trialEndsAt": None,
        "paymentUrl": None,
        "message": "Renews on December 12.",
        "canCancel": True,
        "canCancelNow": True,
        "canWithdraw": False,
        "canPause": True,
        "canResume": False,
        "canChange": False,
        "refundIfCanceled": usd("3.20"),
        "savedThisYear": [usd("43.20")],
        "benefits": [gift],
    }
    return {**usual, **changes}


def mine(grantor: str, privilege: Answer, code: str | None = None, state: str | None = None) -> Answer:
    """A privilege of the shopper's own."""
    made = {"state": state, "code": code, "applyUrl": code and f"/discount/{code}", "endsAt": code and in_days(18)}
    return {"perk": privilege, "grantorTitle": grantor, **made}


def standing(
    tier: Answer | None = None,
    memberships: list[Answer] | None = None,
    perks: list[Answer] | None = None,
    tiers: list[Answer] | None = None,
    plans: list[Answer] | None = None,
) -> Answer:
    """The answer to the operation `standing`."""
    me = {"id": "gid://laurel/Member/1", "tier": tier, "memberships": memberships or [], "perks": perks or []}
    return {"me": me, "program": {"tiers": tiers or [], "tierTerms": TERMS if tiers else [], "plans": plans or []}}

"""What the app could answer about rewards: states that a demo reaches only by luck or by waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, Route

from tests.support.redeeming import on_operation

CODE = "LRL-7KQ2MX4ZB3TWN6PA"
Answer = dict[str, Any]


def in_days(days: int) -> str:
    """A moment so many days from now."""
    return (datetime.now(UTC) + timedelta(days=days)).isoformat().replace("+00:00", "Z")


def quote(points: int, **changes: object) -> Answer:
    """A quote for a fixed price."""
    fixed = {
        "points": points,
        "money": {"amount": "5.00", "currencyCode": "USD"},
        "percentage": None,
        "bindingCapMessage": None,
        "minimumPoints": points,
        "maximumPoints": points,
        "step": points,
        "combinesWith": {"order": False, "product": False, "shipping": False},
    }
    return {**fixed, **changes}


def reward(number: int, title: str, points: int = 100, **changes: object) -> Answer:
    """A reward within reach."""
    allowed = {
        "id": f"gid://laurel/Reward/{number}",
        "title": title,
        "description": "",
        "kind": "AMOUNT_OFF",
        "cost": {"points": points, "minimum": points, "maximum": points, "step": points},
        "availability": {"allowed": True, "reason": None, "message": None},
        "quote": quote(points),
        "stockLeft": None,
        "codeDays": 90,
        "endsAt": None,
        "terms": "",
    }
    return {**allowed, **changes}


def locked(number: int, title: str, reason: str, message: str, points: int = 100) -> Answer:
    """A reward that something is in the way of."""
    return reward(number, title, points, availability={"allowed": False, "reason": reason, "message": message})


def slider(number: int, title: str) -> Answer:
    """A reward from 100 to 600 points in steps of 100."""
    free = quote(600, minimumPoints=100, maximumPoints=600, step=100, bindingCapMessage="Limited by your points.")
    cost = {"points": None, "minimum": 100, "maximum": 2000, "step": 100}
    return reward(number, title, cost=cost, quote={**free, "money": {"amount": "6.00", "currencyCode": "USD"}})


def redemption(number: int, status: str, code: str | None = CODE, **changes: object) -> Answer:
    """A redemption in a state."""
    usual = {
        "id": f"gid://laurel/Redemption/{number}",
        "status": status,
        "points": 500,
        "code": code,
        "createdAt": in_days(0),
        "expiresAt": in_days(90) if code else None,
        "canCancel": status == "READY",
        "applyUrl": f"/discount/{code}" if code else None,
        "orderName": "#1042" if status == "USED" else None,
        "note": None,
        "reward": {"id": "gid://laurel/Reward/1", "title": "$5 off", "kind": "AMOUNT_OFF"},
    }
    return {**usual, **changes}


def told(
    rewards: list[Answer] | None = None,
    redemptions: list[Answer] | None = None,
    expiring: list[Answer] | None = None,
    birthday: Answer | None = None,
) -> Answer:
    """The answer to the operation `rewards`."""
    me = {"expiringNext": expiring or [], "birthday": birthday, "redemptions": {"nodes": redemptions or []}}
    return {"me": me, "rewards": {"nodes": rewards or []}}


class Stage:
    """Answers one operation with `data`, which a test may change; None is an outage."""

    def __init__(self, page: Page, operation: str, data: Answer | None) -> None:
        self.data = data
        self.asked: list[Answer] = []
        on_operation(page, operation, self._answer)

    def _answer(self, route: Route) -> None:
        self.asked.append((route.request.post_data_json or {})["variables"])
        if self.data is None:
            route.fulfill(status=500, body="<html>")
        else:
            route.fulfill(json={"data": self.data})

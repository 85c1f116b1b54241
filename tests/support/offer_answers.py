"""What the app could answer about offers of partners: states that a demo reaches only by luck or by waiting."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.support.browser import Demo, launcher, log_in_quietly, open_panel
from tests.support.reward_answers import Answer, Stage, in_days, told
from tests.support.standing_answers import standing

CODE = "HARBOR-7KQ2MX4ZB3TWN6PA"
NUMBER = "7K2Q-MX4Z-B3TW-N6PA"
HARBOR = {"name": "Harbor Coffee", "website": "https://harbor.example", "about": "Roasters at the old port."}
MILES = {
    "numerator": 4, "denominator": 5, "minimumPoints": 500, "maximumPoints": 5_000, "unitName": "miles",
    "accountHint": "Your traveler number",
}  # fmt: skip


def offer(number: int, title: str, kind: str = "CODE", **changes: object) -> Answer:
    """An offer of Harbor Coffee that can be had."""
    allowed = {
        "id": f"gid://laurel/Offer/{number}",
        "title": title,
        "description": "",
        "terms": "",
        "kind": kind,
        "partner": HARBOR,
        "artworkUrl": None,
        "endsAt": None,
        "remaining": None,
        "availability": {"allowed": True, "reason": None, "message": None},
        "price": None,
        "exchange": None,
        "earning": None,
        "worth": "",
        "validDays": None,
        "claim": None,
    }
    return {**allowed, **changes}


def refused(reason: str, message: str) -> Answer:
    """What is in the way of an offer."""
    return {"availability": {"allowed": False, "reason": reason, "message": message}}


def had(number: int, status: str = "READY") -> Answer:
    """The offer was claimed as often as it may be."""
    own = {"id": f"gid://laurel/OfferClaim/{number}", "status": status}
    return {"claim": own, **refused("MEMBER_LIMIT", "You had this offer already.")}


def claim(number: int, title: str, kind: str = "CODE", status: str = "READY", **changes: object) -> Answer:
    """A claim of an offer of Harbor Coffee, made just now."""
    usual = {
        "id": f"gid://laurel/OfferClaim/{number}",
        "status": status,
        "kind": kind,
        "code": CODE if kind in ("CODE", "REDEMPTION") and status in ("READY", "USED") else None,
        "url": None,
        "points": 0,
        "gives": None,
        "account": None,
        "expiresAt": None,
        "claimedAt": in_days(0),
        "note": None,
        "offer": {
            "id": f"gid://laurel/Offer/{number}",
            "title": title,
            "kind": kind,
            "terms": "",
            "partner": {"name": HARBOR["name"]},
            "artworkUrl": None,
            "worth": "",
            "unitName": "miles" if kind == "EXCHANGE" else None,
        },
    }
    return {**usual, **changes}


def purchase(number: int, status: str, points: int, message: str) -> Answer:
    """Something that was bought at Harbor Coffee."""
    return {
        "id": f"gid://laurel/PartnerPurchase/{number}",
        "status": status,
        "points": points,
        "message": message,
        "occurredAt": in_days(-1),
        "amount": {"amount": "24.00", "currencyCode": "USD"},
        "partner": {"name": HARBOR["name"]},
    }


def offered(offers: list[Answer], claims: list[Answer] | None = None, purchases: list[Answer] | None = None) -> Answer:
    """The answer to the operation `offers`, of a member."""
    return {
        "me": {"id": "gid://laurel/Member/7", "partnerPurchases": {"nodes": purchases or []}},
        "offers": {"nodes": offers},
        "claimedOffers": {"nodes": claims or []},
    }


def claimed(made: Answer | None, *problems: tuple[str, str]) -> Answer:
    """The answer to the operation `offer_claim`."""
    errors = [{"code": code, "message": message} for code, message in problems]
    return {"offerClaim": {"claim": made, "userErrors": errors}}


def quoted(points: int, gives: int) -> Answer:
    """The answer to the operation `offer_quote`, with a promise that is about to be a minute old some day."""
    made = {"id": "gid://laurel/OfferQuote/3", "points": points, "gives": gives, "expiresAt": in_days(1)}
    return {"offerQuote": {"quote": made, "userErrors": []}}


def opened(demo: Demo, page: Page, data: Answer, path: str = "") -> tuple[Locator, Stage]:
    """The panel of a new member, for whom the app answers `data` about offers."""
    log_in_quietly(page, demo, demo.new_customer("Claimer"))
    Stage(page, "rewards", told())
    Stage(page, "standing", standing())
    stage = Stage(page, "offers", data)
    page.goto(demo.store + path)
    expect(launcher(page)).to_contain_text("100")
    return open_panel(page), stage

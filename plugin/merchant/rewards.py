"""The list of rewards, and the form for one: what shoppers get for their points."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from starlette.responses import Response

from plugin.merchant.pages import PageMissingError, PageRequest
from plugin.merchant.texts import TEXTS
from plugin.merchant.words import Words

KINDS: Final = (
    "amount_off", "percent_off", "free_shipping", "free_product", "store_credit", "gift_card", "manual"
)  # fmt: skip
_PERIODS: Final = ("ever", "day", "week", "month", "quarter", "year")
_PREVIEW: Final = ("untitled", "redeem", "left", "minimum", "points", "slider", "days", "alone")


async def rewards(opened: PageRequest) -> Response:
    """Draw the list."""
    found = [_listed(one, opened.words) for one in (await opened.ask("rewards"))["rewards"]]
    return opened.render(
        "rewards.html",
        live=[one for one in found if not one["archived"]],
        archived=[one for one in found if one["archived"]],
    )


def _listed(reward: dict[str, Any], words: Words) -> dict[str, Any]:
    status, tone = _status(reward, words)
    left = reward["stockLeft"]
    return {
        "number": reward["id"].rpartition("/")[2],
        "handle": reward["handle"],
        "title": reward["title"],
        "description": reward["description"],
        "kind": reward["kind"].lower(),
        "archived": reward["archivedAt"] is not None,
        "status": status,
        "tone": tone,
        "cost": cost_text(reward["cost"], words),
        "value": value_text(reward, words),
        "stock": words.text("rewards.stock.endless") if left is None else words.number(left),
    }


def _status(reward: dict[str, Any], words: Words) -> tuple[str, str]:
    now = datetime.now(UTC)
    if reward["archivedAt"]:
        return words.text("rewards.status.archived"), "neutral"
    if reward["endsAt"] and datetime.fromisoformat(reward["endsAt"]) <= now:
        return words.text("rewards.status.ended"), "neutral"
    if reward["startsAt"] and datetime.fromisoformat(reward["startsAt"]) > now:
        return words.text("rewards.status.planned", date=words.full_date(reward["startsAt"])), "info"
    if reward["stockLeft"] == 0:
        return words.text("rewards.status.out"), "warning"
    return words.text("rewards.status.live"), "success"


def cost_text(cost: dict[str, Any], words: Words) -> str:
    """What a reward costs, in a few words."""
    if cost["points"] is not None:
        return words.points(cost["points"])
    minimum = words.points(cost["minimum"])
    if cost["maximum"] is None:
        return words.text("rewards.cost.slider", minimum=minimum)
    return words.text(
        "rewards.cost.between", minimum=words.number(cost["minimum"]), maximum=words.points(cost["maximum"])
    )


def value_text(reward: dict[str, Any], words: Words) -> str:
    """What a reward is worth, in a few words; of several currencies the first ones."""
    kind = reward["kind"].lower()
    if reward["slider"]:
        amounts = _amounts(reward["slider"]["valuePerStep"], words)
        return words.text("rewards.value.step", amount=amounts, step=words.points(reward["cost"]["step"]))
    if kind == "percent_off":
        return words.text("rewards.value.percent", percent=words.number(reward["percentage"]))
    if kind == "amount_off":
        return words.text("rewards.value.off", amount=_amounts(reward["amounts"], words))
    if kind in ("store_credit", "gift_card"):
        return _amounts(reward["amounts"], words)
    return words.text(f"rewards.value.{kind}")


def _amounts(amounts: list[dict[str, Any]], words: Words) -> str:
    return words.listing([words.money(one["amount"], one["currencyCode"]) for one in amounts[:3]], "list.or")


async def edit_reward(opened: PageRequest) -> Response:
    """Draw the form for a reward."""
    number = opened.number("reward")
    reward = (await opened.ask("reward", id=f"gid://laurel/Reward/{number}"))["reward"]
    if reward is None:
        raise PageMissingError
    return _form(opened, _fields(reward, opened.words), existing=True)


async def new_reward(opened: PageRequest) -> Response:
    """Draw the form for a reward that does not exist yet."""
    return _form(opened, dict(_NEW), existing=False)


_NEW: Final[dict[str, Any]] = {
    "id": None, "version": 0, "archived": False, "handle": "", "kind": "amount_off", "title": "", "description": "",
    "terms": "", "points": None, "slider": None, "amounts": [], "percentage": None, "maximum_price": [],
    "variant_ids": [], "lasts_days": None, "instructions": "", "minimum_subtotal": [], "stock": None, "limit": None,
    "starts_at": None, "ends_at": None, "tiers": [], "plans": [], "customer_tags": [], "code_days": 90,
    "on_expiry": "restore", "combines_with": {"order": False, "product": False, "shipping": False}, "limited": False,
}  # fmt: skip


def _fields(reward: dict[str, Any], words: Words) -> dict[str, Any]:
    """A reward of the schema as the form's fields."""
    slider, limit = reward["slider"], reward["limit"]
    dates = (reward["startsAt"], reward["endsAt"])
    bounds = (reward["stock"], limit, *dates, reward["customerTags"], reward["tiers"], reward["plans"])
    return {
        "id": reward["id"],
        "version": reward["version"],
        "archived": reward["archivedAt"] is not None,
        "handle": reward["handle"],
        "kind": reward["kind"].lower(),
        "title": reward["title"],
        "description": reward["description"],
        "terms": reward["terms"],
        "points": reward["cost"]["points"],
        "slider": slider and {
            "value_per_step": slider["valuePerStep"],
            "step": reward["cost"]["step"],
            "minimum_points": reward["cost"]["minimum"],
            "maximum_points": reward["cost"]["maximum"],
            "maximum_money": slider["maximumMoney"],
            "minimum_payable": slider["minimumPayable"],
            "maximum_subtotal_percent": slider["maximumSubtotalPercent"],
        },
        "amounts": reward["amounts"],
        "percentage": reward["percentage"],
        "maximum_price": reward["maximumPrice"],
        "variant_ids": [gid.rpartition("/")[2] for gid in reward["variantIds"]],
        "lasts_days": reward["lastsDays"],
        "instructions": reward["instructions"] or "",
        "minimum_subtotal": reward["minimumSubtotal"],
        "stock": reward["stock"],
        "limit": limit and {"count": limit["count"], "period": limit["period"].lower()},
        "starts_at": words.local(reward["startsAt"]),
        "ends_at": words.local(reward["endsAt"]),
        "tiers": reward["tiers"],
        "plans": reward["plans"],
        "customer_tags": reward["customerTags"],
        "code_days": reward["codeDays"],
        "on_expiry": reward["onExpiry"].lower(),
        "combines_with": reward["combinesWith"],
        "limited": any(bounds),
    }  # fmt: skip


def _form(opened: PageRequest, reward: dict[str, Any], *, existing: bool) -> Response:
    text = opened.words.text
    return opened.render(
        "reward.html",
        existing=existing,
        reward=reward,
        currency=opened.shop.currency,
        zone=opened.words.zone.key,
        kinds=[(kind, text(f"rewards.kind.{kind}")) for kind in KINDS],
        costs=[(kind, text(f"reward.cost.{kind}")) for kind in ("fixed", "slider")],
        periods=[(period.upper(), text(f"reward.period.{period}")) for period in _PERIODS],
        endings=[(ending.upper(), text(f"reward.on_expiry.{ending}")) for ending in ("restore", "forfeit")],
        preview_texts={name: text_raw(opened.words, f"reward.preview.{name}") for name in _PREVIEW},
    )


def text_raw(words: Words, key: str) -> str:
    """A text with its places left open, for the browser to fill in."""
    return TEXTS[words.locale][key]

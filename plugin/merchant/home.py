"""The merchant's first page: is the program live, what did it do, what needs a person."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from redis.exceptions import RedisError
from starlette.responses import Response

from engine.database import tenant_transaction
from engine.privacy_requests import open_privacy_requests
from plugin.background.shop_topics import theme_changed_key
from plugin.merchant.billing import billing_values
from plugin.merchant.chart import chart_of
from plugin.merchant.definitions import definition_of
from plugin.merchant.game.overview import waiting_text
from plugin.merchant.pages import PageRequest
from plugin.merchant.sentences import gives_text
from plugin.merchant.words import Words

EMBED_HANDLE = "launcher"
"""The file name of the app embed in the theme app extension, without its ending."""
BEGINNING_YEAR = 1970
_RULES_SHOWN = 6
_PARKED_SHOWN = 5
_PRIVACY_SHOWN = 20
"""As many as the operation asks for."""


async def home(opened: PageRequest) -> Response:
    """Draw the page."""
    data = await opened.ask("home")
    billing = (await opened.ask("billing"))["billing"]
    visit, settings, words = opened.visit, opened.services.settings, opened.words
    async with tenant_transaction(opened.services.engine, visit.shop.program_id) as connection:
        privacy = await open_privacy_requests(connection, visit.shop.program_id, visit.shop.shop_id, _PRIVACY_SHOWN)
    return opened.render(
        "home.html",
        embed_handle=EMBED_HANDLE,
        embed_link=embed_link(visit.shop.domain, settings.shopify_api_key, settings.shopify_origin),
        theme_changed=await _theme_changed(opened),
        privacy=privacy,
        billing=billing_values(billing, words),
        waiting=waiting_text(data["quarantines"], words),
        activity=[{**event, "member": event["memberId"].rpartition("/")[2]} for event in data["recentActivity"]],
        shortfalls=[{**one, "member": one["memberId"].rpartition("/")[2]} for one in data["shortfalls"]],
        parked=data["parkedEvents"]["nodes"],
        **_program_values(data["program"], words),
        **_overview_values(data["overview"], words),
    )


async def _theme_changed(opened: PageRequest) -> str | None:
    shop = opened.visit.shop
    try:
        kept = await opened.services.redis.get(theme_changed_key(shop.program_id, shop.shop_id))
    except (RedisError, OSError):
        return None
    return kept.decode() if isinstance(kept, bytes) else None


def embed_link(domain: str, api_key: str, origin: str | None) -> str:
    """Where a merchant switches the app embed on: the theme editor, with the embed chosen."""
    admin = f"{origin}/admin" if origin else f"https://{domain}/admin"
    return f"{admin}/themes/current/editor?context=apps&template=index&activateAppId={api_key}/{EMBED_HANDLE}"


def standing_of(live: dict[str, Any] | None, words: Words) -> str:
    """Which version is live since when, or what a first publication would do."""
    if live is None:
        return words.text("draft.detail")
    since = datetime.fromisoformat(live["effectiveFrom"])
    key = "live.always" if since.year <= BEGINNING_YEAR else "live.detail"
    return words.text(key, version=live["version"], since=words.moment(since))


def _program_values(program: dict[str, Any], words: Words) -> dict[str, Any]:
    live, draft = program["liveVersion"], program["draft"]
    definition = (live or draft)["definition"]
    return {
        "live": live is not None,
        "revision": draft["revision"],
        "heading": words.text("live.heading" if live else "draft.heading", name=definition["name"]),
        "standing": standing_of(live, words),
        "rules": _rules(definition, words),
    }


def _rules(definition: dict[str, Any], words: Words) -> list[str]:
    """What the program pays, in a few words for each rule that is switched on."""
    found = [gives_text(rule, words) for rule in definition_of(definition)["rules"] if rule["enabled"]]
    more = len(found) - _RULES_SHOWN
    return found if more <= 0 else [*found[:_RULES_SHOWN], words.text("chip.more", count=words.number(more))]


def _overview_values(overview: dict[str, Any], words: Words) -> dict[str, Any]:
    taken_back, expired = overview["takenBack"], overview["expired"]
    notes = {
        "issued": words.text("figure.taken_back", points=words.number(taken_back)) if taken_back else None,
        "outstanding": words.text("figure.expired", points=words.number(expired)) if expired else None,
    }
    return {
        "figures": [
            {"name": words.text(f"figure.{key}"), "value": overview[key], "note": notes.get(key)}
            for key in ("issued", "outstanding", "members", "orders")
        ],
        "pending": overview["pendingDeliveries"],
        "parked_more": max(overview["parked"] - _PARKED_SHOWN, 0),
        "chart": chart_of(
            [(date.fromisoformat(day["day"]), day["issued"], day["takenBack"]) for day in overview["days"]]
        ),
    }

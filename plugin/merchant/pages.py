"""The pages themselves: data from the merchant schema, asked for in this process, drawn on the server."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from redis.exceptions import RedisError
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from engine.database import tenant_transaction
from engine.privacy_requests import open_privacy_requests
from engine.shops import shop_facts
from laurel_graphql.context import MerchantContext
from laurel_graphql.merchant import merchant_schema
from laurel_graphql.persisted import document_id
from laurel_graphql.request import answer
from plugin.background.shop_topics import theme_changed_key
from plugin.merchant.chart import chart_of
from plugin.merchant.frame import app_bridge_url, framed, polaris_url
from plugin.merchant.texts import text_of
from plugin.services import Services
from plugin.shopify.installation import Installation, Visit
from plugin.web.responses import unavailable_response

STATIC_FOLDER = Path(__file__).with_name("static")
EMBED_HANDLE = "launcher"
"""The file name of the app embed in the theme app extension, without its ending."""
_BABEL_LOCALES = {"en": "en", "zh-CN": "zh_Hans_CN"}
_BEGINNING_YEAR = 1970
_PARKED_SHOWN = 5
_PRIVACY_SHOWN = 20
"""As many as the operation asks for."""
_OPERATIONS = {"publish": "program_publish", "replay": "parked_event_replay"}


class PageDataUnavailableError(Exception):
    """The merchant schema gave no data; `status` is its answer's."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class MerchantPages:
    """The routes of the embedded pages, over one process's services."""

    def __init__(self, services: Services, installation: Installation) -> None:
        self._services = services
        self._installation = installation
        self._environment = Environment(
            loader=FileSystemLoader(Path(__file__).with_name("templates")),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    async def home(self, request: Request) -> Response:
        """The merchant's first page: is the program live, what did it do, what needs a person."""
        visit = await self._installation.visit(request)
        if isinstance(visit, Response):
            return visit
        try:
            data = await self._data(visit)
        except PageDataUnavailableError:
            return unavailable_response()
        values = await self._values(visit, data)
        page = self._environment.get_template("home.html").render(values)
        return framed(HTMLResponse(page), visit.shop.domain, self._services.settings)

    async def _data(self, visit: Visit) -> dict[str, Any]:
        context = MerchantContext(
            engine=self._services.engine,
            program_id=visit.shop.program_id,
            shop_id=visit.shop.shop_id,
            locale=visit.locale,
            staff_id=str(visit.staff.user_id),
        )
        body = json.dumps({"documentId": document_id("merchant", "home")}).encode()
        answered = await answer(body, schema=merchant_schema, context=context, development=False)
        content = json.loads(answered.payload)
        if content.get("errors"):
            raise PageDataUnavailableError(answered.status)
        data: dict[str, Any] = content["data"]
        return data

    async def _values(self, visit: Visit, data: dict[str, Any]) -> dict[str, Any]:
        """What the template is given."""
        settings = self._services.settings
        async with tenant_transaction(self._services.engine, visit.shop.program_id) as connection:
            facts = await shop_facts(connection, visit.shop.program_id, visit.shop.shop_id)
            privacy = await open_privacy_requests(connection, visit.shop.program_id, visit.shop.shop_id, _PRIVACY_SHOWN)
        words = Words(visit.locale, facts.time_zone)
        return {
            "locale": visit.locale,
            "t": words.text,
            "number": words.number,
            "signed": words.signed,
            "day": words.day,
            "moment": words.moment,
            "api_key": settings.shopify_api_key,
            "admin_origin": settings.shopify_origin,
            "app_bridge": app_bridge_url(settings),
            "polaris": polaris_url(settings),
            "operations": {key: document_id("merchant", name) for key, name in _OPERATIONS.items()},
            "embed_handle": EMBED_HANDLE,
            "embed_link": embed_link(visit.shop.domain, settings.shopify_api_key, settings.shopify_origin),
            "theme_changed": await self._theme_changed(visit),
            "privacy": privacy,
            **_program_values(data["program"], words),
            **_overview_values(data["overview"], words),
            "activity": [{**event, "member": event["memberId"].rpartition("/")[2], "occurred_at": event["occurredAt"]}
                         for event in data["recentActivity"]],
            "parked": [{**event, "received_at": event["receivedAt"]} for event in data["parkedEvents"]["nodes"]],
        }  # fmt: skip

    async def _theme_changed(self, visit: Visit) -> str | None:
        try:
            kept = await self._services.redis.get(theme_changed_key(visit.shop.program_id, visit.shop.shop_id))
        except (RedisError, OSError):
            return None
        return kept.decode() if isinstance(kept, bytes) else None


class Words:
    """Texts, numbers and times in one locale and the shop's own time zone."""

    def __init__(self, locale: str, time_zone: str) -> None:
        self._locale = _BABEL_LOCALES[locale]
        self.text = partial(text_of, locale)
        try:
            self._zone = ZoneInfo(time_zone)
        except (KeyError, ValueError, OSError):
            self._zone = ZoneInfo("UTC")

    def number(self, value: int | Decimal) -> str:
        """A number with its groups."""
        return format_decimal(value, format="#,##0.######", locale=self._locale)

    def signed(self, value: int) -> str:
        """A change, with a plus or a minus."""
        return f"{'+' if value > 0 else '−' if value < 0 else ''}{self.number(abs(value))}"

    def day(self, value: date | str) -> str:
        """A day, short."""
        if isinstance(value, str):
            value = datetime.fromisoformat(value).date()
        return format_skeleton("MMMd", datetime(value.year, value.month, value.day, tzinfo=UTC), locale=self._locale)

    def moment(self, value: datetime | str) -> str:
        """A day and a time of day in the shop's zone."""
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        local = moment.astimezone(self._zone)
        return f"{format_skeleton('MMMd', local, locale=self._locale)}, {local:%H:%M}"


def embed_link(domain: str, api_key: str, origin: str | None) -> str:
    """Where a merchant switches the app embed on: the theme editor, with the embed chosen."""
    admin = f"{origin}/admin" if origin else f"https://{domain}/admin"
    return f"{admin}/themes/current/editor?context=apps&template=index&activateAppId={api_key}/{EMBED_HANDLE}"


def _program_values(program: dict[str, Any], words: Words) -> dict[str, Any]:
    live, draft = program["liveVersion"], program["draft"]
    definition = (live or draft)["definition"]
    standing = words.text("draft.detail")
    if live:
        since = datetime.fromisoformat(live["effectiveFrom"])
        always = since.year <= _BEGINNING_YEAR
        key = "live.always" if always else "live.detail"
        standing = words.text(key, version=live["version"], since=words.moment(since))
    return {
        "live": live is not None,
        "revision": draft["revision"],
        "heading": words.text("live.heading" if live else "draft.heading", name=definition["name"]),
        "standing": standing,
        "rules": _rules(definition, words),
    }


def _rules(definition: dict[str, Any], words: Words) -> list[str]:
    """What the program pays, in a few words each; currencies of one rate together."""
    currencies: dict[Decimal, list[str]] = {}
    for rate in (definition["purchase"] or {"rates": ()})["rates"]:
        currencies.setdefault(Decimal(rate["pointsPerUnit"]), []).append(rate["currencyCode"])
    either = words.text("rule.or")
    rules = [
        words.text("rule.purchase", points=_points(rate, words), currencies=either.join(currencies[rate]))
        for rate in sorted(currencies, reverse=True)
    ]
    if definition["signUp"]:
        points = _points(Decimal(definition["signUp"]["points"]), words)
        rules.append(words.text("rule.sign_up", points=points))
    return rules


def _points(amount: Decimal, words: Words) -> str:
    return words.text("rule.point") if amount == 1 else words.text("rule.points", points=words.number(amount))


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

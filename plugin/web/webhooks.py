"""`POST /webhooks`: verify a delivery, store it in one row, answer. Everything else happens later, in the worker.

This is plain ASGI without middleware: it must answer within a second while a shop sends a thousand deliveries in one.
"""

from __future__ import annotations

import hashlib
import re
import time
from datetime import UTC, datetime

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from engine.direct import DirectDatabase
from plugin.background.compliance import COMPLIANCE_TOPICS
from plugin.background.handling import Handler, HandlerContext
from plugin.background.shop_topics import HANDLERS
from plugin.settings import Settings
from plugin.shopify.shop_cache import ShopCache
from plugin.shopify.signatures import Headers, UnverifiedError, verify_webhook
from plugin.web.metrics import INTAKE_SECONDS, WEBHOOKS_REFUSED
from plugin.web.responses import RETRY_AFTER_SECONDS, BodyRefusedError, read_body

__all__ = ["HANDLERS", "Handler", "HandlerContext", "WebhookIntake"]

BODY_MAXIMUM_BYTES = 5 * 1024 * 1024
IDENTIFIER_MAXIMUM_LENGTH = 255
_TOPIC = re.compile(r"[a-z0-9_./-]{1,100}")

log = structlog.get_logger("laurel.webhooks")


class WebhookIntake:
    """The ASGI application behind `/webhooks`."""

    def __init__(self, settings: Settings, direct: DirectDatabase, shops: ShopCache) -> None:
        self._secrets = settings.secrets()
        self._direct = direct
        self._shops = shops

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; never raises for anything that a caller or the database can do."""
        began = time.perf_counter()
        status, reason = await self._take(scope, receive)
        INTAKE_SECONDS.labels(str(status)).observe(time.perf_counter() - began)
        if reason is not None:
            WEBHOOKS_REFUSED.labels(reason).inc()
            log.warning("webhook refused", status=status, reason=reason, topic=_logged_topic(scope["headers"]))
        if status:
            await _answer(send, status)

    async def _take(self, scope: Scope, receive: Receive) -> tuple[int, str | None]:
        """The status to answer with (0: nobody is there any more) and why a delivery was not stored."""
        if scope["method"] != "POST":
            return 405, "method"
        headers: Headers = scope["headers"]
        try:
            raw = await read_body(headers, receive, BODY_MAXIMUM_BYTES)
            domain = verify_webhook(headers, raw, self._secrets)
            return await self._store(domain, headers, raw)
        except BodyRefusedError as refusal:
            return refusal.status, "body"
        except UnverifiedError as failure:
            return 401, failure.reason
        except ClientDisconnect:
            return 0, "disconnected"
        except (psycopg.Error, SQLAlchemyError, OSError, TimeoutError) as error:
            return 503, f"database-{type(error).__name__}"

    async def _store(self, domain: str, headers: Headers, raw: bytes) -> tuple[int, str | None]:
        topic = _header(headers, b"topic")
        if topic is None or _TOPIC.fullmatch(topic) is None:
            return 400, "topic"
        webhook_id = _header(headers, b"webhook-id") or _fallback_id(topic, raw)
        event_id = _header(headers, b"event-id")
        api_version = _header(headers, b"api-version")
        if any(len(text or "") > IDENTIFIER_MAXIMUM_LENGTH for text in (webhook_id, event_id, api_version)):
            return 400, "identifier-too-long"
        shop = await self._shops.find(domain)
        if shop is None:
            # We hold nothing of this shop, so there is nothing to hand over or to erase: done.
            return (200, None) if topic in COMPLIANCE_TOPICS else (401, "unknown-shop")
        await self._direct.store_delivery(
            program_id=shop.program_id,
            shop_id=shop.shop_id,
            topic=topic,
            webhook_id=webhook_id,
            event_id=event_id,
            api_version=api_version,
            triggered_at=_moment(_header(headers, b"triggered-at")),
            body=raw,
        )
        return 200, None


def _header(headers: Headers, name: bytes) -> str | None:
    """The value of one of Shopify's headers, of either family; None when absent or empty.

    Raises BodyRefusedError (400) when it comes twice: two readers could each take another one.
    """
    wanted = (b"x-shopify-" + name, b"shopify-" + name)
    values = [value for key, value in headers if key in wanted]
    if len(values) > 1:
        raise BodyRefusedError(400, f"{name.decode()} comes more than once")
    return values[0].decode("ascii", "replace") or None if values else None


def _fallback_id(topic: str, raw: bytes) -> str:
    """A delivery's id when it came without one: the same body on the same topic is the same delivery."""
    return hashlib.sha256(topic.encode() + b"\n" + raw).hexdigest()


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _logged_topic(headers: Headers) -> str:
    try:
        topic = _header(headers, b"topic") or ""
    except BodyRefusedError:
        topic = ""
    return topic if _TOPIC.fullmatch(topic) else "unreadable"


_REASON_PHRASES = {
    200: b"",
    400: b"Bad Request",
    401: b"Unauthorized",
    405: b"Method Not Allowed",
    408: b"Request Timeout",
    413: b"Content Too Large",
    503: b"Service Unavailable",
}


async def _answer(send: Send, status: int) -> None:
    body = _REASON_PHRASES[status]
    headers = [(b"content-length", str(len(body)).encode()), (b"content-type", b"text/plain; charset=utf-8")]
    if status == 405:
        headers.append((b"allow", b"POST"))
    if status == 503:
        headers.append((b"retry-after", str(RETRY_AFTER_SECONDS).encode()))
    if status in (400, 408, 413):  # what is left of the body is not read
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

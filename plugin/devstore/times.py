"""Instants as Shopify writes them: payloads in the shop's zone to the second, GraphQL and headers in UTC."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from plugin.devstore.seed import SHOP

Clock = Callable[[], datetime]
_ZONE = ZoneInfo(SHOP.time_zone)


def utc_now() -> datetime:
    """The present instant, aware."""
    return datetime.now(UTC)


def payload_time(instant: datetime) -> str:
    """E.g. 2026-11-22T09:30:00-05:00, as REST payloads have it."""
    return instant.astimezone(_ZONE).isoformat(timespec="seconds")


def graphql_time(instant: datetime | str) -> str:
    """E.g. 2026-11-22T14:30:00Z, as the Admin API has it; also from a payload's text."""
    moment = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def header_time(instant: datetime) -> str:
    """E.g. 2026-11-22T14:30:00.123456789Z, as X-Shopify-Triggered-At has it."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "000Z"


def after(previous: str, now: datetime) -> str:
    """`now` as a payload time, but at least a second after `previous`.

    Payloads tell time in whole seconds: a person's two changes of an order never fall into the same one, a script's do.
    """
    return payload_time(max(now, datetime.fromisoformat(previous) + timedelta(seconds=1)))

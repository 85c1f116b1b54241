"""Sends webhooks to the app as Shopify does: signed, with short patience, and eight retries at growing distances."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import time
from typing import Any

import httpx

from plugin.devstore.application import App
from plugin.devstore.deliveries import Delivery, DeliveryLog
from plugin.devstore.seed import SHOP
from plugin.devstore.times import Clock, header_time

CONNECT_SECONDS = 1.0
ANSWER_SECONDS = 5.0
RETRY_SECONDS = (60, 300, 600, 1200, 1800, 2400, 3600, 4440)
"""The waits before the eight retries: four hours in all."""
COMPRESSION = 240.0
"""How many times faster the demo's retries are: one minute in all."""
_AT_ONCE = 16


def signature(secret: str, body: bytes) -> str:
    """X-Shopify-Hmac-Sha256 of a body."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def headers(app: App, delivery: Delivery) -> dict[str, str]:
    """The headers of a delivery; a retry differs from the first attempt in none of them."""
    found = {
        "Content-Type": "application/json",
        "User-Agent": "Shopify-Captain-Hook",
        "X-Shopify-Topic": delivery.topic,
        "X-Shopify-Hmac-Sha256": signature(app.api_secret, delivery.body),
        "X-Shopify-Shop-Domain": SHOP.domain,
        "X-Shopify-API-Version": app.api_version,
        "X-Shopify-Webhook-Id": delivery.webhook_id,
        "X-Shopify-Event-Id": delivery.event_id,
        "X-Shopify-Triggered-At": delivery.triggered_at,
    }
    if delivery.order_id is not None:
        found["X-Shopify-Order-Id"] = str(delivery.order_id)
    return found


class WebhookSender:
    """Sends what the log says is due, until its task is cancelled."""

    def __init__(
        self, app: App, log: DeliveryLog, client: httpx.AsyncClient, clock: Clock, *, compression: float = COMPRESSION
    ) -> None:
        self._app, self._log, self._client, self._clock = app, log, client, clock
        self._waits = [seconds / compression for seconds in RETRY_SECONDS]
        self._wake = asyncio.Event()
        self._under_way: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Work for ever."""
        loop = asyncio.get_running_loop()
        self._log.on_due = lambda: _wake(loop, self._wake)
        try:
            while True:
                self._wake.clear()
                self._start_due()
                await self._wait()
        finally:
            self._log.on_due = lambda: None
            for task in self._under_way.values():
                task.cancel()

    def _start_due(self) -> None:
        for delivery in self._log.due(self._clock().timestamp(), limit=4 * _AT_ONCE):
            if len(self._under_way) >= _AT_ONCE:
                return
            if delivery.delivery_id not in self._under_way:
                self._under_way[delivery.delivery_id] = asyncio.create_task(self._finish(delivery))

    async def _finish(self, delivery: Delivery) -> None:
        try:
            await self.send(delivery)
        finally:
            del self._under_way[delivery.delivery_id]
            self._wake.set()

    async def _wait(self) -> None:
        """Until somebody says that something is due, or until the next retry is."""
        next_due_at = self._log.next_due_at()
        # While attempts are under way, their end wakes us; what they hold is due all the time.
        patience = None if next_due_at is None or self._under_way else max(next_due_at - self._clock().timestamp(), 0.0)
        try:
            async with asyncio.timeout(0.25 if self._under_way else patience):
                await self._wake.wait()
        except TimeoutError:
            return

    async def send(self, delivery: Delivery) -> None:
        """One attempt, noted in the log with the time of the next one if it failed."""
        started, at = time.monotonic(), self._clock()
        status, problem = await self._post(delivery)
        attempt: dict[str, Any] = {
            "at": header_time(at),
            "status": status,
            "error": problem,
            "seconds": round(time.monotonic() - started, 3),
        }
        number = len(delivery.attempts)
        retry_at = self._clock().timestamp() + self._waits[number] if number < len(self._waits) else None
        self._log.record_attempt(delivery, attempt, retry_at=retry_at)

    async def _post(self, delivery: Delivery) -> tuple[int | None, str | None]:
        url = f"{self._app.url}{self._app.webhook_path}"
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                answer = await self._client.post(
                    url,
                    content=delivery.body,
                    headers=headers(self._app, delivery),
                    timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
                    follow_redirects=False,
                )
        except (TimeoutError, httpx.HTTPError) as error:
            return None, type(error).__name__
        return answer.status_code, None if answer.is_success else f"answered {answer.status_code}"


def _wake(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(event.set)

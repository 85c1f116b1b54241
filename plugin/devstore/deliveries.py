"""The log of webhook deliveries: what is due to the app, what was tried and what came of it."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from plugin.devstore.documents import Documents
from plugin.devstore.misbehavior import Misbehavior
from plugin.devstore.times import Clock, header_time

# Compliance topics and the end of an installation reach an app that is not installed any more.
_AFTER_UNINSTALL = frozenset({"app/uninstalled", "shop/redact", "customers/redact", "customers/data_request"})
_COLUMNS = (
    *("delivery_id", "webhook_id", "event_id", "topic", "order_id", "triggered_at", "body", "state", "due_at"),
    "attempts",
)


@dataclass(slots=True)
class Delivery:
    """One webhook for the app. `state` is pending, delivered, failed (retries used up) or lost (never sent)."""

    delivery_id: int
    webhook_id: str
    event_id: str
    topic: str
    order_id: int | None
    triggered_at: str
    body: bytes
    state: str
    due_at: float
    attempts: list[dict[str, Any]] = field(default_factory=list)
    """One `{at, status, error, seconds}` each; `status` is null when no answer came."""

    def as_json(self) -> dict[str, Any]:
        """For GET /devstore/deliveries."""
        return asdict(self) | {"body": json.loads(self.body)}


class DeliveryLog:
    """Deliveries in the store's file, so that a restart goes on where it stopped.

    `topics` are those that the app subscribed to; `installed` says whether the app is installed. `on_due` is called
    when something new is due: the sender wakes up by it.
    """

    def __init__(self, documents: Documents, clock: Clock, topics: frozenset[str], misbehavior: Misbehavior) -> None:
        self._documents, self._clock, self._topics, self._misbehavior = documents, clock, topics, misbehavior
        self.installed: Callable[[], bool] = lambda: True
        self.on_due: Callable[[], None] = lambda: None

    def emit(self, topic: str, payload: Any, *, order_id: int | None = None, event_id: str | None = None) -> list[str]:
        """Owe the app a webhook, if it wants one; returns the webhook ids, one per delivery (none, one, or more when
        told to send duplicates, which share their id). `event_id` is shared by all webhooks of one action.
        """
        if topic not in self._topics or not (self.installed() or topic in _AFTER_UNINSTALL):
            return []
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        webhook_id, now = str(uuid.uuid4()), self._clock()
        chance = random.Random(webhook_id)  # noqa: S311  # misbehavior on demand, nothing secret
        state = "lost" if chance.random() < self._misbehavior.drop_ratio else "pending"
        with self._documents.together():
            for _ in range(1 + self._misbehavior.duplicates):
                due_at = now.timestamp() + self._misbehavior.wait_seconds(chance)
                self._insert(
                    webhook_id, event_id or str(uuid.uuid4()), topic, order_id, header_time(now), body, state, due_at
                )
        self.on_due()
        return [webhook_id] * (1 + self._misbehavior.duplicates)

    def _insert(self, *values: object) -> None:
        self._documents.connection.execute(
            "INSERT INTO deliveries (webhook_id, event_id, topic, order_id, triggered_at, body, state, due_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            values,
        )

    def due(self, now: float, limit: int = 20) -> list[Delivery]:
        """What should be sent by now, the longest due first."""
        return self._select("state = 'pending' AND due_at <= ? ORDER BY due_at, delivery_id LIMIT ?", now, limit)

    def next_due_at(self) -> float | None:
        """When the next delivery is due, as a Unix time; None when nothing is owed."""
        with self._documents.lock:
            row = self._documents.connection.execute(
                "SELECT min(due_at) FROM deliveries WHERE state = 'pending'"
            ).fetchone()
        return None if row[0] is None else float(row[0])

    def all(self, order_id: int | None = None, limit: int = 500) -> list[Delivery]:
        """The newest deliveries, oldest first, of one order or of all."""
        where, values = ("order_id = ?", [order_id]) if order_id is not None else ("1", [])
        return self._select(f"{where} ORDER BY delivery_id DESC LIMIT ?", *values, limit)[::-1]

    def counts(self) -> dict[str, int]:
        """How many deliveries there are of each state."""
        with self._documents.lock:
            rows = self._documents.connection.execute(
                "SELECT state, count(*) FROM deliveries GROUP BY state"
            ).fetchall()
        return {str(state): int(count) for state, count in rows}

    def record_attempt(self, delivery: Delivery, attempt: dict[str, Any], *, retry_at: float | None) -> None:
        """Note how an attempt went; a failed one with `retry_at` None was the last."""
        delivery.attempts.append(attempt)
        succeeded = attempt["status"] is not None and 200 <= attempt["status"] < 300
        delivery.state = "delivered" if succeeded else "pending" if retry_at is not None else "failed"
        delivery.due_at = retry_at if retry_at is not None else delivery.due_at
        with self._documents.lock:
            self._documents.connection.execute(
                "UPDATE deliveries SET state = ?, due_at = ?, attempts = ? WHERE delivery_id = ?",
                (delivery.state, delivery.due_at, json.dumps(delivery.attempts), delivery.delivery_id),
            )

    def redeliver(self, webhook_id: str) -> bool:
        """Send a webhook again, with its id and body. False when there is none."""
        with self._documents.lock:
            changed = self._documents.connection.execute(
                "UPDATE deliveries SET state = 'pending', due_at = ? WHERE delivery_id ="
                " (SELECT min(delivery_id) FROM deliveries WHERE webhook_id = ?)",
                (self._clock().timestamp(), webhook_id),
            ).rowcount
        self.on_due()
        return changed == 1

    def _select(self, where: str, *values: object) -> list[Delivery]:
        query = f"SELECT {', '.join(_COLUMNS)} FROM deliveries WHERE {where}"
        with self._documents.lock:
            rows = self._documents.connection.execute(query, values).fetchall()
        return [_delivery(row) for row in rows]


def _delivery(row: tuple[Any, ...]) -> Delivery:
    values = dict(zip(_COLUMNS, row, strict=True))
    return Delivery(**values | {"attempts": json.loads(values["attempts"])})

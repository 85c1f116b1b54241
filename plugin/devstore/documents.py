"""Where the demo store keeps its state: JSON documents, id sequences and webhook deliveries in one SQLite file."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Document = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sequences (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS deliveries (
    delivery_id INTEGER PRIMARY KEY,
    webhook_id TEXT NOT NULL, event_id TEXT NOT NULL, topic TEXT NOT NULL, order_id INTEGER, triggered_at TEXT NOT NULL,
    body BLOB NOT NULL, state TEXT NOT NULL, due_at REAL NOT NULL, attempts TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX IF NOT EXISTS deliveries_by_due ON deliveries (state, due_at);
"""

# Shopify's ids of one kind grow in steps of 32,768.
_ID_STEP = 32_768
_FIRST_IDS = {
    "order": 6_200_360_403_244,
    "line_item": 15_518_818_468_140,
    "customer": 7_901_443_000_001,
    "address": 9_582_771_663_148,
    "fulfillment": 5_610_118_504_705,
    "refund": 1_050_221_445_377,
    "refund_line_item": 640_118_227_201,
    "transaction": 7_330_118_443_265,
    "order_adjustment": 310_442_118_401,
    "shipping_line": 4_946_444_648_748,
    "checkout": 38_571_940_610_348,
    "order_edit": 78_643_924_237,
    "discount": 1_402_119_000_001,
    "redeem_code": 18_202_118_504_705,
    "gift_card": 620_118_504_705,
    "store_credit_account": 12_118_504_705,
    "store_credit_transaction": 33_118_504_705,
    "metafield": 32_118_504_705_001,
    "metafield_definition": 90_118_504_705,
    "segment": 610_118_504_705,
    "data_request": 5_118_504_705,
    "subscription_contract": 9_232_118_504_705,
    "contract_revision": 4_343_118_504_705,
    "billing_attempt": 24_118_504_705,
}


class Documents:
    """JSON documents by kind and key. Every call commits, or joins the transaction opened by `together()`."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.lock = threading.RLock()
        self.connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = NORMAL")
        self.connection.executescript(_SCHEMA)
        self._depth = 0

    def close(self) -> None:
        """Close the file; the documents stay in it."""
        with self.lock:
            self.connection.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """All or nothing: what is written inside is committed at the end, or not at all when something is raised."""
        with self.lock:
            outermost = self._depth == 0
            if outermost:
                self.connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                if outermost:
                    self.connection.execute("ROLLBACK")
                raise
            else:
                if outermost:
                    self.connection.execute("COMMIT")
            finally:
                self._depth -= 1

    def get(self, kind: str, key: str | int) -> Document | None:
        """The document, or None."""
        with self.lock:
            row = self.connection.execute(
                "SELECT body FROM documents WHERE kind = ? AND key = ?", (kind, str(key))
            ).fetchone()
        return None if row is None else json.loads(row[0])

    def put(self, kind: str, key: str | int, body: Document) -> None:
        """Write or replace the document."""
        with self.lock:
            self.connection.execute(
                "INSERT INTO documents (kind, key, body) VALUES (?, ?, ?)"
                " ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body",
                (kind, str(key), json.dumps(body, ensure_ascii=False)),
            )

    def delete(self, kind: str, key: str | int) -> None:
        """Drop the document if it is there."""
        with self.lock:
            self.connection.execute("DELETE FROM documents WHERE kind = ? AND key = ?", (kind, str(key)))

    def all(self, kind: str) -> list[Document]:
        """Every document of a kind, in the order of their keys as text (ids of one kind have one length)."""
        with self.lock:
            rows = self.connection.execute("SELECT body FROM documents WHERE kind = ? ORDER BY key", (kind,)).fetchall()
        return [json.loads(body) for (body,) in rows]

    def keys(self, kind: str) -> list[str]:
        """The keys of every document of a kind, as texts."""
        with self.lock:
            rows = self.connection.execute("SELECT key FROM documents WHERE kind = ? ORDER BY key", (kind,)).fetchall()
        return [str(key) for (key,) in rows]

    def next_id(self, name: str) -> int:
        """A new id of that kind, larger than every one before."""
        return self._advance(name, _FIRST_IDS[name], _ID_STEP)

    def next_number(self, name: str, first: int) -> int:
        """The next of consecutive numbers, starting at `first`."""
        return self._advance(name, first, 1)

    def _advance(self, name: str, first: int, step: int) -> int:
        with self.lock:
            row = self.connection.execute(
                "INSERT INTO sequences (name, value) VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET value = value + ? RETURNING value",
                (name, first, step),
            ).fetchone()
        return int(row[0])

"""Webhook intake against a bare Starlette route with one INSERT on the same server: same bodies, same connections."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import os
import shutil
import sys
from pathlib import Path

import psycopg

from tests.bench.load import Load, post, send
from tests.bench.results import Result
from tests.bench.stage import SHOP_DOMAIN, Stage, percentile
from tests.support.payloads import body_of, customer_payload, order_payload

REQUESTS = 6_000
CONNECTIONS = 16


def measure(stage: Stage) -> list[Result]:
    """Requests a second of both, in turns, and the slowest percent of ours."""
    with psycopg.connect(stage.postgres.owner_url, autocommit=True) as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS bench_deliveries (webhook_id text PRIMARY KEY, body bytea)")
    os.environ["BENCH_OWNER_URL"] = stage.postgres.owner_url
    laurel = shutil.which("laurel", path=str(Path(sys.executable).parent)) or "laurel"
    ours_port, reference_port = stage.serve(laurel, "serve"), stage.serve("-m", "tests.bench.reference_app")
    for number in range(2):  # a warm-up, then the measured turn
        reference = _load(stage, reference_port, "/insert", f"reference-{number}")
        ours = _load(stage, ours_port, "/webhooks", f"ours-{number}")
    assert ours.statuses == reference.statuses == {200: REQUESTS}, (ours.statuses, reference.statuses)
    return [
        Result("webhook intake, 16 connections", "/s", ours.per_second, reference.per_second, "≥ 0.5 ×"),
        Result("webhook intake, p99", "ms", percentile(ours.seconds, 0.99) * 1000, aim="< 50 ms"),
        Result("bare route with one INSERT, p99", "ms", percentile(reference.seconds, 0.99) * 1000),
    ]


def _load(stage: Stage, port: int, path: str, mark: str) -> Load:
    requests = [_request(stage, path, f"{mark}-{number}", number) for number in range(REQUESTS)]
    return asyncio.run(send(port, requests, CONNECTIONS))


def _request(stage: Stage, path: str, webhook_id: str, number: int) -> bytes:
    buyer = 20_000_000_000 + number % 500
    body = body_of(order_payload(10_000_000_000 + number, customer=customer_payload(buyer, f"c{buyer}@example.com")))
    signature = base64.b64encode(hmac.new(stage.api_secret.encode(), body, hashlib.sha256).digest()).decode()
    headers = {
        "X-Shopify-Topic": "orders/paid",
        "X-Shopify-Hmac-Sha256": signature,
        "X-Shopify-Shop-Domain": SHOP_DOMAIN,
        "X-Shopify-Webhook-Id": webhook_id,
        "X-Shopify-API-Version": "2026-10",
        "Content-Type": "application/json",
    }
    return post(path, body, headers)

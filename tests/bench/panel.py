"""The member panel against a bare route that reads a version from PostgreSQL and JSON from Redis."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from hashlib import sha256
from pathlib import Path

import psycopg
import redis

from engine.applying import apply_events
from engine.database import create_engine, tenant_transaction
from tests.bench.load import Load, post, send
from tests.bench.results import Result
from tests.bench.stage import SHOP_DOMAIN, Stage, percentile
from tests.support.facts import events, line, order
from tests.support.signing import proxy_query

REQUESTS = 8_000
CONNECTIONS = 16
CUSTOMER = 50_000_000_001
PANEL = Path(__file__).parents[2] / "graphql" / "operations" / "panel.graphql"


def measure(stage: Stage) -> list[Result]:
    """Panels a second of both, in turns; ours verifies the proxy's signature and counts the caller's rate, too."""
    asyncio.run(_give_points(stage))
    with psycopg.connect(stage.postgres.owner_url, autocommit=True) as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS bench_versions (id bigint PRIMARY KEY, version bigint)")
        owner.execute("INSERT INTO bench_versions VALUES (1, 1) ON CONFLICT DO NOTHING")
    os.environ |= {"BENCH_OWNER_URL": stage.postgres.owner_url, "LAUREL_PROXY_REQUESTS_PER_SECOND": "100000"}
    laurel = shutil.which("laurel", path=str(Path(sys.executable).parent)) or "laurel"
    ours_port, reference_port = stage.serve(laurel, "serve"), stage.serve("-m", "tests.bench.reference_app")
    body = _panel_body()
    with redis.Redis.from_url(stage.valkey.url) as client:
        client.set("bench:panel", b"x" * 2_000)
    for _ in range(2):  # a warm-up, then the measured turn
        reference = _load(reference_port, "/read", body)
        query = proxy_query(CUSTOMER, secret=stage.api_secret, shop=SHOP_DOMAIN)
        ours = _load(ours_port, f"/proxy/graphql?{query}", body)
    assert ours.statuses == reference.statuses == {200: REQUESTS}, (ours.statuses, reference.statuses)
    return [
        Result("member panel, persisted operation", "/s", ours.per_second, reference.per_second, "≥ 0.5 ×"),
        Result("member panel, p99", "ms", percentile(ours.seconds, 0.99) * 1000),
    ]


def _panel_body() -> bytes:
    document_id = "sha256:" + sha256(PANEL.read_bytes()).hexdigest()
    return json.dumps({"documentId": document_id, "variables": {}}).encode()


def _load(port: int, path: str, body: bytes) -> Load:
    request = post(path, body, {"Content-Type": "application/json"})
    return asyncio.run(send(port, [request] * REQUESTS, CONNECTIONS))


async def _give_points(stage: Stage) -> None:
    engine = create_engine(stage.postgres.application_url)
    async with tenant_transaction(engine, stage.shop.program_id) as connection:
        orders = [order(60_000_000_000 + number, [line("45.00")], customer=CUSTOMER) for number in range(20)]
        await apply_events(connection, events(stage.shop, *orders))
    await engine.dispose()

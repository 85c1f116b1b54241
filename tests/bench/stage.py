"""The servers that a run of benchmarks shares, and the environment in which Laurel's processes are started."""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from engine.database import create_engine, tenant_transaction
from engine.game.defaults import seed_first_game
from engine.migration import migrate
from engine.program import BEGINNING_OF_TIME, default_definition
from engine.publishing import publish
from engine.shops import ShopReference, install_shop
from engine.tiers.defaults import seed_first_tiers
from plugin.embedded.launch import start
from plugin.embedded.ports import next_free_port
from plugin.embedded.postgres import EmbeddedPostgres
from plugin.embedded.valkey import EmbeddedValkey
from plugin.settings import Settings, load_settings

SHOP_DOMAIN = "bench.myshopify.com"


class Stage:
    """PostgreSQL and Valkey as the demo runs them, a migrated database and one installed shop."""

    def __init__(self, folder: Path) -> None:
        self.postgres = EmbeddedPostgres(folder / "postgres", home=folder)
        self.valkey = EmbeddedValkey(folder / "valkey", home=folder)
        self._processes: list[subprocess.Popen[bytes]] = []
        self.api_secret = secrets.token_hex(32)

    def __enter__(self) -> Self:
        self.postgres.prepare()
        self._servers = [start(self.postgres.launch()), start(self.valkey.launch())]
        self.postgres.wait_until_ready()
        self.valkey.wait_until_ready()
        migrate(self.postgres.owner_url)
        os.environ |= {
            "SHOPIFY_API_KEY": secrets.token_hex(16),
            "SHOPIFY_API_SECRET": self.api_secret,
            "SHOPIFY_APP_URL": "http://127.0.0.1:8000",
            "DATABASE_URL": self.postgres.application_url,
            "REDIS_URL": self.valkey.url,
            "LAUREL_ENCRYPTION_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "LAUREL_LOG": "error",
        }
        self.settings: Settings = load_settings()
        self.shop: ShopReference = asyncio.run(self._install())
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            process.terminate()
            process.wait(30)
        self.postgres.stop()
        for server in self._servers:
            server.terminate()
            server.wait(30)

    def serve(self, *command: str) -> int:
        """Start a web process of this Python (`-m module` or a console script) and return its port when it answers."""
        port = next_free_port(18_000)
        environment = {**os.environ, "LAUREL_PORT": str(port)}
        executable = [sys.executable] if command[0].startswith("-") else []
        self._processes.append(subprocess.Popen([*executable, *command], env=environment))
        _wait_for(f"http://127.0.0.1:{port}/livez")
        return port

    async def _install(self) -> ShopReference:
        engine = create_engine(self.postgres.application_url)
        shop = await install_shop(
            engine, domain=SHOP_DOMAIN, external_id=1, name="Bench", currency="USD", time_zone="UTC", scopes=[],
            at=datetime.now(UTC),
        )  # fmt: skip
        async with tenant_transaction(engine, shop.program_id) as connection:
            await publish(
                connection, shop.program_id, default_definition(), effective_from=BEGINNING_OF_TIME, actor="bench"
            )
            await seed_first_game(connection, shop.program_id, actor="bench")
            await seed_first_tiers(connection, shop.program_id, actor="bench")
        await engine.dispose()
        return shop


def _wait_for(url: str, limit_seconds: float = 30.0) -> None:
    deadline = time.monotonic() + limit_seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=1):  # a loopback address of ours
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0–1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]

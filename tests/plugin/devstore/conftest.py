"""A demo store of its own for each test, at a time that the test sets, with the app installed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import get_operation_ast, parse

from plugin.devstore.admin_execution import AdminExecutor
from plugin.devstore.admin_schema import AdminSchema, admin_schema
from plugin.devstore.application import App
from plugin.devstore.checkouts import Checkout, RequestedLine
from plugin.devstore.customer_payloads import Payload
from plugin.devstore.seed import CUSTOMERS, product_by_handle
from plugin.devstore.server import create_server
from plugin.devstore.store import Store
from tests.support.devstore import SCOPES, SECRET, TOPICS, Clock, Receiver


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def registered_app() -> App:
    return App(api_key="key-of-the-demo-app", api_secret=SECRET, url="http://app.test", topics=TOPICS, scopes=SCOPES)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def store(tmp_path: Path, registered_app: App, clock: Clock) -> Iterator[Store]:
    store = Store(tmp_path, registered_app, clock=clock)
    store.installation.issue(expiring=True)
    yield store
    store.close()


@pytest.fixture
async def shop_client(
    tmp_path: Path, registered_app: App, clock: Clock, receiver: Receiver
) -> AsyncIterator[tuple[httpx.AsyncClient, Store]]:
    """A client of a whole server, and the server's store; webhooks are owed and not sent."""
    server = create_server(tmp_path, registered_app, clock=clock, forward=httpx.MockTransport(receiver))
    store: Store = server.state.store
    store.installation.issue(expiring=True)
    transport = httpx.ASGITransport(server, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://store.test") as client:
        yield client, store
    store.close()


@pytest.fixture(scope="session")
def published_schema() -> AdminSchema:
    """Shopify's own schema, fetched once per machine; a test that needs it fails where it cannot be had."""
    return admin_schema()


@pytest.fixture
def buy(store: Store) -> Callable[..., Payload]:
    """`buy({"handle": units}, customer=…, **what else a Checkout takes)`; returns the order's body."""

    def place(units: dict[str, int], **values: object) -> Payload:
        lines = []
        for handle, count in units.items():
            product = product_by_handle(handle)
            assert product is not None
            lines.append(RequestedLine(product.variant_id, count))
        values = {"customer_id": CUSTOMERS[0].id} | values
        return store.place_order(Checkout(lines=tuple(lines), **values))  # type: ignore[arg-type]

    return place


@pytest.fixture(params=["published schema", "no schema"])
def run(request: pytest.FixtureRequest, store: Store, published_schema: AdminSchema) -> Callable[..., dict[str, Any]]:
    """`run(document, **variables)`: the data of a request that must have no errors."""
    executor = AdminExecutor(store, published_schema if request.param == "published schema" else None)

    def run(text: str, **variables: Any) -> dict[str, Any]:
        document = parse(text)
        operation = get_operation_ast(document)
        assert operation is not None
        assert executor.problems(document) == []
        result = executor.execute(document, operation.operation, variables, None)
        assert result.errors == []
        assert result.data is not None
        return result.data

    return run

"""What every test of payloads needs: a reader with one key and one time of arrival."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from engine.events import Order, Refund
from plugin.payloads import EmailKeys, translate
from tests.support.payloads import body_of

RECEIVED_AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def received_at() -> datetime:
    return RECEIVED_AT


@pytest.fixture
def keys() -> EmailKeys:
    return EmailKeys(b"a key of thirty-two bytes in all")


@pytest.fixture
def read_order(keys: EmailKeys) -> Callable[..., Order]:
    """Read a payload as an order, by default from orders/updated."""

    def read(payload: object, topic: str = "orders/updated") -> Order:
        fact, *_ = translate(topic, body_of(payload), keys, RECEIVED_AT).facts
        assert isinstance(fact, Order)
        return fact

    return read


@pytest.fixture
def read_refund(keys: EmailKeys) -> Callable[..., Refund]:
    """Read a payload as a refund, from refunds/create."""

    def read(payload: object) -> Refund:
        (fact,) = translate("refunds/create", body_of(payload), keys, RECEIVED_AT).facts
        assert isinstance(fact, Refund)
        return fact

    return read

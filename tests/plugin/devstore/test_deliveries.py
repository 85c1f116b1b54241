"""Which webhooks the app is owed, and how the store misbehaves with them when asked to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from plugin.devstore.application import App
from plugin.devstore.customer_payloads import Payload
from plugin.devstore.errors import NotThereError
from plugin.devstore.misbehavior import MisbehaviorChange
from plugin.devstore.seed import CUSTOMERS
from plugin.devstore.store import Store
from tests.support.devstore import Clock

Buy = Callable[..., Payload]


def test_a_purchase_owes_three_webhooks_of_one_event(buy: Buy, store: Store) -> None:
    order = buy({"stoneware-mug": 1})

    owed = store.deliveries.all(order["id"])
    assert [one.topic for one in owed] == ["orders/create", "orders/paid", "orders/updated"]
    assert len({one.event_id for one in owed}) == 1
    assert len({one.webhook_id for one in owed}) == 3
    assert {one.as_json()["body"]["id"] for one in owed} == {order["id"]}


def test_an_app_that_is_not_installed_is_told_of_its_end_only(buy: Buy, store: Store) -> None:
    store.uninstall_app()
    buy({"stoneware-mug": 1})
    store.redact_shop()

    assert [one.topic for one in store.deliveries.all()] == ["app/uninstalled", "shop/redact"]


def test_a_topic_that_the_app_did_not_subscribe_to_is_not_sent(store: Store) -> None:
    store.people.delete(CUSTOMERS[0].id)

    assert store.deliveries.all() == []
    assert store.customer(CUSTOMERS[0].id) is None


def test_duplicates_share_their_webhook_id(buy: Buy, store: Store) -> None:
    store.misbehavior.change(MisbehaviorChange(duplicates=2))
    order = buy({"stoneware-mug": 1})

    created = [one for one in store.deliveries.all(order["id"]) if one.topic == "orders/create"]
    assert len(created) == 3
    assert len({one.webhook_id for one in created}) == 1


def test_delay_and_reordering_change_when_things_are_due(buy: Buy, store: Store, clock: Clock) -> None:
    store.misbehavior.change(MisbehaviorChange(delay_seconds=10, reorder=True))
    buy({"stoneware-mug": 1})
    waits = [one.due_at - clock().timestamp() for one in store.deliveries.all()]

    assert all(10 <= wait <= 10.5 for wait in waits)
    assert len(set(waits)) == 3
    assert store.deliveries.due(clock().timestamp() + 9) == []
    assert len(store.deliveries.due(clock().timestamp() + 10.5)) == 3


def test_lost_webhooks_are_kept_in_the_log_and_never_due(buy: Buy, store: Store, clock: Clock) -> None:
    store.misbehavior.change(MisbehaviorChange(drop_ratio=1))
    buy({"stoneware-mug": 1})

    assert {one.state for one in store.deliveries.all()} == {"lost"}
    assert store.deliveries.due(clock().timestamp() + 60) == []
    assert store.deliveries.next_due_at() is None


def test_what_is_owed_survives_a_restart(tmp_path: Path, registered_app: App, clock: Clock, buy: Buy) -> None:
    order = buy({"stoneware-mug": 1})

    again = Store(tmp_path, registered_app, clock=clock)

    assert len(again.deliveries.due(clock().timestamp())) == 3
    assert again.order(order["id"]) == order
    assert again.installation.installed()
    again.close()


@pytest.mark.parametrize("reset", [True, False])
def test_misbehavior_stays_until_it_is_reset(store: Store, reset: bool) -> None:
    store.misbehavior.change(MisbehaviorChange(duplicates=3, throttle_next=1))
    store.misbehavior.change(MisbehaviorChange(reorder=True, reset=reset))

    assert store.misbehavior.duplicates == (0 if reset else 3)
    assert store.misbehavior.reorder is True
    assert [store.misbehavior.take("throttle_next") for _ in range(2)] == [not reset, False]


def test_a_change_that_is_refused_owes_nothing(buy: Buy, store: Store) -> None:
    order = buy({"stoneware-mug": 1})
    before = len(store.deliveries.all())

    with pytest.raises(NotThereError):
        store.edit_order(order["id"], {order["line_items"][0]["id"]: 1, 5: 1})

    assert len(store.deliveries.all()) == before

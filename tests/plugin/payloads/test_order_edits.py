"""Edits of orders as facts, and topics that have none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.events import OrderEdit
from plugin.payloads import EmailKeys, Translation, Unreadable, translate
from tests.support.payloads import body_of


def test_an_edit_says_how_many_units_of_which_line_it_took_out(keys: EmailKeys, received_at: datetime) -> None:
    edit = {
        "id": 78,
        "order_id": 6200360403244,
        "created_at": "2026-11-21T09:00:00-05:00",
        "committed_at": "2026-11-21T10:00:00-05:00",
        "line_items": {
            "additions": [{"id": 14, "delta": 1}],
            "removals": [{"id": 11, "delta": 2}, {"id": 12, "delta": 1}, {"id": 11, "delta": 1}],
        },
    }

    translation = translate("orders/edited", body_of({"order_edit": edit}), keys, received_at)

    assert translation == Translation(
        facts=(
            OrderEdit(
                edit_id=78,
                order_id=6200360403244,
                committed_at=datetime(2026, 11, 21, 15, 0, tzinfo=UTC),
                removed_units=((11, 3), (12, 1)),
            ),
        ),
        customer_id=None,
        order_id=6200360403244,
    )


def test_a_topic_without_facts_is_the_callers_mistake(keys: EmailKeys, received_at: datetime) -> None:
    with pytest.raises(ValueError, match="shop/update is not a topic of facts"):
        translate("shop/update", b"{}", keys, received_at)


@pytest.mark.parametrize("delta", [-1, "1", None, 2**31])
def test_an_edit_with_an_impossible_number_of_units_is_parked(
    keys: EmailKeys, received_at: datetime, delta: object
) -> None:
    edit = {"id": 1, "order_id": 2, "committed_at": None, "line_items": {"removals": [{"id": 11, "delta": delta}]}}

    with pytest.raises(Unreadable) as refusal:
        translate("orders/edited", body_of({"order_edit": edit}), keys, received_at)

    assert refusal.value.reason == "order_edit.removals.delta: is not a whole number from 0 to 2147483647"

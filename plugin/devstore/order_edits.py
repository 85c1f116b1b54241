"""The body of orders/edited: not the order, but what the edit changed."""

from __future__ import annotations

from collections.abc import Mapping

from plugin.devstore.customer_payloads import Payload


def edit_payload(edit_id: int, order_id: int, removals: Mapping[int, int], at: str) -> Payload:
    """The difference that an edit made; `removals` are units by line id."""
    return {
        "order_edit": {
            "id": edit_id,
            "app_id": None,
            "created_at": at,
            "committed_at": at,
            "notify_customer": False,
            "order_id": order_id,
            "staff_note": "",
            "user_id": None,
            "line_items": {
                "additions": [],
                "removals": [{"id": line_id, "delta": count} for line_id, count in removals.items()],
            },
            "discounts": {"line_item": {"additions": [], "removals": []}},
            "shipping_lines": {"additions": [], "removals": []},
        }
    }

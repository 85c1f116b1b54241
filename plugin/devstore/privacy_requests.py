"""The compliance topics about one customer, as Shopify sends them when somebody asks for it."""

from __future__ import annotations

from plugin.devstore.customer_payloads import Payload
from plugin.devstore.seed import SHOP
from plugin.devstore.store import Store


def ask_for_privacy(store: Store, topic: str, customer_id: int) -> None:
    """Tell customers/data_request or customers/redact for a customer and their orders. Raises NotThereError."""
    customer = store.people.required(customer_id)
    orders = [order["id"] for order in store.orders() if (order["customer"] or {}).get("id") == customer_id]
    body: Payload = {
        "shop_id": SHOP.id,
        "shop_domain": SHOP.domain,
        "customer": {"id": customer_id, "email": customer["email"], "phone": customer["phone"]},
    }
    if topic == "customers/data_request":
        body |= {"orders_requested": orders, "data_request": {"id": store.documents.next_id("data_request")}}
    else:
        body |= {"orders_to_redact": orders}
    store.deliveries.emit(topic, body)

"""What a shop says of its products: tags, type and vendor, or that one is gone."""

from __future__ import annotations

from datetime import datetime

from engine.events import ProductChanged
from plugin.payloads.fields import Source, moment, refuse_other_kind, whole_id, word, words


def product_changed(body: Source, received_at: datetime) -> ProductChanged:
    """The fact of products/update. Its collections are not in the body: they are read by the Admin API."""
    refuse_other_kind(body, "Product")
    return ProductChanged(
        product_id=whole_id(body.get("id"), "id"),
        updated_at=moment(body.get("updated_at"), "updated_at", received_at) or received_at,
        tags=words(body.get("tags"), "tags"),
        product_type=word(body.get("product_type"), "product_type"),
        vendor=word(body.get("vendor"), "vendor"),
    )


def product_deleted(body: Source, received_at: datetime) -> ProductChanged:
    """The fact of products/delete, whose body is the id alone."""
    refuse_other_kind(body, "Product")
    return ProductChanged(product_id=whole_id(body.get("id"), "id"), updated_at=received_at, deleted=True)

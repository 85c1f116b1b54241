"""What the merchant may change about products: their tags and collections; changes tell the app."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from plugin.devstore.customer_payloads import Payload, gid
from plugin.devstore.deliveries import DeliveryLog
from plugin.devstore.documents import Documents
from plugin.devstore.errors import StoreError
from plugin.devstore.seed import COLLECTION_IDS, COLLECTIONS, VENDOR, Product
from plugin.devstore.times import Clock, after, payload_time

_LONG_AGO = "2026-01-01T00:00:00-05:00"
_TAGS_MAXIMUM = 250


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What may change; `collections` are handles, `updated_at` a payload time."""

    tags: tuple[str, ...]
    collections: tuple[str, ...]
    updated_at: str


class ProductBook:
    """The facts of every product of the seed."""

    def __init__(self, documents: Documents, deliveries: DeliveryLog, clock: Clock) -> None:
        self._documents, self._deliveries, self._clock = documents, deliveries, clock

    def of(self, product: Product) -> ProductFacts:
        """The facts of one product."""
        changed = self._documents.get("product", product.id)
        if changed is None:
            return ProductFacts(product.tags, (product.collection,), _LONG_AGO)
        return ProductFacts(tuple(changed["tags"]), tuple(changed["collections"]), changed["updated_at"])

    def change(
        self, product: Product, *, tags: Sequence[str] | None = None, collections: Sequence[str] | None = None
    ) -> Payload:
        """Set tags, collections or both; tells products/update, and collections/update of those that changed.

        Returns the product's body. Raises StoreError for an unknown collection or too many tags.
        """
        before = self.of(product)
        new_tags = before.tags if tags is None else tuple(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))
        new_collections = before.collections if collections is None else tuple(dict.fromkeys(collections))
        unknown = [handle for handle in new_collections if handle not in COLLECTIONS]
        if unknown or len(new_tags) > _TAGS_MAXIMUM:
            raise StoreError(f"There is no collection {unknown[0]!r}." if unknown else "That is too many tags.")
        at = after(before.updated_at, self._clock())
        document: dict[str, Any] = {"tags": new_tags, "collections": new_collections, "updated_at": at}
        with self._documents.together():
            self._documents.put("product", product.id, document)
            body = product_payload(product, self.of(product))
            self._deliveries.emit("products/update", body)
            for handle in sorted(set(before.collections) ^ set(new_collections)):
                self._deliveries.emit("collections/update", collection_payload(handle, payload_time(self._clock())))
        return body


def product_payload(product: Product, facts: ProductFacts) -> Payload:
    """The body of products/update."""
    return {
        "id": product.id,
        "admin_graphql_api_id": gid("Product", product.id),
        "body_html": product.description,
        "created_at": _LONG_AGO,
        "handle": product.handle,
        "product_type": COLLECTIONS[product.collection],
        "published_at": _LONG_AGO,
        "template_suffix": None,
        "title": product.title,
        "updated_at": facts.updated_at,
        "vendor": VENDOR,
        "status": "active",
        "published_scope": "web",
        "tags": ", ".join(facts.tags),
        "variants": [_variant_payload(product, facts)],
        "options": [],
        "images": [],
        "image": None,
        "media": [],
        "variant_gids": [
            {"admin_graphql_api_id": gid("ProductVariant", product.variant_id), "updated_at": facts.updated_at}
        ],
        "has_variants_that_requires_components": False,
        "category": None,
    }


def _variant_payload(product: Product, facts: ProductFacts) -> Payload:
    return {
        "admin_graphql_api_id": gid("ProductVariant", product.variant_id),
        "barcode": None,
        "compare_at_price": None,
        "created_at": _LONG_AGO,
        "id": product.variant_id,
        "inventory_policy": "deny",
        "position": 1,
        "price": product.price,
        "product_id": product.id,
        "sku": product.sku,
        "taxable": not product.gift_card,
        "title": "Default Title",
        "updated_at": facts.updated_at,
        "option1": "Default Title",
        "option2": None,
        "option3": None,
        "image_id": None,
        "inventory_item_id": None,
        "inventory_quantity": 75,
        "old_inventory_quantity": 75,
    }


def collection_payload(handle: str, at: str) -> Payload:
    """The body of collections/update, which does not say what is in it."""
    number = COLLECTION_IDS[handle]
    return {
        "id": number,
        "handle": handle,
        "title": COLLECTIONS[handle],
        "updated_at": at,
        "body_html": "",
        "published_at": _LONG_AGO,
        "sort_order": "manual",
        "template_suffix": None,
        "published_scope": "web",
        "admin_graphql_api_id": gid("Collection", number),
    }

"""The shop, the app's installation and the products as the Admin API answers them."""

from __future__ import annotations

from typing import Any

from plugin.devstore.admin_values import Node, money
from plugin.devstore.customer_payloads import gid, gid_number
from plugin.devstore.product_book import ProductFacts
from plugin.devstore.seed import (
    COLLECTION_IDS,
    COLLECTIONS,
    EXCHANGE_RATES,
    PRODUCTS,
    SHOP,
    VENDOR,
    Product,
    product_by_id,
)
from plugin.devstore.store import INSTALLATION_GID, Store
from plugin.devstore.times import graphql_time


def product_node(product: Product, facts: ProductFacts) -> Node:
    """One product with what the merchant says of it."""
    return {
        "__typename": "Product",
        "id": gid("Product", product.id),
        "legacyResourceId": str(product.id),
        "handle": product.handle,
        "title": product.title,
        "description": product.description,
        "productType": COLLECTIONS[product.collection],
        "createdAt": graphql_time(facts.updated_at),
        "updatedAt": graphql_time(facts.updated_at),
        "vendor": VENDOR,
        "tags": list(facts.tags),
        "collections": [collection_node(handle) for handle in facts.collections],
        "status": "ACTIVE",
        "isGiftCard": product.gift_card,
        "priceRangeV2": {
            "minVariantPrice": money(product.price, SHOP.currency),
            "maxVariantPrice": money(product.price, SHOP.currency),
        },
        "variants": [
            {
                "__typename": "ProductVariant",
                "id": gid("ProductVariant", product.variant_id),
                "sku": product.sku,
                "title": "Default Title",
                "price": product.price,
            }
        ],
    }


def collection_node(handle: str) -> Node:
    """One collection, without its products."""
    number = COLLECTION_IDS[handle]
    return {
        "__typename": "Collection",
        "id": gid("Collection", number),
        "legacyResourceId": str(number),
        "handle": handle,
        "title": COLLECTIONS[handle],
    }


class CatalogQueries:
    """`shop`, `currentAppInstallation`, `storeCreditConfiguration`, `product`, `products` and `collections`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def shop(self) -> Node:
        """The shop."""
        return {
            "__typename": "Shop",
            "id": gid("Shop", SHOP.id),
            "name": SHOP.name,
            "myshopifyDomain": SHOP.domain,
            "primaryDomain": {"host": SHOP.domain, "url": f"https://{SHOP.domain}"},
            "url": f"https://{SHOP.domain}",
            "email": SHOP.email,
            "contactEmail": SHOP.email,
            "shopOwnerName": SHOP.owner,
            "currencyCode": SHOP.currency,
            "currencyFormats": {"moneyFormat": "${{amount}}", "moneyWithCurrencyFormat": "${{amount}} USD"},
            "enabledPresentmentCurrencies": sorted(EXCHANGE_RATES),
            "ianaTimezone": SHOP.time_zone,
            "taxesIncluded": False,
            "plan": {
                "displayName": "Developer Preview",
                "publicDisplayName": "Development",
                "partnerDevelopment": True,
                "shopifyPlus": False,
            },
            "features": {
                "giftCards": True,
                "eligibleForSubscriptions": True,
                "sellsSubscriptions": False,
                "storefront": True,
            },
            "customerAccountsV2": {
                "customerAccountsVersion": "NEW_CUSTOMER_ACCOUNTS",
                "loginLinksVisibleOnStorefrontAndCheckout": True,
                "loginRequiredAtCheckout": False,
                "url": f"https://shopify.com/{SHOP.id}/account",
            },
        }

    def installation(self) -> Node:
        """The app's installation."""
        return {
            "__typename": "AppInstallation",
            "id": INSTALLATION_GID,
            "accessScopes": [{"handle": scope} for scope in self._store.installation.read().scopes],
            "activeSubscriptions": [],
            "metafields": lambda namespace=None, **_page: self._store.metafield_book.listed(
                INSTALLATION_GID, namespace
            ),
        }

    def store_credit_configuration(self) -> Node:
        """Store credit is switched on."""
        return {"storeCreditEnabled": True}

    def product(self, id: str) -> Node | None:  # noqa: A002  # the schema's own name
        """One product, or null."""
        product = product_by_id(gid_number(id, "Product") or 0)
        return None if product is None else product_node(product, self._store.product_book.of(product))

    def products(self, query: str | None = None, **_arguments: Any) -> list[Node]:
        """All products, or those that `id:…`, `handle:…`, `tag:…` or words of their titles find."""
        return [
            product_node(product, self._store.product_book.of(product))
            for product in PRODUCTS
            if _is_wanted(product, self._store.product_book.of(product), (query or "").strip())
        ]

    def collections(self, **_arguments: Any) -> list[Node]:
        """All collections; the connection pages through them."""
        return [collection_node(handle) for handle in COLLECTIONS]


def _is_wanted(product: Product, facts: ProductFacts, query: str) -> bool:
    field, _, value = query.partition(":")
    value = value.strip("'\"").lower()
    if field == "id":
        return str(product.id) == value
    if field == "handle":
        return product.handle == value
    if field == "tag":
        return value in (tag.lower() for tag in facts.tags)
    return all(word in product.title.lower() for word in query.lower().replace("*", "").split())

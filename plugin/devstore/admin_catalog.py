"""The shop, the app's installation and the products as the Admin API answers them."""

from __future__ import annotations

from typing import Any

from plugin.devstore.admin_values import Node, money
from plugin.devstore.customer_payloads import gid, gid_number
from plugin.devstore.seed import EXCHANGE_RATES, PRODUCTS, SHOP, VENDOR, Product, product_by_id
from plugin.devstore.store import INSTALLATION_GID, Store


def product_node(product: Product) -> Node:
    """One product."""
    return {
        "__typename": "Product",
        "id": gid("Product", product.id),
        "legacyResourceId": str(product.id),
        "handle": product.handle,
        "title": product.title,
        "description": product.description,
        "productType": product.collection.title(),
        "vendor": VENDOR,
        "tags": [],
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


class CatalogQueries:
    """`shop`, `currentAppInstallation`, `storeCreditConfiguration`, `product` and `products`."""

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
        return None if product is None else product_node(product)

    def products(self, **_arguments: Any) -> list[Node]:
        """All products; the connection pages through them."""
        return [product_node(product) for product in PRODUCTS]

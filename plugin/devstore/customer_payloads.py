"""Customer and shop bodies as Shopify's webhooks carry them."""

from __future__ import annotations

from typing import Any

from plugin.devstore.seed import SHOP, SeedCustomer

Payload = dict[str, Any]


def gid(kind: str, number: int | str) -> str:
    """E.g. gid://shopify/Order/1."""
    return f"gid://shopify/{kind}/{number}"


def gid_number(text: str, kind: str | None = None) -> int | None:
    """The number of `gid://shopify/Kind/number` (of that kind, if given), or None when it is not one."""
    parts = text.split("/")
    if len(parts) != 5 or parts[:3] != ["gid:", "", "shopify"] or not parts[4].isdecimal():
        return None
    return int(parts[4]) if kind in (None, parts[3]) else None


def seeded_customer(customer: SeedCustomer, address_id: int, at: str) -> Payload:
    """The body of a customer who was there before the demo started."""
    body = new_customer(
        customer.id, email=customer.email, first_name=customer.first_name, last_name=customer.last_name, at=at
    )
    address = address_payload(
        address_id,
        customer_id=customer.id,
        first_name=customer.first_name,
        last_name=customer.last_name,
        city=customer.city,
        country=customer.country,
        country_code=customer.country_code,
    )
    body["default_address"] = address
    body["addresses"] = [address]
    return body


def new_customer(
    customer_id: int, *, email: str | None, first_name: str, last_name: str, at: str, account: bool = True
) -> Payload:
    """The body of a customer; `account` tells one who can log in from one whom a checkout made."""
    return {
        "id": customer_id,
        "created_at": at,
        "updated_at": at,
        "first_name": first_name,
        "last_name": last_name,
        "state": "enabled" if account else "disabled",
        "note": None,
        "verified_email": account,
        "multipass_identifier": None,
        "tax_exempt": False,
        "email": email,
        "phone": None,
        "currency": SHOP.currency,
        "addresses": [],
        "tax_exemptions": [],
        "email_marketing_consent": {
            "state": "not_subscribed",
            "opt_in_level": "single_opt_in",
            "consent_updated_at": None,
        },
        "sms_marketing_consent": None,
        "tags": "",
        "admin_graphql_api_id": gid("Customer", customer_id),
        "default_address": None,
    }


_NOT_TOLD = frozenset({"tags", "email_marketing_consent", "sms_marketing_consent"})
"""What bodies of customers do not carry any more: tags and consent have topics of their own."""


def as_webhook(customer: Payload) -> Payload:
    """The customer as customers/create and customers/update carry them."""
    return {key: value for key, value in customer.items() if key not in _NOT_TOLD}


def customer_in_order(customer: Payload) -> Payload:
    """The customer as an order embeds them: without the list of addresses, and without an empty default address."""
    left_out = _NOT_TOLD | ({"addresses"} if customer["default_address"] else {"addresses", "default_address"})
    return {key: value for key, value in customer.items() if key not in left_out}


def address_payload(
    address_id: int, *, customer_id: int, first_name: str, last_name: str, city: str, country: str, country_code: str
) -> Payload:
    """An address of a customer."""
    return {
        "id": address_id,
        "customer_id": customer_id,
        "first_name": first_name,
        "last_name": last_name,
        "company": None,
        "address1": "12 Harbor Street",
        "address2": None,
        "city": city,
        "province": None,
        "country": country,
        "zip": "11201",
        "phone": None,
        "name": f"{first_name} {last_name}",
        "province_code": None,
        "country_code": country_code,
        "country_name": country,
        "default": True,
    }


def shipping_address(customer: Payload | None) -> Payload:
    """The address that an order is sent to; a guest's is made up."""
    address: Payload = (customer or {}).get("default_address") or {}
    first_name = (customer or {}).get("first_name") or "Guest"
    last_name = (customer or {}).get("last_name") or "Shopper"
    return {
        "first_name": first_name,
        "address1": address.get("address1", "1 Market Street"),
        "phone": None,
        "city": address.get("city", "New York"),
        "zip": address.get("zip", "10001"),
        "province": address.get("province", "New York"),
        "country": address.get("country", "United States"),
        "last_name": last_name,
        "address2": None,
        "company": None,
        "latitude": None,
        "longitude": None,
        "name": f"{first_name} {last_name}",
        "country_code": address.get("country_code", "US"),
        "province_code": address.get("province_code", "NY"),
    }


def shop_payload(at: str) -> Payload:
    """The shop as app/uninstalled and shop/update carry it."""
    return {
        "id": SHOP.id,
        "name": SHOP.name,
        "email": SHOP.email,
        "domain": SHOP.domain,
        "province": "New York",
        "country": "US",
        "address1": "12 Harbor Street",
        "zip": "11201",
        "city": "Brooklyn",
        "source": None,
        "phone": None,
        "latitude": None,
        "longitude": None,
        "primary_locale": "en",
        "address2": None,
        "created_at": at,
        "updated_at": at,
        "country_code": "US",
        "country_name": "United States",
        "currency": SHOP.currency,
        "customer_email": SHOP.email,
        "timezone": "(GMT-05:00) Eastern Time (US & Canada)",
        "iana_timezone": SHOP.time_zone,
        "shop_owner": SHOP.owner,
        "money_format": "${{amount}}",
        "money_with_currency_format": "${{amount}} USD",
        "weight_unit": "kg",
        "province_code": "NY",
        "taxes_included": False,
        "auto_configure_tax_inclusivity": None,
        "tax_shipping": None,
        "county_taxes": True,
        "plan_display_name": "Developer Preview",
        "plan_name": "partner_test",
        "has_discounts": True,
        "has_gift_cards": True,
        "myshopify_domain": SHOP.domain,
        "google_apps_domain": None,
        "google_apps_login_enabled": None,
        "money_in_emails_format": "${{amount}}",
        "money_with_currency_in_emails_format": "${{amount}} USD",
        "eligible_for_payments": True,
        "requires_extra_payments_agreement": False,
        "password_enabled": False,
        "has_storefront": True,
        "finances": True,
        "primary_location_id": 71_118_504_705,
        "checkout_api_supported": True,
        "multi_location_enabled": True,
        "setup_required": False,
        "pre_launch_enabled": False,
        "enabled_presentment_currencies": [SHOP.currency],
        "marketing_sms_consent_enabled_at_checkout": False,
        "transactional_sms_disabled": False,
    }

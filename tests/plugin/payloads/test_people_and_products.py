"""Merged customers, their tags and consent, and what changes about products."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.events import Consent, Customer, CustomerSeen, CustomersMerged, CustomerTags, ProductChanged
from plugin.payloads import EmailKeys, Translation, Unreadable, translate
from tests.support.payloads import CONSENT, MERGE, PRODUCT, body_of, customer_payload

UPDATED_AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def read(keys: EmailKeys, received_at: datetime) -> Any:
    return lambda topic, body: translate(topic, body_of(body), keys, received_at)


def test_given_a_completed_merge_then_it_names_both_customers(read: Any, received_at: datetime) -> None:
    assert read("customers/merge", MERGE) == Translation((CustomersMerged(1, 2, received_at),), customer_id=1)


@pytest.mark.parametrize("status", ["failed", "in_progress", "requested", ""])
def test_given_a_merge_that_did_not_come_about_then_nothing_is_said(read: Any, status: str) -> None:
    assert read("customers/merge", MERGE | {"status": status}) == Translation(())


def test_given_a_customer_with_tags_and_consent_then_both_are_facts_of_their_own(read: Any, keys: EmailKeys) -> None:
    consent = {"state": "unsubscribed", "consent_updated_at": None}
    body = customer_payload(tags="vip, gold", email_marketing_consent=consent)

    translation = read("customers/update", body)

    assert translation == Translation(
        (
            CustomerSeen(Customer(501, keys.of("ada@example.com")), created=False, occurred_at=UPDATED_AT),
            CustomerTags(501, ("vip", "gold"), UPDATED_AT),
            Consent(501, subscribed=False, occurred_at=UPDATED_AT),
        ),
        customer_id=501,
    )


def test_given_a_customer_as_they_are_sent_since_2026_04_then_nothing_is_said_of_tags(read: Any) -> None:
    assert [type(fact) for fact in read("customers/update", customer_payload()).facts] == [CustomerSeen]


@pytest.mark.parametrize(("state", "subscribed"), [("subscribed", True), ("not_subscribed", False), ("pending", False)])
def test_given_news_of_consent_then_it_counts_since_it_was_given(read: Any, state: str, subscribed: bool) -> None:
    body = CONSENT | {"email_marketing_consent": {**CONSENT["email_marketing_consent"], "state": state}}

    given_at = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    translation = read("customers_email_marketing_consent/update", body)
    assert translation == Translation((Consent(501, subscribed, given_at),), customer_id=501)


def test_given_consent_without_a_time_then_it_counts_since_we_heard_of_it(read: Any, received_at: datetime) -> None:
    body = CONSENT | {"email_marketing_consent": {"state": "not_subscribed", "consent_updated_at": None}}

    assert read("customers_email_marketing_consent/update", body).facts == (Consent(501, False, received_at),)


def test_given_a_changed_product_then_its_collections_are_not_known_by_it(read: Any) -> None:
    translation = read("products/update", PRODUCT)

    assert translation == Translation(
        (
            ProductChanged(
                product_id=9001,
                updated_at=datetime(2026, 11, 20, 15, 0, tzinfo=UTC),
                tags=("green", "gift"),
                product_type="Wreaths",
                vendor="Laurel",
                collection_ids=None,
            ),
        )
    )


def test_given_a_deleted_product_then_it_is_gone_since_we_heard_of_it(read: Any, received_at: datetime) -> None:
    assert read("products/delete", {"id": 9001}).facts == (ProductChanged(9001, received_at, deleted=True),)


@pytest.mark.parametrize(
    ("topic", "body", "reason"),
    [
        ("customers/merge", MERGE | {"admin_graphql_api_customer_kept_id": 1},
         "admin_graphql_api_customer_kept_id: is no id of an object of kind Customer"),
        ("customers/merge", MERGE | {"admin_graphql_api_customer_deleted_id": "gid://shopify/Order/2"},
         "admin_graphql_api_customer_deleted_id: is no id of an object of kind Customer"),
        ("customers/merge", MERGE | {"admin_graphql_api_customer_deleted_id": "gid://shopify/Customer/1"},
         "admin_graphql_api_customer_deleted_id: is the customer who was kept"),
        ("customers/merge", MERGE | {"status": None}, "status: is not a text"),
        ("customers/update", customer_payload(tags=7), "tags: is not a text"),
        ("customers/update", customer_payload(email_marketing_consent=[]), "email_marketing_consent: is not an object"),
        ("customers/update", customer_payload(email_marketing_consent={"state": 1}),
         "email_marketing_consent.state: is not a text"),
        ("customers_email_marketing_consent/update", CONSENT | {"customer_id": "501"},
         "customer_id: is not an integer id"),
        ("customers_email_marketing_consent/update", CONSENT | {"email_marketing_consent": None},
         "email_marketing_consent: is missing"),
        ("products/update", PRODUCT | {"id": 2**63}, "id: is not an integer id"),
        ("products/update", PRODUCT | {"tags": ["a"] * 251}, "tags: has more than 250 entries"),
        ("products/update", PRODUCT | {"vendor": 1}, "vendor: is not a text"),
        ("products/update", PRODUCT | {"admin_graphql_api_id": "gid://shopify/Order/9001"},
         "admin_graphql_api_id: is not of kind Product"),
        ("products/delete", {"id": None}, "id: is not an integer id"),
    ],
)  # fmt: skip
def test_given_a_broken_body_then_it_is_parked_with_the_field(
    read: Any, topic: str, body: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Unreadable) as refused:
        read(topic, body)

    assert refused.value.reason == reason

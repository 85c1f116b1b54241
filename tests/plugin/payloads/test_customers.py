"""Customers as facts, and what is kept of an e-mail address."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.events import Customer, CustomerDeleted, CustomerSeen
from plugin.payloads import EmailKeys, Translation, Unreadable, translate
from tests.support.payloads import body_of, customer_payload


def test_a_new_customer_was_seen_when_they_were_created(keys: EmailKeys, received_at: datetime) -> None:
    translation = translate("customers/create", body_of(customer_payload()), keys, received_at)

    assert translation == Translation(
        facts=(
            CustomerSeen(
                customer=Customer(customer_id=501, email_key=keys.of("ada@example.com")),
                created=True,
                occurred_at=datetime(2026, 11, 1, 8, 0, tzinfo=UTC),
            ),
        ),
        customer_id=501,
    )


def test_a_changed_customer_was_seen_when_they_changed(keys: EmailKeys, received_at: datetime) -> None:
    (fact,) = translate("customers/update", body_of(customer_payload()), keys, received_at).facts

    assert isinstance(fact, CustomerSeen)
    assert (fact.created, fact.occurred_at) == (False, datetime(2026, 11, 2, 8, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("topic", "created_at", "updated_at", "occurred_at"),
    [
        ("customers/create", None, "2026-11-02T09:00:00Z", datetime(2026, 11, 2, 9, 0, tzinfo=UTC)),
        ("customers/update", "2026-11-01T09:00:00Z", None, datetime(2026, 11, 1, 9, 0, tzinfo=UTC)),
        ("customers/create", None, None, datetime(2026, 11, 22, 12, 0, tzinfo=UTC)),
    ],
)
def test_a_missing_time_is_the_other_one_or_that_of_arrival(
    keys: EmailKeys,
    received_at: datetime,
    topic: str,
    created_at: str | None,
    updated_at: str | None,
    occurred_at: datetime,
) -> None:
    payload = customer_payload(created_at=created_at, updated_at=updated_at)

    (fact,) = translate(topic, body_of(payload), keys, received_at).facts

    assert isinstance(fact, CustomerSeen)
    assert fact.occurred_at == occurred_at


@pytest.mark.parametrize(
    "changes", [{"verified_email": False}, {"verified_email": None}, {"verified_email": "true"}, {"email": None}]
)
def test_only_a_verified_address_has_a_key(keys: EmailKeys, received_at: datetime, changes: dict[str, object]) -> None:
    (fact,) = translate("customers/update", body_of(customer_payload() | changes), keys, received_at).facts

    assert isinstance(fact, CustomerSeen)
    assert fact.customer == Customer(customer_id=501, email_key=None)


def test_a_deleted_customer_was_deleted_when_we_heard_of_it(keys: EmailKeys, received_at: datetime) -> None:
    body = b'{"id": 501, "tax_exemptions": [], "admin_graphql_api_id": "gid://shopify/Customer/501"}'

    translation = translate("customers/delete", body, keys, received_at)

    assert translation == Translation(
        facts=(CustomerDeleted(customer_id=501, occurred_at=datetime(2026, 11, 22, 12, 0, tzinfo=UTC)),),
        customer_id=501,
    )


@pytest.mark.parametrize("customer_id", ["501", 501.0, True, None, 0, -1, 2**63])
@pytest.mark.parametrize("topic", ["customers/create", "customers/update", "customers/delete"])
def test_a_customer_without_an_integer_id_is_parked(
    keys: EmailKeys, received_at: datetime, topic: str, customer_id: object
) -> None:
    with pytest.raises(Unreadable) as refusal:
        translate(topic, body_of(customer_payload() | {"id": customer_id}), keys, received_at)

    assert refusal.value.reason == "id: is not an integer id"


def test_one_address_in_many_spellings_has_one_key() -> None:
    keys = EmailKeys(b"secret")

    spellings = ["ada@example.com", " Ada@Example.COM\n", "ａｄａ@example.com", "ADA@EXAMPLE.COM"]

    assert {keys.of(spelling) for spelling in spellings} == {keys.of("ada@example.com")}
    assert keys.of("℡@example.com") == keys.of("tel@example.com") == keys.of("TEL@example.com")
    assert len(keys.of("ada@example.com")) == 32


def test_dots_plus_signs_and_other_secrets_give_other_keys() -> None:
    keys = EmailKeys(b"secret")

    others = ["ada@example.com", "a.da@example.com", "ada+x@example.com", "ada@example.org"]

    assert len({keys.of(other) for other in others}) == 4
    assert EmailKeys(b"another").of("ada@example.com") != keys.of("ada@example.com")


def test_the_key_of_an_address_is_fixed_for_good() -> None:
    # HMAC-SHA256 of "ada@example.com"; a change would orphan every stored key.
    assert EmailKeys(b"secret").of("Ada@example.com").hex() == (
        "d1da3149b0fa35cd09c21c293552aeb73c0085ec04332577adec55eafdee7e0e"
    )


def test_an_empty_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="must not be empty"):
        EmailKeys(b"")


def test_an_address_that_is_no_unicode_has_a_key_all_the_same() -> None:
    assert len(EmailKeys(b"secret").of("\ud800@example.com")) == 32

"""`app.toml` and what is made of it: the real file holds, a broken one is refused by key and never by value."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from plugin.app_config import app_config, write_app_config
from plugin.background.shop_topics import HANDLERS
from plugin.manifest import ManifestError, manifest, manifest_path, read_manifest
from plugin.payloads import FACT_TOPICS

HANDLED_TOPICS = {
    "orders/create", "orders/paid", "orders/updated", "orders/edited", "orders/fulfilled", "orders/cancelled",
    "refunds/create", "fulfillments/update", "products/update", "products/delete", "collections/update",
    "customers/create", "customers/update", "customers/delete", "customers/merge", "customer.tags_added",
    "customer.tags_removed", "customers_email_marketing_consent/update", "app/uninstalled", "app/scopes_update",
    "shop/update", "themes/publish", "customers/data_request", "customers/redact", "shop/redact",
    "subscription_contracts/create", "subscription_contracts/update", "subscription_billing_attempts/success",
    "subscription_billing_attempts/failure", "subscription_billing_attempts/challenged",
}  # fmt: skip
SECRET_VALUE = "shpss_do_not_show_me"


def _changed(tmp_path: Path, before: str, after: str) -> Path:
    text = manifest_path().read_text()
    assert before in text
    changed = tmp_path / "app.toml"
    changed.write_text(text.replace(before, after))
    return changed


def test_given_the_real_file_when_read_then_it_has_the_topics_scopes_and_proxy_of_the_contract() -> None:
    app = manifest()

    assert app.all_topics == HANDLED_TOPICS
    assert app.api_version == "2026-10"
    assert set(app.scopes.required) == {
        "read_customer_merge", "read_customers", "read_fulfillments", "read_orders", "read_products", "read_themes",
        "write_app_proxy", "write_discounts",
    }  # fmt: skip
    assert set(app.scopes.optional) == {
        "read_customer_payment_methods", "read_store_credit_accounts", "write_customers", "write_gift_cards",
        "write_own_subscription_contracts", "write_store_credit_account_transactions",
    }  # fmt: skip
    assert app.proxy.storefront_path == "/apps/laurel"
    assert app.extension.directory == "widgets/extension"


def test_given_the_topics_of_the_real_file_when_the_worker_is_asked_then_it_has_a_handler_for_each() -> None:
    assert manifest().all_topics <= HANDLERS.keys() | FACT_TOPICS


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ('api_version = "2026-10"', f'api_version = "{SECRET_VALUE}"', "api_version: String should match pattern"),
        ('name = "Laurel"', "name = 7", "name: Input should be a valid string"),
        ('name = "Laurel"', f'name = "Laurel"\nclient_secret = "{SECRET_VALUE}"', "client_secret: Extra inputs"),
        ('prefix = "apps"', f'prefix = "{SECRET_VALUE}"', "proxy.prefix: Input should be 'a', 'apps'"),
        ('subpath = "laurel"', 'subpath = "admin"', "proxy.subpath: is a path that Shopify keeps for itself"),
        ('"orders/paid",', '"orders/create",', "webhooks.topics: names an entry twice"),
        ('"shop/redact"]', "]", "webhooks.compliance_topics: Value should have at least 3 items"),
        ("optional = [", 'optional = ["read_app_proxy",', "scopes: an optional scope is already granted"),
        ('name = "Laurel"', f'name = "Laurel"\nname = "{SECRET_VALUE}"', "is no valid TOML"),
        ('name = "Laurel"', f'name = "{SECRET_VALUE}', "is no valid TOML (at line"),
    ],
)
def test_given_a_broken_key_when_read_then_the_error_names_it_and_no_value(
    tmp_path: Path, before: str, after: str, complaint: str
) -> None:
    with pytest.raises(ManifestError) as refused:
        read_manifest(_changed(tmp_path, before, after))

    assert complaint in str(refused.value)
    assert SECRET_VALUE not in str(refused.value)


def test_given_no_file_another_encoding_or_too_many_bytes_when_read_then_each_is_told(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="cannot be read"):
        read_manifest(tmp_path / "missing.toml")

    latin = tmp_path / "latin.toml"
    latin.write_bytes('name = "Lorbär"'.encode("latin-1"))
    with pytest.raises(ManifestError, match="is not UTF-8"):
        read_manifest(latin)

    huge = tmp_path / "huge.toml"
    huge.write_text("#" * 70_000)
    with pytest.raises(ManifestError, match="is larger than 65536 bytes"):
        read_manifest(huge)


def test_given_the_manifest_when_the_app_config_is_made_then_shopifys_command_line_finds_its_keys() -> None:
    text = app_config(manifest(), client_id="0123456789abcdef", application_url="https://app.example.com")

    config = tomllib.loads(text)
    assert config["client_id"] == "0123456789abcdef"
    assert config["application_url"] == "https://app.example.com"
    assert config["embedded"] is True
    assert config["access_scopes"]["scopes"] == ",".join(manifest().scopes.required)
    assert config["auth"]["redirect_urls"] == ["https://app.example.com/auth/callback"]
    assert config["webhooks"]["api_version"] == "2026-10"
    compliance, others = config["webhooks"]["subscriptions"]
    assert compliance["compliance_topics"] == ["customers/data_request", "customers/redact", "shop/redact"]
    assert set(others["topics"]) == HANDLED_TOPICS - set(compliance["compliance_topics"])
    assert compliance["uri"] == others["uri"] == "/webhooks"
    assert config["app_proxy"] == {"url": "/proxy", "subpath": "laurel", "prefix": "apps"}


def test_given_a_folder_when_the_app_config_is_written_then_its_name_is_the_one_the_command_line_looks_for(
    tmp_path: Path,
) -> None:
    path = write_app_config(client_id="0123456789abcdef", application_url="https://app.example.com/", folder=tmp_path)

    assert path == tmp_path / "shopify.app.toml"
    assert tomllib.loads(path.read_text())["application_url"] == "https://app.example.com"


@pytest.mark.parametrize(
    ("client_id", "application_url", "name"),
    [
        ('x"\ninjected = "1', "https://app.example.com", "SHOPIFY_API_KEY"),
        ("0123456789abcdef", 'https://app.example.com"\nx = "', "SHOPIFY_APP_URL"),
        ("0123456789abcdef", "ftp://app.example.com", "SHOPIFY_APP_URL"),
    ],
)
def test_given_a_value_that_would_break_the_file_when_written_then_it_is_refused_and_nothing_is_written(
    tmp_path: Path, client_id: str, application_url: str, name: str
) -> None:
    with pytest.raises(ManifestError, match=name):
        write_app_config(client_id=client_id, application_url=application_url, folder=tmp_path)

    assert list(tmp_path.iterdir()) == []

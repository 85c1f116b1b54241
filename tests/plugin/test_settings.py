"""Settings from the environment: what is accepted, what is refused by name, and that no value shows."""

from __future__ import annotations

import base64

import pytest

from plugin.settings import SettingsError, load_settings

SECRET = "shpss_0123456789abcdef0123456789abcdef"
RAW_KEY = b"0123456789abcdef0123456789abcdef"
COMPLETE = {
    "SHOPIFY_API_KEY": "0123456789abcdef0123456789abcdef",
    "SHOPIFY_API_SECRET": SECRET,
    "SHOPIFY_APP_URL": "https://app.example.com/",
    "DATABASE_URL": "postgresql://laurel_app:hunter2@db/laurel",
    "REDIS_URL": "redis://:hunter2@cache/0",
    "LAUREL_ENCRYPTION_KEY": base64.b64encode(RAW_KEY).decode(),
}
OPTIONAL = (
    "SHOPIFY_API_SECRET_OLD",
    "LAUREL_SHOPIFY_ORIGIN",
    "LAUREL_HOME",
    "LAUREL_LOG",
    "LAUREL_HOST",
    "LAUREL_PORT",
)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A complete environment, with nothing of the machine's own in it."""
    for name in OPTIONAL:
        monkeypatch.delenv(name, raising=False)
    for name, value in COMPLETE.items():
        monkeypatch.setenv(name, value)


def test_given_a_complete_environment_when_loaded_then_the_rest_has_its_defaults() -> None:
    settings = load_settings()

    assert settings.shopify_app_url == "https://app.example.com"
    assert settings.secrets() == (SECRET.encode(),)
    assert settings.encryption_key_bytes() == RAW_KEY
    assert (settings.host, settings.port, settings.log) == ("127.0.0.1", 8000, "info")
    assert not settings.development


def test_given_an_old_secret_and_an_origin_when_loaded_then_both_secrets_count_and_it_is_development(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SHOPIFY_API_SECRET_OLD", "shpss_fedcba9876543210")
    monkeypatch.setenv("LAUREL_SHOPIFY_ORIGIN", "http://127.0.0.1:8001/")

    settings = load_settings()

    assert settings.secrets() == (SECRET.encode(), b"shpss_fedcba9876543210")
    assert settings.shopify_origin == "http://127.0.0.1:8001"
    assert settings.development


def test_given_loaded_settings_when_shown_then_no_secret_is_in_the_text() -> None:
    text = repr(load_settings())

    for secret in (SECRET, "hunter2", COMPLETE["LAUREL_ENCRYPTION_KEY"]):
        assert secret not in text


@pytest.mark.parametrize("name", COMPLETE)
def test_given_a_variable_that_is_missing_or_empty_when_loaded_then_it_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv(name)
    with pytest.raises(SettingsError, match=f"^{name}: "):
        load_settings()

    monkeypatch.setenv(name, "")
    with pytest.raises(SettingsError, match=f"^{name}: "):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SHOPIFY_API_KEY", "your-client-id-goes-here"),
        ("SHOPIFY_API_KEY", "0123456789"),
        ("SHOPIFY_API_SECRET", "<copy the secret here>"),
        ("SHOPIFY_API_SECRET", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
        ("SHOPIFY_API_SECRET_OLD", "changeme-changeme-changeme"),
        ("SHOPIFY_APP_URL", "http://app.example.com"),
        ("SHOPIFY_APP_URL", "ftp://app.example.com"),
        ("LAUREL_SHOPIFY_ORIGIN", "http://shopify.example.com"),
        ("LAUREL_ENCRYPTION_KEY", "bm90IDMyIGJ5dGVz"),
        ("LAUREL_ENCRYPTION_KEY", "no base64 at all!"),
        ("LAUREL_LOG", "shout"),
        ("LAUREL_PORT", "0"),
        ("LAUREL_PORT", "65536"),
        ("LAUREL_PORT", "NaN"),
    ],
)
def test_given_an_unusable_value_when_loaded_then_its_variable_is_named_and_the_value_is_not(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=f"^{name}: ") as refused:
        load_settings()

    assert f"{value!r}" not in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1

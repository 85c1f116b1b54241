"""Which app the store has: from the environment and the manifest."""

from __future__ import annotations

import pytest

from plugin.devstore.__main__ import main
from plugin.devstore.application import AppUnknownError, app_from_environment
from plugin.manifest import manifest

ENVIRONMENT = {"SHOPIFY_API_KEY": "key", "SHOPIFY_API_SECRET": "hush", "SHOPIFY_APP_URL": "http://127.0.0.1:8000/"}


def test_the_manifest_says_what_the_app_subscribes_to() -> None:
    app = app_from_environment(ENVIRONMENT)

    assert app.url == "http://127.0.0.1:8000"
    assert app.topics == manifest().all_topics
    assert app.scopes == (*manifest().scopes.required, *manifest().scopes.optional)
    assert (app.webhook_path, app.proxy_path, app.storefront_path) == ("/webhooks", "/proxy", "/apps/laurel")
    assert "hush" not in repr(app)


@pytest.mark.parametrize("name", sorted(ENVIRONMENT))
def test_what_is_missing_is_named(name: str) -> None:
    with pytest.raises(AppUnknownError, match=name):
        app_from_environment(ENVIRONMENT | {name: ""})


def test_without_an_app_the_program_says_so_and_ends(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)

    assert main() == 2
    assert "SHOPIFY_API_KEY, SHOPIFY_API_SECRET, SHOPIFY_APP_URL" in capsys.readouterr().err

"""Writes `shopify.app.toml`, the file that Shopify's command line reads, from `app.toml` and the environment.

The file is made, never edited, and ignored by git: it holds the client id and address of one deployment.
"""

from __future__ import annotations

import re
from pathlib import Path

from plugin.manifest import Manifest, ManifestError, manifest, manifest_path

CONFIG_NAME = "shopify.app.toml"
"""Shopify's command line finds no file of another form of name."""


def write_app_config(*, client_id: str, application_url: str, folder: Path | None = None) -> Path:
    """Write the file into `folder`, by default beside `app.toml`; returns its path. Raises ManifestError."""
    if not re.fullmatch(r"[0-9A-Za-z_-]{8,64}", client_id):
        raise ManifestError("SHOPIFY_API_KEY: is no client id; copy it from the app's page in the Partner dashboard")
    if not re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?", application_url):
        raise ManifestError("SHOPIFY_APP_URL: is no http(s) address")
    path = (folder or _default_folder()) / CONFIG_NAME
    path.write_text(app_config(manifest(), client_id=client_id, application_url=application_url.rstrip("/")))
    return path


def app_config(app: Manifest, *, client_id: str, application_url: str) -> str:
    """The text of the file."""
    return f"""\
# Made by `laurel app-config` from app.toml; changes here are lost.
client_id = {_text(client_id)}
name = {_text(app.name)}
handle = {_text(app.handle)}
application_url = {_text(application_url)}
embedded = true
extension_directories = [{_text(app.extension.directory)}]

[access_scopes]
scopes = {_text(",".join(app.scopes.required))}
optional_scopes = {_list(app.scopes.optional)}

[auth]
redirect_urls = [{_text(f"{application_url}/auth/callback")}]

[webhooks]
api_version = {_text(app.api_version)}

  [[webhooks.subscriptions]]
  compliance_topics = {_list(app.webhooks.compliance_topics)}
  uri = {_text(app.webhooks.path)}

  [[webhooks.subscriptions]]
  topics = {_list(app.webhooks.topics)}
  uri = {_text(app.webhooks.path)}

[app_proxy]
url = {_text(app.proxy.path)}
subpath = {_text(app.proxy.subpath)}
prefix = {_text(app.proxy.prefix)}

[pos]
embedded = false

[build]
automatically_update_urls_on_dev = true
include_config_on_deploy = true
"""


def _default_folder() -> Path:
    beside = manifest_path().parent
    return Path.cwd() if beside == Path(__file__).parent else beside  # an installed package is no place to write to


def _text(value: str) -> str:
    # Every value is checked against a pattern or is the app's name: quotes and backslashes are all there is to escape.
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _list(values: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_text, values))}]"

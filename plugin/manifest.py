"""The app's manifest, `app.toml`: name, scopes, topics, API version, app proxy and extension folder, typed and checked.

It lies in the repository's root, and beside this module in an installed package. An error names the key and the rule
that it breaks, never the value.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

MANIFEST_NAME = "app.toml"
_LARGEST_BYTES = 64 * 1024


class ManifestError(Exception):
    """`app.toml` cannot be used; the text says where and why."""


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(values)) != len(values):
        raise ValueError("names an entry twice")
    return values


def _unreserved(subpath: str) -> str:
    if subpath in {"admin", "services", "password", "login"}:
        raise ValueError("is a path that Shopify keeps for itself")
    return subpath


Scope = Annotated[str, Field(pattern=r"^(read|write|unauthenticated)_[a-z_]{1,60}$")]
Scopes = Annotated[tuple[Scope, ...], AfterValidator(_distinct)]
Topic = Annotated[str, Field(pattern=r"^[a-z_]{1,60}[/.][a-z_]{1,60}$")]
Topics = Annotated[tuple[Topic, ...], AfterValidator(_distinct), Field(min_length=1)]
RoutePath = Annotated[str, Field(pattern=r"^/[a-z][a-z0-9/-]{0,60}$")]
Compliance = Literal["customers/data_request", "customers/redact", "shop/redact"]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class ScopesSection(_Section):
    """What the merchant grants at the installation, and what is asked for later."""

    required: Annotated[Scopes, Field(min_length=1)]
    optional: Scopes = ()

    @model_validator(mode="after")
    def _no_optional_scope_is_implied(self) -> Self:
        implied = {*self.required, *(scope.replace("write_", "read_", 1) for scope in self.required)}
        if implied & set(self.optional):
            raise ValueError("an optional scope is already granted by a required one; Shopify refuses to deploy that")
        return self


class WebhooksSection(_Section):
    """The topics that Shopify delivers, all of them to one route."""

    path: RoutePath
    topics: Topics
    compliance_topics: Annotated[tuple[Compliance, ...], AfterValidator(_distinct), Field(min_length=3)]


class ProxySection(_Section):
    """The storefront's way to the app: `/{prefix}/{subpath}` there is `path` here."""

    path: RoutePath
    prefix: Literal["a", "apps", "community", "tools"]
    subpath: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,30}$"), AfterValidator(_unreserved)]

    @property
    def storefront_path(self) -> str:
        """The path on the storefront, as a new installation has it."""
        return f"/{self.prefix}/{self.subpath}"


class ExtensionSection(_Section):
    """Where the theme app extension lies, from the repository's root."""

    directory: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_/-]{0,100}$")]


class Manifest(_Section):
    """All of `app.toml`."""

    name: Annotated[str, Field(min_length=1, max_length=30)]
    handle: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,50}$")]
    api_version: Annotated[str, Field(pattern=r"^20\d\d-(01|04|07|10)$")]
    scopes: ScopesSection
    webhooks: WebhooksSection
    proxy: ProxySection
    extension: ExtensionSection

    @property
    def all_topics(self) -> frozenset[str]:
        """Every topic that may arrive, the compliance topics among them."""
        return frozenset((*self.webhooks.topics, *self.webhooks.compliance_topics))


@cache
def manifest() -> Manifest:
    """The app's own manifest. Raises ManifestError."""
    return read_manifest(manifest_path())


def manifest_path() -> Path:
    """Where it lies: beside this module in an installed package, else in the repository's root."""
    inside = Path(__file__).with_name(MANIFEST_NAME)
    return inside if inside.exists() else Path(__file__).parent.parent / MANIFEST_NAME


def read_manifest(path: Path) -> Manifest:
    """Read and check one file. Raises ManifestError, which repeats no value."""
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST_BYTES + 1)
    except OSError as error:
        raise ManifestError(f"{path}: cannot be read ({error.strerror})") from None
    if len(raw) > _LARGEST_BYTES:
        raise ManifestError(f"{path}: is larger than {_LARGEST_BYTES} bytes")
    try:
        content = tomllib.loads(raw.decode())
    except UnicodeDecodeError:
        raise ManifestError(f"{path}: is not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ManifestError(f"{path}: is no valid TOML {_place(str(error))}") from None
    try:
        return Manifest.model_validate(content)
    except ValidationError as error:
        problems = [
            f"{'.'.join(map(str, problem['loc'])) or 'the file'}: {problem['msg'].removeprefix('Value error, ')}"
            for problem in error.errors(include_input=False, include_url=False)
        ]
        raise ManifestError(f"{path}:\n" + "\n".join(problems)) from None


def _place(text: str) -> str:
    """Where the parser stopped; the rest of its text may repeat a value."""
    _, bracket, place = text.rpartition("(at ")
    return f"{bracket}{place}" if bracket else "(duplicate or unreadable key)"

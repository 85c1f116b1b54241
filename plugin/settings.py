"""What the processes are told by their environment, typed and checked at the start.

Secrets never show in a text of it.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_PLACEHOLDERS = ("changeme", "change-me", "placeholder", "your_", "your-", "xxxx", "example", "secret", "todo", "<")


class SettingsError(Exception):
    """The environment cannot be used; the text names each variable and what to do, never its value."""


def _origin(value: str) -> str:
    if not value.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise ValueError("must be an https:// address (http only for 127.0.0.1 and localhost)")
    return value.rstrip("/")


Origin = Annotated[str, AfterValidator(_origin)]


class Settings(BaseSettings):
    """The environment of `serve` and `worker`; see README, "Settings"."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    shopify_api_key: str = Field(alias="SHOPIFY_API_KEY")
    shopify_api_secret: SecretStr = Field(alias="SHOPIFY_API_SECRET")
    shopify_api_secret_old: SecretStr | None = Field(default=None, alias="SHOPIFY_API_SECRET_OLD")
    shopify_app_url: Origin = Field(alias="SHOPIFY_APP_URL")
    database_url: SecretStr = Field(alias="DATABASE_URL")
    redis_url: SecretStr = Field(alias="REDIS_URL")
    encryption_key: SecretStr = Field(alias="LAUREL_ENCRYPTION_KEY")
    """32 random bytes, base64: encrypts tokens and keys the hashes of e-mail addresses."""
    home: Path = Field(default=Path(".laurel"), alias="LAUREL_HOME")
    shopify_origin: Origin | None = Field(default=None, alias="LAUREL_SHOPIFY_ORIGIN")
    """Development only: where the Admin API and token endpoint of every shop are served."""
    requests_per_second: int = Field(default=200, ge=1, le=100_000, alias="LAUREL_PROXY_REQUESTS_PER_SECOND")
    """How many requests one shopper, or one address of those not logged in, may send to the GraphQL routes."""
    log: Literal["debug", "info", "warning", "error"] = Field(default="info", alias="LAUREL_LOG")
    host: str = Field(default="127.0.0.1", alias="LAUREL_HOST")
    trusted_proxies: int = Field(default=0, ge=0, le=10, alias="LAUREL_TRUSTED_PROXIES")
    """How many proxies of the operator's own stand in front of the app and append to X-Forwarded-For."""
    port: int = Field(default=8000, ge=1, le=65535, alias="LAUREL_PORT")

    @field_validator("shopify_api_key", "shopify_api_secret", "shopify_api_secret_old")
    @classmethod
    def _is_no_placeholder(cls, value: str | SecretStr | None) -> str | SecretStr | None:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if text is None:
            return value
        if len(text) < 16 or any(mark in text.lower() for mark in _PLACEHOLDERS):
            raise ValueError(
                "is a placeholder or shorter than 16 characters; copy it from the app's page in the Partner dashboard"
            )
        return value

    @field_validator("encryption_key")
    @classmethod
    def _is_32_bytes(cls, value: SecretStr) -> SecretStr:
        try:
            raw = base64.b64decode(value.get_secret_value(), validate=True)
        except ValueError:
            raw = b""
        if len(raw) != 32:
            raise ValueError("must be 32 bytes in base64; make one with: openssl rand -base64 32")
        return value

    @property
    def development(self) -> bool:
        """Whether a stand-in for Shopify is configured: any document is answered and local frames are allowed."""
        return self.shopify_origin is not None

    def encryption_key_bytes(self) -> bytes:
        """The 32 bytes of the encryption key."""
        return base64.b64decode(self.encryption_key.get_secret_value())

    def secrets(self) -> tuple[bytes, ...]:
        """The app secrets to try, newest first: two while a secret is rotated."""
        old = self.shopify_api_secret_old
        both = (self.shopify_api_secret, old) if old else (self.shopify_api_secret,)
        return tuple(secret.get_secret_value().encode() for secret in both)


def load_settings() -> Settings:
    """Read the environment. Raises SettingsError that names each variable which is missing or unusable."""
    try:
        return Settings()  # type: ignore[call-arg]  # pydantic-settings reads them from the environment
    except ValidationError as error:
        raise SettingsError(
            "\n".join(
                f"{'.'.join(map(str, problem['loc']))}: {_said(problem['type'], problem['msg'])}"
                for problem in error.errors(include_input=False)
            )
        ) from None


def _said(kind: str, message: str) -> str:
    return "is missing" if kind == "missing" else message.removeprefix("Value error, ")

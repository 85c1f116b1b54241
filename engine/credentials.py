"""A shop's access tokens at rest: opaque, encrypted by the plugin.

One row for each shop, locked while it is renewed.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class StoredCredentials:
    """Encrypted tokens and their ends. `version` counts the renewals."""

    access_token: bytes
    expires_at: datetime | None
    refresh_token: bytes | None
    refresh_expires_at: datetime | None
    scope: str
    version: int = 1


_KEY = "program_id = :program_id AND shop_id = :shop_id"


async def read_credentials(
    connection: AsyncConnection, program_id: int, shop_id: int, *, lock: bool = False
) -> StoredCredentials | None:
    """The shop's tokens, or None. With `lock`, others that want to renew them wait for this transaction's end."""
    row = (
        await connection.execute(
            text(
                "SELECT access_token, expires_at, refresh_token, refresh_expires_at, scope, version "
                f"FROM shop_credentials WHERE {_KEY} {'FOR UPDATE' if lock else ''}"
            ),
            {"program_id": program_id, "shop_id": shop_id},
        )
    ).one_or_none()
    return StoredCredentials(*row) if row else None


async def write_credentials(
    connection: AsyncConnection, program_id: int, shop_id: int, credentials: StoredCredentials
) -> None:
    """Store both tokens at once; the version is counted up by the database."""
    await connection.execute(
        text(
            "INSERT INTO shop_credentials (program_id, shop_id, access_token, expires_at, refresh_token, "
            "refresh_expires_at, scope) VALUES (:program_id, :shop_id, :access_token, :expires_at, :refresh_token, "
            ":refresh_expires_at, :scope) ON CONFLICT (program_id, shop_id) DO UPDATE SET "
            "access_token = EXCLUDED.access_token, expires_at = EXCLUDED.expires_at, "
            "refresh_token = EXCLUDED.refresh_token, refresh_expires_at = EXCLUDED.refresh_expires_at, "
            "scope = EXCLUDED.scope, version = shop_credentials.version + 1, obtained_at = now()"
        ),
        {**asdict(credentials), "program_id": program_id, "shop_id": shop_id},
    )


async def drop_credentials(connection: AsyncConnection, program_id: int, shop_id: int) -> None:
    """Forget the tokens: the shop uninstalled, or they were revoked."""
    await connection.execute(
        text(f"DELETE FROM shop_credentials WHERE {_KEY}"), {"program_id": program_id, "shop_id": shop_id}
    )


async def obtained_at(connection: AsyncConnection, program_id: int, shop_id: int) -> datetime | None:
    """When the shop's tokens were last given out, which proves that the app was installed then; None without tokens."""
    moment: datetime | None = (
        await connection.execute(
            text(f"SELECT obtained_at FROM shop_credentials WHERE {_KEY}"),
            {"program_id": program_id, "shop_id": shop_id},
        )
    ).scalar_one_or_none()
    return moment

"""Which program and shop a signed domain belongs to, and what is known of the shop itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.database import name_tenants
from engine.outside_calls import wake_calls
from engine.perks.calls import PERK_CALLS
from engine.program import default_definition


@dataclass(frozen=True, slots=True)
class ShopReference:
    """A shop and its tenant. An uninstalled shop keeps its row: late deliveries and a return find it."""

    program_id: int
    shop_id: int
    domain: str
    installed: bool


_DIRECTORY = "SELECT program_id, shop_id, domain, installed FROM shop_directory"


async def find_shop(connection: AsyncConnection, domain: str) -> ShopReference | None:
    """The shop of a domain, or None when it never installed. Needs no tenant to be named."""
    row = (await connection.execute(text(f"{_DIRECTORY} WHERE domain = :domain"), {"domain": domain})).one_or_none()
    return ShopReference(*row) if row else None


async def shop_of(connection: AsyncConnection, program_id: int, shop_id: int) -> ShopReference | None:
    """One shop of a program that the transaction named, without a look at anybody else's."""
    row = (
        await connection.execute(
            text(
                "SELECT program_id, shop_id, domain, uninstalled_at IS NULL FROM shops "
                "WHERE program_id = :program_id AND shop_id = :shop_id"
            ),
            {"program_id": program_id, "shop_id": shop_id},
        )
    ).one_or_none()
    return ShopReference(*row) if row else None


async def all_shops(connection: AsyncConnection) -> list[ShopReference]:
    """Every shop that ever installed, for the worker's rounds. Needs no tenant to be named."""
    rows = await connection.execute(text(f"{_DIRECTORY} ORDER BY program_id, shop_id"))
    return [ShopReference(*row) for row in rows]


async def install_shop(
    engine: AsyncEngine, *, domain: str, external_id: int | None, name: str, currency: str, time_zone: str,
    scopes: list[str], at: datetime,
) -> ShopReference:  # fmt: skip
    """Record an installation; a first one gets a program with a ready draft, a return gets its old program back."""
    facts = {"name": name, "currency": currency, "time_zone": time_zone, "scopes": scopes, "at": at}
    async with engine.begin() as connection:
        # Two first visits at the same time must not make two programs for one shop.
        await connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:domain, 0))"), {"domain": domain})
        known = await find_shop(connection, domain)
        if known is None:
            return await _first_installation(connection, domain, external_id, facts)
        await name_tenants(connection, [known.program_id])
        await connection.execute(
            text(
                "UPDATE shops SET name = :name, currency = :currency, time_zone = :time_zone, scopes = :scopes, "
                "external_id = COALESCE(:external_id, external_id), "
                "installed_at = CASE WHEN uninstalled_at IS NULL THEN installed_at ELSE :at END, "
                "uninstalled_at = NULL, redacted_at = NULL "
                "WHERE program_id = :program_id AND shop_id = :shop_id"
            ),
            {**facts, "external_id": external_id, "program_id": known.program_id, "shop_id": known.shop_id},
        )
        await _mark_installed(connection, known, True)
        if not known.installed:
            await wake_calls(connection, known.program_id, known.shop_id, PERK_CALLS)
        return ShopReference(known.program_id, known.shop_id, domain, True)


async def _first_installation(
    connection: AsyncConnection, domain: str, external_id: int | None, facts: dict[str, object]
) -> ShopReference:
    program_id = (
        await connection.execute(text("SELECT nextval(pg_get_serial_sequence('programs', 'program_id'))"))
    ).scalar_one()
    await name_tenants(connection, [program_id])
    await connection.execute(text("INSERT INTO programs (program_id) VALUES (:id)"), {"id": program_id})
    await connection.execute(
        text("INSERT INTO program_drafts (program_id, definition) VALUES (:id, CAST(:definition AS jsonb))"),
        {"id": program_id, "definition": default_definition().to_json()},
    )
    shop_id = (
        await connection.execute(
            text(
                "INSERT INTO shops (program_id, domain, external_id, name, currency, time_zone, scopes, installed_at) "
                "VALUES (:program_id, :domain, :external_id, :name, :currency, :time_zone, :scopes, :at) "
                "RETURNING shop_id"
            ),
            {**facts, "program_id": program_id, "domain": domain, "external_id": external_id},
        )
    ).scalar_one()
    await connection.execute(
        text("INSERT INTO shop_directory VALUES (:domain, :program_id, :shop_id, true)"),
        {"domain": domain, "program_id": program_id, "shop_id": shop_id},
    )
    return ShopReference(program_id, shop_id, domain, True)


async def uninstall_shop(connection: AsyncConnection, shop: ShopReference, *, triggered_at: datetime) -> bool:
    """Record that the shop removed the app. False, and nothing changed, for news older than the installation."""
    changed = await connection.execute(
        text(
            # Nobody is billed from here on, not even after a return, until the merchant says so.
            "UPDATE shops SET uninstalled_at = :at, billing_held_since = CASE WHEN EXISTS (SELECT FROM contracts c "
            "WHERE c.program_id = :program_id AND c.shop_id = :shop_id) THEN :at ELSE billing_held_since END "
            "WHERE program_id = :program_id AND shop_id = :shop_id "
            "AND installed_at <= :at AND uninstalled_at IS NULL RETURNING shop_id"
        ),
        {"at": triggered_at, "program_id": shop.program_id, "shop_id": shop.shop_id},
    )
    if changed.one_or_none() is None:
        return False
    await _mark_installed(connection, shop, False)
    return True


async def shop_is_erased(connection: AsyncConnection, program_id: int, shop_id: int) -> bool:
    """Whether a shop was erased after it left, and has not come back."""
    row = await connection.execute(
        text("SELECT redacted_at IS NOT NULL FROM shops WHERE program_id = :program_id AND shop_id = :shop_id"),
        {"program_id": program_id, "shop_id": shop_id},
    )
    return bool(row.scalar_one_or_none())


async def update_shop(
    connection: AsyncConnection, shop: ShopReference, *, name: str, currency: str, time_zone: str
) -> None:
    """Take over what the shop says of itself."""
    await connection.execute(
        text(
            "UPDATE shops SET name = :name, currency = :currency, time_zone = :time_zone "
            "WHERE program_id = :program_id AND shop_id = :shop_id"
        ),
        {
            "name": name, "currency": currency, "time_zone": time_zone,
            "program_id": shop.program_id, "shop_id": shop.shop_id,
        },
    )  # fmt: skip


async def set_scopes(connection: AsyncConnection, shop: ShopReference, scopes: list[str]) -> None:
    """Record what the merchant granted."""
    await connection.execute(
        text("UPDATE shops SET scopes = :scopes WHERE program_id = :program_id AND shop_id = :shop_id"),
        {"scopes": scopes, "program_id": shop.program_id, "shop_id": shop.shop_id},
    )


async def _mark_installed(connection: AsyncConnection, shop: ShopReference, installed: bool) -> None:
    await connection.execute(
        text("UPDATE shop_directory SET installed = :installed WHERE domain = :domain"),
        {"installed": installed, "domain": shop.domain},
    )


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """What a shop says of itself, and how far its orders were re-read."""

    external_id: int | None
    name: str
    currency: str
    time_zone: str
    scopes: list[str]
    installed_at: datetime
    uninstalled_at: datetime | None
    reconciled_through: datetime | None


async def shop_facts(connection: AsyncConnection, program_id: int, shop_id: int) -> ShopFacts:
    """Read one shop. Raises NoResultFound when the tenant has no such shop."""
    row = (
        await connection.execute(
            text(
                "SELECT external_id, name, currency, time_zone, scopes, installed_at, uninstalled_at, "
                "reconciled_through FROM shops WHERE program_id = :program_id AND shop_id = :shop_id"
            ),
            {"program_id": program_id, "shop_id": shop_id},
        )
    ).one()
    return ShopFacts(*row)


async def set_reconciled_through(connection: AsyncConnection, program_id: int, shop_id: int, moment: datetime) -> None:
    """Record up to which `updated_at` the shop's orders were re-read; it never goes back."""
    await connection.execute(
        text(
            "UPDATE shops SET reconciled_through = GREATEST(reconciled_through, :moment) "
            "WHERE program_id = :program_id AND shop_id = :shop_id"
        ),
        {"moment": moment, "program_id": program_id, "shop_id": shop_id},
    )

"""The offers of a program: made, edited by new versions, archived, listed.

An edit names the version that it was made from, so that of two at once the second is refused instead of winning. What
was claimed keeps its own version.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.offers.definitions import OfferDefinition, read_definition
from engine.offers.refusals import OfferRefused
from engine.rules.bounds import Handle

OfferState = Literal["draft", "published", "exhausted", "closed"]
LIVE_MAXIMUM = 500
"""The most that a program has at a time; archived ones do not count."""
EVER_MAXIMUM = 5_000
VERSIONS_MAXIMUM = 500
_HANDLE: TypeAdapter[str] = TypeAdapter(Handle)


@dataclass(frozen=True, slots=True)
class BudgetState:
    """What a budget has left, holds for claims and has spent, in its unit: `claims`, `points` or a currency's minor."""

    unit: str
    free: int
    held: int
    spent: int

    @property
    def total(self) -> int:
        """All that the fund put in and did not take back."""
        return self.free + self.held + self.spent


@dataclass(frozen=True, slots=True)
class PartnerFace:
    """How the partner of an offer is shown. Of one who is not active nothing can be claimed."""

    handle: str
    name: str
    website: str | None
    about: str
    active: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer as it stands. `claims_left` None: no limit. `budget_next`: what the next thing takes at least.

    `codes_end_at` is when the codes of its pool end, None where they do not.
    """

    program_id: int
    offer_id: int
    partner_id: int
    handle: str
    version: int
    position: int
    state: OfferState
    definition: OfferDefinition
    budget: BudgetState | None
    budget_next: int
    claims_made: int
    claims_left: int | None
    created_at: datetime
    published_at: datetime | None
    closed_at: datetime | None
    archived_at: datetime | None
    partner: PartnerFace
    codes_end_at: datetime | None


OFFER_COLUMNS = """o.program_id, o.offer_id, o.partner_id, o.handle, o.version, o.position, o.state,
        v.definition::text AS definition, o.budget_unit, o.budget_free, o.budget_held, o.budget_spent, o.budget_next,
        o.claims_made, o.claims_left, o.created_at, o.published_at, o.closed_at, o.archived_at,
        p.handle AS partner_handle, p.name, p.website, p.about, p.paused_at IS NULL AND p.archived_at IS NULL AS active,
        q.expires_at AS codes_end_at"""
OFFER_TABLES = """offers o
    JOIN offer_versions v ON v.program_id = o.program_id AND v.offer_id = o.offer_id AND v.version = o.version
    JOIN partners p ON p.program_id = o.program_id AND p.partner_id = o.partner_id
    LEFT JOIN code_pools q ON q.program_id = o.program_id AND q.pool_id = o.pool_id"""
_SELECT = f"SELECT {OFFER_COLUMNS} FROM {OFFER_TABLES} WHERE o.program_id = :program_id"
_LIST = text(f"""{_SELECT} AND (:archived OR o.archived_at IS NULL)
    AND (CAST(:partner_id AS bigint) IS NULL OR o.partner_id = :partner_id)
    ORDER BY o.position, o.offer_id LIMIT :most""")
_ONE = text(f"{_SELECT} AND o.offer_id = :offer_id")
_BY_HANDLE = text(f"{_SELECT} AND o.handle = :handle")
_WAIT = text("SELECT pg_advisory_xact_lock(hashtextextended('offers', :program_id))")
_COUNT = text("""
    SELECT count(*) FILTER (WHERE archived_at IS NULL) AS live, count(*) AS ever FROM offers
    WHERE program_id = :program_id
""")
_INSERT = text("""
    INSERT INTO offers (program_id, offer_id, partner_id, handle, version, position, pool_id, claims_left)
    VALUES (:program_id, nextval('ledger_ids'), :partner_id, :handle, 1, :position, :pool_id, :claims_left)
    ON CONFLICT (program_id, handle) DO NOTHING RETURNING offer_id
""")
_INSERT_VERSION = text("""
    INSERT INTO offer_versions (program_id, offer_id, version, definition, created_by)
    VALUES (:program_id, :offer_id, :version, CAST(:definition AS jsonb), :actor)
""")
_LOCK = text("SELECT offer_id FROM offers WHERE program_id = :program_id AND offer_id = :offer_id FOR UPDATE")


async def offers_of(
    connection: AsyncConnection, program_id: int, *, partner_id: int | None = None, archived: bool = False
) -> list[Offer]:
    """The program's offers in the merchant's order, of one partner where it is named; drafts among them."""
    given = {"program_id": program_id, "partner_id": partner_id, "archived": archived, "most": EVER_MAXIMUM}
    return [offer_of_row(row) for row in await connection.execute(_LIST, given)]


async def offer_of(connection: AsyncConnection, program_id: int, offer_id: int) -> Offer | None:
    """One offer, archived or not; None when the program has no such one."""
    row = (await connection.execute(_ONE, {"program_id": program_id, "offer_id": offer_id})).one_or_none()
    return offer_of_row(row) if row else None


async def offer_by_handle(connection: AsyncConnection, program_id: int, handle: str) -> Offer | None:
    """One offer by its handle, archived or not; None when the program has no such one."""
    row = (await connection.execute(_BY_HANDLE, {"program_id": program_id, "handle": handle})).one_or_none()
    return offer_of_row(row) if row else None


async def insert_offer(
    connection: AsyncConnection, program_id: int, partner_id: int, handle: str, definition: OfferDefinition, *,
    actor: str, position: int | None,
) -> int:  # fmt: skip
    """Write a draft, by default last in the list; returns its id. Raises OfferRefused: HANDLE_…, TOO_MANY."""
    try:
        _HANDLE.validate_python(handle)
    except ValidationError:
        raise OfferRefused("HANDLE_INVALID", "handle", "a handle is made of a-z, 0-9 and hyphens") from None
    await connection.execute(_WAIT, {"program_id": program_id})
    known = (await connection.execute(_COUNT, {"program_id": program_id})).one()
    if known.live >= LIVE_MAXIMUM or known.ever >= EVER_MAXIMUM:
        raise OfferRefused("TOO_MANY", None, f"a program has at most {LIVE_MAXIMUM} offers at a time")
    given = {
        "program_id": program_id, "partner_id": partner_id, "handle": handle, "pool_id": definition.pool_id,
        "claims_left": definition.total_limit, "position": known.ever + 1 if position is None else position,
    }  # fmt: skip
    offer_id: int | None = (await connection.execute(_INSERT, given)).scalar_one_or_none()
    if offer_id is None:
        raise OfferRefused("HANDLE_TAKEN", "handle", "another offer has this handle")
    await add_version(connection, program_id, offer_id, 1, definition, actor)
    return offer_id


async def add_version(
    connection: AsyncConnection, program_id: int, offer_id: int, version: int, definition: OfferDefinition, actor: str
) -> None:
    """Keep one version's words. Raises OfferRefused TOO_MANY."""
    if version > VERSIONS_MAXIMUM:
        raise OfferRefused("TOO_MANY", None, f"an offer has at most {VERSIONS_MAXIMUM} versions")
    given = {
        "program_id": program_id, "offer_id": offer_id, "version": version,
        "definition": definition.model_dump_json(), "actor": actor,
    }  # fmt: skip
    await connection.execute(_INSERT_VERSION, given)


async def locked_offer(connection: AsyncConnection, program_id: int, offer_id: int) -> Offer:
    """Lock an offer's row and read it. Raises OfferRefused: OFFER_NOT_FOUND, ARCHIVED."""
    # By itself: a statement sees what was there when it began, not what it waited for.
    await connection.execute(_LOCK, {"program_id": program_id, "offer_id": offer_id})
    known = await offer_of(connection, program_id, offer_id)
    if known is None:
        raise OfferRefused("OFFER_NOT_FOUND", None, "the program has no such offer")
    if known.archived_at is not None:
        raise OfferRefused("ARCHIVED", None, "the offer is archived")
    return known


def offer_of_row(row: Any) -> Offer:
    """An offer of a row that has OFFER_COLUMNS."""
    budget = None
    if row.budget_unit is not None:
        budget = BudgetState(row.budget_unit, row.budget_free, row.budget_held, row.budget_spent)
    return Offer(
        row.program_id, row.offer_id, row.partner_id, row.handle, row.version, row.position, row.state,
        read_definition(row.definition), budget, row.budget_next, row.claims_made, row.claims_left,
        row.created_at, row.published_at, row.closed_at, row.archived_at,
        PartnerFace(row.partner_handle, row.name, row.website, row.about, row.active), row.codes_end_at,
    )  # fmt: skip

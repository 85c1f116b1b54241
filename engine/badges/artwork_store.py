"""The pictures that a merchant brought, sanitized and never changed: another picture is another artwork."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.badges.svg import sanitized
from engine.badges.svg_parts import CONTROL, ArtworkRefused

ARTWORKS_MAXIMUM = 500
NAME_CHARACTERS_MAXIMUM = 80

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('artworks ' || :program_id, 0))")
_KNOWN = text("""
    SELECT artwork_id, name, created_at FROM artworks WHERE program_id = :program_id AND content_hash = :content_hash
""")
_COUNT = text("SELECT count(*) FROM artworks WHERE program_id = :program_id")
_INSERT = text("""
    INSERT INTO artworks (program_id, artwork_id, name, svg, content_hash, created_by)
    VALUES (:program_id, nextval('ledger_ids'), :name, :svg, :content_hash, :actor)
    RETURNING artwork_id, name, created_at
""")
_LIST = text("""
    SELECT artwork_id, name, created_at FROM artworks WHERE program_id = :program_id ORDER BY artwork_id DESC
""")
_SVG = text("SELECT svg FROM artworks WHERE program_id = :program_id AND artwork_id = :artwork_id")


@dataclass(frozen=True, slots=True)
class Artwork:
    """A picture of the merchant's own."""

    artwork_id: int
    name: str
    created_at: datetime

    @property
    def reference(self) -> str:
        """What a definition names it by."""
        return f"artwork:{self.artwork_id}"


async def create_artwork(connection: AsyncConnection, program_id: int, name: str, svg: bytes, *, actor: str) -> Artwork:
    """Keep a picture; the same one again is the one that is kept already. Raises ArtworkRefused."""
    named = CONTROL.sub("", name).strip()
    if not 0 < len(named) <= NAME_CHARACTERS_MAXIMUM:
        raise ArtworkRefused("INVALID", f"A picture has a name of up to {NAME_CHARACTERS_MAXIMUM} characters.")
    clean = sanitized(svg)
    key = {"program_id": program_id, "content_hash": hashlib.sha256(clean.encode()).digest()}
    await connection.execute(_LOCK, {"program_id": str(program_id)})
    known = (await connection.execute(_KNOWN, key)).one_or_none()
    if known is not None:
        return Artwork(*known)
    if (await connection.execute(_COUNT, key)).scalar_one() >= ARTWORKS_MAXIMUM:
        raise ArtworkRefused("TOO_MANY", f"A program keeps up to {ARTWORKS_MAXIMUM} pictures.")
    row = (await connection.execute(_INSERT, {**key, "name": named, "svg": clean, "actor": actor})).one()
    return Artwork(*row)


async def artworks_of(connection: AsyncConnection, program_id: int) -> list[Artwork]:
    """A program's own pictures, newest first."""
    return [Artwork(*row) for row in await connection.execute(_LIST, {"program_id": program_id})]


async def artwork_svg(connection: AsyncConnection, program_id: int, artwork_id: int) -> str | None:
    """A picture as it is kept; None when the program has none of this id."""
    given = {"program_id": program_id, "artwork_id": artwork_id}
    svg: str | None = (await connection.execute(_SVG, given)).scalar_one_or_none()
    return svg

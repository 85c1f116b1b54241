"""A badge that a member earned, and a verifier of Open Badges that is not ours, cut off from the network."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
from openbadgeslib.ob3 import OB3Verifier
from openbadgeslib.verify import VerifyResult, verify_badge
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.badges.addresses import BadgeAddresses, badge_addresses
from engine.badges.definitions import BadgeDefinition
from engine.database import tenant_transaction
from engine.game.catalog import create_game
from engine.members import member_of_customer
from engine.shops import ShopReference

EARNED_AT = datetime(2026, 3, 14, 15, 9, 26, 535_897, tzinfo=UTC)
REGULAR = BadgeDefinition.model_validate(
    {
        "title": "Regular",
        "description": "You keep coming back.",
        "artwork": "builtin:heart",
        "counter": {"metric": "orders"},
        "levels": [{"name": "Bronze", "target": "3"}, {"name": "Gold", "target": "10"}],
    }
)
_ACHIEVEMENT = text("""
    INSERT INTO achievements (program_id, achievement_id, member_id, definition_id, kind, handle, level, occasion,
        version, earned_at)
    VALUES (:program_id, nextval('ledger_ids'), :member_id, :definition_id, 'badge', 'regular', :level, '', 1, :at)
    RETURNING achievement_id, credential_id::text
""")


@dataclass(frozen=True, slots=True)
class Given:
    """A badge in the database, and where it is found."""

    engine: AsyncEngine
    addresses: BadgeAddresses
    member_id: int
    definition_id: int
    achievement_id: int
    credential_id: str

    def path(self, form: str = "") -> str:
        """The address of the credential, or of one of its files."""
        return self.addresses.credential(self.credential_id, form)

    async def change(self, changes: str, **values: object) -> None:
        """Let the row of the badge be otherwise than it was."""
        async with tenant_transaction(self.engine, self.addresses.program_id) as connection:
            await connection.execute(
                text(f"UPDATE achievements SET {changes} WHERE program_id = :program_id AND achievement_id = :id"),
                {"program_id": self.addresses.program_id, "id": self.achievement_id, **values},
            )


async def give_badge(
    engine: AsyncEngine, shop: ShopReference, *, customer_id: int = 41, level: int = 1, handle: str = "regular",
    definition: BadgeDefinition = REGULAR,
) -> Given:  # fmt: skip
    """A customer of the shop earned a level of a badge."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        game = await create_game(connection, shop.program_id, "badge", handle, definition, actor="tests")
        member = await member_of_customer(connection, shop.program_id, shop.shop_id, customer_id)
        values = {
            "program_id": shop.program_id, "member_id": member.member_id, "definition_id": game.definition_id,
            "level": level, "at": EARNED_AT,
        }  # fmt: skip
        achievement_id, credential_id = (await connection.execute(_ACHIEVEMENT, values)).one()
        addresses = await badge_addresses(connection, shop.program_id)
    assert addresses is not None
    return Given(engine, addresses, member.member_id, game.definition_id, achievement_id, credential_id)


@dataclass(slots=True)
class Offline:
    """What a verifier once fetched, by address; anything else it cannot have."""

    kept: dict[str, bytes] = field(default_factory=dict)

    async def keep(self, client: httpx.AsyncClient, *urls: str) -> None:
        """Fetch these while there still is a network."""
        for url in urls:
            answered = await client.get(urlsplit(url).path)
            assert answered.status_code == 200, url
            self.kept[url] = answered.content

    def download(self, url: str) -> bytes:
        """One of them. Raises KeyError: the network is off."""
        return self.kept[url]

    def verify(self, picture: bytes) -> VerifyResult:
        """What openbadgeslib says of a picture with a badge inside, its issuer's keys and its revocation included."""
        return verify_badge(picture, resolve_did=True, check_status=True, download=self.download)

    def document(self, picture: bytes) -> dict[str, Any]:
        """What the credential inside a picture says, once its signature is checked."""
        token = OB3Verifier.extract_token_from_svg(picture)
        did = verify_badge(picture, resolve_did=True, download=self.download).issuer_did
        assert did is not None
        verified = OB3Verifier.for_issuer_did(did, download=self.download).verify(token)
        assert verified.raw is not None
        return dict(verified.raw)

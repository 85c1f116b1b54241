"""What games are told with: the caller's language, the program's days, and where its pictures are found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.badges.addresses import BadgeAddresses, badge_addresses
from engine.database import Connection, transaction_time
from engine.leaderboards.zones import Zones, zones_of
from laurel_graphql.context import RequestContext
from laurel_graphql.refusals import Words

_KEPT = "game_desk"


@dataclass(frozen=True, slots=True)
class GameDesk:
    """Whom sentences are for, the addresses of a program's badges, and the zones that its days were counted in."""

    words: Words
    addresses: BadgeAddresses
    origin: str
    now: datetime
    zones: Zones

    @property
    def language(self) -> str:
        """The language of ours that serves the caller."""
        return self.words.language

    def artwork_url(self, reference: str, level: int = 0, levels: int = 1) -> str:
        """The address of a picture; a shipped one has the rim of its level."""
        return self.origin + self.addresses.artwork(reference, level, levels)

    def credential_url(self, credential_id: str, form: str = "") -> str:
        """The address of an earned badge: a page, or the file of a form."""
        return self.origin + self.addresses.credential(credential_id, form)


async def game_desk(connection: Connection, context: RequestContext) -> GameDesk:
    """The desk of the caller's program, at the moment of the transaction; read once for all fields of an answer."""
    known: GameDesk | None = context.kept.get(_KEPT)
    if known is not None:
        return known
    addresses = await badge_addresses(connection, context.program_id)
    assert addresses is not None, "who asks is of this program"
    zones = (await zones_of(connection, [context.program_id]))[context.program_id]
    now = await transaction_time(connection)
    desk = GameDesk(Words(context.locale, zones.newest), addresses, context.app_url.rstrip("/"), now, zones)
    context.kept[_KEPT] = desk
    return desk

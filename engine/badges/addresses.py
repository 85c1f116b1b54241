"""Where badges, their pictures and what verifies them are found: paths on the app, stable for good.

The issuer's part of a path is the program's number with a tag that only its key can make, and so are the last parts of
paths to definitions and pictures: nobody finds a hidden badge, or another shop's, by counting.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.badges.artwork import DEFAULT_ARTWORK, artwork_id_of, builtin_of, metal_of

ROOT = "/badges"
_TAG_BYTES = 10
"""80 bits, which is 16 letters and digits."""
_TAGGED = re.compile(r"([1-9][0-9]{0,18})-[a-z2-7]{16}", re.ASCII)
_KEY = text("SELECT code_key FROM programs WHERE program_id = :program_id")


@dataclass(frozen=True, slots=True)
class BadgeAddresses:
    """The paths of one program's badges. `key` is the program's own and never shown."""

    program_id: int
    key: bytes

    @property
    def issuer(self) -> str:
        """What the issuer is called in paths and in its DID."""
        return self._tagged(str(self.program_id), "issuer")

    @property
    def root(self) -> str:
        """The issuer's page; everything else of the program is below it."""
        return f"{ROOT}/{self.issuer}"

    def credential(self, credential_id: UUID | str, form: str = "") -> str:
        """An earned badge: a page, or with a form ("json", "jwt", "svg") that file."""
        return f"{self.root}/{credential_id}{'.' if form else ''}{form}"

    def achievement(self, definition_id: int, version: int, level: int) -> str:
        """What is earned, in words: a level of a version of a badge."""
        return f"{self.root}/achievements/{self._tagged(f'{definition_id}-{version}-{level}', 'achievement')}"

    def artwork(self, reference: str, level: int = 0, levels: int = 1) -> str:
        """A picture as SVG; a shipped one has the rim of its level."""
        name, artwork_id = builtin_of(reference), artwork_id_of(reference)
        if artwork_id is not None:
            return f"{self.root}/artwork/{self._tagged(str(artwork_id), 'artwork')}.svg"
        return f"{ROOT}/artwork/{name or DEFAULT_ARTWORK}-{metal_of(level, levels)}.svg"

    def status_list(self, number: int) -> str:
        """A list of revoked credentials."""
        return f"{self.root}/status/{number}"

    def _tagged(self, named: str, kind: str) -> str:
        digest = hmac.digest(self.key, f"badges {kind} {named}".encode(), hashlib.sha256)
        return f"{named}-{base64.b32encode(digest[:_TAG_BYTES]).decode().lower()}"

    def identity(self, member_id: int) -> str:
        """Who a member is where badges are verified: a name of 160 bits that tells nothing, and only its member sees.

        Credentials hold its salted hash. It cannot be guessed, so nobody finds out by trying that two badges are one
        person's.
        """
        digest = hmac.digest(self.key, b"badges identity %d" % member_id, hashlib.sha256)
        return f"laurel-{base64.b32encode(digest[:20]).decode().lower()}"


def program_of(issuer: str) -> int | None:
    """The program that an issuer's part of a path speaks of, None for what is none; compare `issuer` afterwards."""
    match = _TAGGED.fullmatch(issuer)
    return int(match[1]) if match and int(match[1]) < 2**63 else None


async def badge_addresses(connection: AsyncConnection, program_id: int) -> BadgeAddresses | None:
    """The paths of a program that the transaction named; None when there is no such program."""
    key = (await connection.execute(_KEY, {"program_id": program_id})).scalar_one_or_none()
    return BadgeAddresses(program_id, bytes(key)) if key is not None else None

"""Keys of issuers: one each, closed to everybody else, replaced when they cannot be opened any more."""

from __future__ import annotations

import base64

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.badges.artwork_store import artwork_svg, artworks_of, create_artwork
from engine.badges.svg_parts import ArtworkRefused
from engine.database import tenant_transaction
from engine.shops import ShopReference
from plugin.badges.keys import KeyBox, KeyUnreadableError
from plugin.settings import Settings
from plugin.web.app import create_app
from tests.support.credentials import Offline, give_badge


def test_a_key_opens_for_its_own_issuer_alone_and_shows_no_private_part() -> None:
    # given
    box = KeyBox(bytes(32))
    public_key, sealed = box.make(1, 2)
    # then
    assert box.open(sealed, 1, 2).key_size == 2048
    assert sorted(public_key) == ["e", "kty", "n"]
    for other, program_id, key_id in ((box, 2, 2), (box, 1, 3), (KeyBox(bytes(31) + b"\x01"), 1, 2)):
        with pytest.raises(KeyUnreadableError):
            other.open(sealed, program_id, key_id)
    with pytest.raises(KeyUnreadableError):
        box.open(b"\x02" + sealed[1:], 1, 2)


async def test_after_the_encryption_key_is_changed_new_and_old_credentials_verify(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference, settings: Settings
) -> None:
    # given
    given = await give_badge(engine, shop)
    old = (await client.get(given.path("svg"))).content
    changed = settings.model_copy(update={"encryption_key": type(settings.encryption_key)(_key(7))})
    app = create_app(changed, engine=engine)
    # when
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="https://laurel.test") as later:
        new = (await later.get(given.path("svg"))).content
        offline = Offline()
        root = f"https://laurel.test{given.addresses.root}"
        await offline.keep(later, f"{root}/did.json", f"{root}/status/0")
    await app.services.close()
    # then
    assert old != new
    assert offline.verify(new).valid
    assert "private" not in offline.kept[f"{root}/did.json"].decode()
    assert offline.document(old)["id"] == offline.document(new)["id"]
    async with tenant_transaction(engine, shop.program_id) as connection:
        assert (await connection.execute(text("SELECT count(*) FROM issuer_keys"))).scalar_one() == 2


def _key(byte: int) -> str:
    return base64.b64encode(bytes([byte]) * 32).decode()


async def test_a_picture_is_kept_once_clean_and_served_where_it_can_do_nothing(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    # given
    picture = b'<svg xmlns="http://www.w3.org/2000/svg"><metadata/><circle r="9"/></svg>'
    given = await give_badge(engine, shop)
    # when
    async with tenant_transaction(engine, shop.program_id) as connection:
        first = await create_artwork(connection, shop.program_id, " Sun ", picture, actor="tests")
        again = await create_artwork(connection, shop.program_id, "Other", picture, actor="tests")
        with pytest.raises(ArtworkRefused, match="A picture has a name"):
            await create_artwork(connection, shop.program_id, " ", picture, actor="tests")
        listed = await artworks_of(connection, shop.program_id)
        stored = await artwork_svg(connection, shop.program_id, first.artwork_id)
    served = await client.get(given.addresses.artwork(first.reference))
    # then
    assert (again, first.name, listed) == (first, "Sun", [first])
    assert stored == served.text == '<svg xmlns="http://www.w3.org/2000/svg"><circle r="9"/></svg>\n'
    assert served.headers["content-type"] == "image/svg+xml"
    assert served.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert served.headers["cache-control"] == "public, max-age=31536000, immutable"

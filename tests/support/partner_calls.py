"""Calls of the partner API as a partner's own system makes them."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.partners.facts import Partner
from plugin.partners.desk import PartnerDesk
from plugin.partners.keys import PartnerKey, read_partner_key
from plugin.partners.signatures import HEADER, sign

API = "/partner/v1"


async def key_for(engine: AsyncEngine, desk: PartnerDesk, program_id: int, partner: Partner) -> PartnerKey:
    """A new key of a partner."""
    async with tenant_transaction(engine, program_id) as connection:
        _, text = await desk.make_key(connection, program_id, partner.partner_id, "Till", actor="tests")
    key = read_partner_key(text)
    assert key is not None
    return key


class PartnerCalls:
    """One partner's system, with its key."""

    def __init__(self, client: httpx.AsyncClient, key: PartnerKey) -> None:
        self.client, self.key = client, key

    async def read(self, path: str, **query: Any) -> httpx.Response:
        """Read something."""
        return await self.client.get(API + path, params=query, headers=self.authorized())

    async def send(
        self, path: str, document: object, *, late_seconds: int = 0, secret: str | None = None
    ) -> httpx.Response:
        """Hand something in, signed."""
        raw = document if isinstance(document, bytes) else json.dumps(document).encode()
        signature = sign(secret or self.key.secret, int(time.time()) - late_seconds, raw)
        return await self.client.post(API + path, content=raw, headers={**self.authorized(), HEADER: signature})

    async def report(self, *reports: object) -> list[dict[str, Any]]:
        """Report; returns the answers."""
        answered = await self.send("/reports", {"reports": list(reports)})
        assert answered.status_code == 200, answered.text
        answers: list[dict[str, Any]] = answered.json()["answers"]
        return answers

    def authorized(self) -> dict[str, str]:
        """The header that says who calls."""
        return {"Authorization": f"Bearer {self.key.text}"}


def code_of(answer: httpx.Response) -> tuple[int, str]:
    """How a request was refused."""
    error = answer.json()["error"]
    assert set(error) == {"code", "message"}
    return answer.status_code, error["code"]

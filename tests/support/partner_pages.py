"""The partner's page as its people use it, without a browser."""

from __future__ import annotations

import re

import httpx

from tests.support.partner_calls import PartnerCalls


async def log_in(client: httpx.AsyncClient, calls: PartnerCalls) -> str:
    """Log in with a partner's key; returns the token that the page's forms carry."""
    answer = await client.post("/partner/login", data={"key": calls.key.text})
    assert (answer.status_code, answer.headers["location"]) == (303, "/partner/")
    page = await client.get("/partner/")
    assert page.status_code == 200
    found = re.search(r'name="token" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]

"""The partner's page as its people use it, and what the merchant does for it."""

from __future__ import annotations

import base64
import json
import re
import time
from typing import Any

import httpx
import jwt

from tests.support.browser import Demo
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


def altered_row(file: str, row: int, **fields: object) -> tuple[str, str]:
    """Signed rows in which one says something else, its signature as it was; and the id of that row's event."""
    lines = file.strip().split("\n")
    head, body, signature = json.loads(lines[row])["event"].split(".")
    said = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    text = json.dumps({**said, **fields}, separators=(",", ":"), sort_keys=True).encode()
    forged = f"{head}.{base64.urlsafe_b64encode(text).decode().rstrip('=')}.{signature}"
    lines[row] = json.dumps({"event": forged})
    return "\n".join(lines) + "\n", said["id"]


def merchant_does(demo: Demo, mutation: str, kind: str, wanted: str, **given: object) -> dict[str, Any]:
    """The payload of a merchant's mutation in a demo, asked for as the admin's pages ask."""
    now, shop = int(time.time()), str(demo.facts["shop"])
    claims = {
        "iss": f"https://{shop}/admin", "dest": f"https://{shop}", "aud": demo.facts["api_key"], "sub": "1",
        "exp": now + 60, "nbf": now - 1, "iat": now - 1, "jti": "1", "sid": "1",
    }  # fmt: skip
    token = jwt.encode(claims, str(demo.facts["api_secret"]), "HS256")
    query = f"mutation ($input: {kind}!) {{ {mutation}(input: $input) {{ {wanted} userErrors {{ code }} }} }}"
    answer = httpx.post(
        f"{demo.facts['app_url']}/admin/graphql", json={"query": query, "variables": {"input": given}},
        headers={"Authorization": f"Bearer {token}"}, timeout=30, trust_env=False,
    )  # fmt: skip
    payload: dict[str, Any] = answer.json()["data"][mutation]
    assert payload["userErrors"] == []
    return payload

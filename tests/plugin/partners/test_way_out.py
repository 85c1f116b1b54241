"""The way out of a claimed link: to the partner's shop, or to a page that says in words that it leads nowhere."""

from __future__ import annotations

import httpx
import pytest

from engine.partners.facts import Partner
from plugin.web.app import LaurelApp
from tests.support.trading import Trading

LINK = {"kind": "link", "url": "https://harbor.example.com/?ref={click}", "points": {"kind": "fixed", "points": 5}}


async def test_a_claimed_link_leads_to_the_partner_and_no_other_does(
    app: LaurelApp, client: httpx.AsyncClient, trading: Trading, coffee: Partner
) -> None:
    claim = await trading.claim(await trading.offer(coffee, LINK))
    out = await client.get(f"/offers/out/{claim.code}", follow_redirects=False)
    assert out.status_code == 302
    assert out.headers["location"].startswith("https://harbor.example.com/?ref=")
    altered = f"{claim.code}"[:-1] + ("A" if f"{claim.code}"[-1] != "A" else "B")
    nowhere = await client.get(f"/offers/out/{altered}")
    assert (nowhere.status_code, nowhere.headers["referrer-policy"]) == (404, "no-referrer")
    assert "This link does not work any more" in nowhere.text


@pytest.mark.parametrize(
    ("language", "locale", "title"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN", "此链接已失效"),
        ("de-DE", "en", "This link does not work any more"),
        ("", "en", "This link does not work any more"),
    ],
)
async def test_a_link_that_leads_nowhere_says_so_in_words(
    app: LaurelApp, client: httpx.AsyncClient, language: str, locale: str, title: str
) -> None:
    answer = await client.get("/offers/out/no-such-token", headers={"Accept-Language": language})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert f'<html lang="{locale}">' in answer.text
    assert f"<h1>{title}</h1>" in answer.text
    assert "no-such-token" not in answer.text
    assert answer.headers["cache-control"] == "private, no-store"

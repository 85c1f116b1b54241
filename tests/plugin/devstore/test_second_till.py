"""The counter of the demo's second shop: what is bought there reaches the app as that shop's own signed webhook."""

from __future__ import annotations

import json
from pathlib import Path

import httpx

from plugin.devstore.application import App
from plugin.devstore.server import create_server
from plugin.devstore.webhooks_out import signature
from plugin.payloads import EmailKeys, translate


class _App:
    """Takes webhooks and remembers them."""

    def __init__(self) -> None:
        self.taken: list[httpx.Request] = []

    def take(self, request: httpx.Request) -> httpx.Response:
        self.taken.append(request)
        return httpx.Response(200)


async def test_a_sale_and_its_return_are_told_for_the_second_shop(tmp_path: Path) -> None:
    known = App("key", "hush-hush-hush-hush", "https://app.test", frozenset(), ())
    app = _App()
    server = create_server(tmp_path, known, forward=httpx.MockTransport(app.take))
    transport = httpx.ASGITransport(app=server)
    async with httpx.AsyncClient(transport=transport, base_url="http://store.test") as client:
        page = await client.get("/harbor-coffee?laurel_click=CLICK1")
        assert 'name="click" value="CLICK1"' in page.text
        sold = {"what": "beans", "units": "2", "member": "AAAA-BBBB", "click": "CLICK1", "code": "HARBOR-1"}
        assert (await client.post("/harbor-coffee/buy", data=sold)).headers["location"].endswith("said=sold")
        order_id = json.loads(app.taken[0].content)["id"]
        back = await client.post("/harbor-coffee/return", data={"sale": str(order_id)})
        assert back.headers["location"].endswith("said=returned")
        for data in ({"what": "x", "units": "1"}, {"what": "beans", "units": "0"}, {"what": "beans", "units": "21"}):
            assert (await client.post("/harbor-coffee/buy", data=data)).headers["location"].endswith("said=wrong")
        again = await client.post("/harbor-coffee/return", data={"sale": str(order_id)})
        assert again.headers["location"].endswith("said=wrong")
        assert "taken back" in (await client.get("/harbor-coffee")).text
    server.state.store.close()

    assert [request.headers["x-shopify-topic"] for request in app.taken] == ["orders/paid", "refunds/create"]
    for request in app.taken:
        assert request.headers["x-shopify-shop-domain"] == "harbor-coffee.myshopify.com"
        assert request.headers["x-shopify-hmac-sha256"] == signature(known.api_secret, request.content)
    received = server.state.store.clock()
    [order] = translate("orders/paid", app.taken[0].content, EmailKeys(bytes(32)), received).facts
    [refund] = translate("refunds/create", app.taken[1].content, EmailKeys(bytes(32)), received).facts
    assert order.partner_notes == (("laurel_click", "CLICK1"), ("laurel_member", "AAAA-BBBB"))  # type: ignore[union-attr]
    assert [one.code for one in order.discounts] == ["HARBOR-1"]  # type: ignore[union-attr]
    assert refund.lines[0].subtotal.shop == 3700  # type: ignore[union-attr]

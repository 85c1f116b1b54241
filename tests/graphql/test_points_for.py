"""What a price would earn: the engine's own rounding, and no price that is none."""

from __future__ import annotations

from tests.support.graphql_requests import Ask, Reply

EARNS: list[tuple[str, str, int | None]] = [
    ("19.99", "USD", 20), ("0.50", "USD", 0), ("1.50", "USD", 2), ("2.50", "USD", 2), ("0", "USD", 0),
    ("1250", "JPY", 12), ("1350", "JPY", 14), ("10.00", "PLN", 2), ("30.00", "PLN", 8), ("19.99", "CHF", None),
]  # fmt: skip
NO_MONEY: list[tuple[object, object]] = [
    ("NaN", "USD"), ("1e3", "USD"), ("Infinity", "USD"), ("", "USD"), ("abc", "USD"), (1.5, "USD"), (True, "USD"),
    (None, "USD"), ("1" * 4000, "USD"), (10**400, "USD"), ("1", "XXXX"), ("1", "usd"), ("1", ""), ("1", 5), ("1", None),
    ("1", "\x00"), ("\ud800", "USD"), ({"a": 1}, "USD"), (["1"], "USD"),
]  # fmt: skip
NOT_OF_ITS_CURRENCY = [("-1", "USD"), ("1.005", "USD"), ("1.5", "JPY"), ("9" * 15, "USD")]


async def ask_for(ask_storefront: Ask, amount: object, currency: object) -> Reply:
    """Ask what a price earns."""
    return await ask_storefront(
        "query ($money: MoneyInput!) { program { pointsFor(money: $money) } }",
        {"money": {"amount": amount, "currencyCode": currency}},
    )


async def test_a_product_says_what_it_earns_by_the_engine_s_own_rounding(ask_storefront: Ask) -> None:
    for amount, currency, points in EARNS:
        reply = await ask_for(ask_storefront, amount, currency)
        assert reply.data == {"program": {"pointsFor": points}}, (amount, currency)


async def test_a_whole_amount_may_be_a_number(ask_storefront: Ask) -> None:
    assert (await ask_for(ask_storefront, 20, "USD")).data == {"program": {"pointsFor": 20}}


async def test_what_is_no_money_is_refused_as_the_request_s_mistake(ask_storefront: Ask) -> None:
    for amount, currency in NO_MONEY:
        reply = await ask_for(ask_storefront, amount, currency)
        assert (reply.status, reply.codes) == (400, ["BAD_USER_INPUT"]), (amount, currency)
        assert len(reply.body["errors"][0]["message"]) <= 301


async def test_an_amount_that_its_currency_cannot_have_is_a_typed_error(ask_storefront: Ask) -> None:
    for amount, currency in NOT_OF_ITS_CURRENCY:
        reply = await ask_for(ask_storefront, amount, currency)
        assert (reply.status, reply.codes) == (200, ["BAD_USER_INPUT"]), (amount, currency)
        assert reply.body["data"] == {"program": {"pointsFor": None}}

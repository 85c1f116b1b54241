"""Signatures and tokens: Shopify's own vectors, and everything that only looks like them."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable

import jwt
import pytest

from plugin.shopify.signatures import ProxyShopper, UnverifiedError, verify_proxy, verify_webhook
from plugin.shopify.verification import ShopperToken, verify_id_token, verify_shopper_token
from tests.support.signing import (
    API_KEY,
    OLD_SECRET,
    OTHER_SECRET,
    SECRET,
    SHOP,
    body_hmac,
    id_token,
    proxy_query,
    proxy_signature,
    shopper_token,
    staff_claims,
)

SECRETS = (SECRET.encode(), OLD_SECRET.encode())
NOW = 1_800_000_000


def signed(*pairs: tuple[str, str]) -> bytes:
    """A query with these parameters on top of what every proxy request has."""
    base = [("shop", SHOP), ("logged_in_customer_id", "7001"), ("path_prefix", "/apps/laurel"), ("timestamp", str(NOW))]
    everything = [*base, *pairs]
    query = "&".join(f"{key}={value}" for key, value in everything)
    return f"{query}&signature={proxy_signature(everything)}".encode()


@pytest.mark.parametrize(
    ("customer", "signature"),
    [
        ("&logged_in_customer_id=1", "4c68c8624d737112c91818c11017d24d334b524cb5c2b8ba08daa056f7395ddb"),
        ("&logged_in_customer_id=", "e072b6d7e6622d85912a5214b860d3100dc1e73d9bc29f43796ac8c9ff8093cb"),
        ("", "a9718877bea71c2484f91608a7eaea1532bdf71f5c56825065fa4ccabe549ef3"),
    ],
)
def test_shopifys_own_proxy_vectors_pass(customer: str, signature: str) -> None:
    query = (
        f"extra=1&extra=2&shop=shop-name.myshopify.com{customer}&path_prefix=%2Fapps%2Fawesome_reviews"
        f"&timestamp=1317327555&signature={signature}"
    )

    shopper = verify_proxy(query.encode(), (b"hush",), 1317327555)

    expected = 1 if customer.endswith("1") else None
    assert shopper == ProxyShopper("shop-name.myshopify.com", expected, "/apps/awesome_reviews")


def test_pairs_are_sorted_after_they_are_joined() -> None:
    assert verify_proxy(signed(("a-b", "1"), ("a", "2"), ("a1", "3")), SECRETS, NOW).customer_id == 7001


@pytest.mark.parametrize("at", [NOW - 90, NOW, NOW + 90])
def test_a_proxy_request_is_good_for_ninety_seconds(at: int) -> None:
    assert verify_proxy(proxy_query(7001, at=at).encode(), SECRETS, NOW).customer_id == 7001


@pytest.mark.parametrize("at", [NOW - 91, NOW + 91])
def test_a_stale_proxy_request_is_refused(at: int) -> None:
    with pytest.raises(UnverifiedError, match="timestamp-stale"):
        verify_proxy(proxy_query(7001, at=at).encode(), SECRETS, NOW)


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(f"shop={SHOP}&timestamp={NOW}".encode(), id="no signature"),
        pytest.param(f"shop={SHOP}&timestamp={NOW}&signature=%C3%A9".encode(), id="non-ASCII signature"),
        pytest.param(f"shop={SHOP}&timestamp={NOW}&signature=".encode() + b"\xc3\xa9", id="raw non-ASCII"),
        pytest.param(proxy_query(7001, at=NOW, secret=OTHER_SECRET).encode(), id="another app's"),
        pytest.param(proxy_query(7001, at=NOW, extra="&x=1").encode(), id="a parameter added"),
        pytest.param(proxy_query(7001, at=NOW).replace("7001", "7002").encode(), id="a parameter changed"),
        pytest.param(proxy_query(7001, at=NOW, extra="&signature=1").encode(), id="two signatures"),
        pytest.param(signed(("shop", SHOP)), id="two shops"),
        pytest.param(signed(("timestamp", str(NOW))), id="two timestamps"),
        pytest.param(signed(("logged_in_customer_id", "7002")), id="two customers"),
        pytest.param(signed(("path_prefix", "/x")), id="two prefixes"),
        pytest.param(signed(("hmac", "1"), ("hmac", "2")), id="two hmacs"),
        pytest.param(signed(*((f"p{n}", "1") for n in range(200))), id="200 parameters"),
        pytest.param(proxy_query(7001, at=NOW, shop="evil.com").encode(), id="another host"),
        pytest.param(proxy_query(7001, at=NOW, shop="Laurel-Demo.myshopify.com").encode(), id="upper case"),
        *(
            pytest.param(proxy_query(customer, at=NOW).encode(), id=f"customer {customer!r}")
            for customer in ("-1", "0", "01", "1.0", "1e3", " 1", str(2**63), str(2**64), "1 or 1=1", "٣", "null")
        ),
    ],
)
def test_a_proxy_request_that_is_not_signed_as_it_is_is_refused(query: bytes) -> None:
    with pytest.raises(UnverifiedError):
        verify_proxy(query, SECRETS, NOW)


def test_the_largest_customer_id_is_taken() -> None:
    assert verify_proxy(proxy_query(2**63 - 1, at=NOW).encode(), SECRETS, NOW).customer_id == 2**63 - 1


def test_the_old_secret_signs_while_it_is_rotated() -> None:
    assert verify_proxy(proxy_query(1, at=NOW, secret=OLD_SECRET).encode(), SECRETS, NOW).customer_id == 1
    assert verify_id_token(id_token(OLD_SECRET), API_KEY, SECRETS).user_id == 42
    assert verify_shopper_token(shopper_token(secret=OLD_SECRET), API_KEY, SECRETS).customer_id == 7001
    headers = [
        (b"x-shopify-hmac-sha256", body_hmac(b"{}", OLD_SECRET).encode()),
        (b"x-shopify-shop-domain", SHOP.encode()),
    ]
    assert verify_webhook(headers, b"{}", SECRETS) == SHOP


def test_an_id_token_names_shop_and_staff() -> None:
    staff = verify_id_token(id_token(), API_KEY, SECRETS)

    assert (staff.shop_domain, staff.user_id) == (SHOP, 42)


@pytest.mark.parametrize("skew", [-9, 9])
def test_clocks_may_differ_by_nine_seconds(skew: int) -> None:
    now = int(time.time())
    exp, start = (now + skew, now - 60) if skew < 0 else (now + 60, now + skew)

    assert verify_id_token(id_token(exp=exp, nbf=start, iat=start), API_KEY, SECRETS).user_id == 42


def unsigned(algorithm: str) -> str:
    """A token that claims to need no signature."""
    parts = ({"alg": algorithm, "typ": "JWT"}, staff_claims())
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(lambda: "", id="empty"),
        pytest.param(lambda: "a.b.c", id="no token"),
        pytest.param(lambda: "é" + id_token(), id="non-ASCII"),
        pytest.param(lambda: "x" * 5000, id="too long"),
        pytest.param(lambda: ("W" * 3000) + ".e30.x", id="nested header"),
        pytest.param(lambda: unsigned("none"), id="alg none"),
        pytest.param(lambda: unsigned("nOnE"), id="alg nOnE"),
        pytest.param(lambda: jwt.encode(staff_claims(), SECRET * 2, algorithm="HS512"), id="alg HS512"),
        pytest.param(lambda: id_token(headers={"crit": ["exp"]}), id="crit"),
        pytest.param(lambda: id_token(headers={"kid": "../../etc/passwd"}), id="kid that is a path"),
        pytest.param(lambda: id_token(headers={"jku": "https://evil.com"}), id="jku"),
        pytest.param(lambda: id_token(headers={"x5u": "https://evil.com"}), id="x5u"),
        pytest.param(lambda: id_token(headers={"jwk": {"kty": "oct", "k": "AA"}}), id="jwk"),
        pytest.param(lambda: id_token(OTHER_SECRET), id="another app's secret"),
        pytest.param(lambda: id_token(aud="another"), id="another app's audience"),
        pytest.param(lambda: id_token(aud=[API_KEY]), id="audience as a list"),
        pytest.param(lambda: id_token(aud=None), id="no audience"),
        pytest.param(lambda: id_token(exp=int(time.time()) - 11), id="expired"),
        pytest.param(lambda: id_token(exp=None), id="never expires"),
        pytest.param(lambda: id_token(nbf=int(time.time()) + 60), id="not yet"),
        pytest.param(lambda: id_token(iat=int(time.time()) + 60), id="issued in the future"),
        pytest.param(lambda: id_token(dest="https://evil.com"), id="dest of another host"),
        pytest.param(lambda: id_token(dest=f"http://{SHOP}"), id="dest without TLS"),
        pytest.param(lambda: id_token(dest=f"https://{SHOP}:444"), id="dest with a port"),
        pytest.param(lambda: id_token(dest=f"https://a@{SHOP}"), id="dest with a user"),
        pytest.param(lambda: id_token(dest=f"https://{SHOP}/x"), id="dest with a path"),
        pytest.param(lambda: id_token(dest=f"https://{SHOP}."), id="dest with a dot"),
        pytest.param(lambda: id_token(dest=SHOP), id="bare dest"),
        pytest.param(lambda: id_token(iss="https://other.myshopify.com/admin"), id="issuer of another shop"),
        pytest.param(lambda: id_token(iss=f"https://{SHOP}"), id="issuer without admin"),
        pytest.param(lambda: id_token(sub="gid://shopify/Customer/1"), id="a shopper's subject"),
        pytest.param(lambda: id_token(sub=None), id="no subject"),
        pytest.param(lambda: shopper_token(), id="a shopper's token"),
        pytest.param(lambda: shopper_token(None), id="an anonymous shopper's token"),
    ],
)
def test_an_id_token_that_is_not_ours_is_refused(made: Callable[[], str]) -> None:
    token = made()

    with pytest.raises(UnverifiedError):
        verify_id_token(token, API_KEY, SECRETS)


@pytest.mark.parametrize("destination", [SHOP, f"https://{SHOP}"])
def test_a_shoppers_token_names_the_customer(destination: str) -> None:
    token = shopper_token(7001, dest=destination)

    assert verify_shopper_token(token, API_KEY, SECRETS) == ShopperToken(SHOP, 7001)


def test_a_shoppers_token_without_a_subject_is_anonymous() -> None:
    assert verify_shopper_token(shopper_token(None), API_KEY, SECRETS) == ShopperToken(SHOP, None)


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(lambda: id_token(), id="of staff"),
        pytest.param(lambda: id_token(sub=None), id="of staff without a subject"),
        pytest.param(lambda: shopper_token(secret=OTHER_SECRET), id="another app's secret"),
        pytest.param(lambda: shopper_token(aud=[API_KEY]), id="audience as a list"),
        pytest.param(lambda: shopper_token(exp=None), id="never expires"),
        pytest.param(lambda: shopper_token(exp=int(time.time()) - 11), id="expired"),
        pytest.param(lambda: shopper_token(dest="evil.com"), id="another host"),
        pytest.param(lambda: shopper_token(dest=7), id="dest that is a number"),
        pytest.param(lambda: shopper_token(sub="gid://shopify/Customer/0"), id="customer 0"),
        pytest.param(lambda: shopper_token(sub="gid://shopify/Order/1"), id="an order's gid"),
    ],
)
def test_a_shoppers_token_that_is_not_one_is_refused(made: Callable[[], str]) -> None:
    token = made()

    with pytest.raises(UnverifiedError):
        verify_shopper_token(token, API_KEY, SECRETS)

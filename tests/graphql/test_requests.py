"""A malformed request is refused with 400 and a code, before any database is asked; nothing is ever a 500."""

from __future__ import annotations

import json
from typing import Any

import pytest

from laurel_graphql.body import BODY_BYTES_MAXIMUM
from laurel_graphql.merchant import merchant_schema
from laurel_graphql.persisted import document_id
from laurel_graphql.request import Operation, Refusal, identify
from laurel_graphql.storefront import storefront_schema

ME = "{ me { id } }"


def refused(body: bytes, *, development: bool = True) -> tuple[int, str]:
    """The status and code with which the storefront refuses a body."""
    found = identify(body, schema=storefront_schema, development=development)
    assert isinstance(found, Refusal)
    payload = json.loads(found.answer().payload)
    assert list(payload) == ["errors"]
    assert payload["errors"][0]["extensions"] == {"code": found.code}
    assert len(found.answer().payload) < 1000
    return found.status, payload["errors"][0]["extensions"]["code"]


def body_of(query: str, **others: Any) -> bytes:
    """A body with a document."""
    return json.dumps({"query": query, **others}).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"", b" ", b"null", b"5", b"true", b'"text"', b"{", b"{}", b'{"query": null}', b'{"query": 5}',
        b'{"query": ["{ me }"]}', b"\xff\xfe{}", b'{"query": "\xc3\x28"}', "{}".encode("utf-16"), b"\xef\xbb\xbf{}",
        b'{"query": "{ me { id } }", "variables": []}', b'{"query": "{ me { id } }", "variables": "{}"}',
        b'{"query": "{ me { id } }", "variables": {"a": NaN}}',
        b'{"query": "{ me { id } }", "variables": {"a": 1e400}}',
        b'{"query": "{ me { id } }", "variables": {"a": -Infinity}}',
        b'{"query": "{ me { id } }", "variables": {"a": ' + b"9" * 5000 + b"}}",
        b'{"query": "{ me { id } }", "operationName": 5}', b'{"query": "{ me { id } }", "documentId": "sha256:00"}',
        b'{"documentId": {"a": 1}}', b"[" * 16_000 + b"]" * 16_000, b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b'{"query": "{ me { id } }", "variables": {"a": ' + b"[" * 100 + b"]" * 100 + b"}}",
    ],
)  # fmt: skip
def test_a_malformed_body_is_refused(body: bytes) -> None:
    assert refused(body) == (400, "MALFORMED_REQUEST")


def test_a_body_over_the_limit_is_too_large_and_one_at_the_limit_is_not() -> None:
    document = body_of(ME)
    padding = b" " * (BODY_BYTES_MAXIMUM - len(document))

    assert isinstance(identify(document + padding, schema=storefront_schema, development=True), Operation)
    assert refused(document + padding + b" ") == (413, "BODY_TOO_LARGE")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'[{"query": "{ me { id } }"}]', "BATCHING_UNSUPPORTED"),
        (b"[]", "BATCHING_UNSUPPORTED"),
        (body_of("query A { me { id } } query B { me { id } }"), "OPERATION_NAME_REQUIRED"),
        (body_of("query A { me { id } } query B { me { id } }", operationName="C"), "OPERATION_NOT_FOUND"),
        (body_of("query A { me { id } }", operationName=""), "OPERATION_NOT_FOUND"),
        (body_of("fragment F on Query { me { id } }"), "OPERATION_NOT_FOUND"),
        (body_of("query A { me { id } } query A { me { id } }", operationName="A"), "GRAPHQL_VALIDATION_FAILED"),
        (body_of("type T { a: Int }"), "GRAPHQL_VALIDATION_FAILED"),
        (body_of("subscription { me { id } }"), "SUBSCRIPTIONS_UNSUPPORTED"),
        (body_of("mutation { me { id } }"), "GRAPHQL_VALIDATION_FAILED"),
        (body_of("{ me { id } ... @defer { program { name } } }"), "GRAPHQL_VALIDATION_FAILED"),
        (body_of("{ me { transactions { nodes @stream { id } } } }"), "GRAPHQL_VALIDATION_FAILED"),
        (body_of("{ me"), "GRAPHQL_PARSE_FAILED"),
        (body_of(""), "GRAPHQL_PARSE_FAILED"),
        (body_of('{ a(b: "\ud800") }'), "GRAPHQL_PARSE_FAILED"),
        (body_of("{ \u0000me { id } }"), "GRAPHQL_PARSE_FAILED"),
        (body_of("#" + "x" * 30_000), "GRAPHQL_PARSE_FAILED"),
        (body_of("{ " + "x" * 30_000 + " }"), "GRAPHQL_VALIDATION_FAILED"),
        (body_of("{ me { submitScore } }"), "GRAPHQL_VALIDATION_FAILED"),
        (b'{"documentId": "sha256:' + b"0" * 64 + b'"}', "PERSISTED_OPERATION_NOT_FOUND"),
        (b'{"documentId": ""}', "PERSISTED_OPERATION_NOT_FOUND"),
    ],
)  # fmt: skip
def test_what_cannot_be_run_is_refused_with_its_code(body: bytes, code: str) -> None:
    assert refused(body) == (400, code)


def test_a_named_operation_of_several_is_found() -> None:
    body = body_of("query A { me { id } } query B { program { name } }", operationName="B")

    found = identify(body, schema=storefront_schema, development=True)

    assert isinstance(found, Operation)
    assert (found.name, found.is_mutation, found.cacheable, found.key) == ("B", False, False, None)


def test_nulls_count_as_absent_and_unknown_keys_are_ignored() -> None:
    body = body_of(ME, variables=None, operationName=None, documentId=None, extensions={"a": 1}, other=[1])

    assert isinstance(identify(body, schema=storefront_schema, development=True), Operation)


def test_production_answers_persisted_operations_only() -> None:
    assert refused(body_of(ME), development=False) == (400, "PERSISTED_OPERATION_REQUIRED")
    assert refused(body_of("{ __schema { queryType { name } } }"), development=False) == (
        400, "PERSISTED_OPERATION_REQUIRED",
    )  # fmt: skip


def test_an_unknown_hash_with_its_document_is_refused_and_not_remembered() -> None:
    persisted = dict(storefront_schema.persisted)
    body = body_of(ME, extensions={"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}})

    assert refused(body, development=False) == (400, "PERSISTED_OPERATION_REQUIRED")
    assert refused(b'{"documentId": "sha256:' + b"0" * 64 + b'"}') == (400, "PERSISTED_OPERATION_NOT_FOUND")
    assert dict(storefront_schema.persisted) == persisted


def panel(**variables: Any) -> Operation:
    """The panel's operation, identified in production."""
    body = json.dumps({"documentId": document_id("storefront", "panel"), "variables": variables}).encode()
    found = identify(body, schema=storefront_schema, development=False)
    assert isinstance(found, Operation)
    return found


def test_a_persisted_query_is_cacheable_under_a_key_that_only_its_own_variables_change() -> None:
    body = {"documentId": document_id("storefront", "product")}
    keys: list[str | None] = []
    for money in ({"amount": "1", "currencyCode": "USD"}, {"currencyCode": "USD", "amount": "1"}, {"amount": "2"}):
        variables = {"money": money, "unknown": len(keys)}
        found = identify(
            json.dumps({**body, "variables": variables}).encode(), schema=storefront_schema, development=False
        )
        assert isinstance(found, Operation)
        assert found.cacheable
        assert found.variables == {"money": money}
        keys.append(found.key)

    assert keys[0] == keys[1]
    assert keys[0] != keys[2]
    assert panel().key == panel(unknown=1).key == document_id("storefront", "panel")


def test_a_merchant_s_mutation_is_never_cacheable() -> None:
    found = identify(
        body_of("mutation { programPublish(input: {}) { userErrors { code } } }"),
        schema=merchant_schema,
        development=True,
    )

    assert isinstance(found, Operation)
    assert (found.is_mutation, found.cacheable, found.key) == (True, False, None)

"""Documents over the limits are refused on their syntax tree: the refusal comes before validation and execution.

Speed is shown by structure, never by a clock: what is counted is how many selection sets are measured.
"""

from __future__ import annotations

import pytest
from graphql import get_introspection_query, parse, print_ast

from laurel_graphql import limits
from laurel_graphql.errors import ErrorCode, RequestError
from laurel_graphql.limits import LIMITS, check_structure
from laurel_graphql.storefront import storefront_schema


def refusal(document: str) -> ErrorCode:
    """The code with which a document is refused."""
    with pytest.raises(RequestError) as caught:
        storefront_schema.read(document, development=True)
    return caught.value.code


def bomb(levels: int) -> str:
    """Fragments that each spread the next one twice: 2^levels fields in the end, from about 40 bytes for each level."""
    chained = " ".join(f"fragment D{level} on Member {{ ...D{level + 1} ...D{level + 1} }}" for level in range(levels))
    return f"{{ me {{ ...D0 }} }} {chained} fragment D{levels} on Member {{ id }}"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("{ me " + "{ transactions { nodes " * 4 + "{ id }" + " } }" * 4 + " }", ErrorCode.DEPTH_LIMIT_EXCEEDED),
        ("{ " + " ".join(f"a{n}: me {{ id }}" for n in range(16)) + " }", ErrorCode.ALIAS_LIMIT_EXCEEDED),
        ("{ " + " ".join(f"a{n}: me {{ id }}" for n in range(100)) + " }", ErrorCode.ALIAS_LIMIT_EXCEEDED),
        ("{ me { " + "id " * 6 + "} }", ErrorCode.DUPLICATE_FIELD_LIMIT_EXCEEDED),
        ("{ me " + "@skip(if: false) " * 51 + "{ id } }", ErrorCode.DIRECTIVE_LIMIT_EXCEEDED),
        ("{ " + "__typename @a @b @c @d @e @f @g @h @i @j @k " * 5 + "}", ErrorCode.DIRECTIVE_LIMIT_EXCEEDED),
        ("{ " + " ".join(f"f{n}" for n in range(21)) + " }", ErrorCode.ROOT_FIELD_LIMIT_EXCEEDED),
        ("{ me { " + " ".join(f"f{n}" for n in range(300)) + " } }", ErrorCode.FIELD_LIMIT_EXCEEDED),
        ("{ me { id } } " + "fragment F on Member { id } " * 2, ErrorCode.GRAPHQL_VALIDATION_FAILED),
        ("{ me { id } } " + " ".join(f"fragment F{n} on Member {{ id }}" for n in range(51)),
         ErrorCode.FRAGMENT_LIMIT_EXCEEDED),
        ("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", ErrorCode.FRAGMENT_CYCLE),
        ("{ ...A } fragment A on Query { me { id } ...A }", ErrorCode.FRAGMENT_CYCLE),
        ("{ __typename } fragment A on Query { ...A }", ErrorCode.FRAGMENT_CYCLE),
        ("{ " + "... { " * 40 + "__typename" + " }" * 40 + " }", ErrorCode.DEPTH_LIMIT_EXCEEDED),
        ("{ " + "a { " * 150 + "b" + " }" * 150 + " }", ErrorCode.DEPTH_LIMIT_EXCEEDED),
        ("{" + "a{" * 5000 + "b" + "}" * 5000 + "}", ErrorCode.GRAPHQL_PARSE_FAILED),
        ("{ a(b: " + "[" * 400 + "]" * 400 + ") }", ErrorCode.GRAPHQL_PARSE_FAILED),
        ("{ " + "a " * 1000 + "}", ErrorCode.GRAPHQL_PARSE_FAILED),
        ("query ($v: Int" + " @a" * 51 + ") { __typename }", ErrorCode.DIRECTIVE_LIMIT_EXCEEDED),
    ],
)  # fmt: skip
def test_a_document_over_a_limit_is_refused_with_its_code(document: str, code: ErrorCode) -> None:
    assert refusal(document) == code


@pytest.mark.parametrize("levels", [10, 18, 49])
def test_a_fragment_that_doubles_at_each_level_is_refused(levels: int) -> None:
    assert refusal(bomb(levels)) in (ErrorCode.DUPLICATE_FIELD_LIMIT_EXCEEDED, ErrorCode.FIELD_LIMIT_EXCEEDED)


def test_a_fragment_that_doubles_below_fields_is_refused() -> None:
    fragments = " ".join(
        f"fragment D{level} on T {{ a {{ ...D{level + 1} }} b {{ ...D{level + 1} }} }}" for level in range(18)
    )

    document = f"{{ t {{ ...D0 }} }} {fragments} fragment D18 on T {{ c }}"

    assert refusal(document) in (ErrorCode.DEPTH_LIMIT_EXCEEDED, ErrorCode.FIELD_LIMIT_EXCEEDED)


def test_aliases_times_fragments_count_as_often_as_they_are_spread() -> None:
    fragments = "fragment A on Query { " + " ".join(f"x{n}: me {{ ...B }}" for n in range(4)) + " } "
    fragments += "fragment B on Member { a: id b: id c: id d: id }"

    assert refusal(f"{{ ...A }} {fragments}") == ErrorCode.ALIAS_LIMIT_EXCEEDED


def test_each_selection_set_is_measured_once_however_often_it_is_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = 0
    measure = limits._measure

    def counting(*arguments: object, **named: object) -> object:
        nonlocal measured
        measured += 1
        return measure(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(limits, "_measure", counting)
    levels = 40
    fragments = " ".join(f"fragment D{n} on T {{ ...D{n + 1} ...D{n + 1} }}" for n in range(levels))
    document = parse(f"{{ ...D0 }} {fragments} fragment D{levels} on T {{ __typename @skip(if: true) }}")

    with pytest.raises(RequestError):
        check_structure(document, LIMITS)

    assert measured <= levels + 2


def test_what_our_own_pages_and_the_usual_tools_send_passes_in_development() -> None:
    for sent in (get_introspection_query(), "{ me { transactions { edges { node { base { amount } } } } } }"):
        document = storefront_schema.read(sent, development=True).document
        assert print_ast(document) == print_ast(parse(sent))


def test_introspection_is_refused_in_production() -> None:
    with pytest.raises(RequestError) as caught:
        storefront_schema.read("{ __schema { queryType { name } } }", development=False)

    assert caught.value.code == ErrorCode.GRAPHQL_VALIDATION_FAILED


def test_production_suggests_nothing_and_development_does() -> None:
    with pytest.raises(RequestError) as development:
        storefront_schema.read("{ me { balanc } }", development=True)
    with pytest.raises(RequestError) as production:
        storefront_schema.read("{ me { balanc } }", development=False)

    assert "Did you mean" in development.value.message
    assert "Did you mean" not in production.value.message
    assert "balance" not in production.value.message


@pytest.mark.parametrize("digits", [20, 4301, 5000])
def test_a_literal_of_thousands_of_digits_is_an_error_and_no_crash(digits: int) -> None:
    assert refusal("query ($v: Int = " + "9" * digits + ") { me { expiring(first: $v) { points } } }") in (
        ErrorCode.GRAPHQL_VALIDATION_FAILED, ErrorCode.INVALID_PAGE_SIZE,
    )  # fmt: skip
    assert refusal("{ me { transactions(first: " + "9" * digits + ") { nodes { id } } } }") == (
        ErrorCode.INVALID_PAGE_SIZE
    )
    assert refusal('{ program { pointsFor(money: {amount: "1", currencyCode: ' + "9" * digits + "}) } }") == (
        ErrorCode.GRAPHQL_VALIDATION_FAILED
    )


def test_a_refused_document_is_remembered_without_its_traceback() -> None:
    for _ in range(2):
        with pytest.raises(RequestError) as caught:
            storefront_schema.read("{ nothing }", development=True)
        assert caught.value.code == ErrorCode.GRAPHQL_VALIDATION_FAILED

"""Mutations of the staff as tests send them, and their refusals."""

from __future__ import annotations

from typing import Any

from tests.support.graphql_requests import Ask


async def change(ask: Ask, name: str, gives: str, given: dict[str, Any], **options: Any) -> dict[str, Any]:
    """The payload of a mutation."""
    kind = name[0].upper() + name[1:]
    document = f"""mutation ($input: {kind}Input!) {{ {name}(input: $input) {{
        {gives} userErrors {{ field message code }} }} }}"""
    payload: dict[str, Any] = (await ask(document, {"input": given}, **options)).data[name]
    return payload


def refusals(payload: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """The codes of a refusal, each with its place."""
    return [(one["code"], one["field"]) for one in payload["userErrors"]]


def gid(kind: str, number: int) -> str:
    """A global id."""
    return f"gid://laurel/{kind}/{number}"

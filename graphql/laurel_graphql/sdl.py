"""The schemas in the schema definition language, for `laurel schema` and for the files that are checked in."""

from __future__ import annotations

from laurel_graphql.merchant import merchant_schema
from laurel_graphql.schema import LaurelSchema
from laurel_graphql.storefront import storefront_schema

SCHEMAS: dict[str, LaurelSchema] = {schema.name: schema for schema in (storefront_schema, merchant_schema)}


def print_sdl(name: str) -> str:
    """The SDL of the schema `storefront` or `merchant`. Raises KeyError for any other name."""
    return SCHEMAS[name].sdl

"""Runs a document without a schema, for machines that cannot fetch Shopify's: nothing is checked, the data is the same.

What a schema would say is read off the document: a field with `nodes` or `edges` inside is a connection, a fragment
applies when the object is of its type or of no known type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Undefined,
    get_operation_ast,
    value_from_ast_untyped,
)

from plugin.devstore.admin_values import paginate

Path = tuple[str | int, ...]
Answer = tuple[dict[str, Any] | None, list[dict[str, Any]]]


def execute_loosely(
    document: DocumentNode,
    operation_name: str | None,
    roots: Mapping[str, Callable[..., Any]],
    variables: Mapping[str, Any],
) -> Answer:
    """The data and errors of one operation on the root callables."""
    operation = get_operation_ast(document, operation_name)
    if operation is None:
        return None, [{"message": "Must provide one operation."}]
    run = _Run(document, operation, variables)
    return run.selected(operation.selection_set, roots, ()), run.errors


class _Run:
    def __init__(
        self, document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> None:
        self.errors: list[dict[str, Any]] = []
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        defaults = {
            definition.variable.name.value: value_from_ast_untyped(definition.default_value)
            for definition in operation.variable_definitions or ()
            if definition.default_value is not None
        }
        self._variables = defaults | dict(variables)

    def selected(self, selections: SelectionSetNode, source: Mapping[str, Any], path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for field in self._fields(selections, source.get("__typename")):
            key = field.alias.value if field.alias else field.name.value
            try:
                found[key] = self._value(field, source, (*path, key))
            except GraphQLError as error:
                found[key] = None
                self.errors.append({"message": error.message, "path": [*path, key], "extensions": error.extensions})
        return found

    def _value(self, field: FieldNode, source: Mapping[str, Any], path: Path) -> Any:
        name = field.name.value
        if name not in source:
            raise GraphQLError(f"The demo store does not serve {name}.", extensions={"code": "NOT_SERVED"})
        given = ((one.name.value, value_from_ast_untyped(one.value, self._variables)) for one in field.arguments or ())
        arguments = {argument: value for argument, value in given if value is not Undefined}
        value = source[name]
        if callable(value):
            value = value(**arguments)
        if isinstance(value, list) and self._is_connection(field):
            value = paginate(value, arguments)
        elif isinstance(value, list) and isinstance(arguments.get("first"), int):
            value = value[: arguments["first"]]
        return self._completed(field, value, path)

    def _completed(self, field: FieldNode, value: Any, path: Path) -> Any:
        if field.selection_set is None or value is None:
            return value
        if isinstance(value, list):
            return [self._completed(field, one, (*path, index)) for index, one in enumerate(value)]
        return self.selected(field.selection_set, value, path)

    def _is_connection(self, field: FieldNode) -> bool:
        inside = self._fields(field.selection_set, None) if field.selection_set else ()
        return any(child.name.value in ("nodes", "edges", "pageInfo") for child in inside)

    def _fields(self, selections: SelectionSetNode, type_name: str | None) -> Iterator[FieldNode]:
        for node in selections.selections:
            if isinstance(node, FieldNode):
                yield node
                continue
            fragment: InlineFragmentNode | FragmentDefinitionNode | None = None
            if isinstance(node, InlineFragmentNode):
                fragment = node
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._fragments.get(node.name.value)
            if fragment is not None and self._applies(fragment, type_name):
                yield from self._fields(fragment.selection_set, type_name)

    def _applies(self, fragment: InlineFragmentNode | FragmentDefinitionNode, type_name: str | None) -> bool:
        condition = fragment.type_condition
        return condition is None or type_name is None or condition.name.value == type_name

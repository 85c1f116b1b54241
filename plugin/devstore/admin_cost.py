"""What a query costs and the bucket that it is taken from, by Shopify's published rule.

Scalars cost nothing, an object 1, a mutation 10; a connection costs 2 and its `first` (or `last`) times what one node
costs, `pageInfo` nothing; of fragments on different types the dearest counts. The rule needs no schema: whatever has
fields of its own is an object. (Shopify itself asks less for large pages by now, by a rule that it has not published.)
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    value_from_ast_untyped,
)

MAXIMUM_QUERY_COST = 1000
MUTATION_COST = 10
_CONNECTION_COST = 2
_FREE = frozenset({"pageInfo", "userErrors"})
_WRAPPERS = frozenset({"nodes", "edges"})


class CostMeter:
    """Counts one operation of a document with its variables."""

    def __init__(self, document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]):
        self._operation = operation
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        defaults = {
            definition.variable.name.value: value_from_ast_untyped(definition.default_value)
            for definition in operation.variable_definitions or ()
            if definition.default_value is not None
        }
        self._variables = defaults | dict(variables)

    def requested(self) -> int:
        """The cost if every page is full."""
        if self._operation.operation is OperationType.MUTATION:
            fields = [field for _, field in self._selected(self._operation.selection_set)]
            return sum(MUTATION_COST + self._inside(field.selection_set) for field in fields)
        return self._inside(self._operation.selection_set)

    def actual(self, data: Mapping[str, Any] | None) -> int:
        """The cost of what was found."""
        if data is None:
            return 0
        if self._operation.operation is OperationType.MUTATION:
            fields = [field for _, field in self._selected(self._operation.selection_set)]
            found = ((field, data.get(_key(field))) for field in fields)
            return sum(MUTATION_COST + self._found_inside(field.selection_set, value) for field, value in found)
        return self._found_inside(self._operation.selection_set, data)

    def _inside(self, selections: SelectionSetNode | None) -> int:
        shared = 0
        by_type: dict[str, int] = {}
        for type_name, field in self._selected(selections):
            if type_name is None:
                shared += self._field(field)
            else:
                by_type[type_name] = by_type.get(type_name, 0) + self._field(field)
        return shared + max(by_type.values(), default=0)

    def _field(self, field: FieldNode) -> int:
        if field.selection_set is None or field.name.value in _FREE:
            return 0
        size = self._size(field)
        if self._is_connection(field):
            return _CONNECTION_COST + size * sum(1 + self._inside(node) for node in self._nodes(field))
        return size * (1 + self._inside(field.selection_set))

    def _found_inside(self, selections: SelectionSetNode | None, value: Any) -> int:
        if isinstance(value, list):
            return sum(self._found_inside(selections, one) for one in value)
        if not isinstance(value, Mapping):
            return 0
        # One answer has one key once, however many fragments ask for it.
        fields = {_key(field): field for _, field in self._selected(selections) if _key(field) in value}
        return sum(self._found(field, value[key]) for key, field in fields.items())

    def _found(self, field: FieldNode, value: Any) -> int:
        if field.selection_set is None or field.name.value in _FREE or value is None:
            return 0
        if self._is_connection(field):
            return _CONNECTION_COST + self._found_inside(field.selection_set, value)
        if field.name.value == "edges":
            return self._found_inside(field.selection_set, value)
        if isinstance(value, list) and not self._is_page(field):
            # A list that nobody can page counts as one object, as it did when it was asked for.
            return 1 + max((self._found_inside(field.selection_set, one) for one in value), default=0)
        objects = len(value) if isinstance(value, list) else 1
        return objects + self._found_inside(field.selection_set, value)

    def _is_connection(self, field: FieldNode) -> bool:
        return any(child.name.value in _WRAPPERS for _, child in self._selected(field.selection_set))

    def _nodes(self, connection: FieldNode) -> Iterator[SelectionSetNode | None]:
        for _, child in self._selected(connection.selection_set):
            if child.name.value == "nodes":
                yield child.selection_set
            elif child.name.value == "edges":
                inner = (one for _, one in self._selected(child.selection_set) if one.name.value == "node")
                yield from (one.selection_set for one in inner)

    def _is_page(self, field: FieldNode) -> bool:
        paged = any(argument.name.value in ("first", "last") for argument in field.arguments or ())
        return paged or field.name.value == "nodes"

    def _size(self, field: FieldNode) -> int:
        for argument in field.arguments or ():
            if argument.name.value in ("first", "last"):
                size = value_from_ast_untyped(argument.value, self._variables)
                return size if isinstance(size, int) and size >= 0 else 1
        return 1

    def _selected(self, selections: SelectionSetNode | None) -> Iterator[tuple[str | None, FieldNode]]:
        """The fields inside, those of fragments with the name of the type that the fragment is on."""
        for node in selections.selections if selections is not None else ():
            if isinstance(node, FieldNode):
                yield None, node
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition.name.value if node.type_condition else None
                yield from ((name or condition, field) for name, field in self._selected(node.selection_set))
            elif isinstance(node, FragmentSpreadNode) and node.name.value in self._fragments:
                fragment = self._fragments[node.name.value]
                condition = fragment.type_condition.name.value
                yield from ((name or condition, field) for name, field in self._selected(fragment.selection_set))


def _key(field: FieldNode) -> str:
    return field.alias.value if field.alias else field.name.value


class Bucket:
    """The leaky bucket of one app in one shop. `seconds` is a clock that never goes back."""

    def __init__(
        self, maximum: int = 2000, restore_rate: int = 100, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self.maximum, self.restore_rate, self._seconds = maximum, restore_rate, seconds
        self._available, self._at = float(maximum), seconds()

    def available(self) -> int:
        """The points that can be spent now."""
        now = self._seconds()
        self._available = min(self.maximum, self._available + (now - self._at) * self.restore_rate)
        self._at = now
        return math.floor(self._available)

    def spend(self, points: int) -> bool:
        """Take points; False, and nothing taken, when there are not enough."""
        if points > self.available():
            return False
        self._available -= points
        return True

    def give_back(self, points: int) -> None:
        """Return what a query asked for and did not use."""
        self._available = min(self.maximum, self._available + points)

    def status(self) -> dict[str, float | int]:
        """`throttleStatus` of an answer."""
        return {
            "maximumAvailable": float(self.maximum),
            "currentlyAvailable": self.available(),
            "restoreRate": float(self.restore_rate),
        }

"""What a request would cost, knowing the size of its lists, decided before it runs.

A field costs 1; what lies below a list costs its own cost times the list's size. A connection's size is its `first`, as
written or as given by a variable, or the argument's default; the rows around somebody are one and twice their `span`;
a plain list of objects counts as `PLAIN_LIST_SIZE`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)
from graphql.language import InlineFragmentNode, Visitor, visit

from laurel_graphql.errors import ErrorCode, RequestError
from laurel_graphql.limits import Limits, fragments_of

PLAIN_LIST_SIZE = 10
_PAGE_ARGUMENTS = ("first", "last", "span")


PageVariable = tuple[str, str]
"""A variable's name, and the argument that it is given to."""


def page_variables(document: DocumentNode, limits: Limits) -> frozenset[PageVariable]:
    """The variables that set the size of a page. Raises RequestError for a literal size out of bounds."""
    found: set[PageVariable] = set()

    class PageSizes(Visitor):
        def enter_field(self, node: FieldNode, *_arguments: Any) -> None:
            given = [argument for argument in node.arguments or () if argument.name.value in _PAGE_ARGUMENTS]
            if len(given) > 1:
                raise RequestError(ErrorCode.INVALID_PAGE_SIZE, "A page takes `first` or `last`, not both.")
            for argument in given:
                if isinstance(argument.value, VariableNode):
                    found.add((argument.value.name.value, argument.name.value))
                elif isinstance(argument.value, IntValueNode):
                    check_page_size(argument.name.value, _whole_number(argument.value), limits)

    visit(document, PageSizes())
    return frozenset(found)


def page_sizes(
    operation: OperationDefinitionNode, found: Iterable[PageVariable], variables: Mapping[str, Any], limits: Limits
) -> dict[str, int]:
    """The page sizes that the variables of a request give. Raises RequestError for one that is out of bounds.

    What is not a whole number is left out here and refused when the variables are coerced.
    """
    defaults = {
        node.variable.name.value: _whole_number(node.default_value)
        for node in operation.variable_definitions or ()
        if isinstance(node.default_value, IntValueNode)
    }
    sizes: dict[str, int] = {}
    for name, argument in found:
        size = variables.get(name, defaults.get(name))
        if isinstance(size, float) and size.is_integer():
            size = int(size)
        if isinstance(size, int) and not isinstance(size, bool):
            check_page_size(argument, size, limits)
            sizes[name] = size
    return sizes


def check_page_size(argument: str, size: int, limits: Limits) -> None:
    """Raises RequestError unless 1 ≤ size ≤ the most that the argument may ask for."""
    most = (limits.page_size - 1) // 2 if argument == "span" else limits.page_size
    if not 1 <= size <= most:
        raise RequestError(ErrorCode.INVALID_PAGE_SIZE, f"`{argument}` must be from 1 to {most}.")


def _whole_number(node: IntValueNode) -> int:
    """The number that a literal writes. One too long to be a page size stays too large without being read in full."""
    return int(node.value[:12])


@dataclass(slots=True)
class _Walk:
    """One walk over an operation: the sizes of its pages, and what each fragment that was passed costs."""

    schema: GraphQLSchema
    sizes: Mapping[str, int]
    limits: Limits
    fragments: dict[str, int]


def operation_cost(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    order: Iterable[str],
    sizes: Mapping[str, int],
    limits: Limits,
) -> int:
    """The cost of one operation. `order` is the fragments' names, leaves first; `sizes` are the pages by variable."""
    walk = _Walk(schema, sizes, limits, {})
    definitions = fragments_of(document)
    for name in order:
        fragment = definitions[name]
        condition = schema.get_type(fragment.type_condition.name.value)
        walk.fragments[name] = _cost(walk, fragment.selection_set, condition)
    return _cost(walk, operation.selection_set, _root_type(schema, operation.operation))


def _root_type(schema: GraphQLSchema, kind: OperationType) -> GraphQLNamedType | None:
    return schema.get_root_type(kind)


def _cost(walk: _Walk, selection_set: SelectionSetNode, parent: GraphQLNamedType | None) -> int:
    cost = 0
    for selection in selection_set.selections:
        if isinstance(selection, FieldNode):
            cost += _field_cost(walk, selection, parent)
        elif isinstance(selection, FragmentSpreadNode):
            cost += walk.fragments.get(selection.name.value, 0)
        elif isinstance(selection, InlineFragmentNode):
            condition = selection.type_condition
            kind = walk.schema.get_type(condition.name.value) if condition else parent
            cost += _cost(walk, selection.selection_set, kind)
    return cost


def _field_cost(walk: _Walk, node: FieldNode, parent: GraphQLNamedType | None) -> int:
    if node.selection_set is None:
        return 1
    definition = None
    if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
        definition = parent.fields.get(node.name.value)
    kind = get_named_type(definition.type) if definition else None
    in_connection = parent is not None and parent.name.endswith("Connection")
    size = 1 if in_connection else _list_size(walk, node, definition)
    return 1 + size * _cost(walk, node.selection_set, kind)


def _list_size(walk: _Walk, node: FieldNode, definition: GraphQLField | None) -> int:
    for argument in node.arguments or ():
        if argument.name.value in _PAGE_ARGUMENTS:
            written = _size_of(argument.value, walk.sizes)
            if written is not None:
                return _rows(argument.name.value, written)
    if definition is None:
        return 1
    if "span" in definition.args:
        default = definition.args["span"].default_value
        return _rows("span", default if isinstance(default, int) else walk.limits.page_size)
    if "first" in definition.args:
        default = definition.args["first"].default_value
        return default if isinstance(default, int) else walk.limits.page_size
    if is_list_type(get_nullable_type(definition.type)) and is_composite_type(get_named_type(definition.type)):
        return PLAIN_LIST_SIZE
    return 1


def _rows(argument: str, size: int) -> int:
    """How many rows an argument asks for: so many, or so many on both sides of one."""
    return 2 * size + 1 if argument == "span" else size


def _size_of(value: ValueNode, sizes: Mapping[str, int]) -> int | None:
    if isinstance(value, IntValueNode):
        return _whole_number(value)
    if isinstance(value, VariableNode):
        return sizes.get(value.name.value)
    return None

"""Mutations in few words: what each takes, gives, refuses and does. What all of them have in common is made here.

Of a mutation `offer_create` this makes `OfferCreateErrorCode`, `OfferCreateUserError`, `OfferCreatePayload` and the
field. Its `OfferCreateInput` and its codes are written by hand; what its payload gives besides errors is mostly one
object, made by `given_of`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, TypeVar

import strawberry
from pydantic import BaseModel, ValidationError

from laurel_graphql.inputs.given import Fault, OneOfError, faults_of, plain

Model = TypeVar("Model", bound=BaseModel)
Does = Callable[[Any, Any], Awaitable[Mapping[str, Any]]]


class ChangeRefused(Exception):  # noqa: N818  # a refusal, told to the caller
    """Nothing was changed. `errors` are codes of the API, each with its place in the input and a sentence."""

    def __init__(self, errors: Sequence[tuple[str, Fault]]) -> None:
        super().__init__(errors[0][0])
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Change:
    """A mutation. `does` gets the context of the request and the input; it returns fields of `gives`, or refuses."""

    name: str
    """As the resolver would be called: `offer_create`."""
    description: str
    refused: str
    """What did not happen where it is refused, such as `no offer was made`."""
    takes: type
    gives: type
    codes: Mapping[str, str]
    """When each code is returned."""
    does: Does

    @property
    def title(self) -> str:
        """What the names of its types begin with."""
        return "".join(word.title() for word in self.name.split("_"))


def mutation(change: Change) -> Any:
    """The field of a mutation, for the class of its schema."""
    codes = _codes(change)
    user_error = _made(
        f"{change.title}UserError",
        f"One reason why {change.refused}. Nothing changed.",
        {
            "field": (list[str] | None, "The path of the input that it is about."),
            "message": (str, "What is wrong, in the caller's language."),
            "code": (codes, "What is wrong, for programs."),
        },
    )
    payload = _made(
        f"{change.title}Payload", "What came of it.",
        {"user_errors": (list[user_error], "Why it was refused, empty otherwise.")},  # type: ignore[valid-type]
        change.gives,
    )  # fmt: skip

    async def resolver(info: Any, input: Any) -> Any:  # noqa: A002  # the one argument of every mutation is named so
        try:
            return payload(**await change.does(info.context, input), user_errors=[])
        except ChangeRefused as refusal:
            found = refusal.errors
        errors = [user_error(field=fault.field, message=fault.message, code=codes[code]) for code, fault in found]
        return payload(user_errors=errors)

    described = strawberry.argument(description=change.takes.__strawberry_definition__.description)  # type: ignore[attr-defined]
    resolver.__annotations__ = {
        "info": strawberry.Info, "input": Annotated[change.takes, described], "return": payload,
    }  # fmt: skip
    return strawberry.field(resolver=resolver, description=change.description)


def _codes(change: Change) -> Any:
    members = {name: strawberry.enum_value(name, description=when) for name, when in change.codes.items()}
    made = Enum(f"{change.title}ErrorCode", members)  # type: ignore[misc]  # its members are the codes
    return strawberry.enum(made, description=f"Why {change.refused}.")


def input_of(name: str, description: str, fields: Mapping[str, Any], **defaults: Any) -> type:
    """An input type with these fields, each a type and a description; those with a default may be left out."""
    body = _body(fields, {key: {"default": value} for key, value in defaults.items()})
    made: type = strawberry.input(type(name, (), body), description=description)
    return made


def given_of(name: str, kind: type, description: str) -> type:
    """What a payload gives besides errors: one object, null when refused."""
    body = _body({name: (kind | None, description)}, {name: {"default": None}})
    made: type = strawberry.type(type(f"{name.title()}Given", (), body))
    return made


def _made(name: str, description: str, fields: Mapping[str, tuple[Any, str]], base: type = object) -> Any:
    return strawberry.type(type(name, (base,), _body(fields, {})), description=description)


def _body(fields: Mapping[str, tuple[Any, str]], options: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    kinds = {key: kind for key, (kind, _) in fields.items()}
    told = {
        key: strawberry.field(description=description, **options.get(key, {}))
        for key, (_, description) in fields.items()
    }
    return {"__annotations__": kinds, **told}


def checked(model: type[Model], given: Any, *path: str) -> Model:
    """What the engine makes of an input. Raises ChangeRefused with every fault of it, RequestError for bad texts."""
    root = ["input", *path]
    try:
        return model.model_validate(plain(given))
    except OneOfError as error:
        faults = [Fault(root, str(error))]
    except ValidationError as error:
        faults = faults_of(error, root)
    raise ChangeRefused([("INVALID", fault) for fault in faults])


def codes_of(known: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """The codes of one mutation out of those that its room knows."""
    return {name: known[name] for name in names}

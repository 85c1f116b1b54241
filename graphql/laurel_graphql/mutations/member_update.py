"""`memberUpdate`: what members say of themselves: when their birthday is, in which zone their streaks are."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.birthdays import BirthdayRefused, set_birthday
from engine.game.asking import WishRefused
from engine.members import member_of_customer
from engine.streaks.acting import choose_zone
from laurel_graphql.context import StorefrontContext, StorefrontInfo
from laurel_graphql.inputs.texts import readable
from laurel_graphql.texts import TEXTS, day_text, language_of
from laurel_graphql.types.members import Member, member_of


@strawberry.enum(description="Why nothing was changed.")
class MemberUpdateErrorCode(Enum):
    SIGNED_OUT = strawberry.enum_value("SIGNED_OUT", description="Returned when nobody is logged in.")
    INVALID_DATE = strawberry.enum_value("INVALID_DATE", description="Returned when no year has such a day.")
    BIRTHDAY_IS_TODAY = strawberry.enum_value(
        "BIRTHDAY_IS_TODAY", description="Returned for today's day: a birthday is told ahead of it."
    )
    BIRTHDAY_LOCKED = strawberry.enum_value(
        "BIRTHDAY_LOCKED", description="Returned when it was changed within the last year."
    )
    TIME_ZONE_INVALID = strawberry.enum_value(
        "TIME_ZONE_INVALID", description="Returned when there is no such time zone."
    )
    ZONE_CHANGED_OFTEN = strawberry.enum_value(
        "ZONE_CHANGED_OFTEN", description="Returned when the zone was changed too often of late."
    )
    TOO_OFTEN = strawberry.enum_value("TOO_OFTEN", description="Returned when it was changed too often in a year.")
    MEMBER_NOT_FOUND = strawberry.enum_value(
        "MEMBER_NOT_FOUND", description="Returned when the member left the program."
    )


@strawberry.type(description="One reason why nothing was changed.")
class MemberUpdateUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: MemberUpdateErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="A birthday, without its year.")
class BirthdayInput:
    month: int = strawberry.field(description="The month, 1 to 12.")
    day: int = strawberry.field(description="The day of the month, 1 to 31. February 29 is one.")


@strawberry.input(description="What to change; what is left out stays as it is.")
class MemberUpdateInput:
    birthday: BirthdayInput | None = strawberry.field(
        default=None, description="The birthday. It can be changed once a year, and never to today."
    )
    time_zone: str | None = strawberry.field(
        default=None, description="The zone of their streaks' days, such as `Asia/Shanghai`, from the next unit on."
    )


@strawberry.type(description="What came of a change.")
class MemberUpdatePayload:
    me: Member | None = strawberry.field(description="The member as they are now, null when nobody is logged in.")
    user_errors: list[MemberUpdateUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def member_update(
    info: StorefrontInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        MemberUpdateInput, strawberry.argument(description="What to change.")
    ],
) -> MemberUpdatePayload:
    """Write down what the member says. Saying the same again changes nothing and is no error."""
    context = info.context
    if context.customer_id is None:
        error = _error("SIGNED_OUT", None, TEXTS[language_of(context.locale)]["refused.signed_out"])
        return MemberUpdatePayload(me=None, user_errors=[error])
    return await _update(context, context.customer_id, input)


async def _update(context: StorefrontContext, customer_id: int, wanted: MemberUpdateInput) -> MemberUpdatePayload:
    birthday, errors = wanted.birthday, []
    async with context.writing() as connection:
        found = await member_of_customer(connection, context.program_id, context.shop_id, customer_id)
        if birthday is not None:
            try:
                await set_birthday(connection, context.program_id, found.member_id, birthday.month, birthday.day)
            except BirthdayRefused as refusal:
                errors = [_error(refusal.code, ["input", "birthday"], _message(refusal, context.locale))]
        if wanted.time_zone is not None:
            try:
                await choose_zone(connection, context.program_id, found.member_id, readable(wanted.time_zone))
            except WishRefused as refusal:
                errors.append(_error(refusal.code, ["input", "timeZone"], _zone_message(refusal, context.locale)))
        member = await member_of_customer(connection, context.program_id, context.shop_id, customer_id)
    return MemberUpdatePayload(me=member_of(member), user_errors=errors)


def _message(refusal: BirthdayRefused, locale: str) -> str:
    language = language_of(locale)
    words = TEXTS[language][f"refused.{refusal.code.lower()}"]
    return words.format(day=day_text(refusal.changeable_from, language)) if refusal.changeable_from else words


def _zone_message(refusal: WishRefused, locale: str) -> str:
    return TEXTS[language_of(locale)][f"streak.refused.{refusal.code.lower()}"]


def _error(code: str, field: list[str] | None, message: str) -> MemberUpdateUserError:
    return MemberUpdateUserError(field=field, message=message, code=MemberUpdateErrorCode[code])

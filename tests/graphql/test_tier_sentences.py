"""Requirements, rules and perks in words: pure, in two languages, and what is for members kept from the rest."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from engine.perks.definitions import (
    BirthdayPoints,
    Content,
    CustomerTag,
    EarlyAccess,
    FreeShippingCode,
    PercentCode,
    Perk,
)
from engine.tiers.definitions import default_tiers
from engine.tiers.periods import Anniversary, Calendar, UntilAnniversary, UntilCalendar
from engine.tiers.requirements import AllOf, AnyOf, AtLeast, Node
from laurel_graphql.refusals import Words
from laurel_graphql.tier_sentences import missing_text, requirement_text, rules_text
from laurel_graphql.types.perks import perks_of
from laurel_graphql.types.tier_values import progress_of

LADDER = default_tiers("USD")
CLUB = Content(handle="club", title="The club", url="https://club.example/in", text="The password is laurel.")
NESTED: Node = AnyOf(
    requirements=(
        AtLeast(metric="spend", amount=Decimal(10_000), more_than=True),
        AllOf(
            requirements=(
                AtLeast(metric="orders", amount=Decimal(1)),
                AtLeast(metric="membership_months", amount=Decimal(6)),
            )
        ),
    )
)


def test_requirements_read_as_sentences() -> None:
    assert requirement_text(NESTED, "USD", "en") == (
        "Spend more than $10,000.00 or (place 1 order and be a paying member for 6 months)"
    )
    assert (
        requirement_text(NESTED, "JPY", "zh-CN") == "消费超过 JP¥10,000，或（完成 1 笔订单，且成为付费会员满 6 个月）"
    )
    assert requirement_text(None, "USD", "en") == ""
    assert missing_text([("points", Decimal(1)), ("reviews", Decimal(2))], "USD", "en", together=False) == (
        "Earn 1 point more or write 2 more reviews"
    )


def test_the_rules_of_a_ladder_read_as_sentences() -> None:
    terms = {
        "window": Calendar(unit="quarter"), "term": UntilCalendar(unit="year", extra_periods=1), "grace_days": 1,
        "downgrade": "one_down",
    }  # fmt: skip
    assert rules_text(LADDER.model_copy(update=terms), "en") == [
        "What happens within a calendar quarter counts.",
        "A tier stays to the end of the year in which it is reached.",
        "It stays for 1 period more after that.",
        "Whoever does not qualify anew goes one tier down.",
        "Benefits stay for 1 day more.",
        "What is refunded no longer counts: the tier follows at once.",
    ]
    yearly = LADDER.model_copy(
        update={"window": Anniversary(), "term": UntilAnniversary(), "downgrade": "to_base", "after_hold": "keep"}
    )
    assert rules_text(yearly, "zh-CN") == [
        "自加入之日起每 12 个月内的记录计入。",
        "等级有效至下一个入会周年，每 12 个月一次。",
        "未重新达标者从头开始。",
        "达到等级后 30 天内退款会撤销该等级；之后的退款不影响等级，直至到期。",
    ]


def test_a_ring_is_full_only_when_nothing_is_missing() -> None:
    def percent(value: str, target: str, missing: str) -> int:
        return progress_of("spend", Decimal(value), Decimal(target), Decimal(missing), "USD", "en").percent

    assert percent("499.99", "500", "0.01") == 99
    assert percent("10000", "10000", "0.01") == 99  # more than that is asked for
    assert percent("500", "500", "0") == 100
    assert percent("9999999999", "500", "0") == 100
    assert percent("0", "0", "0.01") == 0


PERKS: tuple[Perk, ...] = (
    CustomerTag(handle="tag", tag="vip"),
    PercentCode(handle="ten", percentage=Decimal("12.5"), code_days=1, each="once"),
    FreeShippingCode(handle="free", maximum_price={"USD": 800}),
    EarlyAccess(
        handle="drop", title="The drop", target_kind="collection", target="drop",
        members_from=datetime(2027, 1, 1, 3, tzinfo=UTC), opens_at=datetime(2027, 1, 2, 12, tzinfo=UTC),
    ),
    BirthdayPoints(handle="birthday", points=100),
    CLUB,
)  # fmt: skip


def test_perks_are_worded_for_who_reads_them_and_tags_and_contents_are_kept_from_the_rest() -> None:
    new_york = Words("en-US", ZoneInfo("America/New_York"))

    told = [(one.title, one.description, one.url) for one in perks_of(PERKS, new_york, "USD")]
    chinese = [one.title for one in perks_of(PERKS, Words("zh", ZoneInfo("UTC")), "EUR")]
    staff = perks_of(PERKS, new_york, "USD", staff=True)

    assert told == [
        ("12.5% off", "One code, good for 1 day.", None),
        ("Free delivery up to $8.00", "A code each month, good for 90 days.", None),
        ("The drop", "Open to members from December 31, 2026, to everybody from January 2, 2027.",
         "/collections/drop"),
        ("100 points on your birthday", "Once a year.", None),
        ("The club", "For members only.", None),
    ]  # fmt: skip
    assert chinese == ["优惠 12.5%", "免运费", "The drop", "生日当天可得 100 积分", "The club"]
    assert (staff[0].tag, staff[-1].url, staff[-1].text) == ("vip", CLUB.url, CLUB.text)

"""What is agreed with a partner, said in sentences."""

from __future__ import annotations

from engine.partners.definitions import AgreementDefinition
from plugin.partners.page.words import PageWords


def sentences(words: PageWords, agreed: AgreementDefinition) -> list[str]:
    """All that a version of the agreement says, as its partner reads it."""
    t, currency = words.text, agreed.currency
    said = [
        t("agreement.buy", rate=words.rate(agreed.buy_rate, currency)),
        t("agreement.redeem", rate=words.rate(agreed.redeem_rate, currency)),
        t(f"agreement.{agreed.billing}"),
        t(
            "agreement.cycle", cycle=t(f"agreement.cycle.{agreed.cycle}"), zone=agreed.time_zone,
            days=words.days(agreed.settle_days),
        ),
        t("agreement.hold", days=words.days(agreed.hold_days)) if agreed.hold_days else t("agreement.hold.none"),
        t("agreement.report", days=words.days(agreed.report_days)),
        t("agreement.window", days=words.days(agreed.attribution.window_days)),
        t(f"agreement.click.{agreed.attribution.click}"),
    ]  # fmt: skip
    if agreed.attribution.code_wins:
        said.append(t("agreement.code.wins"))
    for cap in agreed.caps:
        period = t(f"agreement.period.{cap.period}")
        said.append(t(f"agreement.cap.{cap.kind}", points=words.number(cap.points), period=period))
    if agreed.tolerance_minor:
        said.append(t("agreement.tolerance", amount=words.money(agreed.tolerance_minor, currency)))
    return said

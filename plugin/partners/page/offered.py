"""What an offer of a partner says, as pairs of a name and what stands there."""

from __future__ import annotations

from engine.money import Money
from engine.offers.catalog import Offer
from engine.offers.definitions import Exchange, Fixed, OfferDefinition, Payment, PerUnit, Redemption
from plugin.partners.page.words import PageWords

Fact = tuple[str, str]


def facts(words: PageWords, offer: Offer, codes_left: int | None) -> list[Fact]:
    """How an offer stands and what it gives; `codes_left` of its pool, None where it has none."""
    definition, t = offer.definition, words.text
    found = [*_given(words, definition), *_moments(words, offer)]
    found.append((t("offer.ever"), words.number(offer.claims_made)))
    if offer.claims_left is not None:
        found.append((t("offer.left"), words.number(offer.claims_left)))
    if codes_left is not None:
        found.append((t("offer.codes"), words.number(codes_left)))
    if offer.budget is not None:
        left = words.budget(offer.budget.free, offer.budget.unit)
        if offer.budget.held:
            held = t("offer.budget.held", amount=words.budget(offer.budget.held, offer.budget.unit))
            left = f"{left} · {held}"
        found.append((t("offer.budget"), left))
        found.append((t("offer.budget.spent"), words.budget(offer.budget.spent, offer.budget.unit)))
    return found


def _given(words: PageWords, definition: OfferDefinition) -> list[Fact]:
    t, gives, found = words.text, definition.gives, []
    if definition.earning is not None:
        found.append((t("offer.earning"), _earning(words, definition.earning)))
    if definition.payment is not None:
        amount = _amount(words, definition.payment, definition.currency)
        found.append((t("offer.payment"), t(f"offer.payment.{definition.payment.payer}", amount=amount)))
    if isinstance(gives, Redemption):
        found.append((t("offer.price"), words.points(gives.price)))
        if gives.worth:
            found.append((t("offer.worth"), gives.worth))
    if isinstance(gives, Exchange):
        said = t(
            "offer.rate.said", points=words.number(gives.denominator), gives=words.number(gives.numerator),
            unit=gives.unit_name,
        )  # fmt: skip
        found.append((t("offer.rate"), said))
    return found


def _moments(words: PageWords, offer: Offer) -> list[Fact]:
    moments = (
        ("offer.published", offer.published_at),
        ("offer.from", offer.definition.starts_at),
        ("offer.until", offer.definition.ends_at),
    )
    return [(words.text(key), words.moment(at)) for key, at in moments if at is not None]


def _earning(words: PageWords, earning: Fixed | PerUnit) -> str:
    if isinstance(earning, Fixed):
        return words.points(earning.points)
    rates = sorted(earning.rates.items())
    return " · ".join(
        words.text("offer.earning.unit", points=words.number(rate), currency=currency) for currency, rate in rates
    )


def _amount(words: PageWords, payment: Payment, currency: str | None) -> str:
    if payment.fixed_minor is not None and currency is not None:
        return words.rate(Money(payment.fixed_minor, currency).decimal(), currency)
    return f"{payment.percent} %"

"""The program's page: its rules in words, what differs from the live version, its versions; and its settings' form."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from engine.database import tenant_transaction
from engine.publishing import Publication, publications
from plugin.merchant.definitions import changes, definition_of
from plugin.merchant.home import BEGINNING_YEAR, standing_of
from plugin.merchant.pages import PageRequest
from plugin.merchant.sentences import sentence_of
from plugin.merchant.words import Words

PREVIEW_MONTHS = (1, 3, 6, 12)
_VERSIONS_SHOWN = 20
"""As many as the operation asks for."""


async def program(opened: PageRequest) -> Response:
    """Draw the page."""
    data = await opened.ask("program")
    words = opened.words
    live, draft = data["program"]["liveVersion"], data["program"]["draft"]
    drafted = definition_of(draft["definition"])
    published = definition_of(live["definition"]) if live else None
    async with tenant_transaction(opened.services.engine, opened.visit.shop.program_id) as connection:
        made = await publications(connection, opened.visit.shop.program_id, _VERSIONS_SHOWN)
    differences = list(changes(published, drafted))
    return opened.render(
        "program.html",
        name=drafted["name"],
        standing=standing_of(live, words),
        live=live,
        revision=draft["revision"],
        differences=[words.text(f"program.change.{what}", title=words.quoted(title)) for what, title in differences],
        rules=_rules(drafted, differences, words),
        versions=_versions(data["programVersions"], made, live, words),
        months=[(count, words.months(count)) for count in PREVIEW_MONTHS],
        currency=opened.shop.currency,
        zone=drafted["time_zone"],
    )


def _rules(drafted: dict[str, Any], differences: list[tuple[str, str]], words: Words) -> list[dict[str, Any]]:
    states = {title: what for what, title in differences}
    return [
        {
            "handle": rule["handle"],
            "title": rule["title"],
            "enabled": rule["enabled"],
            "sentence": sentence_of(rule, words),
            "state": states.get(rule["title"]),
        }
        for rule in sorted(drafted["rules"], key=lambda one: (one["priority"], one["handle"]))
    ]


def _versions(
    versions: list[dict[str, Any]], made: list[Publication], live: dict[str, Any] | None, words: Words
) -> list[dict[str, Any]]:
    publication = {one.version: one for one in made}
    return [
        {
            "version": one["version"],
            "live": live is not None and one["version"] == live["version"],
            "planned": datetime.fromisoformat(one["effectiveFrom"]) > datetime.now(UTC),
            "from": _from(one["effectiveFrom"], words),
            "published": words.moment(publication[one["version"]].published_at),
            "by": actor_text(publication[one["version"]].published_by, words),
        }
        for one in versions
        if one["version"] in publication
    ]


def _from(moment: str, words: Words) -> str:
    always = datetime.fromisoformat(moment).year <= BEGINNING_YEAR
    return words.text("program.version.always") if always else words.moment(moment)


def actor_text(actor: str, words: Words) -> str:
    """Who did something: a member of the staff by their number, else Laurel itself."""
    kind, _, number = actor.partition(":")
    return words.text("program.staff", id=number) if kind == "staff" and number else words.text("program.system")


async def settings(opened: PageRequest) -> Response:
    """Draw the form for what holds for all rules."""
    draft = (await opened.ask("program_draft"))["programDraft"]
    text = opened.words.text
    key = "program.settings"
    return opened.render(
        "program_settings.html",
        definition=definition_of(draft["definition"]),
        revision=draft["revision"],
        modes=[(mode.upper(), text(f"{key}.mode.{mode}")) for mode in ("best_of", "first_match", "sum", "multiply")],
        takings=[(one.upper(), text(f"{key}.taking.{one}")) for one in ("latest_end_first", "earliest_end_first")],
        shortfalls=[(one.upper(), text(f"{key}.shortfall.{one}")) for one in ("debt", "write_off", "flag")],
    )

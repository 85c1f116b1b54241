"""The theme app extension as it is shipped.

Sizes, languages, texts, Shopify's own linter, and what no script may use.
"""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "widgets" / "extension"
LOCALES = EXTENSION / "locales"
GAME = ROOT / "widgets" / "src" / "game"
OFFERS = ROOT / "widgets" / "src" / "offers"
GAME_OPERATIONS = (
    *("game", "leaderboard", "league", "friends", "challenge_join", "challenge_leave", "streak_repair", "streak_pause"),
    *("leaderboard_opt_in", "leaderboard_opt_out", "league_opt_in", "league_opt_out", "quarantine_appeal"),
    *("friend_add", "friend_remove", "member_update"),
)


@pytest.fixture(scope="session")
def assets() -> Path:
    """The folder of the scripts, freshly built."""
    subprocess.run(["npm", "run", "--silent", "build"], cwd=ROOT, check=True, timeout=120)
    return EXTENSION / "assets"


def keys(texts: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """Every key of a locale file, joined by dots."""
    for key, value in texts.items():
        if isinstance(value, dict):
            yield from keys(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def read(name: str) -> dict[str, Any]:
    """A locale file."""
    found: dict[str, Any] = json.loads((LOCALES / name).read_text("utf-8"))
    return found


def test_given_the_loader_when_it_is_built_then_it_is_within_shopifys_limit_and_ours(assets: Path) -> None:
    loader = (assets / "laurel.js").read_bytes()

    assert len(loader) < 10_000
    assert len(gzip.compress(loader, 9)) < 4_000
    assert len((assets / "laurel-product.js").read_bytes()) < 10_000
    assert len(gzip.compress((assets / "laurel-panel.js").read_bytes(), 9)) < 22_000
    assert len(gzip.compress((assets / "laurel-standing.js").read_bytes(), 9)) < 12_000
    assert len(gzip.compress((assets / "laurel-game.js").read_bytes(), 9)) < 28_000  # with its texts in two languages
    assert len(gzip.compress((assets / "laurel-offers.js").read_bytes(), 9)) < 13_000


def test_given_the_scripts_when_they_are_built_then_they_ask_by_the_hash_of_the_operations(assets: Path) -> None:
    def document_id(name: str) -> str:
        return f"sha256:{sha256((ROOT / 'graphql' / 'operations' / f'{name}.graphql').read_bytes()).hexdigest()}"

    assert document_id("panel") in (assets / "laurel.js").read_text("utf-8")
    assert document_id("product") in (assets / "laurel-product.js").read_text("utf-8")
    panel = (assets / "laurel-panel.js").read_text("utf-8")
    for name in ("rewards", "quote", "reward_redeem", "redemption_cancel", "member_update", "standing"):
        assert document_id(name) in panel, name
    for name in (
        "membership_cancel",
        "membership_pause",
        "membership_resume",
        "membership_change_plan",
        "membership_change_quote",
    ):
        assert document_id(name) in panel, name
    game = (assets / "laurel-game.js").read_text("utf-8")
    for name in GAME_OPERATIONS:
        assert document_id(name) in game, name
    offers = (assets / "laurel-offers.js").read_text("utf-8")
    for name in ("offers", "offer_claim", "offer_quote"):
        assert document_id(name) in offers, name


def test_given_the_scripts_when_they_are_searched_then_nothing_makes_markup_or_code_out_of_text(assets: Path) -> None:
    forbidden = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|localStorage")
    for script in sorted(assets.glob("*.js")):
        assert forbidden.findall(script.read_text("utf-8")) == [], script.name


@pytest.mark.parametrize("kind", [".json", ".schema.json"])
def test_given_two_languages_when_their_keys_are_compared_then_they_are_the_same(kind: str) -> None:
    english, chinese = sorted(keys(read(f"en.default{kind}"))), sorted(keys(read(f"zh-CN{kind}")))

    assert english == chinese
    assert all((LOCALES / f"{name}{kind}").stat().st_size < 15_000 for name in ("en.default", "zh-CN"))


def test_given_a_text_when_it_is_translated_then_its_placeholders_are_the_same() -> None:
    def placeholders(texts: dict[str, Any], prefix: str = "") -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for key, value in texts.items():
            if isinstance(value, dict):
                found |= placeholders(value, f"{prefix}{key}.")
            else:
                found[prefix + key] = sorted(re.findall(r"\[\w+\]", value))
        return found

    assert placeholders(read("en.default.json")) == placeholders(read("zh-CN.json"))


@pytest.mark.parametrize("module", [GAME, OFFERS], ids=["game", "offers"])
def test_given_a_module_when_it_speaks_two_languages_then_both_have_the_same_texts_and_every_one_is_used(
    module: Path,
) -> None:
    english, chinese = (json.loads((module / "texts" / f"{name}.json").read_text("utf-8")) for name in ("en", "zh-CN"))
    sources = "".join(path.read_text("utf-8") for path in sorted(module.glob("*.ts")))
    plain = set(re.findall(r'"([\w.]+)"', sources))
    made = [
        re.compile(re.sub(r"\\\$\\\{.+?\\\}", r"\\w+", re.escape(text)))
        for text in re.findall(r"`([\w.]*\$\{[\w.]+\}[\w.]*)`", sources)
    ]

    assert list(english) == list(chinese) == sorted(english)
    known = {key.removesuffix(".one").removesuffix(".other") for key in english}
    assert set(re.findall(r'words\.(?:get|counted)\("([\w.]+)"', sources)) <= known
    for key in english:
        used = key.removesuffix(".one").removesuffix(".other")
        assert used in plain or any(pattern.fullmatch(used) for pattern in made), key
        assert sorted(re.findall(r"\[\w+\]", english[key])) == sorted(re.findall(r"\[\w+\]", chinese[key])), key


def test_given_the_texts_when_liquid_passes_them_on_then_every_one_is_used_and_none_is_missing() -> None:
    liquid = "".join(path.read_text("utf-8") for path in EXTENSION.rglob("*.liquid"))
    passed_on = set(re.findall(r"'([\w.]+)' \| t\b", liquid))

    assert passed_on == set(keys(read("en.default.json")))
    assert set(re.findall(r'"t:([\w.]+)"', liquid)) == set(keys(read("en.default.schema.json")))


def test_given_the_texts_when_liquid_escapes_them_then_nothing_in_them_changes() -> None:
    for name in ("en.default.json", "zh-CN.json"):
        assert re.findall(r"[<>&']", (LOCALES / name).read_text("utf-8")) == []


def test_given_the_extension_when_shopifys_linter_runs_then_it_has_nothing_to_say(assets: Path) -> None:
    done = subprocess.run(
        ["node", "widgets/theme-check.mjs"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )

    assert (done.returncode, done.stdout.strip()) == (0, "theme-check: 0 offenses"), done.stderr


def test_given_the_sources_when_they_are_type_checked_then_nothing_is_wrong() -> None:
    done = subprocess.run(
        ["npm", "run", "--silent", "check"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )

    assert done.returncode == 0, done.stdout


def test_given_the_lock_file_when_it_is_searched_then_it_names_no_registry() -> None:
    lock = (ROOT / "package-lock.json").read_text("utf-8")

    assert "resolved" not in lock
    assert "registry" not in lock

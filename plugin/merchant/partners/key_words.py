"""Keys that sign books, as people compare them: over the telephone, group by group."""

from __future__ import annotations

import re
from typing import Any

from plugin.merchant.program import actor_text
from plugin.merchant.words import Words

_GROUP = 4
_KEY_NAME = re.compile(r"key-[0-9]+", re.ASCII)


def grouped(fingerprint: str) -> str:
    """A fingerprint in groups that a person can read out."""
    return " ".join(fingerprint[start : start + _GROUP] for start in range(0, len(fingerprint), _GROUP))


def signing_key(key: dict[str, Any], words: Words) -> dict[str, Any]:
    """What this program signs with, and who has to be told of it."""
    told = None if key["isFirst"] else words.text("signing.vouched" if key["vouched"] else "signing.unvouched")
    return {
        "name": key["name"],
        "fingerprint": grouped(key["fingerprint"]),
        "since": words.text("signing.since", moment=words.moment(key["createdAt"])),
        "told": told,
    }


def host_keys(host: dict[str, Any], words: Words) -> dict[str, Any]:
    """A host's keys: those that are trusted, and those that somebody has to compare first."""
    trusted = [_trusted(one, words) for one in host["keys"] if one["trusted"]]
    waiting = [one for one in host["keys"] if not one["trusted"]]
    return {
        "trusted": trusted[:1],
        "earlier": trusted[1:],
        "waiting": [
            {"name": one["name"], "fingerprint": grouped(one["fingerprint"]), "by": None, "signs": False}
            for one in waiting
        ],
        "fingerprints": ",".join(one["fingerprint"] for one in waiting),
        "aside": words.number(host["entriesAside"]) if host["entriesAside"] else None,
    }


def _trusted(key: dict[str, Any], words: Words) -> dict[str, Any]:
    if _KEY_NAME.fullmatch(key["by"]):
        by = words.text("host.key.vouched", before=key["by"], moment=words.moment(key["since"]))
    else:
        by = words.text("host.key.taken", who=actor_text(key["by"], words), moment=words.moment(key["since"]))
    return {"name": key["name"], "fingerprint": grouped(key["fingerprint"]), "by": by, "signs": key["signs"]}

"""An earned badge as an Open Badges 3.0 credential: the document that is signed, and what it names.

The same badge is the same document. It tells nothing personal: its subject is a salted hash of a name that only the
member is shown, so that whoever is shown that name can check that the badge is theirs.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from engine.badges.addresses import BadgeAddresses
from engine.badges.credential_store import EarnedBadge, Issuer
from engine.badges.definitions import BadgeDefinition
from engine.badges.status_list import encoded_list, place_of

Json = dict[str, object]

VC_CONTEXT = "https://www.w3.org/ns/credentials/v2"
CONTEXTS = [
    VC_CONTEXT,
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
]
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"


@dataclass(frozen=True, slots=True)
class Issuing:
    """Who issues, and from where: `origin` is the app's, without a slash at its end."""

    origin: str
    addresses: BadgeAddresses
    issuer: Issuer

    @property
    def did(self) -> str:
        """The issuer's did:web, which is resolved at its page's address with `/did.json` behind it."""
        host = quote(urlsplit(self.origin).netloc, safe="")
        return ":".join(["did:web", host, *self.addresses.root.strip("/").split("/")])

    def url(self, path: str) -> str:
        """A path of the app as an address."""
        return f"{self.origin}{path}"

    @property
    def profile(self) -> Json:
        """The issuer as a credential tells of it."""
        return {
            "id": self.did,
            "type": ["Profile"],
            "name": self.issuer.name,
            "url": f"https://{self.issuer.domain}",
        }


def achievement_document(issuing: Issuing, badge: EarnedBadge, criteria: str) -> Json:
    """What is earned: a level of a badge as it was defined when it was earned. `criteria` says what it took."""
    return achievement_of(issuing, badge.definition_id, badge.version, badge.level, badge.definition, criteria)


def achievement_of(
    issuing: Issuing, definition_id: int, version: int, level: int, definition: BadgeDefinition, criteria: str
) -> Json:
    """The same for a level that nobody need have earned."""
    title = definition.level_title(level)
    page = issuing.url(issuing.addresses.achievement(definition_id, version, level))
    picture = issuing.addresses.artwork(definition.artwork, level, len(definition.levels))
    return {
        "id": page,
        "type": ["Achievement"],
        "achievementType": "Badge",
        "name": title,
        "description": definition.description or title,
        "criteria": {"id": page, "narrative": criteria},
        "image": {"id": issuing.url(picture), "type": "Image", "caption": title},
        "version": str(version),
    }


def credential_document(issuing: Issuing, badge: EarnedBadge, status_index: int, criteria: str) -> Json:
    """The credential without its proof. Times are whole seconds, as the claims beside it can only be."""
    addresses = issuing.addresses
    earned = _moment(badge.earned_at)
    digest = hashlib.sha256((addresses.identity(badge.member_id) + badge.salt).encode())
    list_number, place = place_of(status_index)
    list_url = issuing.url(addresses.status_list(list_number))
    return {
        "@context": CONTEXTS,
        "id": issuing.url(addresses.credential(badge.credential_id)),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": badge.definition.level_title(badge.level),
        "issuer": issuing.profile,
        "validFrom": earned,
        "awardedDate": earned,
        "credentialSubject": {
            "id": f"ni:///sha-256;{base64.urlsafe_b64encode(digest.digest()).decode().rstrip('=')}",
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": True,
                    "identityHash": f"sha256${digest.hexdigest()}",
                    "identityType": "systemId",
                    "salt": badge.salt,
                }
            ],
            "achievement": achievement_document(issuing, badge, criteria),
        },
        "credentialStatus": {
            "id": f"{list_url}#{place}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(place),
            "statusListCredential": list_url,
        },
        "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
    }


def status_document(
    issuing: Issuing, number: int, revoked: list[int], valid_from: datetime, valid_until: datetime, kept_seconds: int
) -> Json:
    """A list of revoked credentials, itself a credential: a copy may be kept, and is of no use after `valid_until`."""
    url = issuing.url(issuing.addresses.status_list(number))
    return {
        "@context": [VC_CONTEXT],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuing.did,
        "validFrom": _moment(valid_from),
        "validUntil": _moment(valid_until),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "ttl": kept_seconds * 1000,
            "encodedList": encoded_list(revoked),
        },
    }


def claims(document: Json) -> Json:
    """What is signed: the document with the registered claims that say the same as it does."""
    issuer, subject = document["issuer"], document["credentialSubject"]
    assert isinstance(subject, dict)
    registered: Json = {
        "iss": issuer["id"] if isinstance(issuer, dict) else issuer,
        "sub": subject["id"],
        "jti": document["id"],
        "nbf": _seconds(document["validFrom"]),
    }
    if "validUntil" in document:
        registered["exp"] = _seconds(document["validUntil"])
    return {**document, **registered}


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _seconds(moment: object) -> int:
    return int(datetime.fromisoformat(str(moment)).timestamp())

"""The app's installation in this shop: whether it is granted, its scopes and its tokens."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from plugin.devstore.documents import Documents
from plugin.devstore.times import Clock

Status = Literal["granted", "installed", "uninstalled"]
ACCESS_LIFETIME = timedelta(hours=1)
REFRESH_LIFETIME = timedelta(days=90)


@dataclass(slots=True)
class Tokens:
    """The one pair of an expiring offline token. `previous_refresh` may be retried until the new access token is used.

    A non-expiring token has no `refresh` and no times.
    """

    access: str
    refresh: str | None
    access_expires_at: float | None
    refresh_expires_at: float | None
    previous_refresh: str | None = None


@dataclass(slots=True)
class State:
    """`granted`: the merchant agreed and has not opened the app yet; `installed`: the app has had a token."""

    status: Status = "granted"
    scopes: list[str] = field(default_factory=list)
    tokens: Tokens | None = None
    generation: int = 1
    """How many times the app was installed."""


class Installation:
    """The installation, kept in the store's file."""

    def __init__(self, documents: Documents, clock: Clock, scopes: tuple[str, ...]) -> None:
        self._documents, self._clock, self._scopes = documents, clock, scopes

    def read(self) -> State:
        """How it stands."""
        body = self._documents.get("installation", "app")
        if body is None:
            return State(scopes=list(self._scopes))
        tokens = body.pop("tokens")
        return State(**body, tokens=Tokens(**tokens) if tokens else None)

    def installed(self) -> bool:
        """Whether the app gets webhooks."""
        return self.read().status == "installed"

    def issue(self, *, expiring: bool) -> Tokens:
        """A new pair for a token exchange; any earlier one is dead."""
        state = self.read()
        state.status, state.scopes, state.tokens = "installed", list(self._scopes), self._new_tokens(expiring)
        self._save(state)
        return state.tokens

    def refresh(self, refresh_token: str) -> Tokens | None:
        """A new pair for a refresh token, or None when it is not (or no longer) good.

        The refresh token that the last refresh was made with stays good until its replacement is used: an app that
        lost the answer can ask again.
        """
        state = self.read()
        tokens = state.tokens
        if tokens is None or tokens.refresh is None or state.status != "installed":
            return None
        if refresh_token not in (tokens.refresh, tokens.previous_refresh) or self._past(tokens.refresh_expires_at):
            return None
        state.tokens = self._new_tokens(expiring=True)
        state.tokens.previous_refresh = refresh_token
        self._save(state)
        return state.tokens

    def accepts(self, access_token: str) -> bool:
        """Whether the Admin API answers to that token; its use ends the life of the refresh token before it."""
        state = self.read()
        tokens = state.tokens
        if (
            tokens is None
            or state.status != "installed"
            or not secrets.compare_digest(tokens.access.encode(), access_token.encode())
        ):
            return False
        if self._past(tokens.access_expires_at):
            return False
        if tokens.previous_refresh is not None:
            tokens.previous_refresh = None
            self._save(state)
        return True

    def uninstall(self) -> None:
        """The tokens are dead at once."""
        state = self.read()
        state.status, state.tokens = "uninstalled", None
        self._save(state)

    def grant(self) -> None:
        """The merchant installs the app (again); its first visit brings the token."""
        state = self.read()
        if state.status == "uninstalled":
            state.status, state.generation = "granted", state.generation + 1
            self._save(state)

    def set_scopes(self, scopes: list[str]) -> tuple[list[str], list[str]]:
        """Change what the app may do; returns the scopes before and after."""
        state = self.read()
        before, state.scopes = state.scopes, sorted(scopes)
        self._save(state)
        return before, state.scopes

    def expire_tokens(self) -> None:
        """Let the access token be over, as after an hour."""
        state = self.read()
        if state.tokens is not None and state.tokens.access_expires_at is not None:
            state.tokens.access_expires_at = 0.0
            self._save(state)

    def _new_tokens(self, expiring: bool) -> Tokens:
        access = f"shpat_{secrets.token_hex(16)}"
        if not expiring:
            return Tokens(access, None, None, None)
        now: datetime = self._clock()
        return Tokens(
            access,
            f"shprt_{secrets.token_hex(16)}",
            (now + ACCESS_LIFETIME).timestamp(),
            (now + REFRESH_LIFETIME).timestamp(),
        )

    def _past(self, at: float | None) -> bool:
        return at is not None and at <= self._clock().timestamp()

    def _save(self, state: State) -> None:
        self._documents.put("installation", "app", asdict(state))

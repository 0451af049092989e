"""What goes wrong, with the stable codes of docs/API.md."""

from __future__ import annotations

from typing import Any


#: What another attempt over another connection cures.
PASSING = {
    "OFFLINE",
    "UNAVAILABLE",
    "RATE_LIMITED",
    "SESSION_EXPIRED",
    "NOT_SIGNED_IN",
    "TOO_MANY_CONNECTIONS",
    "CHALLENGE_INVALID",
    "INTERNAL",
}


#: What the cryptography refuses: kept with the message. Anything else stops the bot before it acknowledges.
REFUSALS = {
    "BAD_SIGNATURE",
    "BODY_MISMATCH",
    "IDENTITY_CHANGED",
    "LOW_ORDER_KEY",
    "MALFORMED",
    "NO_SESSION",
    "REPLAYED",
    "TOO_FAR_AHEAD",
    "TOO_LARGE",
    "UNDECRYPTABLE",
    "UNKNOWN_PREKEY",
    "UNSUPPORTED_VERSION",
    "UNVERIFIED_DEVICE",
    "DEVICE_LIST_REJECTED",
}


class SealError(Exception):
    """A failure with a code; programs decide by the code alone."""

    def __init__(self, code: str, reason: str = "", details: dict[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {reason}" if reason else code)
        self.code = code
        self.details = details or {}


def require(condition: bool, code: str, reason: str = "") -> None:
    """Raises a SealError unless `condition` holds."""
    if not condition:
        raise SealError(code, reason)

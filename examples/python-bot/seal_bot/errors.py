"""What goes wrong, with the stable codes of docs/API.md."""

from __future__ import annotations

from typing import Any


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

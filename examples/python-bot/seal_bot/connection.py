"""The WebSocket of docs/API.md: who is calling, the subscription, pings."""

from __future__ import annotations

import json
import time
from typing import Any

from .api import error_of
from .errors import SealError
from .websocket import WebSocket

OPEN_TIMEOUT_S = 10
SILENCE_S = 45
SUBSCRIPTION = 1


class Subscription:
    """Follows the mailbox from `position` on."""

    def __init__(self, server: str, app_key: str, access_token: str, position: int) -> None:
        self.socket = WebSocket(server, "/trpc?connectionParams=1", OPEN_TIMEOUT_S)
        self.heard_at = time.monotonic()
        self._send({"method": "connectionParams", "data": {"appKey": app_key, "accessToken": access_token}})
        after = str(position)
        self._send(
            {
                "id": SUBSCRIPTION,
                "method": "subscription",
                "params": {
                    "path": "sync.subscribe",
                    "input": {"lastEventId": after},
                    "lastEventId": after,
                },
            }
        )

    def _send(self, message: dict[str, Any]) -> None:
        self.socket.send(json.dumps(message))

    def next_events(self, timeout_s: float) -> list[dict[str, Any]]:
        """The next events; none when nothing came within the time. Raises what ends the connection."""
        text = self.socket.receive(timeout_s)
        if text is None:
            if time.monotonic() - self.heard_at > SILENCE_S:
                raise SealError("OFFLINE", "the server is silent")
            return []
        self.heard_at = time.monotonic()
        if text == "PING":
            self.socket.send("PONG")
        if text in ("PING", "PONG"):
            return []
        message = json.loads(text)
        if "error" in message:
            raise error_of(message)
        if message.get("method") == "reconnect":
            raise SealError("UNAVAILABLE", "the server is about to stop")
        result = message.get("result", {})
        if result.get("type") == "stopped":
            raise SealError("UNAVAILABLE", "the subscription ended")
        if message.get("id") != SUBSCRIPTION or result.get("type") != "data":
            return []
        events: list[dict[str, Any]] = result["data"]["data"]["events"]
        return events

    def close(self) -> None:
        self.socket.close()

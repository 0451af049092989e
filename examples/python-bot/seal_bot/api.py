"""Calls over HTTP (docs/API.md, _Calls over HTTP_)."""

from __future__ import annotations

import base64
import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Callable

from .errors import SealError

TIMEOUT_S = 30
REPEATS = 5


def b64(data: bytes) -> str:
    """Bytes as JSON has them: base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(value: str) -> bytes:
    """The bytes of base64url in its one canonical spelling. Raises MALFORMED."""
    try:
        data = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except ValueError:
        raise SealError("MALFORMED", "not base64url") from None
    if b64(data) != value:
        raise SealError("MALFORMED", "not canonical base64url")
    return data


class Api:
    """Calls procedures of one server with one publishable key; `token` gives the access token of the session."""

    def __init__(self, server: str, app_key: str) -> None:
        self.server = server.rstrip("/")
        self.app_key = app_key
        self.token: Callable[[], str] | None = None
        self.renew: Callable[[], None] | None = None

    def query(self, path: str, given: Any = None, *, session: bool = True) -> Any:
        """The answer of a query. Raises SealError with the server's code."""
        suffix = "" if given is None else "?input=" + urllib.parse.quote(json.dumps(given))
        return self._repeat(path, lambda: self._call("GET", f"{path}{suffix}", None, session), session)

    def mutate(self, path: str, given: Any = None, *, session: bool = True) -> Any:
        """The answer of a mutation, None for void. Raises SealError with the server's code."""
        body = b"" if given is None else json.dumps(given).encode()
        return self._repeat(path, lambda: self._call("POST", path, body, session), session)

    def _repeat(self, path: str, call: Callable[[], Any], session: bool) -> Any:
        for attempt in range(REPEATS):
            try:
                return call()
            except SealError as error:
                if attempt == REPEATS - 1:
                    raise
                if error.code in ("SESSION_EXPIRED", "NOT_SIGNED_IN") and session and self.renew is not None:
                    self.renew()
                elif error.code == "RATE_LIMITED":
                    time.sleep(error.details.get("retryAfterMs", 1_000) / 1_000)
                else:
                    raise
        raise AssertionError(path)

    def _call(self, method: str, path: str, body: bytes | None, session: bool) -> Any:
        headers = {"x-seal-app-key": self.app_key}
        if body:
            headers["content-type"] = "application/json"
        if session and self.token is not None:
            headers["authorization"] = f"Bearer {self.token()}"
        request = urllib.request.Request(f"{self.server}/trpc/{path}", body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                return _result(answer.read())
        except urllib.error.HTTPError as error:
            return _result(error.read())
        except (OSError, http.client.HTTPException):
            raise SealError("OFFLINE", path) from None


def _result(text: bytes) -> Any:
    try:
        answer = json.loads(text)
        if "error" not in answer:
            return answer["result"].get("data")
    except (ValueError, KeyError, AttributeError, TypeError):
        raise SealError("UNAVAILABLE", "an answer that is not the server's") from None
    raise error_of(answer)


def error_of(answer: dict[str, Any]) -> SealError:
    """The error of an answer with `error` in it."""
    try:
        seal = answer["error"]["data"]["seal"]
        return SealError(seal["code"], answer["error"].get("message", ""), seal.get("details"))
    except (KeyError, TypeError):
        return SealError("UNAVAILABLE", "an error without a code")
